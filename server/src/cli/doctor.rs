//! `aikagi doctor`.

use super::serve::{Opened, open};
use super::{Configured, Outcome, audit, block_on, shown};

/// Look at everything an installation stands on: configuration, keyring, disk, every page of the database, and the audit
/// log. Takes some seconds for each gigabyte.
#[derive(clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    configured: Configured,
}

impl Doctor {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            println!("configuration: {} can be used", self.configured.config.display());
            let outcome = look(&opened).await;
            opened.store.close().await?;
            outcome
        })
    }
}

/// Tells everything that is found, and fails where anything is wrong.
async fn look(opened: &Opened) -> Outcome {
    let store = &opened.store;
    let mut wrong = Vec::new();
    match store.ready().await {
        Ok(()) => println!("keyring, disk: what was sealed can be opened, and there is room to write"),
        Err(unready) => wrong.push(unready.words().to_owned()),
    }
    let findings = store.examine().await?;
    if findings.is_empty() {
        println!("database: {} is whole", store.place());
    }
    wrong.extend(findings.into_iter().map(|finding| format!("database: {finding}")));
    if let Err(told) = audit::verify(store, Vec::new()).await {
        wrong.push(told.to_string());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    for told in &wrong {
        println!("{}", shown::line(told));
    }
    Err("something is wrong; keep the files as they are, and a copy of them, until it is clear what happened".into())
}
