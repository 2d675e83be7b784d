//! Whether a new password was used before. Each answer says something about an old password, so it is counted.

use std::sync::OnceLock;

use super::blocked::{reason, refused};
use super::{Answer, Portal};
use crate::audit::{Entry, Outcome};
use crate::limits::{Factor, Failures};
use crate::policy::Policy;
use crate::ports::{Account, Change, Password};
use crate::refusal::Refusal;

/// What the past of an account says about a new password.
pub(super) enum Past {
    /// It is new. The failures so far, which setting it forgives.
    New(Failures),
    /// It was used before, or nobody may ask right now. To be committed before it is told.
    Refused { refusal: Refusal, changes: Vec<Change> },
}

impl Portal {
    /// Asks for the past, where it may be asked. `known` keeps the answer for whoever has to decide again: finding it out
    /// takes a hash for every password that is remembered. `entry` is the row of a refusal; its moment is the moment of
    /// asking.
    pub(super) async fn judge_history(
        &self,
        account: &Account,
        policy: &Policy,
        password: &Password,
        known: &OnceLock<bool>,
        mut entry: Entry,
    ) -> Answer<Past> {
        let now = entry.at;
        let before = self.store.failures(&account.id, Factor::History).await?;
        if let Some(refusal) = refused(before.leave(now)) {
            entry.detail = reason(&refusal).into();
            let changes = self.record_blocked(account.id.as_str(), entry).into_iter().collect();
            return Ok(Past::Refused { refusal, changes });
        }
        let is_used_before = if let Some(known) = known.get() {
            *known
        } else {
            let found = self.is_used_before(account, policy, password).await?;
            *known.get_or_init(|| found)
        };
        if !is_used_before {
            return Ok(Past::New(before));
        }
        entry.outcome = Outcome::Failed;
        entry.detail = "history".into();
        let after = before.count(now);
        let count = Change::SaveFailures {
            account: account.id.clone(),
            factor: Factor::History,
            before,
            after,
        };
        Ok(Past::Refused {
            refusal: Refusal::PasswordUsedBefore,
            changes: vec![count, Change::Record(entry)],
        })
    }

    /// The password is the current one, or among the last ones that the policy remembers.
    async fn is_used_before(&self, account: &Account, policy: &Policy, password: &Password) -> Answer<bool> {
        let past = self.store.history(&account.id, policy.password.history()).await?;
        for hash in account.hash.iter().chain(&past) {
            if self.hashing.verify_proved(password, Some(hash)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
