//! What is kept of an account beside its methods.

use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::Committed;
use portal::upkeep::{Demand, Upkeep};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{maybe_moment, maybe_text, number, small, text};
use super::{BATCH, Breakdown, Result, SqlStore, met_one};

impl SqlStore {
    pub(super) async fn find_upkeep(&self, account: &AccountId) -> Result<Upkeep> {
        let row = sqlx::query(
            "select
                version,
                confirmed,
                demand,
                demanded,
                skips,
                invited,
                reminders,
                remind_from
            from upkeep
            where account = $1",
        )
        .bind(account.as_str())
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map_or_else(|| Ok(Upkeep::default()), read)
    }

    pub(super) async fn list_to_remind(&self, since: Moment) -> Result<Vec<AccountId>> {
        let rows = sqlx::query(
            "select account from upkeep where remind_from is not null and remind_from <= $1 order by remind_from limit $2",
        )
        .bind(since.millis())
        .bind(BATCH)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| Ok(AccountId::new(text(row, "account")?)))
            .collect()
    }
}

fn read(row: &AnyRow) -> Result<Upkeep> {
    let demand = match (maybe_text(row, "demand")?, maybe_moment(row, "demanded")?) {
        (None, None) => None,
        (Some(word), Some(at)) => Some((Demand::from_word(&word).ok_or(Breakdown::Row("demand"))?, at)),
        _ => return Err(Breakdown::Row("demanded")),
    };
    Ok(Upkeep {
        version: number(row, "version")?,
        confirmed: maybe_moment(row, "confirmed")?,
        demand,
        skips: small(row, "skips")?,
        invited: maybe_moment(row, "invited")?,
        reminders: small(row, "reminders")?,
        remind_from: maybe_moment(row, "remind_from")?,
    })
}

/// The next version. Stale when the stored one is not that which was read.
pub(super) async fn save(conn: &mut AnyConnection, account: &AccountId, upkeep: &Upkeep) -> Result<Committed> {
    let result = sqlx::query(
        "insert into upkeep (
            account,
            version,
            confirmed,
            demand,
            demanded,
            skips,
            invited,
            reminders,
            remind_from
        )
        values ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9)
        on conflict (account) do update set
            version = excluded.version,
            confirmed = excluded.confirmed,
            demand = excluded.demand,
            demanded = excluded.demanded,
            skips = excluded.skips,
            invited = excluded.invited,
            reminders = excluded.reminders,
            remind_from = excluded.remind_from
        where upkeep.version = excluded.version - 1",
    )
    .bind(account.as_str())
    .bind(upkeep.version)
    .bind(upkeep.confirmed.map(Moment::millis))
    .bind(upkeep.demand.map(|(demand, _)| demand.word()))
    .bind(upkeep.demand.map(|(_, at)| at.millis()))
    .bind(i64::from(upkeep.skips))
    .bind(upkeep.invited.map(Moment::millis))
    .bind(i64::from(upkeep.reminders))
    .bind(upkeep.remind_from.map(Moment::millis))
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}
