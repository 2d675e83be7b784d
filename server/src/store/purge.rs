//! Forgetting what nobody needs any more, in batches so small that a person's write hardly waits. Each sweep asks twice
//! whether a row is over: where many write at once, it may have been used anew since it was found. What is kept of an account
//! (its methods, its answers, its upkeep) is never over, however old.

use std::time::Duration;

use portal::limits::DEVICE_LIFE;
use portal::moment::{Moment, days, hours};
use portal::service::sign_in::{IDLE, LONGEST};

use super::{BATCH, Result, SqlStore};

/// How long a flow stays after its end, for its last answer to be heard again and its sends to be counted.
const FLOWS: Duration = hours(24);
/// How far back sends are counted.
const SENDS: Duration = hours(24);
/// How long a message stays after it was sent, dropped or given up.
const MESSAGES: Duration = days(7);
/// Wrong passwords at sign-in: their day began this long ago at least, so the last of them is a day old. The counter of
/// a name that nobody has is forgotten with those of real accounts, for otherwise the difference would show. It gains a
/// guesser nothing: waiting gives more tries a day than starting over.
const PASSWORDS: Duration = hours(48);
/// What else was counted for names that nobody has. Of an account it stays until its owner is in again; were it forgotten
/// sooner here, whoever types wrong codes today would know by then which names are somebody's. Each of these rows, a few
/// dozen bytes, came with one of the audit log, which is larger and kept as long unless the operator wants it otherwise.
const OF_NOBODY: Duration = days(730);
/// Wrong whole numbers, as [`PASSWORDS`].
const WHOLE_NUMBERS: Duration = hours(48);
/// What the wrong codes of a day came to, and when administrators were told of something: asked of the running day, by
/// servers whose clocks differ, and for a day.
const WATCHED: Duration = hours(48);

impl SqlStore {
    /// Forgets what is over; how many rows. Every batch is a transaction of its own.
    pub async fn purge(&self, now: Moment) -> Result<u64> {
        let sweeps = [
            // With their codes and proofs.
            (
                "delete from flow where id in (select id from flow where ends < $1 order by ends limit $2) and ends < $1",
                now - FLOWS,
            ),
            (
                "delete from challenge where token in \
                 (select token from challenge where until < $1 order by until limit $2) and until < $1",
                now,
            ),
            (
                "delete from session where token in \
                 (select token from session where opened < $1 order by opened limit $2) and opened < $1",
                now - LONGEST,
            ),
            (
                "delete from session where token in (select token from session where seen < $1 order by seen limit $2) \
                 and seen < $1",
                now - IDLE,
            ),
            (
                "delete from device where token in (select token from device where seen < $1 order by seen limit $2) \
                 and seen < $1",
                now - DEVICE_LIFE,
            ),
            (
                "delete from sent where id in (select id from sent where at < $1 order by at limit $2)",
                now - SENDS,
            ),
            (
                "delete from failures where factor = 'password' and account in (select account from failures \
                 where factor = 'password' and day_began < $1 order by day_began limit $2) and day_began < $1",
                now - PASSWORDS,
            ),
            // Kept for each network that typed one, so there may be any number of them.
            (
                "delete from failures where factor = 'whole_number' and account in (select account from failures \
                 where factor = 'whole_number' and day_began < $1 order by day_began limit $2) and day_began < $1",
                now - WHOLE_NUMBERS,
            ),
            (
                "delete from failures where substr(account, 1, 5) = 'name:' and (account, factor) in \
                 (select account, factor from failures where substr(account, 1, 5) = 'name:' and day_began < $1 \
                 order by day_began limit $2) and day_began < $1",
                now - OF_NOBODY,
            ),
            (
                "delete from outbox where number in (select number from outbox \
                 where settled is not null and settled < $1 order by settled limit $2)",
                now - MESSAGES,
            ),
            (
                "delete from guessed where day in \
                 (select day from guessed where day < cast($1 as bigint) / 86400000 order by day limit $2)",
                now - WATCHED,
            ),
            (
                "delete from alarm where name in (select name from alarm where at < $1 order by at limit $2) and at < $1",
                now - WATCHED,
            ),
            // A contact that is gone stays until it was told so.
            (
                "delete from contact where id in (select id from contact where gone = 1 and added <= $1 \
                 and not exists (select 1 from outbox where outbox.contact = contact.id and outbox.state = 'waiting') \
                 order by id limit $2) and gone = 1 and added <= $1",
                now,
            ),
        ];
        let mut forgotten = 0;
        for (statement, before) in sweeps {
            forgotten += self.sweep(statement, before).await?;
        }
        Ok(forgotten)
    }

    async fn sweep(&self, statement: &'static str, before: Moment) -> Result<u64> {
        let mut forgotten = 0;
        loop {
            let mut tx = self.begin().await?;
            let result = sqlx::query(statement)
                .bind(before.millis())
                .bind(BATCH)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            forgotten += result.rows_affected();
            if result.rows_affected() < BATCH.unsigned_abs() {
                return Ok(forgotten);
            }
        }
    }
}
