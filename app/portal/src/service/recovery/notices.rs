//! What owners and administrators are told of a reset.

use std::collections::BTreeSet;

use crate::account::Role;
use crate::audit::{Actor, Event, Outcome};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Committed, Contact, Fault, Matter, Recipient};
use crate::service::sending::whom_to_tell;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    pub(super) async fn reset_notices(
        &self,
        visit: &Visit,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        let mut changes = Vec::new();
        if policy.notify_person {
            changes.extend(self.notices(visit, account, contacts, &Matter::WasReset, now)?);
        }
        if policy.notify_administrators && account.role == Role::Administrator {
            let matter = Matter::AdministratorReset {
                name: account.name.clone(),
            };
            for other in self
                .store
                .administrators()
                .await?
                .into_iter()
                .filter(|other| other.id != account.id)
            {
                let theirs = self.store.contacts(&other.id).await?;
                for contact in whom_to_tell(&theirs, &matter) {
                    let to = Recipient::Contact(contact.id.clone());
                    changes.push(self.notice(visit, account, to, other.language, &matter, now)?);
                }
            }
        }
        Ok(changes)
    }

    /// Tells owners of resets that somebody began to prove and did not finish; at most once a day each. How many flows
    /// were looked after.
    pub async fn tell_unfinished(&self) -> Result<usize, Fault> {
        let now = self.now();
        let unfinished = self.store.unfinished(now).await?;
        let visit = Visit::default();
        let mut told = BTreeSet::new();
        let mut looked_after = 0;
        for left in &unfinished {
            let mut entry = self.entry(&visit, now, Event::Reset, Outcome::Abandoned);
            entry.actor = Actor::System;
            entry.subject = Some(left.account.clone());
            entry.flow = Some(left.flow.clone());
            entry.support.clone_from(&left.support);
            let mut changes = vec![Change::TakeProofs(left.flow.clone()), Change::Record(entry)];
            if !left.was_told
                && told.insert(left.account.clone())
                && let Some(account) = self.store.account(&left.account).await?
            {
                let contacts = self.store.contacts(&account.id).await?;
                changes.extend(self.notices(&visit, &account, &contacts, &Matter::Unfinished, now)?);
            }
            if self.store.commit(changes).await? == Committed::Done {
                looked_after += 1;
            }
        }
        Ok(looked_after)
    }
}
