//! Counters: failures, sends, and challenges that are spent. What they mean is not known here.

use portal::identity::{AccountId, CodeId};
use portal::limits::{Factor, Failures, Lane, Sent};
use portal::method::Method;
use portal::moment::Moment;
use portal::ports::Committed;
use sqlx::AnyConnection;

use super::row::{maybe_text, moment, number, small, text, word};
use super::{Result, SqlStore, met_one};

impl SqlStore {
    pub(super) async fn read_failures(&self, account: &AccountId, factor: Factor) -> Result<Failures> {
        let row = sqlx::query(
            "select
                in_a_row,
                day_began,
                in_the_day,
                wait_until,
                last_wrong
            from failures
            where account = $1 and factor = $2",
        )
        .bind(account.as_str())
        .bind(factor.word())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(Failures::default()) };
        Ok(Failures {
            in_a_row: small(&row, "in_a_row")?,
            day_began: moment(&row, "day_began")?,
            in_the_day: small(&row, "in_the_day")?,
            wait_until: moment(&row, "wait_until")?,
            last_wrong: maybe_text(&row, "last_wrong")?,
        })
    }

    pub(super) async fn list_sends(&self, channel: &str, network: &str, since: Moment) -> Result<Vec<Sent>> {
        let rows =
            sqlx::query("select at, network, lane from sent where channel = $1 and at > $2 order by at desc limit 200")
                .bind(channel)
                .bind(since.millis())
                .fetch_all(&self.reader)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(Sent {
                    at: moment(row, "at")?,
                    same_network: text(row, "network")? == network,
                    lane: word(row, "lane", Lane::from_word)?,
                })
            })
            .collect()
    }

    /// Every send on behalf of the account counts, by whatever way: that is the stricter reading.
    pub(super) async fn list_sends_for(&self, account: &AccountId, since: Moment) -> Result<Vec<(Moment, Lane)>> {
        let rows = sqlx::query("select at, lane from sent where account = $1 and at > $2 order by at desc limit 200")
            .bind(account.as_str())
            .bind(since.millis())
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| Ok((moment(row, "at")?, word(row, "lane", Lane::from_word)?)))
            .collect()
    }
}

/// Moves the failures from `before` to `after`, if they still are `before` in every field. No failures is no row, so each
/// of the four cases is one guarded statement.
pub(super) async fn save_failures(
    conn: &mut AnyConnection,
    account: &AccountId,
    factor: Factor,
    before: &Failures,
    after: &Failures,
) -> Result<Committed> {
    let none = Failures::default();
    match (*before == none, *after == none) {
        (true, true) => {
            let row = sqlx::query("select in_a_row from failures where account = $1 and factor = $2")
                .bind(account.as_str())
                .bind(factor.word())
                .fetch_optional(conn)
                .await?;
            Ok(if row.is_none() {
                Committed::Done
            } else {
                Committed::Stale
            })
        }
        (true, false) => begin_failures(conn, account, factor, after).await,
        (false, true) => end_failures(conn, account, factor, before).await,
        (false, false) => move_failures(conn, account, factor, before, after).await,
    }
}

/// Forgets the failures of an account with one factor.
pub(super) async fn forgive(conn: &mut AnyConnection, account: &AccountId, factor: Factor) -> Result<()> {
    sqlx::query("delete from failures where account = $1 and factor = $2")
        .bind(account.as_str())
        .bind(factor.word())
        .execute(conn)
        .await?;
    Ok(())
}

async fn begin_failures(
    conn: &mut AnyConnection,
    account: &AccountId,
    factor: Factor,
    after: &Failures,
) -> Result<Committed> {
    let result = sqlx::query(
        "insert into failures (
            account,
            factor,
            in_a_row,
            day_began,
            in_the_day,
            wait_until,
            last_wrong
        )
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (account, factor) do nothing",
    )
    .bind(account.as_str())
    .bind(factor.word())
    .bind(i64::from(after.in_a_row))
    .bind(after.day_began.millis())
    .bind(i64::from(after.in_the_day))
    .bind(after.wait_until.millis())
    .bind(after.last_wrong.as_deref())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

async fn end_failures(
    conn: &mut AnyConnection,
    account: &AccountId,
    factor: Factor,
    before: &Failures,
) -> Result<Committed> {
    let result = sqlx::query(
        "delete from failures
        where account = $1
            and factor = $2
            and in_a_row = $3
            and day_began = $4
            and in_the_day = $5
            and wait_until = $6
            and last_wrong is not distinct from $7",
    )
    .bind(account.as_str())
    .bind(factor.word())
    .bind(i64::from(before.in_a_row))
    .bind(before.day_began.millis())
    .bind(i64::from(before.in_the_day))
    .bind(before.wait_until.millis())
    .bind(before.last_wrong.as_deref())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

async fn move_failures(
    conn: &mut AnyConnection,
    account: &AccountId,
    factor: Factor,
    before: &Failures,
    after: &Failures,
) -> Result<Committed> {
    let result = sqlx::query(
        "update failures set
            in_a_row = $8,
            day_began = $9,
            in_the_day = $10,
            wait_until = $11,
            last_wrong = $12
        where account = $1
            and factor = $2
            and in_a_row = $3
            and day_began = $4
            and in_the_day = $5
            and wait_until = $6
            and last_wrong is not distinct from $7",
    )
    .bind(account.as_str())
    .bind(factor.word())
    .bind(i64::from(before.in_a_row))
    .bind(before.day_began.millis())
    .bind(i64::from(before.in_the_day))
    .bind(before.wait_until.millis())
    .bind(before.last_wrong.as_deref())
    .bind(i64::from(after.in_a_row))
    .bind(after.day_began.millis())
    .bind(i64::from(after.in_the_day))
    .bind(after.wait_until.millis())
    .bind(after.last_wrong.as_deref())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// Done where there are still as many sends to the destination as were read.
pub(super) async fn sends_are(
    conn: &mut AnyConnection,
    channel: &str,
    since: Moment,
    seen: usize,
) -> Result<Committed> {
    let row = sqlx::query("select count(*) as seen from sent where channel = $1 and at > $2")
        .bind(channel)
        .bind(since.millis())
        .fetch_one(conn)
        .await?;
    let is_same = usize::try_from(number(&row, "seen")?) == Ok(seen);
    Ok(if is_same { Committed::Done } else { Committed::Stale })
}

/// Done where there are still as many sends on behalf of the account as were read.
pub(super) async fn sends_for_are(
    conn: &mut AnyConnection,
    account: &AccountId,
    since: Moment,
    seen: usize,
) -> Result<Committed> {
    let row = sqlx::query("select count(*) as seen from sent where account = $1 and at > $2")
        .bind(account.as_str())
        .bind(since.millis())
        .fetch_one(conn)
        .await?;
    let is_same = usize::try_from(number(&row, "seen")?) == Ok(seen);
    Ok(if is_same { Committed::Done } else { Committed::Stale })
}

pub(super) async fn record_send(
    conn: &mut AnyConnection,
    channel: &str,
    network: &str,
    account: &AccountId,
    (lane, method, prefix, code, unsent): (Lane, Method, Option<&str>, &CodeId, bool),
    at: Moment,
) -> Result<Committed> {
    sqlx::query(
        "insert into sent (
            channel,
            network,
            account,
            at,
            lane,
            method,
            prefix,
            code,
            unsent
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(channel)
    .bind(network)
    .bind(account.as_str())
    .bind(at.millis())
    .bind(lane.word())
    .bind(method.word())
    .bind(prefix)
    .bind(code.as_str())
    .bind(i64::from(unsent))
    .execute(conn)
    .await?;
    Ok(Committed::Done)
}

pub(super) async fn spend_challenge(conn: &mut AnyConnection, token: &str, until: Moment) -> Result<Committed> {
    let result = sqlx::query("insert into challenge (token, until) values ($1, $2) on conflict (token) do nothing")
        .bind(token)
        .bind(until.millis())
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}
