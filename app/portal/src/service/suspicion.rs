//! What looks suspicious though it succeeded: the owner is told, and the audit log says so.

use super::{Answer, Portal, Visit};
use crate::audit::Entry;
use crate::limits::{FREE_FAILURES, FREE_SIGN_INS, Factor, Failures};
use crate::moment::days;
use crate::ports::{Account, Change, Matter};

impl Portal {
    /// What follows from a success, beside what it is a success of: where so many failures came before it that there was a
    /// wait, its row says so, and the owner is told, once a day at most.
    pub(super) async fn tell_of_failures(
        &self,
        visit: &Visit,
        account: &Account,
        factor: Factor,
        before: &Failures,
        entry: &mut Entry,
    ) -> Answer<Vec<Change>> {
        let many = match factor {
            Factor::Password => FREE_SIGN_INS,
            Factor::Email | Factor::Phone | Factor::Questions | Factor::WholeNumber | Factor::History => FREE_FAILURES,
        };
        if before.in_a_row < many {
            return Ok(Vec::new());
        }
        entry.detail = "after_failures".into();
        let now = entry.at;
        if self.store.told_of_failures(&account.id, now - days(1)).await? {
            return Ok(Vec::new());
        }
        let contacts = self.store.contacts(&account.id).await?;
        let matter = Matter::AfterFailures {
            factor,
            failures: before.in_a_row,
        };
        Ok(self.notices(visit, account, &contacts, &matter, now)?)
    }
}
