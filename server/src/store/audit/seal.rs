//! Sealing: each row gets the next place in the chain, without gaps, and a link over the one before it and itself. And
//! anchors: the head of the chain at some moment, kept here and told outside, by which a cut-off end is found.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use portal::moment::{Moment, seconds};
use portal::ports::{Keys, Label};
use sqlx::AnyConnection;

use crate::point::Point;
use crate::store::row::{bytes, moment, number};
use crate::store::turns::Turn;
use crate::store::{BATCH, Result, SqlStore, lease};

/// How long a sealer that fell silent keeps the others from taking over.
const LEASE: Duration = seconds(10);

/// The name of the job in leases.
const SEALER: &str = "audit sealer";

/// The link before the first.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// A place in the chain and its link: what is kept elsewhere, to find a cut-off end by. Written as `12:9f86d0…`, the place,
/// a colon, and the link in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub(super) seq: i64,
    pub(super) link: Vec<u8>,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex::encode(&self.link))
    }
}

/// A text that is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnchor;

impl fmt::Display for NoAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an anchor is a number, a colon and 64 hexadecimal digits, as `aikagi audit seal` prints it")
    }
}

impl std::error::Error for NoAnchor {}

impl FromStr for Anchor {
    type Err = NoAnchor;

    fn from_str(text: &str) -> std::result::Result<Self, NoAnchor> {
        let (seq, link) = text.trim().split_once(':').ok_or(NoAnchor)?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NoAnchor)?;
        let link = hex::decode(link).map_err(|_| NoAnchor)?;
        if link.len() == BEGINNING.len() {
            Ok(Self { seq, link })
        } else {
            Err(NoAnchor)
        }
    }
}

/// Why an anchor was written.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Time for one.
    Head,
    /// The rows up to it were removed.
    Retention,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Retention => "retention",
        }
    }
}

impl Anchor {
    /// The place.
    pub const fn seq(&self) -> i64 {
        self.seq
    }

    pub(super) fn mac(&self, keys: &dyn Keys, kind: Kind) -> [u8; 32] {
        keys.digest(
            Label::Audit,
            &[b"anchor", kind.word().as_bytes(), &self.seq.to_be_bytes(), &self.link],
        )
    }

    pub(super) async fn write(&self, conn: &mut AnyConnection, keys: &dyn Keys, kind: Kind, now: Moment) -> Result<()> {
        sqlx::query(
            "insert into audit_anchor (
                seq,
                kind,
                link,
                at,
                mac
            )
            values ($1, $2, $3, $4, $5)
            on conflict (kind, seq) do nothing",
        )
        .bind(self.seq)
        .bind(kind.word())
        .bind(self.link.clone())
        .bind(now.millis())
        .bind(self.mac(keys, kind).to_vec())
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// The link at a place: over the link before, the place and the row's own code.
pub(super) fn link(keys: &dyn Keys, seq: i64, prev: &[u8], mac: &[u8]) -> [u8; 32] {
    keys.digest(Label::Audit, &[b"link", &seq.to_be_bytes(), prev, mac])
}

/// The end of the chain: the last sealed row, or where all of them were removed, the anchor they left.
async fn head(conn: &mut AnyConnection) -> Result<Anchor> {
    let last = sqlx::query("select seq, link from audit where seq > 0 order by seq desc limit 1")
        .fetch_optional(&mut *conn)
        .await?;
    let last = match last {
        Some(row) => Some(row),
        None => {
            sqlx::query("select seq, link from audit_anchor where kind = $1 order by seq desc limit 1")
                .bind(Kind::Retention.word())
                .fetch_optional(conn)
                .await?
        }
    };
    match last {
        Some(row) => Ok(Anchor {
            seq: number(&row, "seq")?,
            link: bytes(&row, "link")?,
        }),
        None => Ok(Anchor {
            seq: 0,
            link: BEGINNING.to_vec(),
        }),
    }
}

impl SqlStore {
    /// Seals what is not sealed yet; how many rows. Nothing while another holder does it. To be called often enough
    /// that no row stays unsealed for a second.
    pub async fn seal(&self, now: Moment, holder: &str) -> Result<u64> {
        self.seal_as(Some((holder, now))).await
    }

    /// The same by a holder who will seal no more: the next one need not wait.
    pub async fn seal_last(&self, now: Moment, holder: &str) -> Result<u64> {
        let sealed = self.seal(now, holder).await?;
        let mut tx = self.begin().await?;
        lease::end(&mut tx, SEALER, holder).await?;
        tx.commit().await?;
        Ok(sealed)
    }

    /// Seals everything, whoever holds the lease: for a command, beside which servers may be at work where the database is
    /// on a server. Nothing that was written before is left unsealed.
    pub async fn seal_alone(&self) -> Result<u64> {
        self.seal_as(None).await
    }

    async fn seal_as(&self, holder: Option<(&str, Moment)>) -> Result<u64> {
        let mut sealed = 0;
        loop {
            // Looking first costs no write lock, and most of the time there is nothing.
            let open = sqlx::query("select number from audit where seq is null limit 1");
            if open.fetch_optional(&self.reader).await?.is_none() {
                return Ok(sealed);
            }
            // Nor does it wait for another one that is at it.
            if let Some((holder, now)) = holder
                && lease::is_taken(&self.reader, SEALER, holder, now).await?
            {
                return Ok(sealed);
            }
            let mut tx = self.begin().await?;
            self.await_turn(&mut tx, &[Turn::Chain]).await?;
            if let Some((holder, now)) = holder
                && lease::take(&mut tx, SEALER, holder, now, LEASE).await?.is_none()
            {
                return Ok(sealed);
            }
            let Anchor {
                mut seq,
                link: mut prev,
            } = head(&mut tx).await?;
            let rows = sqlx::query("select number, mac from audit where seq is null order by number limit $1")
                .bind(BATCH)
                .fetch_all(&mut *tx)
                .await?;
            for row in &rows {
                seq += 1;
                let next = link(self.keys.as_ref(), seq, &prev, &bytes(row, "mac")?).to_vec();
                sqlx::query("update audit set seq = $2, prev = $3, link = $4 where number = $1 and seq is null")
                    .bind(number(row, "number")?)
                    .bind(seq)
                    .bind(prev)
                    .bind(next.clone())
                    .execute(&mut *tx)
                    .await?;
                prev = next;
                sealed += 1;
            }
            Point::BeforeSeal.reached();
            tx.commit().await?;
            Point::AfterSeal.reached();
        }
    }

    /// How many rows are not sealed yet.
    pub async fn unsealed_audit(&self) -> Result<i64> {
        let row = sqlx::query("select count(*) as unsealed from audit where seq is null")
            .fetch_one(&self.reader)
            .await?;
        number(&row, "unsealed")
    }

    /// When the newest row or anchor was written; none while the log is empty.
    pub async fn newest_audit(&self) -> Result<Option<Moment>> {
        let row = sqlx::query("select at from audit order by number desc limit 1")
            .fetch_optional(&self.reader)
            .await?;
        let anchor = sqlx::query("select at from audit_anchor where kind = $1 order by seq desc limit 1")
            .bind(Kind::Head.word())
            .fetch_optional(&self.reader)
            .await?;
        let written = row.iter().chain(&anchor).map(|row| moment(row, "at"));
        Ok(written.collect::<Result<Vec<_>>>()?.into_iter().max())
    }

    /// Writes down the head of the chain, for finding a cut-off end later. Whoever asks tells it outside as well: to the
    /// log, say, where an intruder in the database cannot reach it. None while the log is empty.
    pub async fn anchor(&self, now: Moment) -> Result<Option<Anchor>> {
        let mut tx = self.begin().await?;
        self.await_turn(&mut tx, &[Turn::Chain]).await?;
        let head = head(&mut tx).await?;
        if head.seq == 0 {
            return Ok(None);
        }
        head.write(&mut tx, self.keys.as_ref(), Kind::Head, now).await?;
        tx.commit().await?;
        Ok(Some(head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_is_written_and_nothing_else_is_one() {
        let anchor = Anchor {
            seq: 12,
            link: vec![0xab; 32],
        };
        assert_eq!(anchor.to_string().parse(), Ok(anchor.clone()));
        assert_eq!(format!(" {anchor}\n").to_uppercase().parse(), Ok(anchor));
        let link = "ab".repeat(32);
        for typed in [
            String::new(),
            link.clone(),
            format!("12 {link}"),
            format!("0:{link}"),
            format!("-1:{link}"),
            format!("12:{}", &link[2..]),
            format!("12:{link}ab"),
            format!("12:{}zz", &link[2..]),
        ] {
            assert_eq!(typed.parse::<Anchor>(), Err(NoAnchor), "{typed}");
        }
    }
}
