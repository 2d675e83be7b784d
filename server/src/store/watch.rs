//! What is counted over all accounts: what messages cost, wrong codes, names that were given. What follows from it is not
//! known here.

use portal::identity::CodeId;
use portal::limits::Lane;
use portal::method::Method;
use portal::moment::Moment;
use portal::ports::{Committed, Spent};
use sqlx::AnyConnection;

use super::row::{maybe_text, moment, number, small, word};
use super::turns::Turn;
use super::{Result, SqlStore, met_one};

/// Sends that may be under way at the same moment: as many as four servers have connections that write. Of a budget that
/// is no larger each send waits for its turn, and there are few; with more servers, one may be overspent by as many as
/// their further connections.
const UNDER_WAY: i64 = 32;

impl SqlStore {
    pub(super) async fn list_sends_to_prefix(&self, prefix: &str, since: Moment) -> Result<Vec<(Moment, Lane)>> {
        let rows = sqlx::query("select at, lane from sent where prefix = $1 and at > $2 order by at desc limit 1000")
            .bind(prefix)
            .bind(since.millis())
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| Ok((moment(row, "at")?, word(row, "lane", Lane::from_word)?)))
            .collect()
    }

    pub(super) async fn count_spent(&self, method: Method, since: Moment) -> Result<(u32, u32)> {
        let row = sqlx::query(
            "select count(*) as sent, cast(coalesce(sum(verified), 0) as bigint) as answered from sent
            where method = $1 and at > $2 and unsent = 0",
        )
        .bind(method.word())
        .bind(since.millis())
        .fetch_one(&self.reader)
        .await?;
        Ok((small(&row, "sent")?, small(&row, "answered")?))
    }

    pub(super) async fn read_guessed(&self, day: i64) -> Result<u64> {
        let row = sqlx::query("select chance from guessed where day = $1")
            .bind(day)
            .fetch_optional(&self.reader)
            .await?;
        row.map_or(Ok(0), |row| small(&row, "chance"))
    }

    pub(super) async fn find_unknown_names(&self, since: Moment, most: u32) -> Result<Option<String>> {
        let row = sqlx::query(
            "select network, count(*) as names from audit
            where event in ('identify', 'sign_in')
                and at > $1
                and subject = ''
                and outcome in ('blocked', 'failed')
                and detail in ('', 'unknown')
            group by network
            having count(*) > $2
            order by count(*) desc, network
            limit 1",
        )
        .bind(since.millis())
        .bind(i64::from(most))
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| maybe_text(&row, "network")).transpose()?.flatten())
    }

    /// Done where there are fewer sends than `most`. Those of a method are counted over all accounts: only where those that
    /// are under way right now could be too many does one wait for the other.
    pub(super) async fn sends_below(
        &self,
        conn: &mut AnyConnection,
        of: &Spent,
        since: Moment,
        most: u32,
    ) -> Result<Committed> {
        let most = i64::from(most);
        let mut found = sends(conn, of, since).await?;
        let is_close = found < most && found + UNDER_WAY >= most;
        if is_close && matches!(of, Spent::By(_)) && self.foundation.file().is_none() {
            self.await_turn(conn, &[Turn::Spending]).await?;
            found = sends(conn, of, since).await?;
        }
        Ok(if found < most {
            Committed::Done
        } else {
            Committed::Stale
        })
    }

    pub(super) async fn count_names(&self, since: Moment) -> Result<(u32, u32)> {
        let row = sqlx::query(
            "select
                cast(coalesce(sum(case when subject = '' then 1 else 0 end), 0) as bigint) as unknown,
                count(*) as names
            from audit
            where event in ('identify', 'sign_in')
                and at > $1
                and detail in ('', 'unknown', 'again', 'managed_elsewhere', 'not_enabled', 'not_verified')",
        )
        .bind(since.millis())
        .fetch_one(&self.reader)
        .await?;
        Ok((small(&row, "unknown")?, small(&row, "names")?))
    }
}

/// How many there are of these sends.
async fn sends(conn: &mut AnyConnection, of: &Spent, since: Moment) -> Result<i64> {
    let row = match of {
        Spent::By(method) => {
            sqlx::query("select count(*) as sends from sent where method = $1 and at > $2 and unsent = 0")
                .bind(method.word())
                .bind(since.millis())
                .fetch_one(conn)
                .await?
        }
        Spent::To(prefix, lane) => {
            sqlx::query("select count(*) as sends from sent where prefix = $1 and at > $2 and lane = $3")
                .bind(prefix.as_str())
                .bind(since.millis())
                .bind(lane.word())
                .fetch_one(conn)
                .await?
        }
    };
    number(&row, "sends")
}

/// The code of a send came back. The send may be forgotten by now.
pub(super) async fn answer_send(conn: &mut AnyConnection, code: &CodeId) -> Result<Committed> {
    sqlx::query("update sent set verified = 1 where code = $1")
        .bind(code.as_str())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}

/// A wrong code is added to those of its day.
pub(super) async fn count_guess(conn: &mut AnyConnection, day: i64, chance: u64) -> Result<Committed> {
    sqlx::query(
        "insert into guessed (day, chance) values ($1, $2) \
         on conflict (day) do update set chance = guessed.chance + $2",
    )
    .bind(day)
    .bind(i64::try_from(chance).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    Ok(Committed::Done)
}

/// Administrators are told. Stale where they were since.
pub(super) async fn raise(conn: &mut AnyConnection, name: &str, at: Moment, since: Moment) -> Result<Committed> {
    let result = sqlx::query(
        "insert into alarm (name, at) values ($1, $2) \
         on conflict (name) do update set at = $2 where alarm.at <= $3",
    )
    .bind(name)
    .bind(at.millis())
    .bind(since.millis())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}
