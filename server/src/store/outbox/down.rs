//! When a channel counts as down, and how it comes up again: a circuit breaker whose state is what stands in the outbox, so
//! that several servers share it.
//!
//! Down: everything waits, and people are shown another way. Half open: now and then one message is tried, by one worker.
//! Up: one got through, and what had waited goes out at once.

use std::time::Duration;

use portal::method::Method;
use portal::moment::{Moment, minutes, seconds};
use sqlx::AnyConnection;

use crate::courier::Channel;
use crate::store::row::{maybe_moment, number};
use crate::store::{Result, SqlStore};

/// A failure older than this says nothing about a channel as it is. Longer than a code waits between two attempts.
const RECENT: Duration = minutes(3);
/// Trouble that passes sooner, as when a mail server starts again, is left to the attempts that follow: about ten of them.
const ENDURING: Duration = seconds(30);
/// Recipients whose messages a channel fails, from which on it counts as down: less may be about them.
const RECIPIENTS: i64 = 2;
/// How long after a failure a channel that is down is tried again.
const PROBE: Duration = seconds(10);

impl SqlStore {
    /// Methods whose channel is down: it has failed the messages of several recipients for half a minute, and has delivered
    /// none since. What a recipient's server says of a message does not count.
    pub(in crate::store) async fn list_failing(&self, now: Moment) -> Result<Vec<Method>> {
        let mut failing = Vec::new();
        for method in Method::ALL {
            let Some(channel) = Channel::of(method) else { continue };
            if self.last_failure_of_down(channel, now).await?.is_some() {
                failing.push(method);
            }
        }
        Ok(failing)
    }

    /// When a channel that is down failed last; none of one that is up.
    pub(super) async fn last_failure_of_down(&self, channel: Channel, now: Moment) -> Result<Option<Moment>> {
        // Most of the time there is no trouble at all.
        let trouble = sqlx::query("select number from outbox where failed > $1 limit 1")
            .bind((now - RECENT).millis())
            .fetch_optional(&self.reader)
            .await?;
        if trouble.is_none() {
            return Ok(None);
        }
        let delivered = sqlx::query(
            "select settled from outbox where state = 'delivered' and channel = $1 order by settled desc limit 1",
        )
        .bind(channel.word())
        .fetch_optional(&self.reader)
        .await?;
        let delivered = delivered
            .map(|row| number(&row, "settled"))
            .transpose()?
            .unwrap_or(i64::MIN);
        // A message that failed before something else got through has been failing anew since then.
        let row = sqlx::query(
            "select
                count(distinct contact) as recipients,
                min(case when failed_first > $3 then failed_first else failed end) as since,
                max(failed) as last
            from outbox
            where channel = $1 and failed > $2 and failed > $3",
        )
        .bind(channel.word())
        .bind((now - RECENT).millis())
        .bind(delivered)
        .fetch_one(&self.reader)
        .await?;
        let since = maybe_moment(&row, "since")?;
        let is_down =
            number(&row, "recipients")? >= RECIPIENTS && since.is_some_and(|since| now.since(since) >= ENDURING);
        Ok(maybe_moment(&row, "last")?.filter(|_| is_down))
    }

    /// What waited for a channel that is up again is due: waiting longer and longer was for as long as it was down.
    pub async fn hurry(&self, channel: Channel, now: Moment) -> Result<u64> {
        let mut tx = self.begin().await?;
        let result = sqlx::query(
            "update outbox set due = $2 \
             where channel = $1 and state = 'waiting' and due > $2 and holder is null and failed is not null",
        )
        .bind(channel.word())
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(result.rows_affected())
    }
}

/// Whether a channel that is down may be tried: some time after it failed, and by one message at a time.
pub(super) async fn may_probe(conn: &mut AnyConnection, channel: Channel, failed: Moment, now: Moment) -> Result<bool> {
    if now.since(failed) < PROBE {
        return Ok(false);
    }
    let under_way = sqlx::query(
        "select number from outbox where channel = $1 and state = 'waiting' and due > $2 and holder is not null limit 1",
    )
    .bind(channel.word())
    .bind(now.millis())
    .fetch_optional(conn)
    .await?;
    Ok(under_way.is_none())
}
