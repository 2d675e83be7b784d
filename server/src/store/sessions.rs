//! Sessions, by the keyed digest of their cookie.

use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::{Committed, Session};
use sqlx::AnyConnection;

use super::row::{flag, moment, number, text};
use super::{Result, SqlStore, met_one};

impl SqlStore {
    pub(super) async fn find_session(&self, token: &str) -> Result<Option<Session>> {
        let row = sqlx::query(
            "select
                token,
                account,
                epoch,
                opened,
                proved,
                seen,
                put_off
            from session
            where token = $1",
        )
        .bind(token)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Session {
            token: text(&row, "token")?,
            account: AccountId::new(text(&row, "account")?),
            epoch: number(&row, "epoch")?,
            opened: moment(&row, "opened")?,
            proved: moment(&row, "proved")?,
            seen: moment(&row, "seen")?,
            put_off: flag(&row, "put_off")?,
        }))
    }
}

/// A new session. Stale when there is one with this cookie.
pub(super) async fn open(conn: &mut AnyConnection, session: &Session) -> Result<Committed> {
    let result = sqlx::query(
        "insert into session (
            token,
            account,
            epoch,
            opened,
            proved,
            seen,
            put_off
        )
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (token) do nothing",
    )
    .bind(&session.token)
    .bind(session.account.as_str())
    .bind(session.epoch)
    .bind(session.opened.millis())
    .bind(session.proved.millis())
    .bind(session.seen.millis())
    .bind(i64::from(session.put_off))
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// A session was used. Of two requests at once the later moment stays. Stale when the session has ended: what was to be
/// done in it must not be.
pub(super) async fn touch(conn: &mut AnyConnection, token: &str, seen: Moment, proved: Moment) -> Result<Committed> {
    let result = sqlx::query(
        "update session set seen = case when seen > $2 then seen else $2 end, \
         proved = case when proved > $3 then proved else $3 end where token = $1",
    )
    .bind(token)
    .bind(seen.millis())
    .bind(proved.millis())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// What is due is put off in a session. Stale when it was before, or the session has ended.
pub(super) async fn put_off(conn: &mut AnyConnection, token: &str) -> Result<Committed> {
    let result = sqlx::query("update session set put_off = 1 where token = $1 and put_off = 0")
        .bind(token)
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

/// One session ends; it may have before.
pub(super) async fn end(conn: &mut AnyConnection, token: &str) -> Result<Committed> {
    sqlx::query("delete from session where token = $1")
        .bind(token)
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}

pub(super) async fn end_all(conn: &mut AnyConnection, account: &AccountId, except: Option<&str>) -> Result<Committed> {
    sqlx::query("delete from session where account = $1 and token <> $2")
        .bind(account.as_str())
        .bind(except.unwrap_or_default())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}
