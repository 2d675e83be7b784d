//! Confirming a contact that an administrator filled in: one press, and a code goes there.

use super::{Found, REGISTERING};
use crate::audit::{Event, Outcome};
use crate::method::ContactKind;
use crate::ports::{Change, Contact, Fault, Trust};
use crate::refusal::Refusal;
use crate::registration::{Registration, Stage};
use crate::service::reachable::{best, ways};
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Sends a code to the contact of this kind that an administrator filled in, by the first way that gets through.
    pub async fn begin_confirm(&self, visit: &Visit, kind: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let kind = ContactKind::from_word(kind)
            .filter(|kind| kind.is_owners())
            .ok_or(Refusal::Method)?;
        let (policy, _) = self.policy().await?;
        let account = &found.person.account;
        let contacts = self.store.contacts(&account.id).await?;
        // A form that was left behind: lead to the page as it is.
        let Some(contact) = best(&contacts, kind).filter(|contact| contact.trust == Trust::Vouched) else {
            return Ok(());
        };
        found.may_change(&contacts, &policy, now)?;
        let ways = ways(contact, &policy);
        let failing = self.failing(now).await?;
        let working = ways.iter().find(|method| !failing.contains(method));
        let way = *working.or_else(|| ways.first()).ok_or(Refusal::Method)?;
        let mut changes = vec![Change::DropPending {
            account: account.id.clone(),
            kind,
        }];
        changes.extend(self.dispatch(visit, &found, (way, contact), REGISTERING, now).await?);
        self.settle(visit, &found, now, changes).await
    }

    /// What follows from the right code: the contact stays what it was, and is the owner's own. Whoever asked for it to be
    /// verified again has that by now.
    pub(super) fn confirmed(&self, visit: &Visit, found: &Found, contact: &Contact) -> Result<Vec<Change>, Fault> {
        let mut entry = self.own_entry(visit, found, Event::AddMethod, Outcome::Succeeded);
        entry.method = found.walk.stage.dispatch().map(|dispatch| dispatch.method);
        entry.detail = "confirmed".into();
        let again = found.walk.again.iter().cloned().chain([contact.id.clone()]);
        let walk = Registration {
            stage: Stage::Overview,
            again: again.collect(),
            ..found.walk.clone()
        };
        Ok(vec![
            found.saved_as(&walk)?,
            Change::ConfirmContact(contact.id.clone()),
            Change::Record(entry),
        ])
    }
}
