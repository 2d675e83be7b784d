//! What a process that ended without a word still holds.

use super::{Result, SqlStore};
use crate::courier::Channel;

impl SqlStore {
    /// Frees the messages and the jobs that an earlier process held, so that nobody waits for a code until the lease of
    /// the dead runs out. To be called before the first worker begins. Does nothing where the database is on a server:
    /// there the holder may be another process, and alive.
    pub async fn take_over(&self) -> Result<()> {
        if self.foundation.file().is_none() {
            return Ok(());
        }
        let now = self.clock.now().millis();
        let mut tx = self.begin().await?;
        for channel in Channel::ALL {
            sqlx::query(
                "update outbox set due = $1, holder = null \
                 where channel = $2 and state = 'waiting' and holder is not null",
            )
            .bind(now)
            .bind(channel.word())
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query("update lease set until = $1 where until > $1")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
