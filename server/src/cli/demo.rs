//! `aikagi demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use portal::policy::AccountMessages;

use super::serve::told_to_stop;
use super::{Outcome, block_on};
use crate::demo;

/// Try everything with a sample organisation, on this machine, without sending anything.
#[derive(clap::Args)]
pub struct Demo {
    /// The address to listen on; only this machine can reach it.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder for the scratch database: empty, or not there yet. Without it, a temporary one that is removed.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Tell nothing of an account to whoever gives its name: the policy's `account_messages` is `uniform`.
    #[arg(long)]
    uniform: bool,
}

impl Demo {
    pub fn run(self) -> Outcome {
        if !self.listen.ip().is_loopback() {
            return Err(
                "the demonstration listens on this machine only: give a loopback address such as 127.0.0.1:8080".into(),
            );
        }
        let messages = if self.uniform {
            AccountMessages::Uniform
        } else {
            AccountMessages::Explain
        };
        block_on(async move { Ok(demo::run(self.listen, self.dir, messages, told_to_stop()?).await?) })
    }
}
