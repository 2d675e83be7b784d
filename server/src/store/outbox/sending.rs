//! The worker's side of the outbox. How long to wait between two attempts is the worker's business.

use std::time::Duration;

use portal::audit::{Actor, Event, Outcome};
use portal::identity::{AccountId, FlowId, MessageId};
use portal::method::Method;
use portal::moment::{Moment, seconds};
use portal::ports::{Committed, Message};
use sqlx::AnyConnection;

use super::{down, read};
use crate::courier::Channel;
use crate::point::Point;
use crate::store::row::{number, text, word};
use crate::store::{BATCH, Result, SqlStore, audit, met_one};

/// From where messages are taken: what is due in a channel, the first of every line only.
macro_rules! due {
    () => {
        " from outbox as message
            where channel = $1
                and state = 'waiting'
                and due <= $2
                and expires > $2
                and not exists (
                    select 1 from outbox as earlier
                    where earlier.state = 'waiting'
                        and earlier.line = message.line
                        and earlier.number < message.number
                        and earlier.expires > $2
                )"
    };
}

/// Messages that ran out which one transaction gives up at most: each has a row of its own in the audit log.
const EXPIRED_AT_ONCE: i64 = 100;

/// How long a message is a worker's own, unless it prolongs that; then another may try it.
pub const LEASE: Duration = seconds(60);

/// How a message can end its waiting.
#[derive(Clone, Copy)]
enum State {
    Delivered,
    Dead,
    Dropped,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }

    /// What the audit log says about a code; nothing about one that was not tried to the end.
    const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Delivered => Some(Outcome::Succeeded),
            Self::Dead => Some(Outcome::Failed),
            Self::Dropped => None,
        }
    }
}

/// A message that was taken out for sending.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The message.
    pub message: Message,
    /// Which attempt this is, from 1.
    pub attempts: u32,
    /// It is to show whether a channel that was down is up again.
    pub is_probe: bool,
}

/// What stood in the way of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The channel: it is out of reach, or refuses us.
    Channel,
    /// Its recipient: the other side takes it later, perhaps.
    Recipient,
}

impl SqlStore {
    /// Takes out up to `most` messages of a channel that are due, each for [`LEASE`]; the first of every line only. Of a
    /// channel that is down one at a time, some time after it failed.
    pub async fn lease_due(&self, now: Moment, holder: &str, channel: Channel, most: usize) -> Result<Vec<Outgoing>> {
        // Looking first costs no write lock, and most of the time there is nothing: also while a channel is down, and what
        // is due waits behind what is tried again later.
        let is_due = sqlx::query(concat!("select number", due!(), " limit 1"))
            .bind(channel.word())
            .bind(now.millis())
            .fetch_optional(&self.reader)
            .await?;
        if is_due.is_none() {
            return Ok(Vec::new());
        }
        let failed = self.last_failure_of_down(channel, now).await?;
        let mut tx = self.begin().await?;
        let most = match failed {
            None => most,
            Some(failed) if down::may_probe(&mut tx, channel, failed, now).await? => 1,
            Some(_) => return Ok(Vec::new()),
        };
        let rows = sqlx::query(concat!(
            "select
                number,
                id,
                contact,
                account,
                language,
                matter,
                at,
                expires,
                network,
                attempts + 1 as attempts,
                due",
            due!(),
            " order by due, number limit $3",
        ))
        .bind(channel.word())
        .bind(now.millis())
        .bind(i64::try_from(most).unwrap_or(BATCH).min(BATCH))
        .fetch_all(&mut *tx)
        .await?;
        let mut taken = Vec::with_capacity(rows.len());
        for row in &rows {
            let result = sqlx::query(
                "update outbox set due = $3, holder = $4, attempts = attempts + 1 \
                 where number = $1 and state = 'waiting' and due = $2",
            )
            .bind(number(row, "number")?)
            .bind(number(row, "due")?)
            .bind((now + LEASE).millis())
            .bind(holder)
            .execute(&mut *tx)
            .await?;
            if met_one(&result) == Committed::Done {
                taken.push(Outgoing {
                    is_probe: failed.is_some(),
                    ..read(row)?
                });
            }
        }
        Point::BeforeLease.reached();
        tx.commit().await?;
        Point::AfterLease.reached();
        Ok(taken)
    }

    /// Keeps a message that is still being sent for another [`LEASE`]. Stale where it is this worker's no longer, or is not
    /// to be sent any more: the number of the attempt tells one lease from the next.
    pub async fn prolong(&self, outgoing: &Outgoing, now: Moment) -> Result<Committed> {
        let mut tx = self.begin().await?;
        let result = sqlx::query(
            "update outbox set due = $3 \
             where id = $1 and state = 'waiting' and attempts = $2 and holder is not null",
        )
        .bind(outgoing.message.id.as_str())
        .bind(i64::from(outgoing.attempts))
        .bind((now + LEASE).millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(met_one(&result))
    }

    /// What a worker held of a channel may be taken by another at once; how many messages.
    pub async fn give_back(&self, holder: &str, channel: Channel, now: Moment) -> Result<u64> {
        let mut tx = self.begin().await?;
        let result = sqlx::query(
            "update outbox set due = $3, holder = null \
             where channel = $2 and state = 'waiting' and holder = $1",
        )
        .bind(holder)
        .bind(channel.word())
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(result.rows_affected())
    }

    /// The message was handed over. Nothing happens to one that waits no longer, here and below.
    pub async fn delivered(&self, id: &MessageId, now: Moment) -> Result<()> {
        // True whoever has it by now.
        self.settle(id, None, State::Delivered, "", now).await
    }

    /// The message could not be sent now, and may be tried again from `until` on. An obstacle in the channel counts
    /// against it. Nothing happens to a message that another worker took since. The reason is in our own words: what the
    /// other side said may repeat the address.
    pub async fn postpone(&self, outgoing: &Outgoing, until: Moment, obstacle: Obstacle, reason: &str) -> Result<()> {
        let failed = (obstacle == Obstacle::Channel).then(|| self.clock.now().millis());
        let mut tx = self.begin().await?;
        sqlx::query(
            "update outbox set
                due = $4,
                holder = null,
                failed = coalesce($3, failed),
                failed_first = coalesce(failed_first, $3),
                reason = $5
            where id = $1 and state = 'waiting' and attempts = $2",
        )
        .bind(outgoing.message.id.as_str())
        .bind(i64::from(outgoing.attempts))
        .bind(failed)
        .bind(until.millis())
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The message will never get through: a dead letter, for administrators to see.
    pub async fn bury(&self, outgoing: &Outgoing, reason: &str) -> Result<()> {
        let attempts = Some(outgoing.attempts);
        self.settle(&outgoing.message.id, attempts, State::Dead, reason, self.clock.now())
            .await
    }

    /// The message is not to be sent: it tells nothing, or its code is dead.
    pub async fn discard(&self, outgoing: &Outgoing, reason: &str) -> Result<()> {
        let attempts = Some(outgoing.attempts);
        self.settle(&outgoing.message.id, attempts, State::Dropped, reason, self.clock.now())
            .await
    }

    /// The message waits no longer; where the number of an attempt is given, by this attempt only. How a code fared is
    /// written into the audit log with it.
    async fn settle(
        &self,
        id: &MessageId,
        attempts: Option<u32>,
        state: State,
        reason: &str,
        now: Moment,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let result = sqlx::query(
            "update outbox set
                state = $3,
                settled = $4,
                holder = null,
                reason = $5
            where id = $1 and state = 'waiting' and attempts = coalesce($2, attempts)",
        )
        .bind(id.as_str())
        .bind(attempts.map(i64::from))
        .bind(state.word())
        .bind(now.millis())
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        if met_one(&result) == Committed::Stale {
            tx.rollback().await?;
            return Ok(());
        }
        if let Some(outcome) = state.outcome() {
            self.record_fate(&mut tx, id, outcome, now).await?;
        }
        Point::BeforeSettle.reached();
        tx.commit().await?;
        Point::AfterSettle.reached();
        Ok(())
    }

    /// How a code fared, for the audit log; nothing about any other message.
    async fn record_fate(&self, conn: &mut AnyConnection, id: &MessageId, outcome: Outcome, now: Moment) -> Result<()> {
        let code = sqlx::query(
            "select
                code.flow,
                code.account,
                code.method,
                flow.support
            from outbox
            join code on code.id = outbox.code
            join flow on flow.id = code.flow
            where outbox.id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
        let Some(code) = code else { return Ok(()) };
        let subject = AccountId::new(text(&code, "account")?);
        let mut entry = audit::entry_by(Actor::System, Some(subject), Event::Deliver, String::new(), now);
        entry.outcome = outcome;
        entry.method = Some(word(&code, "method", Method::from_word)?);
        entry.flow = Some(FlowId::new(text(&code, "flow")?));
        entry.support = text(&code, "support")?;
        self.record(conn, &entry).await
    }

    /// Gives up the messages that were not sent while they were worth it; how many. They are dead letters but for those
    /// that tell nothing.
    pub async fn drop_expired(&self, now: Moment) -> Result<u64> {
        let mut dropped = 0;
        loop {
            let mut tx = self.begin().await?;
            let rows = sqlx::query(
                "update outbox set
                    state = case what when 'nothing' then 'dropped' else 'dead' end,
                    settled = $1,
                    holder = null,
                    reason = case reason when '' then 'not sent in time' else reason end
                where number in (select number from outbox where state = 'waiting' and expires <= $1 limit $2)
                    and state = 'waiting'
                returning id",
            )
            .bind(now.millis())
            .bind(EXPIRED_AT_ONCE)
            .fetch_all(&mut *tx)
            .await?;
            for row in &rows {
                let id = MessageId::new(text(row, "id")?);
                self.record_fate(&mut tx, &id, Outcome::Failed, now).await?;
            }
            tx.commit().await?;
            let taken = i64::try_from(rows.len()).unwrap_or(EXPIRED_AT_ONCE);
            dropped += taken.unsigned_abs();
            if taken < EXPIRED_AT_ONCE {
                return Ok(dropped);
            }
        }
    }
}
