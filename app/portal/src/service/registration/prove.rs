//! Proving once more, before what is registered may be changed.

use super::own;
use crate::audit::{Event, Outcome};
use crate::method::Method;
use crate::policy::Policy;
use crate::ports::{Change, Contact, Password};
use crate::refusal::Refusal;
use crate::registration::Stage;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Proves the password once more; where a method of one's own is registered, sends a code there as well. Whether a
    /// code is awaited from here on.
    pub async fn prove_again(&self, visit: &Visit, typed: &str) -> Answer<bool> {
        let found = self.find_registration(visit).await?;
        if typed.is_empty() {
            return Err(Refusal::PasswordMissing.into());
        }
        let now = self.now();
        let account = &found.person.account;
        let fresh = Change::TouchSession {
            token: found.person.session.token.clone(),
            seen: now,
            proved: now,
        };
        let mut entry = self.own_entry(visit, &found, Event::SignIn, Outcome::Succeeded);
        entry.detail = "current_password".into();
        let then = vec![fresh, Change::Record(entry)];
        self.check_current(visit, account, &Password::typed(typed), Event::SignIn, then)
            .await?;
        let contacts = self.store.contacts(&account.id).await?;
        if account.first_finish.is_none() || own(&contacts).next().is_none() {
            return Ok(false);
        }
        let (policy, _) = self.policy().await?;
        let way = way_to_prove(&contacts, &policy).ok_or(Refusal::Method)?;
        let changes = self.dispatch(visit, &found, way, Stage::Proving, now).await?;
        self.settle(changes).await?;
        Ok(true)
    }
}

/// The first way to a contact of one's own that the policy allows; the mailbox first, for it costs nothing.
fn way_to_prove<'c>(contacts: &'c [Contact], policy: &Policy) -> Option<(Method, &'c Contact)> {
    [Method::Email, Method::Text, Method::Call]
        .into_iter()
        .filter(|method| policy.allows(*method))
        .find_map(|method| {
            own(contacts)
                .find(|contact| contact.kind == method.contact())
                .map(|contact| (method, contact))
        })
}
