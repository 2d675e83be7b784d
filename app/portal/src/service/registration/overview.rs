//! The pages of a registration: what is registered, and what may be.

use super::{Found, ways_to_prove};
use crate::identity::ContactId;
use crate::method::code::Purpose;
use crate::method::{ContactKind, Method, phone};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Contact, Trust};
use crate::screen::{Awaited, Country, Line, Overview, PhoneForm, Standing};
use crate::service::reachable::{best, channels, mask, ways};
use crate::service::sending::is_told_alone;
use crate::service::upkeep::outdated;
use crate::service::{Answer, Portal, Visit};
use crate::upkeep::{Demand, Due, Upkeep};

impl Portal {
    /// The registration page.
    pub async fn overview(&self, visit: &Visit) -> Answer<Overview> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let upkeep = self.store.upkeep(&found.person.account.id).await?;
        Ok(self.listed(&found, &contacts, &upkeep, &policy, self.now()))
    }

    /// The same for a page on which something is changed.
    ///
    /// # Errors
    /// What stands in the way of changing anything, so that nobody types in vain: [`Refusal::ProofTooOld`],
    /// [`Refusal::ChangeFirst`].
    pub async fn overview_to_change(&self, visit: &Visit) -> Answer<Overview> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let now = self.now();
        found.may_change(&contacts, &policy, now)?;
        let upkeep = self.store.upkeep(&found.person.account.id).await?;
        Ok(self.listed(&found, &contacts, &upkeep, &policy, now))
    }

    fn listed(&self, found: &Found, contacts: &[Contact], upkeep: &Upkeep, policy: &Policy, now: Moment) -> Overview {
        let account = &found.person.account;
        let due = upkeep.due(self.standing(account, contacts, policy, now), policy, now);
        let outdated: Vec<&ContactId> = outdated(contacts, policy, upkeep, &found.walk.again)
            .map(|contact| &contact.id)
            .collect();
        let required = policy.proofs_required(account.role);
        let have = u8::try_from(channels(&self.reachable(account, contacts, policy, now))).unwrap_or(u8::MAX);
        let lines = [ContactKind::Office, ContactKind::Phone, ContactKind::Email]
            .into_iter()
            .filter(|kind| {
                Method::ALL
                    .into_iter()
                    .any(|method| method.contact() == Some(*kind) && policy.allows(method))
            })
            // What nobody can set up is no gap.
            .filter(|kind| kind.is_owners() || best(contacts, *kind).is_some())
            .map(|kind| {
                let contact = best(contacts, kind);
                Line {
                    means: kind.into(),
                    mask: contact.map(mask).unwrap_or_default(),
                    standing: match contact {
                        None => Standing::Missing,
                        Some(contact) if outdated.contains(&&contact.id) => Standing::Outdated(contact.added),
                        Some(contact) if contact.trust == Trust::Verified => Standing::Verified(contact.added),
                        Some(_) => Standing::Vouched,
                    },
                    can_remove: contact.is_some_and(|contact| {
                        kind.is_owners()
                            && contact.trust == Trust::Verified
                            && self.can_spare(account, contacts, contact, policy, now)
                    }),
                }
            })
            .chain(self.questions_line(account, contacts, upkeep, policy, now))
            .collect();
        Overview {
            user_name: account.name.clone(),
            display: account.display.clone(),
            required,
            have,
            lines,
            puts_off: match due {
                Some(Due::Register { left }) if !found.person.session.put_off => Some(left),
                _ => None,
            },
            reconfirms: due == Some(Due::Reconfirm),
            is_demanded: upkeep.demand.is_some_and(|(demand, _)| demand == Demand::Register),
            finished: account.first_finish,
            needs_proof: found.needs_proof(contacts, policy, now),
            told_alone: account.first_finish.is_some() && is_told_alone(contacts),
        }
    }

    /// The support code of a signed-in person's pages.
    pub async fn registration_support(&self, visit: &Visit) -> Answer<String> {
        Ok(self.find_registration(visit).await?.flow.support)
    }

    /// The page on which a phone is added.
    pub async fn phone_form(&self, visit: &Visit) -> Answer<PhoneForm> {
        self.person(visit).await?;
        let (policy, _) = self.policy().await?;
        let countries = policy
            .countries
            .iter()
            .filter_map(|code| {
                let calling = phone::calling_code(code)?;
                Some(Country {
                    code: code.clone(),
                    calling,
                })
            })
            .collect();
        let ways = [Method::Text, Method::Call]
            .into_iter()
            .filter(|way| policy.allows(*way))
            .collect();
        Ok(PhoneForm { countries, ways })
    }

    /// The page of the code that is awaited, and what it was sent for; none where none is awaited.
    pub async fn registration_code(&self, visit: &Visit) -> Answer<Option<(Purpose, Awaited)>> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let Some(dispatch) = found.walk.stage.dispatch() else {
            return Ok(None);
        };
        let method = dispatch.method;
        let purpose = found.walk.stage.purpose();
        let is_proving = purpose == Purpose::Proving;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let (policy, _) = self.policy().await?;
        let Some(contact) = contacts.iter().find(|one| one.id == dispatch.contact) else {
            return Ok(None);
        };
        let offered = if is_proving {
            ways_to_prove(&contacts, &policy)
                .into_iter()
                .map(|(way, _)| way)
                .collect()
        } else {
            ways(contact, &policy)
        };
        let awaited = Awaited {
            address: match contact.kind {
                // What is registered is shown whole only to whoever has proved it.
                _ if is_proving || contact.trust == Trust::Vouched => mask(contact),
                ContactKind::Phone | ContactKind::Office => phone::shown(&contact.address).shown,
                ContactKind::Mailbox | ContactKind::Email => contact.address.clone(),
            },
            other_way: offered
                .into_iter()
                .find(|way| *way != method && way.contact() == Some(ContactKind::Phone)),
            has_other: true,
            ..self
                .awaited(
                    visit,
                    &found.person.account.id,
                    (method, &self.channel(contact), &dispatch.code),
                    dispatch.asked,
                    now,
                )
                .await?
        };
        Ok(Some((purpose, awaited)))
    }
}
