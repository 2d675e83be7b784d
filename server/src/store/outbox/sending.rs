//! The worker's side of the outbox. How long to wait between two attempts is the worker's business.

use std::time::Duration;

use portal::audit::{Actor, Event, Outcome};
use portal::identity::{AccountId, FlowId, MessageId};
use portal::method::Method;
use portal::moment::{Moment, seconds};
use portal::ports::{Committed, Message};
use sqlx::Row as _;

use super::read;
use crate::store::row::{maybe_text, moment, number, small, text, word};
use crate::store::{BATCH, Breakdown, LONGEST_PAGE, Result, SqlStore, audit, met_one};

/// How long a worker may take over a message before another may try it.
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
}

/// A message that was given up.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its place in the list.
    pub key: i64,
    /// The message.
    pub id: MessageId,
    /// What it told.
    pub what: String,
    /// About whose account.
    pub account: Option<AccountId>,
    /// Since when it waited.
    pub at: Moment,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub reason: String,
}

impl SqlStore {
    /// Takes out up to `most` messages that are due, each for [`LEASE`]; the first of every line only.
    pub async fn lease_due(&self, now: Moment, holder: &str, most: u32) -> Result<Vec<Outgoing>> {
        // Looking first costs no write lock, and most of the time there is nothing.
        let is_due = sqlx::query("select id from outbox where state = 'waiting' and due <= $1 limit 1")
            .bind(now.millis())
            .fetch_optional(&self.reader)
            .await?;
        if is_due.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
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
                due
            from outbox as message
            where state = 'waiting'
                and due <= $1
                and expires > $1
                and not exists (
                    select 1 from outbox as earlier
                    where earlier.state = 'waiting'
                        and earlier.line = message.line
                        and earlier.number < message.number
                        and earlier.expires > $1
                )
            order by due, number limit $2",
        )
        .bind(now.millis())
        .bind(i64::from(most).min(BATCH))
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
                taken.push(read(row)?);
            }
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// The message was handed over. Nothing happens to one that waits no longer, here and below.
    pub async fn delivered(&self, id: &MessageId, now: Moment) -> Result<()> {
        self.settle(id, State::Delivered, "", now).await
    }

    /// The message could not be sent now, and may be tried again from `until` on. Counts against its method. The reason
    /// is in our own words: what the other side said may repeat the address.
    pub async fn postpone(&self, id: &MessageId, until: Moment, reason: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update outbox set
                due = $3,
                holder = null,
                failed = $2,
                reason = $4
            where id = $1 and state = 'waiting'",
        )
        .bind(id.as_str())
        .bind(self.clock.now().millis())
        .bind(until.millis())
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The message will never get through: a dead letter, for administrators to see.
    pub async fn bury(&self, id: &MessageId, reason: &str) -> Result<()> {
        self.settle(id, State::Dead, reason, self.clock.now()).await
    }

    /// The message is not to be sent: it tells nothing, or its code is dead.
    pub async fn discard(&self, id: &MessageId, reason: &str) -> Result<()> {
        self.settle(id, State::Dropped, reason, self.clock.now()).await
    }

    /// The message waits no longer. How a code fared is written into the audit log with it.
    async fn settle(&self, id: &MessageId, state: State, reason: &str, now: Moment) -> Result<()> {
        let mut tx = self.begin().await?;
        let result = sqlx::query(
            "update outbox set
                state = $2,
                settled = $3,
                holder = null,
                reason = $4
            where id = $1 and state = 'waiting'",
        )
        .bind(id.as_str())
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
            let code = sqlx::query(
                "select code.flow, code.account, code.method from outbox join code on code.id = outbox.code \
                 where outbox.id = $1",
            )
            .bind(id.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(code) = code {
                let subject = AccountId::new(text(&code, "account")?);
                let mut entry = audit::entry_by(Actor::System, Some(subject), Event::Deliver, String::new(), now);
                entry.outcome = outcome;
                entry.method = Some(word(&code, "method", Method::from_word)?);
                entry.flow = Some(FlowId::new(text(&code, "flow")?));
                self.record(&mut tx, &entry).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Drops the messages that are not worth sending any longer; how many.
    pub async fn drop_expired(&self, now: Moment) -> Result<u64> {
        let mut dropped = 0;
        loop {
            let mut tx = self.begin().await?;
            let result = sqlx::query(
                "update outbox set
                    state = 'dropped',
                    settled = $1,
                    holder = null,
                    reason = 'expired'
                where number in (select number from outbox where state = 'waiting' and expires <= $1 limit $2)",
            )
            .bind(now.millis())
            .bind(BATCH)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            dropped += result.rows_affected();
            if result.rows_affected() < BATCH.unsigned_abs() {
                return Ok(dropped);
            }
        }
    }

    /// Messages that were given up, the oldest first, after the one with this key.
    pub async fn dead_letters(&self, after: i64, most: i64) -> Result<Vec<DeadLetter>> {
        let rows = sqlx::query(
            "select
                number,
                id,
                what,
                account,
                at,
                attempts,
                reason
            from outbox
            where state = 'dead' and number > $1
            order by number limit $2",
        )
        .bind(after)
        .bind(most.clamp(1, LONGEST_PAGE))
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DeadLetter {
                    key: number(row, "number")?,
                    id: MessageId::new(text(row, "id")?),
                    what: text(row, "what")?,
                    account: maybe_text(row, "account")?.map(AccountId::new),
                    at: moment(row, "at")?,
                    attempts: small(row, "attempts")?,
                    reason: text(row, "reason")?,
                })
            })
            .collect()
    }

    /// How many messages wait, and since when the oldest of the next ones to be tried does.
    pub async fn backlog(&self) -> Result<(u64, Option<Moment>)> {
        // Counting stops where the answer is "too many" in any case.
        let row = sqlx::query(
            "select count(*) as waiting, min(at) as oldest from \
             (select at from outbox where state = 'waiting' order by due, number limit 10000) as next",
        )
        .fetch_one(&self.reader)
        .await?;
        let waiting = u64::try_from(number(&row, "waiting")?).map_err(|_| Breakdown::Row("waiting"))?;
        let oldest: Option<i64> = row.try_get("oldest")?;
        Ok((waiting, oldest.map(Moment::from_millis)))
    }
}
