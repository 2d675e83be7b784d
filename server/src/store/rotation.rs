//! From one key to the next: what is encrypted under an older one is encrypted anew, a few rows at a time, while people go
//! on. A password can only be hashed anew when its owner types it, which happens at the next sign-in.

use std::path::Path;
use std::sync::PoisonError;

use portal::audit::{Actor, Event};
use portal::moment::Moment;
use portal::ports::Label;
use sqlx::AnyPool;
use sqlx::any::AnyRow;

use super::audit::{Filter, entry_by};
use super::contacts::{DECOY, place};
use super::opening::{CannotOpen, decoy, reader_beside};
use super::row::{bytes, number, text};
use super::{BATCH, Result, SqlStore};
use crate::keyring::kid_of;

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// The key.
    pub kid: String,
    /// Addresses that it encrypts.
    pub addresses: i64,
    /// Hashes that it is mixed into: of passwords of today and of before, and of answers to security questions.
    pub hashes: i64,
}

impl SqlStore {
    /// Encrypts a batch of rows under older keys with the newest; how many there were. None of them is locked meanwhile: a
    /// row that somebody else writes in between is theirs, and under the newest key anyway.
    pub async fn encrypt_anew(&self, kids: &[String]) -> Result<u64> {
        let newest = self.newest_kid()?;
        // Rows that were written before anybody looked for their keys name none.
        let none = String::new();
        for kid in std::iter::once(&none).chain(kids).filter(|kid| **kid != newest) {
            let rows = sqlx::query("select id, address from contact where kid = $1 order by id limit $2")
                .bind(kid)
                .bind(BATCH)
                .fetch_all(&self.reader)
                .await?;
            let anew: Vec<_> = rows.iter().filter_map(|row| self.anew(row)).collect();
            if !anew.is_empty() {
                return self.replace_addresses(anew).await;
            }
        }
        Ok(0)
    }

    /// A row's id, its address as it stands, and as it is to stand. None for one that cannot be opened: it is left to
    /// whoever looks for it, and keeps no other from its turn.
    fn anew(&self, row: &AnyRow) -> Option<(String, Vec<u8>, Vec<u8>)> {
        let again = |id: &str, before: &[u8]| -> Result<Vec<u8>> {
            let plain = self.keys.open(Label::Contact, &place(id), before)?;
            Ok(self.keys.seal(Label::Contact, &place(id), &plain)?)
        };
        let (id, before) = (text(row, "id").ok()?, bytes(row, "address").ok()?);
        match again(&id, &before) {
            Ok(after) => Some((id, before, after)),
            Err(breakdown) => {
                tracing::error!(%breakdown, contact = id, "an address cannot be encrypted anew");
                None
            }
        }
    }

    async fn replace_addresses(&self, rows: Vec<(String, Vec<u8>, Vec<u8>)>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let mut replaced = 0;
        for (id, before, after) in rows {
            let kid = kid_of(&after).unwrap_or_default().to_owned();
            let result = sqlx::query("update contact set address = $3, kid = $4 where id = $1 and address = $2")
                .bind(id)
                .bind(before)
                .bind(after)
                .bind(kid)
                .execute(&mut *tx)
                .await?;
            replaced += result.rows_affected();
        }
        tx.commit().await?;
        Ok(replaced)
    }

    /// What stands under each of these keys. Reads whole tables: for a command.
    pub async fn under(&self, kids: &[String]) -> Result<Vec<Under>> {
        under(&self.reader, kids).await
    }

    /// The same of a file that a server may have open.
    pub async fn under_beside(place: &Path, kids: &[String]) -> std::result::Result<Vec<Under>, CannotOpen> {
        let reader = reader_beside(place).await?;
        let found = under(&reader, kids).await;
        reader.close().await;
        Ok(found?)
    }

    /// Records which keys there are, where they are not those that were recorded last; whether they were not. The first
    /// key of an installation needs no entry.
    pub async fn record_keys(&self, kids: &[String], now: Moment) -> Result<bool> {
        let last = self.list_audit(&Filter::Event(Event::ChangeKeys), None, 1).await?;
        let kids = kids.join(" ");
        let is_known = last.first().map_or(!kids.contains(' '), |row| row.detail == kids);
        if is_known {
            return Ok(false);
        }
        let mut tx = self.begin().await?;
        self.record(&mut tx, &entry_by(Actor::System, None, Event::ChangeKeys, kids, now))
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Opens the sealed nothing.
    pub(super) fn open_decoy(&self) -> Result<Vec<u8>> {
        let decoy = self.decoy.read().unwrap_or_else(PoisonError::into_inner);
        Ok(self.keys.open(Label::Contact, DECOY, &decoy)?)
    }

    /// Seals it anew where there is a newer key, before the older one is retired.
    pub fn renew_decoy(&self) -> Result<()> {
        let fresh = decoy(self.keys.as_ref())?;
        *self.decoy.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn newest_kid(&self) -> Result<String> {
        let sealed = self.keys.seal(Label::Contact, DECOY, b"")?;
        Ok(kid_of(&sealed).unwrap_or_default().to_owned())
    }
}

async fn under(reader: &AnyPool, kids: &[String]) -> Result<Vec<Under>> {
    let mut found = Vec::with_capacity(kids.len());
    for kid in kids {
        // A row that names no key may be under any. The name of a key holds no letter that `like` reads otherwise.
        let row = sqlx::query(
            "select (select count(*) from contact where kid in ($1, '')) as addresses, \
             (select count(*) from account where hash like $2) \
             + (select count(*) from former_password where hash like $2) \
             + (select count(*) from answer where hash like $2) as hashes",
        )
        .bind(kid)
        .bind(format!("{kid}$%"))
        .fetch_one(reader)
        .await?;
        found.push(Under {
            kid: kid.clone(),
            addresses: number(&row, "addresses")?,
            hashes: number(&row, "hashes")?,
        });
    }
    Ok(found)
}
