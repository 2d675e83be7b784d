//! `aikagi audit`.

use clap::Subcommand;
use portal::audit::{Actor, Entry, Event, Outcome as How};
use portal::ports::{Change, Clock as _, Store as _};

use super::serve::open;
use super::{Configured, Outcome, block_on};
use crate::clock::SystemClock;
use crate::store::audit::Filter;

/// Read or verify the audit log.
#[derive(clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the log, one JSON object a line, the newest first.
    List {
        /// Only what was done on the page with this support code.
        #[arg(long)]
        support: Option<String>,
        /// At most so many rows.
        #[arg(long, default_value_t = 200)]
        most: i64,
    },
    /// Check that no row was altered, removed or moved. Ends with an error where one was.
    Verify,
}

impl Audit {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            match self.deed {
                Deed::List { support, most } => {
                    let filter = support.map_or(Filter::All, |code| Filter::Support(code.trim().to_uppercase()));
                    let rows = opened.store.list_audit(&filter, None, most).await?;
                    for row in &rows {
                        println!(
                            "{}",
                            serde_json::json!({
                                "at": row.at, "actor": row.actor, "subject": row.subject, "network": row.network,
                                "event": row.event, "outcome": row.outcome, "method": row.method, "flow": row.flow,
                                "support": row.support, "detail": row.detail,
                            })
                        );
                    }
                    opened
                        .store
                        .commit(vec![Change::Record(read(SystemClock.now()))])
                        .await?;
                }
                Deed::Verify => {
                    opened.store.seal(SystemClock.now(), "audit verify").await?;
                    let report = opened.store.verify_audit(None).await?;
                    println!("{} rows, {} not sealed yet", report.rows, report.unsealed.0);
                    if let Some((number, link)) = &report.head {
                        println!("head: {number} {link}");
                    }
                    for finding in &report.findings {
                        println!("{finding:?}");
                    }
                    if !report.is_sound() {
                        return Err("the audit log is not what was written".into());
                    }
                    println!("Nothing was altered.");
                }
            }
            opened.store.close().await?;
            Ok(())
        })
    }
}

/// Reading the log is recorded in it.
fn read(at: portal::moment::Moment) -> Entry {
    Entry {
        at,
        actor: Actor::Console,
        subject: None,
        network: String::new(),
        agent: String::new(),
        event: Event::ReadAudit,
        outcome: How::Succeeded,
        method: None,
        flow: None,
        support: String::new(),
        detail: String::new(),
    }
}
