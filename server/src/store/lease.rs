//! Leases: a job that only one process may do at a time.

use std::time::Duration;

use portal::moment::Moment;
use sqlx::{AnyConnection, AnyPool};

use super::Result;
use super::row::number;

/// Takes the lease of a job, or prolongs it, within the transaction of the work: the row stays locked until it ends, so a
/// holder whose lease ran out in between can write nothing. The number goes up with every change of hands. None while
/// somebody else holds it.
pub(super) async fn take(
    conn: &mut AnyConnection,
    name: &str,
    holder: &str,
    now: Moment,
    span: Duration,
) -> Result<Option<i64>> {
    let row = sqlx::query(
        "insert into lease (
            name,
            holder,
            token,
            until
        )
        values ($1, $2, 1, $3)
        on conflict (name) do update set
            holder = excluded.holder,
            until = excluded.until,
            token = case
                when lease.holder = excluded.holder and lease.until > $4 then lease.token
                else lease.token + 1
            end
        where lease.holder = excluded.holder or lease.until <= $4
        returning token",
    )
    .bind(name)
    .bind(holder)
    .bind((now + span).millis())
    .bind(now.millis())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(|row| number(row, "token")).transpose()
}

/// Whether somebody else holds it, as far as can be seen without waiting for anybody.
pub(super) async fn is_taken(reader: &AnyPool, name: &str, holder: &str, now: Moment) -> Result<bool> {
    let row = sqlx::query("select name from lease where name = $1 and holder <> $2 and until > $3")
        .bind(name)
        .bind(holder)
        .bind(now.millis())
        .fetch_optional(reader)
        .await?;
    Ok(row.is_some())
}

/// Lets go of a lease, for whoever comes next; nothing where somebody else has it.
pub(super) async fn end(conn: &mut AnyConnection, name: &str, holder: &str) -> Result<()> {
    sqlx::query("update lease set until = 0 where name = $1 and holder = $2")
        .bind(name)
        .bind(holder)
        .execute(conn)
        .await?;
    Ok(())
}
