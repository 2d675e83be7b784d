//! Deleting a contact, and finishing with what is there.

use crate::audit::{Event, Outcome};
use crate::method::{ContactKind, Means};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact, Matter, Trust};
use crate::refusal::Refusal;
use crate::registration::Stage;
use crate::service::reachable::best;
use crate::service::sign_in::pressing;
use crate::service::upkeep::outdated;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Deletes a contact, or the questions, where enough are left.
    pub async fn remove_contact(&self, visit: &Visit, kind: &str) -> Answer<()> {
        if kind == Means::Questions.word() {
            return self.remove_questions(visit).await;
        }
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let kind = ContactKind::from_word(kind)
            .filter(|kind| kind.is_owners())
            .ok_or(Refusal::Method)?;
        let account = &found.person.account;
        let (policy, version) = self.policy().await?;
        let contacts = self.store.contacts(&account.id).await?;
        let Some(contact) = best(&contacts, kind).filter(|contact| contact.trust == Trust::Verified) else {
            return Ok(());
        };
        found.may_change(&contacts, &policy, now)?;
        if !self.can_spare(account, &contacts, contact, &policy, now) {
            let required = policy.proofs_required(account.role);
            return Err(Refusal::TooFewMethods { required }.into());
        }
        let mut changes = vec![Change::PolicyIs(version), found.saved(Stage::Overview)?];
        // Told to the one that goes as well.
        changes.extend(self.notices(
            visit,
            account,
            &contacts,
            &Matter::MethodRemoved { kind: kind.into() },
            now,
        )?);
        changes.push(Change::RemoveContact(contact.id.clone()));
        let mut entry = self.own_entry(visit, &found, Event::RemoveMethod, Outcome::Succeeded);
        entry.detail = kind.word().into();
        changes.push(Change::Record(entry));
        self.settle(visit, &found, now, changes).await
    }

    /// Whether a contact may go: before the first Finish, and where enough are left without it.
    pub(super) fn can_spare(
        &self,
        account: &Account,
        contacts: &[Contact],
        contact: &Contact,
        policy: &Policy,
        now: Moment,
    ) -> bool {
        let left: Vec<Contact> = contacts.iter().filter(|one| one.id != contact.id).cloned().collect();
        account.first_finish.is_none() || self.has_enough(account, &left, policy, now)
    }

    /// "Finish": enough is registered.
    ///
    /// # Errors
    /// [`Refusal::ChangeFirst`] where the password has to be changed; [`Refusal::TooFewMethods`];
    /// [`Refusal::VerifyAgain`] where an administrator wants that first.
    pub async fn finish_registration(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        found.is_unfrozen(now)?;
        let account = &found.person.account;
        let (policy, version) = self.policy().await?;
        if pressing(account, &policy, now).is_some() {
            return Err(Refusal::ChangeFirst.into());
        }
        let contacts = self.store.contacts(&account.id).await?;
        if !self.has_enough(account, &contacts, &policy, now) {
            return Err(Refusal::TooFewMethods {
                required: policy.proofs_required(account.role),
            }
            .into());
        }
        let upkeep = self.store.upkeep(&account.id).await?;
        let mut outdated = outdated(&contacts, &policy, &upkeep, &found.walk.again);
        if outdated.next().is_some() || self.outdated_answers(account, &policy, &upkeep, now).is_some() {
            return Err(Refusal::VerifyAgain.into());
        }
        let entry = self.own_entry(visit, &found, Event::FinishRegistration, Outcome::Succeeded);
        let mut changes = vec![Change::PolicyIs(version), found.saved(Stage::Overview)?];
        if account.first_finish.is_none() {
            changes.push(Change::FinishRegistration {
                account: account.id.clone(),
                at: now,
            });
        }
        changes.push(Change::SaveUpkeep(account.id.clone(), upkeep.settled(now)));
        changes.push(Change::Record(entry));
        self.settle(visit, &found, now, changes).await
    }
}
