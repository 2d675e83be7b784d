//! Contacts. An address is encrypted for the row it stands in; moved to another row it cannot be opened.
//!
//! A contact that was replaced or removed is `gone`: the rules see it no longer, and its row stays only until the
//! messages that tell it so are sent.

use portal::identity::{AccountId, ContactId};
use portal::method::ContactKind;
use portal::moment::Moment;
use portal::ports::{Committed, Contact, Keys, Label, Trust};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{bytes, moment, text, word};
use super::{Breakdown, Result, SqlStore, accounts, met_one};
use crate::keyring::kid_of;

/// Contacts that an account usually has: its mailbox, an email, a phone. For fewer, as many openings are done for
/// nothing, so that the time tells neither how many there are nor whether there is an account.
const USUAL: usize = 3;

/// What the decoy is sealed for; no row has this name.
pub(super) const DECOY: &str = "contact|address|-";

/// The columns of a contact that are written and read alike.
macro_rules! contact_columns {
    () => {
        "id,
        account,
        kind,
        address,
        trust,
        added"
    };
}

/// `select` and the columns of a contact; the rest of the query follows.
macro_rules! select_contact {
    ($rest:literal) => {
        concat!("select ", contact_columns!(), " from contact ", $rest)
    };
}

pub(super) fn place(id: &str) -> String {
    format!("contact|address|{id}")
}

fn read(keys: &dyn Keys, row: &AnyRow) -> Result<Contact> {
    let id = text(row, "id")?;
    let address = keys.open(Label::Contact, &place(&id), &bytes(row, "address")?)?;
    Ok(Contact {
        account: AccountId::new(text(row, "account")?),
        kind: word(row, "kind", ContactKind::from_word)?,
        address: String::from_utf8(address).map_err(|_| Breakdown::Row("address"))?,
        trust: word(row, "trust", Trust::from_word)?,
        added: moment(row, "added")?,
        id: ContactId::new(id),
    })
}

impl SqlStore {
    pub(super) async fn list_contacts(&self, account: &AccountId) -> Result<Vec<Contact>> {
        let rows = sqlx::query(select_contact!(
            "where account = $1 and gone = 0 order by added desc, id limit 20"
        ))
        .bind(account.as_str())
        .fetch_all(&self.reader)
        .await?;
        for _ in rows.len()..USUAL {
            self.open_decoy()?;
        }
        rows.iter().map(|row| read(self.keys.as_ref(), row)).collect()
    }

    /// The contact that a notice goes to, be it one that was removed or replaced since.
    pub async fn contact_for_sending(&self, id: &ContactId) -> Result<Option<Contact>> {
        let row = sqlx::query(select_contact!("where id = $1"))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| read(self.keys.as_ref(), &row)).transpose()
    }
}

/// Adds a contact, or replaces one of the same account, kind and id. Stale when the id belongs to another.
pub(super) async fn put(conn: &mut AnyConnection, keys: &dyn Keys, contact: &Contact) -> Result<Committed> {
    let address = keys.seal(Label::Contact, &place(contact.id.as_str()), contact.address.as_bytes())?;
    let kid = kid_of(&address).unwrap_or_default().to_owned();
    let result = sqlx::query(concat!(
        "insert into contact (",
        contact_columns!(),
        ", gone, kid) values ($1, $2, $3, $4, $5, $6, 0, $7) ",
        "on conflict (id) do update set
            address = excluded.address,
            kid = excluded.kid,
            trust = excluded.trust,
            added = excluded.added,
            gone = 0
        where contact.account = excluded.account and contact.kind = excluded.kind",
    ))
    .bind(contact.id.as_str())
    .bind(contact.account.as_str())
    .bind(contact.kind.word())
    .bind(address)
    .bind(contact.trust.word())
    .bind(contact.added.millis())
    .bind(kid)
    .execute(&mut *conn)
    .await?;
    match met_one(&result) {
        // A contact that counts changes what its account can do; a pending one does not.
        Committed::Done if contact.trust != Trust::Pending => accounts::advance(conn, &contact.account).await,
        met => Ok(met),
    }
}

/// A pending contact becomes the account's own from this moment on. Those of its kind that it replaces are gone; what an
/// administrator filled in stays.
pub(super) async fn verify(conn: &mut AnyConnection, id: &ContactId, at: Moment) -> Result<Committed> {
    let row = sqlx::query("select account, kind from contact where id = $1 and trust = 'pending' and gone = 0")
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(Committed::Stale) };
    let account = AccountId::new(text(&row, "account")?);
    sqlx::query(
        "update contact set gone = 1 \
         where account = $1 and kind = $2 and id <> $3 and trust <> 'vouched' and gone = 0",
    )
    .bind(account.as_str())
    .bind(text(&row, "kind")?)
    .bind(id.as_str())
    .execute(&mut *conn)
    .await?;
    let result = sqlx::query(
        "update contact set trust = 'verified', added = $2 where id = $1 and trust = 'pending' and gone = 0",
    )
    .bind(id.as_str())
    .bind(at.millis())
    .execute(&mut *conn)
    .await?;
    match met_one(&result) {
        Committed::Done => accounts::advance(conn, &account).await,
        Committed::Stale => Ok(Committed::Stale),
    }
}

/// What an administrator filled in becomes the owner's own. It counted fully before, so it is dated no later than the first
/// finish: only what is added after that has to wait.
pub(super) async fn confirm(conn: &mut AnyConnection, id: &ContactId) -> Result<Committed> {
    let row = sqlx::query("select account from contact where id = $1 and trust = 'vouched' and gone = 0")
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(Committed::Stale) };
    let account = AccountId::new(text(&row, "account")?);
    let result = sqlx::query(
        "update contact set
            trust = 'verified',
            added = (
                select case when first_finish < contact.added then first_finish else contact.added end
                from account where account.id = contact.account
            )
        where id = $1 and trust = 'vouched' and gone = 0",
    )
    .bind(id.as_str())
    .execute(&mut *conn)
    .await?;
    match met_one(&result) {
        Committed::Done => accounts::advance(conn, &account).await,
        Committed::Stale => Ok(Committed::Stale),
    }
}

pub(super) async fn remove(conn: &mut AnyConnection, id: &ContactId) -> Result<Committed> {
    let row = sqlx::query("select account from contact where id = $1 and gone = 0")
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(Committed::Stale) };
    let result = sqlx::query("update contact set gone = 1 where id = $1 and gone = 0")
        .bind(id.as_str())
        .execute(&mut *conn)
        .await?;
    match met_one(&result) {
        Committed::Done => accounts::advance(conn, &AccountId::new(text(&row, "account")?)).await,
        Committed::Stale => Ok(Committed::Stale),
    }
}

/// Contacts that were never proved go at once: nobody is told, for they were nobody's.
pub(super) async fn drop_pending(
    conn: &mut AnyConnection,
    account: &AccountId,
    kind: ContactKind,
) -> Result<Committed> {
    sqlx::query("delete from contact where account = $1 and kind = $2 and trust = 'pending'")
        .bind(account.as_str())
        .bind(kind.word())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}

/// The contacts of an account as they are within a transaction.
pub(super) async fn present(conn: &mut AnyConnection, keys: &dyn Keys, account: &AccountId) -> Result<Vec<Contact>> {
    let rows = sqlx::query(select_contact!(
        "where account = $1 and gone = 0 order by added desc, id limit 20"
    ))
    .bind(account.as_str())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| read(keys, row)).collect()
}

/// What counts of a kind is gone, whoever stood for it; how many there were. What is pending was never proved, and is its
/// owner's business.
pub(super) async fn remove_kind(conn: &mut AnyConnection, account: &AccountId, kind: ContactKind) -> Result<u64> {
    let result =
        sqlx::query("update contact set gone = 1 where account = $1 and kind = $2 and trust <> 'pending' and gone = 0")
            .bind(account.as_str())
            .bind(kind.word())
            .execute(conn)
            .await?;
    Ok(result.rows_affected())
}
