//! Verifying the log: every row against its own code, every link against the one before, the ends against the anchors.

use std::fmt;

use portal::moment::Moment;
use portal::ports::Keys;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::seal::{Anchor, BEGINNING, Kind, link};
use super::{Recorded, select_audit};
use crate::store::row::{bytes, number};
use crate::store::{BATCH, Result, SqlStore};

/// Findings that a report lists; what is worse than that is not told apart any more.
const MOST_FINDINGS: usize = 1_000;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The content of a row is not what it was.
    Altered {
        /// Its place, where it is sealed.
        seq: Option<i64>,
        /// Its name.
        id: String,
    },
    /// Rows are missing, from one place to another.
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// The row at a place is not the one that was sealed there.
    Reordered {
        /// The place.
        seq: i64,
    },
    /// The end of the log is cut off.
    Truncated {
        /// The last place that is known to have been.
        known: i64,
        /// The last place there is.
        last: i64,
    },
    /// An anchor does not fit the row at its place, or was not written by us.
    Anchor {
        /// The place.
        seq: i64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { seq: Some(seq), id } => write!(f, "row {seq} ({id}) was altered"),
            Self::Altered { seq: None, id } => write!(f, "a row that is not sealed yet ({id}) was altered"),
            Self::Missing { from, to } if from == to => write!(f, "row {from} is missing"),
            Self::Missing { from, to } => write!(f, "rows {from} to {to} are missing"),
            Self::Reordered { seq } => write!(f, "row {seq} is not the one that was sealed there"),
            Self::Truncated { known, last } => {
                write!(
                    f,
                    "the end is cut off: there was a row {known}, and the last one is {last}"
                )
            }
            Self::Anchor { seq } => write!(f, "the anchor at {seq} does not fit the log"),
        }
    }
}

/// How the log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Rows that were looked at.
    pub rows: u64,
    /// The end of the chain, to be kept elsewhere.
    pub head: Option<Anchor>,
    /// Rows that are not sealed yet, and the moment of the oldest. More than a second old is suspicious while a server
    /// runs.
    pub unsealed: (u64, Option<Moment>),
    /// What is wrong, in the order of the log; at most 1,000.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }
}

impl SqlStore {
    /// Reads the whole log, as it stands at one moment. `known` are anchors that were told outside: without one, cutting
    /// off the end together with every anchor in the database cannot be found.
    pub async fn verify_audit(&self, known: impl IntoIterator<Item = Anchor> + Send) -> Result<Report> {
        let known: Vec<Anchor> = known.into_iter().collect();
        let keys = self.keys.as_ref();
        let mut tx = self.begin_reading().await?;
        let mut report = Report {
            rows: 0,
            head: None,
            unsealed: (0, None),
            findings: Vec::new(),
        };
        let removed = read_anchor(&mut tx, keys, Kind::Retention, &mut report).await?;
        let newest = read_anchor(&mut tx, keys, Kind::Head, &mut report).await?;
        let removed = removed.unwrap_or(Anchor {
            seq: 0,
            link: BEGINNING.to_vec(),
        });
        let mut last = removed.clone();
        loop {
            let rows = sqlx::query(select_audit!("where seq > $1 order by seq limit $2"))
                .bind(last.seq)
                .bind(BATCH)
                .fetch_all(&mut *tx)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                last = check(row, keys, &last, &mut report)?;
            }
        }
        for anchor in newest.iter().chain(&known) {
            compare(&mut tx, anchor, &removed, &last, &mut report).await?;
        }
        report.head = (last.seq > 0).then_some(last);
        check_unsealed(&mut tx, keys, &mut report).await?;
        tx.rollback().await?;
        Ok(report)
    }
}

/// Checks a sealed row against the place and the link before it; gives its own.
fn check(row: &AnyRow, keys: &dyn Keys, before: &Anchor, report: &mut Report) -> Result<Anchor> {
    let recorded = Recorded::read(row)?;
    let seq = number(row, "seq")?;
    report.rows += 1;
    let is_next = seq == before.seq + 1;
    if !is_next {
        report.add(Finding::Missing {
            from: before.seq + 1,
            to: seq - 1,
        });
    }
    let (own_prev, own_link) = (bytes(row, "prev")?, bytes(row, "link")?);
    let is_linked = own_link == link(keys, seq, &own_prev, &bytes(row, "mac")?);
    // After a gap there is nothing to compare with: the row must fit itself, and the rest goes on from it.
    if !is_linked || (is_next && own_prev != before.link) {
        report.add(Finding::Reordered { seq });
    }
    if !recorded.is_genuine(row, keys)? {
        report.add(Finding::Altered {
            seq: Some(seq),
            id: recorded.id,
        });
    }
    Ok(Anchor { seq, link: own_link })
}

/// The newest anchor of a kind, where it is our own.
async fn read_anchor(
    conn: &mut AnyConnection,
    keys: &dyn Keys,
    kind: Kind,
    report: &mut Report,
) -> Result<Option<Anchor>> {
    let row = sqlx::query("select seq, link, mac from audit_anchor where kind = $1 order by seq desc limit 1")
        .bind(kind.word())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let anchor = Anchor {
        seq: number(&row, "seq")?,
        link: bytes(&row, "link")?,
    };
    if bytes(&row, "mac")? == anchor.mac(keys, kind) {
        return Ok(Some(anchor));
    }
    report.add(Finding::Anchor { seq: anchor.seq });
    Ok(None)
}

/// Compares an anchor with the log: what it names must still be there, unless retention removed it.
async fn compare(
    conn: &mut AnyConnection,
    anchor: &Anchor,
    removed: &Anchor,
    last: &Anchor,
    report: &mut Report,
) -> Result<()> {
    let Anchor { seq, link } = anchor;
    if *seq > last.seq {
        report.add(Finding::Truncated {
            known: *seq,
            last: last.seq,
        });
        return Ok(());
    }
    let row = sqlx::query("select link from audit where seq = $1")
        .bind(seq)
        .fetch_optional(conn)
        .await?;
    let stands = match row {
        Some(row) => Some(bytes(&row, "link")?),
        // The last row that retention removed left its link.
        None => (removed.seq == *seq).then(|| removed.link.clone()),
    };
    if stands.is_some_and(|stands| stands != *link) {
        report.add(Finding::Anchor { seq: *seq });
    }
    Ok(())
}

async fn check_unsealed(conn: &mut AnyConnection, keys: &dyn Keys, report: &mut Report) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = sqlx::query(select_audit!(
            "where seq is null and number > $1 order by number limit $2"
        ))
        .bind(after)
        .bind(BATCH)
        .fetch_all(&mut *conn)
        .await?;
        for row in &rows {
            let recorded = Recorded::read(row)?;
            after = recorded.key;
            report.rows += 1;
            report.unsealed.0 += 1;
            report.unsealed.1 = Some(report.unsealed.1.map_or(recorded.at, |oldest| oldest.min(recorded.at)));
            if !recorded.is_genuine(row, keys)? {
                report.add(Finding::Altered {
                    seq: None,
                    id: recorded.id,
                });
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}
