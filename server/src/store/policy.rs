//! The policy: one value with a version.

use portal::audit::{Actor, Event};
use portal::moment::Moment;
use portal::policy::Policy;
use portal::ports::Committed;
use sqlx::AnyConnection;

use super::row::{number, text};
use super::{Breakdown, Result, SqlStore, audit, met_one};

impl SqlStore {
    pub(super) async fn read_policy(&self) -> Result<(Policy, i64)> {
        let row = sqlx::query("select version, body from policy where id = 1")
            .fetch_one(&self.reader)
            .await?;
        Ok((serde_json::from_str(&text(&row, "body")?)?, number(&row, "version")?))
    }

    /// Sets the policy, if the stored one is at the version that the new one was decided on. What was changed, with the
    /// old and the new value, goes to the audit log.
    ///
    /// # Errors
    /// [`Breakdown::Policy`] for a policy with mistakes: whoever edits one shows them all beforehand.
    pub async fn set_policy(
        &self,
        policy: &Policy,
        expected_version: i64,
        by: Actor,
        now: Moment,
    ) -> Result<Committed> {
        if !policy.mistakes().is_empty() {
            return Err(Breakdown::Policy);
        }
        let mut tx = self.begin().await?;
        let row = sqlx::query("select body from policy where id = 1")
            .fetch_one(&mut *tx)
            .await?;
        let old: Policy = serde_json::from_str(&text(&row, "body")?)?;
        let result = sqlx::query("update policy set version = version + 1, body = $2 where id = 1 and version = $1")
            .bind(expected_version)
            .bind(serde_json::to_string(policy)?)
            .execute(&mut *tx)
            .await?;
        if met_one(&result) == Committed::Stale {
            tx.rollback().await?;
            return Ok(Committed::Stale);
        }
        let entry = audit::entry_by(by, None, Event::SetPolicy, difference(&old, policy)?, now);
        self.record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Committed::Done)
    }
}

/// The fields that differ, as JSON: `{"methods_required":{"old":1,"new":2}}`.
fn difference(old: &Policy, new: &Policy) -> Result<String> {
    let old = serde_json::to_value(old)?;
    let mut changed = serde_json::Map::new();
    if let serde_json::Value::Object(fields) = serde_json::to_value(new)? {
        for (field, new) in fields {
            let old = old.get(&field).cloned().unwrap_or_default();
            if old != new {
                changed.insert(field, serde_json::json!({ "old": old, "new": new }));
            }
        }
    }
    Ok(serde_json::to_string(&changed)?)
}

/// The policy of a store that was just made.
pub(super) async fn lay_down(conn: &mut AnyConnection) -> Result<()> {
    sqlx::query("insert into policy (id, version, body) values (1, 1, $1) on conflict (id) do nothing")
        .bind(serde_json::to_string(&Policy::default())?)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn is_at(conn: &mut AnyConnection, version: i64) -> Result<Committed> {
    let row = sqlx::query("select id from policy where id = 1 and version = $1")
        .bind(version)
        .fetch_optional(conn)
        .await?;
    Ok(if row.is_some() {
        Committed::Done
    } else {
        Committed::Stale
    })
}
