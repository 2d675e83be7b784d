//! Calls for help beyond what the help desk is told of one by one: held back in the outbox until a digest tells of them.

use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::{CallForHelp, Committed, HeldBack, Matter, Message};
use sqlx::{AnyConnection, Row as _};

use super::row::{number, small, text};
use super::{Breakdown, Result, SqlStore, outbox};

impl SqlStore {
    pub(super) async fn list_held_back(&self, until: Moment, most: u8) -> Result<Option<HeldBack>> {
        let row =
            sqlx::query("select count(*) as held, min(at) as since from outbox where state = 'held' and at <= $1")
                .bind(until.millis())
                .fetch_one(&self.reader)
                .await?;
        let since: Option<i64> = row.try_get("since")?;
        let Some(since) = since else { return Ok(None) };
        let rows =
            sqlx::query("select matter from outbox where state = 'held' and at <= $1 order by at, number limit $2")
                .bind(until.millis())
                .bind(i64::from(most))
                .fetch_all(&self.reader)
                .await?;
        let call = |matter: &str| match serde_json::from_str(matter)? {
            Matter::HelpWanted { name, case, support } => Ok(CallForHelp { name, case, support }),
            _ => Err(Breakdown::Row("matter")),
        };
        Ok(Some(HeldBack {
            since: Moment::from_millis(since),
            count: small(&row, "held")?,
            first: rows
                .iter()
                .map(|row| call(&text(row, "matter")?))
                .collect::<Result<_>>()?,
        }))
    }
}

/// A message that no worker takes.
pub(super) async fn hold_back(conn: &mut AnyConnection, message: &Message) -> Result<Committed> {
    outbox::enqueue(&mut *conn, message).await?;
    sqlx::query("update outbox set state = 'held' where id = $1")
        .bind(message.id.as_str())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}

/// Those that are held back up to a moment are told of. Stale when there are more or fewer than were read.
pub(super) async fn tell(conn: &mut AnyConnection, until: Moment, seen: u32) -> Result<Committed> {
    let result = sqlx::query("update outbox set state = 'told', settled = $1 where state = 'held' and at <= $1")
        .bind(until.millis())
        .execute(conn)
        .await?;
    Ok(if result.rows_affected() == u64::from(seen) {
        Committed::Done
    } else {
        Committed::Stale
    })
}

/// Done where no more than `most` calls were made since: about this account, or in all those that were not held back.
pub(super) async fn at_most(
    conn: &mut AnyConnection,
    account: Option<&AccountId>,
    since: Moment,
    most: usize,
) -> Result<Committed> {
    let query = match account {
        Some(account) => {
            sqlx::query("select count(*) as made from outbox where what = 'help_wanted' and at > $1 and account = $2")
                .bind(since.millis())
                .bind(account.as_str())
        }
        None => sqlx::query(
            "select count(*) as made from outbox \
             where what = 'help_wanted' and at > $1 and state not in ('held', 'told')",
        )
        .bind(since.millis()),
    };
    let made = number(&query.fetch_one(conn).await?, "made")?;
    Ok(if usize::try_from(made).is_ok_and(|made| made <= most) {
        Committed::Done
    } else {
        Committed::Stale
    })
}
