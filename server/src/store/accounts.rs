//! Accounts and their passwords.

use portal::account::{Language, Role, UserName};
use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::{Account, Committed, Freeze};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{flag, maybe_moment, maybe_text, moment, number, text, word};
use super::{Result, SqlStore, met_one};

/// Every column of an account but what its name looks like, as it is written and read.
macro_rules! account_columns {
    () => {
        "id,
        name,
        display,
        role,
        groups,
        managed_elsewhere,
        disabled,
        expires,
        hash,
        must_change,
        password_set,
        epoch,
        revision,
        first_finish,
        language"
    };
}
pub(super) use account_columns;

/// `select` and every column of an account; the rest of the query follows.
macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "select ",
            $crate::store::accounts::account_columns!(),
            ", frozen_at, frozen_until, answered from account ",
            $rest
        )
    };
}
pub(super) use select_account;

pub(super) fn read(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: AccountId::new(text(row, "id")?),
        name: text(row, "name")?,
        display: text(row, "display")?,
        role: word(row, "role", Role::from_word)?,
        groups: serde_json::from_str(&text(row, "groups")?)?,
        managed_elsewhere: flag(row, "managed_elsewhere")?,
        disabled: flag(row, "disabled")?,
        expires: maybe_moment(row, "expires")?,
        hash: maybe_text(row, "hash")?,
        must_change: flag(row, "must_change")?,
        password_set: moment(row, "password_set")?,
        epoch: number(row, "epoch")?,
        revision: number(row, "revision")?,
        first_finish: maybe_moment(row, "first_finish")?,
        language: word(row, "language", Language::from_tag)?,
        frozen: match (maybe_moment(row, "frozen_at")?, maybe_moment(row, "frozen_until")?) {
            (Some(at), Some(until)) => Some(Freeze { at, until }),
            _ => None,
        },
        answered: maybe_text(row, "answered")?
            .map(|answered| serde_json::from_str(&answered))
            .transpose()?,
    })
}

impl SqlStore {
    pub(super) async fn find_account_named(&self, name: &UserName) -> Result<Option<Account>> {
        let row = sqlx::query(select_account!("where name = $1"))
            .bind(name.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let account = row.as_ref().map(read).transpose()?;
        // A collation that takes ı for i must not hand out another person's account.
        Ok(account.filter(|account| account.name == name.as_str()))
    }

    pub(super) async fn find_account(&self, id: &AccountId) -> Result<Option<Account>> {
        let row = sqlx::query(select_account!("where id = $1"))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    pub(super) async fn list_administrators(&self) -> Result<Vec<Account>> {
        let rows = sqlx::query(select_account!(
            "where role = 'administrator' and disabled = 0 and (expires is null or expires > $1) order by id limit 100"
        ))
        .bind(self.clock.now().millis())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn list_former_passwords(&self, account: &AccountId, most: u8) -> Result<Vec<String>> {
        let rows = sqlx::query("select hash from former_password where account = $1 order by epoch desc limit $2")
            .bind(account.as_str())
            .bind(i64::from(most))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| text(row, "hash")).collect()
    }
}

pub(super) async fn is_at(conn: &mut AnyConnection, account: &AccountId, revision: i64) -> Result<Committed> {
    Ok(if has_row(conn, account, revision).await? {
        Committed::Done
    } else {
        Committed::Stale
    })
}

/// Done where there is no such account, whose first revision would be 1.
pub(super) async fn is_nobodys(conn: &mut AnyConnection, account: &AccountId) -> Result<Committed> {
    Ok(if has_row(conn, account, 1).await? {
        Committed::Stale
    } else {
        Committed::Done
    })
}

async fn has_row(conn: &mut AnyConnection, account: &AccountId, revision: i64) -> Result<bool> {
    let row = sqlx::query("select id from account where id = $1 and revision = $2")
        .bind(account.as_str())
        .bind(revision)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// The account at its next revision, for a change of what belongs to it but stands in other rows.
pub(super) async fn advance(conn: &mut AnyConnection, account: &AccountId) -> Result<Committed> {
    let result = sqlx::query("update account set revision = revision + 1 where id = $1")
        .bind(account.as_str())
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

/// Self-service is stopped from one moment to another, or allowed again where they are the same.
pub(super) async fn freeze(conn: &mut AnyConnection, account: &AccountId, freeze: Freeze) -> Result<Committed> {
    let result =
        sqlx::query("update account set frozen_at = $2, frozen_until = $3, revision = revision + 1 where id = $1")
            .bind(account.as_str())
            .bind(freeze.at.millis())
            .bind(freeze.until.millis())
            .execute(conn)
            .await?;
    Ok(met_one(&result))
}

/// A new password. The old one becomes history, of which `keep` are kept.
pub(super) async fn set_password(
    conn: &mut AnyConnection,
    account: &AccountId,
    hash: &str,
    epoch: i64,
    at: Moment,
    keep: u8,
) -> Result<Committed> {
    sqlx::query(
        "insert into former_password (account, epoch, hash) \
         select id, epoch, hash from account where id = $1 and epoch = $2 and hash is not null",
    )
    .bind(account.as_str())
    .bind(epoch)
    .execute(&mut *conn)
    .await?;
    // Without that many there is no row at the offset, and nothing goes.
    sqlx::query(
        "delete from former_password where account = $1 and epoch <= \
         (select epoch from former_password where account = $1 order by epoch desc limit 1 offset $2)",
    )
    .bind(account.as_str())
    .bind(i64::from(keep))
    .execute(&mut *conn)
    .await?;
    let result = sqlx::query(
        "update account set
            hash = $3,
            must_change = 0,
            password_set = $4,
            epoch = epoch + 1,
            revision = revision + 1
        where id = $1 and epoch = $2",
    )
    .bind(account.as_str())
    .bind(epoch)
    .bind(hash)
    .bind(at.millis())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// The same password under newer parameters. Stale when the hash is not `before` any longer.
pub(super) async fn rehash(
    conn: &mut AnyConnection,
    account: &AccountId,
    before: &str,
    after: &str,
) -> Result<Committed> {
    let result = sqlx::query("update account set hash = $3, revision = revision + 1 where id = $1 and hash = $2")
        .bind(account.as_str())
        .bind(before)
        .bind(after)
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

/// The first finish stays what it was.
pub(super) async fn finish_registration(
    conn: &mut AnyConnection,
    account: &AccountId,
    at: Moment,
) -> Result<Committed> {
    let result = sqlx::query(
        "update account set first_finish = coalesce(first_finish, $2), revision = revision + 1 where id = $1",
    )
    .bind(account.as_str())
    .bind(at.millis())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}
