//! Browsers that accounts know, by the keyed digest of their cookie.

use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::Committed;
use sqlx::AnyConnection;

use super::row::{small, text};
use super::{Result, SqlStore};

/// Browsers that one account knows at most: of more the longest unused are forgotten.
const MOST: i64 = 20;

impl SqlStore {
    pub(super) async fn find_device(&self, token: &str, account: &AccountId) -> Result<bool> {
        let row = sqlx::query("select token from device where token = $1 and account = $2")
            .bind(token)
            .bind(account.as_str())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    pub(super) async fn find_device_owner(&self, token: &str) -> Result<Option<AccountId>> {
        let row = sqlx::query("select account from device where token = $1 order by account limit 1")
            .bind(token)
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok(AccountId::new(text(&row, "account")?))).transpose()
    }

    /// How many browsers an account knows.
    pub async fn count_devices(&self, account: &AccountId) -> Result<u32> {
        let row = sqlx::query("select count(*) as devices from device where account = $1")
            .bind(account.as_str())
            .fetch_one(&self.reader)
            .await?;
        small(&row, "devices")
    }
}

/// A browser is known by an account under a new cookie, and under the same one by all that knew it under the one before.
pub(super) async fn know(
    conn: &mut AnyConnection,
    token: &str,
    before: Option<&str>,
    account: &AccountId,
    at: Moment,
) -> Result<Committed> {
    if let Some(before) = before {
        sqlx::query("delete from device where token = $1 and account = $2")
            .bind(before)
            .bind(account.as_str())
            .execute(&mut *conn)
            .await?;
        sqlx::query("update device set token = $2 where token = $1")
            .bind(before)
            .bind(token)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query(
        "insert into device (
            token,
            account,
            since,
            seen
        )
        values ($1, $2, $3, $3)
        on conflict (token, account) do nothing",
    )
    .bind(token)
    .bind(account.as_str())
    .bind(at.millis())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "delete from device where account = $1 and token in \
         (select token from device where account = $1 order by seen desc, token limit 1000 offset $2)",
    )
    .bind(account.as_str())
    .bind(MOST)
    .execute(conn)
    .await?;
    Ok(Committed::Done)
}

/// A browser was used by one of those who know it.
pub(super) async fn touch(conn: &mut AnyConnection, token: &str, at: Moment) -> Result<Committed> {
    sqlx::query("update device set seen = $2 where token = $1 and seen < $2")
        .bind(token)
        .bind(at.millis())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}

/// An account knows no browser any more.
pub(super) async fn forget(conn: &mut AnyConnection, account: &AccountId) -> Result<Committed> {
    sqlx::query("delete from device where account = $1")
        .bind(account.as_str())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}
