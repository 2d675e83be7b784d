//! A clock that was put back while nobody served: what would live longer by it ends.

use std::time::Duration;

use portal::audit::{Actor, Event, Outcome};
use portal::moment::Moment;
use sqlx::AnyConnection;

use super::audit::entry_by;
use super::row::moment;
use super::{Result, SqlStore};
use crate::clock::steady::FARTHEST;

impl SqlStore {
    /// Notes how late it is while somebody serves, by which the next start sees whether the clock was put back. It never
    /// becomes earlier by this.
    pub async fn note_served(&self, now: Moment) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("update pulse set served = $1 where id = 1 and served < $1")
            .bind(now.millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Where somebody served at a time that the clock has not reached, by more than a clock drifts: ends everything that
    /// would live longer by that, with an entry; how far it was put back. Waits are only longer.
    pub async fn end_what_was_set_back(&self, now: Moment) -> Result<Option<Duration>> {
        let row = sqlx::query("select served from pulse where id = 1")
            .fetch_one(&self.reader)
            .await?;
        let behind = moment(&row, "served")?.since(now);
        if behind <= FARTHEST {
            return Ok(None);
        }
        let mut tx = self.begin().await?;
        end_what_is_held(&mut tx, now, "clock").await?;
        let detail = format!("{{\"clock_behind_seconds\":{}}}", behind.as_secs());
        let mut entry = entry_by(Actor::System, None, Event::Alarm, detail, now);
        entry.outcome = Outcome::Failed;
        self.record(&mut tx, &entry).await?;
        // From here on that is the time.
        sqlx::query("update pulse set served = $1 where id = 1")
            .bind(now.millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(behind))
    }
}

/// Ends everything that somebody holds: sessions, known browsers, flows with their proofs and codes, and codes that wait to
/// be sent, which are dropped for this reason.
pub(super) async fn end_what_is_held(conn: &mut AnyConnection, now: Moment, reason: &str) -> Result<()> {
    for gone in ["delete from session", "delete from device", "delete from flow"] {
        sqlx::query(gone).execute(&mut *conn).await?;
    }
    sqlx::query(
        "update outbox set state = 'dropped', settled = $1, holder = null, reason = $2 \
         where state = 'waiting' and code is not null",
    )
    .bind(now.millis())
    .bind(reason)
    .execute(conn)
    .await?;
    Ok(())
}
