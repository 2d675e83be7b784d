//! The audit log. A row is written in the transaction of what it records and carries a code over its own content that
//! nobody can make without the key; the sealer links the rows into a chain a moment later, so that no transaction waits
//! for another one's link.

mod retention;
mod seal;
mod verify;

use portal::audit::{Actor, Entry, Event, Outcome};
use portal::identity::{AccountId, FlowId};
use portal::method::Method;
use portal::moment::Moment;
use portal::ports::{Keys, Label};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{bytes, moment, number, text};
use super::{LONGEST_PAGE, Result, SqlStore};
use crate::random::{SystemRandom, name};

pub use seal::{Anchor, NoAnchor};
pub use verify::{Finding, Report};

/// The columns of an audit row that are written with it; the sealer gives the others.
macro_rules! audit_columns {
    () => {
        "id,
        at,
        actor,
        subject,
        network,
        agent,
        event,
        outcome,
        method,
        flow,
        support,
        detail,
        mac"
    };
}
use audit_columns;

/// `select` and every column of an audit row; the rest of the query follows.
macro_rules! select_audit {
    ($rest:literal) => {
        concat!(
            "select number, ",
            $crate::store::audit::audit_columns!(),
            ", seq, prev, link from audit ",
            $rest
        )
    };
}
use select_audit;

/// Which rows of the log are wanted.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All of them.
    All,
    /// Those about one account.
    Subject(AccountId),
    /// Those of one event.
    Event(Event),
    /// Those of one page's support code.
    Support(String),
}

/// A row of the log, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the list.
    pub key: i64,
    /// Its own name.
    pub id: String,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// Whose account is concerned, or empty, as below.
    pub subject: String,
    /// From where.
    pub network: String,
    /// Keyed digest of the browser's self-description.
    pub agent: String,
    /// What.
    pub event: String,
    /// How it went.
    pub outcome: String,
    /// With which method.
    pub method: String,
    /// In which flow.
    pub flow: String,
    /// The support code of the page.
    pub support: String,
    /// A few words.
    pub detail: String,
    /// Its place in the chain, once it is sealed.
    pub seq: Option<i64>,
}

impl Recorded {
    /// The code over everything a row says. The id is part of it, so that a row cannot be copied.
    fn mac(&self, keys: &dyn Keys) -> [u8; 32] {
        keys.digest(
            Label::Audit,
            &[
                b"entry",
                self.id.as_bytes(),
                &self.at.millis().to_be_bytes(),
                self.actor.as_bytes(),
                self.subject.as_bytes(),
                self.network.as_bytes(),
                self.agent.as_bytes(),
                self.event.as_bytes(),
                self.outcome.as_bytes(),
                self.method.as_bytes(),
                self.flow.as_bytes(),
                self.support.as_bytes(),
                self.detail.as_bytes(),
            ],
        )
    }

    fn of(id: String, entry: &Entry) -> Self {
        Self {
            key: 0,
            id,
            at: entry.at,
            actor: entry.actor.word(),
            subject: entry.subject.as_ref().map_or("", AccountId::as_str).to_owned(),
            network: entry.network.clone(),
            agent: entry.agent.clone(),
            event: entry.event.word().to_owned(),
            outcome: entry.outcome.word().to_owned(),
            method: entry.method.map_or("", Method::word).to_owned(),
            flow: entry.flow.as_ref().map_or("", FlowId::as_str).to_owned(),
            support: entry.support.clone(),
            detail: entry.detail.clone(),
            seq: None,
        }
    }

    fn read(row: &AnyRow) -> Result<Self> {
        use sqlx::Row as _;
        Ok(Self {
            key: number(row, "number")?,
            id: text(row, "id")?,
            at: moment(row, "at")?,
            actor: text(row, "actor")?,
            subject: text(row, "subject")?,
            network: text(row, "network")?,
            agent: text(row, "agent")?,
            event: text(row, "event")?,
            outcome: text(row, "outcome")?,
            method: text(row, "method")?,
            flow: text(row, "flow")?,
            support: text(row, "support")?,
            detail: text(row, "detail")?,
            seq: row.try_get("seq")?,
        })
    }

    /// Whether the code that stands beside the row is the one over its content.
    fn is_genuine(&self, row: &AnyRow, keys: &dyn Keys) -> Result<bool> {
        Ok(bytes(row, "mac")? == self.mac(keys))
    }
}

impl SqlStore {
    /// Writes an entry, in the transaction of what it records.
    pub(super) async fn record(&self, conn: &mut AnyConnection, entry: &Entry) -> Result<()> {
        let row = Recorded::of(name(&SystemRandom)?, entry);
        sqlx::query(concat!(
            "insert into audit (",
            audit_columns!(),
            ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        ))
        .bind(&row.id)
        .bind(row.at.millis())
        .bind(&row.actor)
        .bind(&row.subject)
        .bind(&row.network)
        .bind(&row.agent)
        .bind(&row.event)
        .bind(&row.outcome)
        .bind(&row.method)
        .bind(&row.flow)
        .bind(&row.support)
        .bind(&row.detail)
        .bind(row.mac(self.keys.as_ref()).to_vec())
        .execute(conn)
        .await?;
        Ok(())
    }

    /// A page of the log, the newest first: at most `most` (and [`LONGEST_PAGE`]) rows that come after the one with this
    /// key. Whoever shows them records that they were read.
    pub async fn list_audit(&self, filter: &Filter, after: Option<i64>, most: i64) -> Result<Vec<Recorded>> {
        let page = match filter {
            Filter::All => sqlx::query(select_audit!("where number < $1 order by number desc limit $2")),
            Filter::Subject(_) => sqlx::query(select_audit!(
                "where subject = $3 and number < $1 order by number desc limit $2"
            )),
            Filter::Event(_) => sqlx::query(select_audit!(
                "where event = $3 and number < $1 order by number desc limit $2"
            )),
            Filter::Support(_) => sqlx::query(select_audit!(
                "where support = $3 and number < $1 order by number desc limit $2"
            )),
        };
        let page = page.bind(after.unwrap_or(i64::MAX)).bind(most.clamp(1, LONGEST_PAGE));
        let page = match filter {
            Filter::All => page,
            Filter::Subject(subject) => page.bind(subject.as_str()),
            Filter::Event(event) => page.bind(event.word()),
            Filter::Support(support) => page.bind(support.as_str()),
        };
        page.fetch_all(&self.reader).await?.iter().map(Recorded::read).collect()
    }
}

/// The entry of a deed that no visitor's page led to: an administrator's, or the product's own.
pub(super) fn entry_by(by: Actor, subject: Option<AccountId>, event: Event, detail: String, at: Moment) -> Entry {
    Entry {
        at,
        actor: by,
        subject,
        network: String::new(),
        agent: String::new(),
        event,
        outcome: Outcome::Succeeded,
        method: None,
        flow: None,
        support: String::new(),
        detail,
    }
}
