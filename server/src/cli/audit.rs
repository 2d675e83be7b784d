//! `aikagi audit`.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, RangedI64ValueParser};
use clap::{Subcommand, value_parser};
use portal::account::UserName;
use portal::audit::{Actor, Entry, Event, Outcome as How};
use portal::identity::AccountId;
use portal::ports::{Change, Clock as _, Committed, Store as _};

use super::serve::{Opened, open};
use super::{Configured, Outcome, Sentence, block_on, shown};
use crate::clock::SystemClock;
use crate::settings::KEEP_DAYS;
use crate::store::SqlStore;
use crate::store::audit::{Anchor, Filter, Recorded};

/// Read, seal or verify the audit log, or remove its oldest rows.
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
        /// Only what concerns the account of this user name.
        #[arg(long, value_name = "NAME", conflicts_with_all = ["support", "event"])]
        subject: Option<String>,
        /// Only this event, as `sign_in` or `reset`.
        #[arg(long, value_parser = PossibleValuesParser::new(Event::ALL.map(Event::word)), conflicts_with = "support")]
        event: Option<String>,
        /// At most so many rows.
        #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(1..))]
        most: u32,
    },
    /// Seal what was written last, and print the end of the chain: an anchor to be kept elsewhere, for `verify`.
    Seal,
    /// Check that no row was altered, removed or moved. Ends with an error where one was.
    Verify(Known),
    /// Remove the rows that are older than the log is kept. The rest can still be verified.
    Retain {
        /// For how many days it is kept; without it, as the configuration says.
        #[arg(long, value_parser = days_kept())]
        days: Option<u32>,
    },
}

fn days_kept() -> RangedI64ValueParser<u32> {
    let (fewest, most) = KEEP_DAYS.into_inner();
    value_parser!(u32).range(i64::from(fewest)..=i64::from(most))
}

/// Anchors that were kept elsewhere. Only by one of them is an end found that was cut off together with the anchors in the
/// database.
#[derive(clap::Args)]
struct Known {
    /// An anchor, as `seal` printed it and the log of the server tells it; may be given several times.
    #[arg(long, value_name = "COUNT:HASH")]
    anchor: Vec<Anchor>,
    /// A file with anchors, one a line.
    #[arg(long, value_name = "FILE")]
    anchor_file: Option<PathBuf>,
}

impl Audit {
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
        let store = &opened.store;
        let now = SystemClock.now();
        match self {
            Self::List {
                support,
                subject,
                event,
                most,
            } => list(store, filter(store, support, subject, event).await?, most).await?,
            Self::Seal => {
                store.seal_alone().await?;
                let anchor = store.anchor(now).await?.ok_or("the audit log is empty")?;
                println!("{anchor}");
            }
            Self::Verify(known) => verify(store, known.read()?).await?,
            Self::Retain { days } => {
                let keep = days.map_or(opened.settings.audit.keep, |days| portal::moment::days(days.into()));
                store.seal_alone().await?;
                let removed = store.retain_audit(now - keep, Actor::Console, now).await?;
                store.seal_alone().await?;
                let days = keep.as_secs() / 86_400;
                println!("{removed} rows older than {days} days are removed.");
            }
        }
        Ok(())
    }
}

impl Known {
    /// All of them, or every line that is none.
    fn read(self) -> Result<Vec<Anchor>, Sentence> {
        let mut anchors = self.anchor;
        let Some(file) = self.anchor_file else {
            return Ok(anchors);
        };
        let shown = file.display();
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{shown}: {error}"))?;
        let mut wrong = Vec::new();
        for (number, line) in text.lines().enumerate() {
            match line.parse() {
                Ok(anchor) => anchors.push(anchor),
                Err(_) if line.trim().is_empty() => {}
                Err(error) => wrong.push(format!("{shown}:{}: {error}", number + 1)),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong.join("\n").into());
        }
        if anchors.is_empty() {
            return Err(format!("{shown}: holds no anchor").into());
        }
        Ok(anchors)
    }
}

/// Which rows are wanted; at most one of the three is given.
async fn filter(
    store: &SqlStore,
    support: Option<String>,
    subject: Option<String>,
    event: Option<String>,
) -> Result<Filter, Sentence> {
    if let Some(code) = support {
        return Ok(Filter::Support(code.trim().to_uppercase()));
    }
    if let Some(name) = subject {
        let name = UserName::parse(&name).map_err(|_| "this cannot be a user name")?;
        let account = store
            .account_named(&name)
            .await?
            .ok_or("there is nobody of this name")?;
        return Ok(Filter::Subject(account.id));
    }
    let event = event.and_then(|word| Event::ALL.into_iter().find(|event| event.word() == word));
    Ok(event.map_or(Filter::All, Filter::Event))
}

async fn list(store: &SqlStore, filter: Filter, most: u32) -> Outcome {
    // Before anything is shown, so that nobody reads without a trace; it is not among what was there to be read.
    let newest = store.list_audit(&Filter::All, None, 1).await?;
    if store.commit(vec![Change::Record(read(SystemClock.now()))]).await? == Committed::Stale {
        return Err("that the log is read could not be recorded, so nothing is shown".into());
    }
    let mut after = newest.first().map(|row| row.key.saturating_add(1));
    let mut left = i64::from(most);
    let mut names = HashMap::new();
    while left > 0 && after.is_some() {
        let page = store.list_audit(&filter, after, left).await?;
        for row in &page {
            let name = name(store, &mut names, &row.subject).await?;
            print(row, name.as_deref());
        }
        left -= i64::try_from(page.len())?;
        after = page.last().map(|row| row.key);
    }
    Ok(())
}

/// The name of the account that a row is about; none where there is none any more, or never was one.
async fn name(
    store: &SqlStore,
    known: &mut HashMap<String, Option<String>>,
    subject: &str,
) -> Result<Option<String>, Sentence> {
    if let Some(name) = known.get(subject) {
        return Ok(name.clone());
    }
    let account = store.account(&AccountId::new(subject)).await?;
    let name = account.map(|account| account.name);
    known.insert(subject.to_owned(), name.clone());
    Ok(name)
}

fn print(row: &Recorded, name: Option<&str>) {
    let row = serde_json::json!({
        "at": shown::instant(row.at), "actor": row.actor, "subject": row.subject, "name": name,
        "network": row.network, "event": row.event, "outcome": row.outcome, "method": row.method, "flow": row.flow,
        "support": row.support, "detail": row.detail,
    });
    println!("{}", shown::line(&row.to_string()));
}

pub(super) async fn verify(store: &SqlStore, known: Vec<Anchor>) -> Outcome {
    store.seal_alone().await?;
    let compared = known.len();
    let report = store.verify_audit(known).await?;
    println!("{} rows, {} not sealed yet", report.rows, report.unsealed.0);
    if let Some(anchor) = &report.head {
        println!("anchor: {anchor}");
    }
    for finding in &report.findings {
        println!("{}", shown::line(&finding.to_string()));
    }
    if !report.is_sound() {
        return Err("the audit log is not what was written".into());
    }
    println!("Nothing was altered.");
    if compared == 0 {
        println!(
            "To find an end that was cut off, too, give an anchor that was kept elsewhere: --anchor or --anchor-file."
        );
    }
    Ok(())
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
