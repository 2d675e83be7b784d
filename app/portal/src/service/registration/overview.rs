//! The pages of a registration: what is registered, and what may be.

use super::own;
use crate::method::code::{AGAIN_AFTER, LIFE};
use crate::method::{ContactKind, Method, phone};
use crate::ports::Trust;
use crate::registration::Stage;
use crate::screen::{Awaited, Country, Line, Overview, PhoneForm, Standing};
use crate::service::reachable::{best, mask};
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// The registration page.
    pub async fn overview(&self, visit: &Visit) -> Answer<Overview> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let now = self.now();
        let account = &found.person.account;
        let contacts = self.store.contacts(&account.id).await?;
        let required = policy.proofs_required(account.role);
        let have = u8::try_from(self.reachable(account, &contacts, &policy, now).len()).unwrap_or(u8::MAX);
        let lines = [ContactKind::Phone, ContactKind::Email]
            .into_iter()
            .filter(|kind| {
                Method::ALL
                    .into_iter()
                    .any(|method| method.contact() == *kind && policy.allows(method))
            })
            .map(|kind| {
                let contact = best(&contacts, kind);
                Line {
                    kind,
                    mask: contact.map(mask).unwrap_or_default(),
                    standing: match contact {
                        None => Standing::Missing,
                        Some(contact) if contact.trust == Trust::Verified => Standing::Verified(contact.added),
                        Some(_) => Standing::Vouched,
                    },
                    can_remove: contact.is_some_and(|contact| contact.trust == Trust::Verified)
                        && (account.first_finish.is_none() || have > required),
                }
            })
            .collect();
        Ok(Overview {
            user_name: account.name.clone(),
            display: account.display.clone(),
            required,
            have,
            lines,
            finished: account.first_finish,
            needs_proof: found.needs_proof(&contacts, now),
        })
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

    /// The page of the code that is awaited; none where no contact is being set up.
    pub async fn registration_code(&self, visit: &Visit) -> Answer<Option<Awaited>> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let Some(dispatch) = found.walk.stage.dispatch() else {
            return Ok(None);
        };
        let method = dispatch.method;
        let is_proving = matches!(found.walk.stage, Stage::Proving(_));
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let has_phone = own(&contacts).any(|one| one.kind == ContactKind::Phone);
        let Some(contact) = contacts.into_iter().find(|one| one.id == dispatch.contact) else {
            return Ok(None);
        };
        let (policy, _) = self.policy().await?;
        let failing = self.store.failing(now).await?;
        Ok(Some(Awaited {
            method,
            address: match contact.kind {
                // What is registered is shown whole only to whoever has proved it.
                _ if is_proving => mask(&contact),
                ContactKind::Phone => phone::shown(&contact.address).shown,
                ContactKind::Mailbox | ContactKind::Email => contact.address.clone(),
            },
            digits: u8::try_from(method.digits()).unwrap_or(8),
            asked: dispatch.asked,
            until: dispatch.asked + LIFE,
            again: self
                .next_send_to(visit, &contact, now)
                .await?
                .max(dispatch.asked + AGAIN_AFTER),
            other_way: [Method::Text, Method::Call]
                .into_iter()
                .filter(|way| *way != method && policy.allows(*way))
                .find(|_| method != Method::Email || (is_proving && has_phone)),
            hurdle: self.hurdle(&found.person.account, method, &failing, now).await?,
            has_other: true,
        }))
    }
}
