//! The policy: one value with a version.

use portal::audit::{Actor, Event};
use portal::moment::Moment;
use portal::policy::Policy;
use portal::ports::Committed;
use serde_json::Value;
use sqlx::AnyConnection;

use super::row::{number, text};
use super::{Breakdown, Result, SqlStore, audit, met_one};

/// Longest value of a field that the audit log keeps whole, in characters.
const LONGEST_VALUE: usize = 256;

impl SqlStore {
    pub(super) async fn read_policy(&self) -> Result<(Policy, i64)> {
        let row = sqlx::query("select version, body from policy where id = 1")
            .fetch_one(&self.reader)
            .await?;
        Ok((serde_json::from_str(&text(&row, "body")?)?, number(&row, "version")?))
    }

    /// Sets the policy, if the stored one is at the version that the new one was decided on. What was changed, with the
    /// old and the new value, goes to the audit log; where nothing is changed, nothing is written.
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
        let row = sqlx::query("select version, body from policy where id = 1")
            .fetch_one(&mut *tx)
            .await?;
        let old: Policy = serde_json::from_str(&text(&row, "body")?)?;
        if old == *policy && number(&row, "version")? == expected_version {
            return Ok(Committed::Done);
        }
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
    if let Value::Object(fields) = serde_json::to_value(new)? {
        for (field, new) in fields {
            let old = old.get(&field).cloned().unwrap_or_default();
            if old != new {
                changed.insert(field, serde_json::json!({ "old": cut(old), "new": cut(new) }));
            }
        }
    }
    Ok(serde_json::to_string(&changed)?)
}

/// A value that is too long for the log as the beginning of its JSON, with a mark at the end.
fn cut(value: Value) -> Value {
    let whole = value.to_string();
    match whole.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &whole[..end]).into(),
        None => value,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_told_and_what_is_long_is_cut() {
        let old = Policy::default();
        let banned: Vec<String> = (0..1_000).map(|n| format!("単語{n:04}")).collect();
        let new = Policy {
            methods_required: 1,
            banned: banned.clone(),
            ..Policy::default()
        };
        let told: Value = serde_json::from_str(&difference(&old, &new).unwrap()).unwrap();
        assert_eq!(told["methods_required"], serde_json::json!({ "old": 2, "new": 1 }));
        assert_eq!(told["banned"]["old"], serde_json::json!([]));
        let begin: String = serde_json::to_string(&banned).unwrap().chars().take(256).collect();
        assert_eq!(told["banned"]["new"], format!("{begin}…"));
        assert_eq!(told.as_object().unwrap().len(), 2);
    }
}
