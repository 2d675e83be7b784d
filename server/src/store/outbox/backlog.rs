//! The operator's side of the outbox: what waits, and what was given up.

use portal::identity::{AccountId, MessageId};
use portal::moment::Moment;

use crate::courier::Channel;
use crate::store::row::{maybe_text, moment, number, small, text, word};
use crate::store::{LONGEST_PAGE, Result, SqlStore};

/// What waits in a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Which.
    pub channel: Channel,
    /// How many messages.
    pub messages: u64,
    /// Since when the oldest waits.
    pub oldest: Moment,
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

    /// What waits in each lane: how many messages, and since when the oldest does. Lanes in which nothing waits are left
    /// out.
    pub async fn backlog(&self) -> Result<Vec<Backlog>> {
        let rows = sqlx::query(
            "select
                channel,
                count(*) as messages,
                min(at) as oldest
            from outbox
            where state = 'waiting'
            group by channel
            order by channel",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Backlog {
                    channel: word(row, "channel", Channel::from_word)?,
                    messages: small(row, "messages")?,
                    oldest: moment(row, "oldest")?,
                })
            })
            .collect()
    }
}
