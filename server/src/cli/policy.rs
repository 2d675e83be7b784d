//! `aikagi policy`.

use std::path::PathBuf;

use clap::Subcommand;
use portal::audit::Actor;
use portal::policy::Policy;
use portal::ports::{Clock as _, Store as _};

use super::serve::open;
use super::{Configured, Outcome, block_on, shown};
use crate::clock::SystemClock;

/// Show or set the policy.
#[derive(clap::Args)]
pub struct PolicyCommand {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the policy as JSON.
    Show,
    /// Set the policy from a JSON file, as `show` prints it. What is left out takes its default.
    Set {
        /// The file; `-` reads standard input.
        file: PathBuf,
    },
}

impl PolicyCommand {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            let (current, version) = opened.store.policy().await?;
            match self.deed {
                Deed::Show => println!("{}", shown::lines(&serde_json::to_string_pretty(&current)?)),
                Deed::Set { file } => {
                    let text = if file.as_os_str() == "-" {
                        std::io::read_to_string(std::io::stdin())?
                    } else {
                        std::fs::read_to_string(&file)?
                    };
                    let policy: Policy =
                        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
                    let mistakes = policy.mistakes();
                    if !mistakes.is_empty() {
                        let list: Vec<String> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
                        return Err(format!("the policy was not set:\n{}", list.join("\n")).into());
                    }
                    opened
                        .store
                        .set_policy(&policy, version, Actor::Console, SystemClock.now())
                        .await?;
                    println!("The policy is set.");
                }
            }
            opened.store.close().await?;
            Ok(())
        })
    }
}
