//! `aikagi policy`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use portal::audit::Actor;
use portal::policy::Policy;
use portal::ports::{Clock as _, Committed, Store as _};

use super::serve::{Opened, open};
use super::{Configured, Outcome, Sentence, block_on, shown};
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
    /// Set the policy from a JSON file, as `show` prints it. What is left out takes its default. Whether and how often
    /// registering may be put off is `registration_required` and `registration_skips`; `reconfirm_days` and
    /// `reminder_days` say when
    /// people are asked again, 0 is never.
    Set {
        /// The file; `-` reads standard input.
        file: PathBuf,
    },
}

impl PolicyCommand {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            let outcome = self.deed.run(&opened).await;
            opened.store.close().await?;
            outcome
        })
    }
}

impl Deed {
    async fn run(self, opened: &Opened) -> Outcome {
        let (current, version) = opened.store.policy().await?;
        match self {
            Self::Show => println!("{}", shown::lines(&serde_json::to_string_pretty(&current)?)),
            Self::Set { file } => {
                let policy = read(&file)?;
                let now = SystemClock.now();
                match opened.store.set_policy(&policy, version, Actor::Console, now).await? {
                    Committed::Done => {
                        println!("The policy is set.");
                        for warning in policy.warnings_after(&current) {
                            eprintln!("warning: {warning}");
                        }
                    }
                    Committed::Stale => {
                        return Err("the policy was changed by somebody else at this moment; nothing was set".into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// The policy in a file, or everything that is wrong with it.
fn read(file: &Path) -> Result<Policy, Sentence> {
    let shown = file.display();
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| format!("{shown}: {error}"))?;
    let policy: Policy = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let mistakes = policy.mistakes();
    if mistakes.is_empty() {
        return Ok(policy);
    }
    let list: Vec<String> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
    Err(format!("the policy was not set:\n{}", list.join("\n")).into())
}
