//! `aikagi outbox`.

use portal::identity::AccountId;

use super::serve::{Opened, open};
use super::{Configured, Outcome, block_on, shown};
use crate::store::LONGEST_PAGE;

/// Show what waits to be sent, and the messages of the last week that were given up, one JSON object a line.
#[derive(clap::Args)]
pub struct Outbox {
    #[command(flatten)]
    configured: Configured,
}

impl Outbox {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            let outcome = list(&opened).await;
            opened.store.close().await?;
            outcome
        })
    }
}

async fn list(opened: &Opened) -> Outcome {
    let mut is_empty = true;
    for lane in opened.store.backlog().await? {
        is_empty = false;
        let (channel, messages, oldest) = (lane.channel.word(), lane.messages, lane.oldest);
        println!(
            "{}",
            serde_json::json!({ "waiting": channel, "messages": messages, "oldest": shown::instant(oldest) })
        );
    }
    let mut after = 0;
    loop {
        let page = opened.store.dead_letters(after, LONGEST_PAGE).await?;
        let Some(last) = page.last() else { break };
        is_empty = false;
        after = last.key;
        for letter in page {
            let letter = serde_json::json!({
                "given_up": letter.id.as_str(), "what": letter.what,
                "account": letter.account.as_ref().map(AccountId::as_str), "at": shown::instant(letter.at),
                "attempts": letter.attempts, "reason": letter.reason,
            });
            println!("{}", shown::line(&letter.to_string()));
        }
    }
    if is_empty {
        // For whoever looks; a program reads no line.
        eprintln!("Nothing waits, and nothing was given up in the last week.");
    }
    Ok(())
}
