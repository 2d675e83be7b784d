//! Who keeps the house, where several servers share a database.

use std::time::Duration;

use portal::moment::{Moment, seconds};

use super::{Result, SqlStore, lease};

/// How long a keeper that fell silent keeps the others from taking over.
const LEASE: Duration = seconds(15);

/// The name of the job in leases.
const KEEPER: &str = "housekeeping";

impl SqlStore {
    /// Whether the house is this holder's to keep, for a moment; a file is always. What is done by one who lost it
    /// meanwhile does no harm: each deed has a precondition of its own.
    pub async fn leads(&self, now: Moment, holder: &str) -> Result<bool> {
        if self.foundation.file().is_some() {
            return Ok(true);
        }
        let mut tx = self.begin().await?;
        let token = lease::take(&mut tx, KEEPER, holder, now, LEASE).await?;
        tx.commit().await?;
        Ok(token.is_some())
    }

    /// Leaves the house to whoever comes next.
    pub async fn stop_leading(&self, holder: &str) -> Result<()> {
        if self.foundation.file().is_some() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        lease::end(&mut tx, KEEPER, holder).await?;
        tx.commit().await?;
        Ok(())
    }
}
