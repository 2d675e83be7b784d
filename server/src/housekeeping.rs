//! What has to be done now and then: sealing the audit log, forgetting what has run out.

use std::sync::Arc;
use std::time::Duration;

use portal::audit::Actor;
use portal::moment::{Moment, hours, minutes};
use portal::ports::{Clock, Fault};
use portal::service::Portal;
use tokio::sync::watch;

use crate::store::SqlStore;

/// How often the audit log is sealed: rows are in the chain within about a second.
const SEAL_EVERY: Duration = Duration::from_millis(500);
/// How often rows of the audit log are looked for that are older than it is kept.
const RETAIN_EVERY: Duration = hours(1);
/// How often what has run out is removed.
const PURGE_EVERY: Duration = minutes(1);
/// How often the head of the chain is told to the log, where no one who can alter the database can alter it.
const ANCHOR_EVERY: Duration = minutes(5);

/// The worker that keeps the house.
pub struct Housekeeping {
    /// The store.
    pub store: Arc<SqlStore>,
    /// Who tells owners what was left unfinished.
    pub portal: Arc<Portal>,
    /// How long the audit log is kept.
    pub keep_audit: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The name of this worker in leases.
    pub name: String,
}

impl Housekeeping {
    /// Works until it is told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut done = Done {
            anchored: self.clock.now(),
            ..Done::default()
        };
        loop {
            if let Err(fault) = self.round(&mut done).await {
                tracing::error!(%fault, "housekeeping failed");
            }
            tokio::select! {
                () = tokio::time::sleep(SEAL_EVERY) => {}
                () = told(&mut stop) => {
                    // What was written last is sealed before the end.
                    if let Err(fault) = self.store.seal(self.clock.now(), &self.name).await {
                        tracing::error!(%fault, "the audit log was not sealed at the end");
                    }
                    return;
                }
            }
        }
    }

    async fn round(&self, done: &mut Done) -> Result<(), Fault> {
        let now = self.clock.now();
        self.store.seal(now, &self.name).await?;
        if now.since(done.anchored) >= ANCHOR_EVERY {
            done.anchored = now;
            if let Some(anchor) = self.store.anchor(now).await? {
                tracing::info!(%anchor, "head of the audit log");
            }
        }
        if now.since(done.retained) >= RETAIN_EVERY {
            done.retained = now;
            let before = now - self.keep_audit;
            let removed = self.store.retain_audit(before, Actor::System, now).await?;
            if removed > 0 {
                tracing::info!(removed, "rows of the audit log were older than it is kept");
            }
        }
        if now.since(done.purged) >= PURGE_EVERY {
            done.purged = now;
            // One that fails must not keep the others from their work.
            let told = self.portal.tell_unfinished().await.map(|_| ());
            let digested = self.portal.digest_help().await.map(|_| ());
            let dropped = self.store.drop_expired(now).await.map(|_| ());
            let purged = self.store.purge(now).await.map(|_| ());
            told?;
            digested?;
            dropped?;
            purged?;
        }
        Ok(())
    }
}

/// When each of the rarer jobs was done last.
#[derive(Default)]
struct Done {
    anchored: Moment,
    retained: Moment,
    purged: Moment,
}

/// Ends when it is told to stop, or when nobody is left to tell.
pub(crate) async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
