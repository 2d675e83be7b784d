//! What owners and administrators are told of a reset.

use std::collections::BTreeSet;

use crate::account::Role;
use crate::audit::{Actor, Event, Outcome};
use crate::method::ContactKind;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact, Fault, Matter, Recipient};
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
                for contact in theirs.iter().filter(|contact| contact.kind == ContactKind::Mailbox) {
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
        for (flow, account, was_told) in &unfinished {
            let mut entry = self.entry(&visit, now, Event::Reset, Outcome::Abandoned);
            entry.actor = Actor::System;
            entry.subject = Some(account.clone());
            entry.flow = Some(flow.clone());
            let mut changes = vec![Change::DropProofs(flow.clone()), Change::Record(entry)];
            if !was_told
                && told.insert(account.clone())
                && let Some(account) = self.store.account(account).await?
            {
                let contacts = self.store.contacts(&account.id).await?;
                changes.extend(self.notices(&visit, &account, &contacts, &Matter::Unfinished, now)?);
            }
            self.store.commit(changes).await?;
        }
        Ok(unfinished.len())
    }
}
