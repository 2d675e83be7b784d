//! Setting up or replacing a contact: a code goes there.

use super::{Found, PROVING, REGISTERING, ways_to_prove};
use crate::identity::ContactId;
use crate::method::{ContactKind, Method, email, phone};
use crate::ports::{Change, Contact, Trust};
use crate::refusal::Refusal;
use crate::registration::Stage;
use crate::service::reachable::ways;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Sets up or replaces the authentication email: sends a code there.
    pub async fn begin_email(&self, visit: &Visit, typed: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let address = email::parse(typed).map_err(Refusal::Email)?;
        let is_own = email::lies_in(&address, &policy.own_domains)
            || contacts
                .iter()
                .any(|contact| contact.kind == ContactKind::Mailbox && email::same_mailbox(&contact.address, &address));
        if is_own {
            return Err(Refusal::Email(email::Problem::OwnMailbox).into());
        }
        self.begin(visit, found, &contacts, Method::Email, address).await
    }

    /// Sets up or replaces the authentication phone: sends a code there.
    pub async fn begin_phone(&self, visit: &Visit, region: &str, typed: &str, way: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let way = Method::from_word(way)
            .filter(|way| way.contact() == Some(ContactKind::Phone))
            .ok_or(Refusal::Method)?;
        let number = phone::parse(typed, region, &policy.countries, way).map_err(Refusal::Phone)?;
        self.begin(visit, found, &contacts, way, number.e164).await
    }

    async fn begin(
        &self,
        visit: &Visit,
        found: Found,
        contacts: &[Contact],
        method: Method,
        address: String,
    ) -> Answer<()> {
        let now = self.now();
        let (policy, _) = self.policy().await?;
        let kind = method
            .contact()
            .filter(|_| policy.allows(method))
            .ok_or(Refusal::Method)?;
        found.may_change(contacts, &policy, now)?;
        let account = &found.person.account;
        let is_same =
            |contact: &Contact| contact.kind == kind && contact.trust == Trust::Verified && contact.address == address;
        if contacts.iter().any(is_same) {
            return Err(Refusal::SameContact.into());
        }
        let contact = Contact {
            id: ContactId::new(self.fresh_name()?),
            account: account.id.clone(),
            kind,
            address,
            trust: Trust::Pending,
            added: now,
        };
        let sent = self
            .dispatch(visit, &found, (method, &contact), REGISTERING, now)
            .await?;
        let mut changes = vec![
            Change::DropPending {
                account: account.id.clone(),
                kind,
            },
            Change::PutContact(contact),
        ];
        changes.extend(sent);
        self.settle(visit, &found, now, changes).await
    }

    /// Sends another code to the contact that is being set up or proves, perhaps another way.
    pub async fn registration_again(&self, visit: &Visit, way: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        // A form that was left behind: lead to the page as it is.
        if found.walk.stage == Stage::Overview {
            return Ok(());
        }
        found.is_unfrozen(now)?;
        let (policy, _) = self.policy().await?;
        let way = Method::from_word(way).ok_or(Refusal::Method)?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let (contact, aim) = match &found.walk.stage {
            Stage::Awaiting(before) if before.method.contact() == way.contact() => {
                let pending = contacts.iter().find(|one| one.id == before.contact);
                (pending.ok_or(Refusal::CodeDead)?, REGISTERING)
            }
            Stage::Proving(_) => {
                let mut ways = ways_to_prove(&contacts, &policy).into_iter();
                let (_, proving) = ways.find(|(method, _)| *method == way).ok_or(Refusal::Method)?;
                (proving, PROVING)
            }
            Stage::Awaiting(_) | Stage::Overview => return Err(Refusal::Method.into()),
        };
        if !ways(contact, &policy).contains(&way) {
            return Err(Refusal::Method.into());
        }
        let changes = self.dispatch(visit, &found, (way, contact), aim, now).await?;
        self.settle(visit, &found, now, changes).await
    }
}
