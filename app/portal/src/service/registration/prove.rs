//! Proving once more, before what is registered may be changed: the password, and then a code where a method can prove.

use super::{Found, PROVING, ways_to_prove};
use crate::audit::{Event, Outcome};
use crate::method::ContactKind;
use crate::ports::{Change, Password};
use crate::refusal::Refusal;
use crate::registration::{Errand, Registration};
use crate::service::reachable::ways;
use crate::service::sign_in::pressing;
use crate::service::upkeep::outdated;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Proves the password once more. The session goes on under another cookie, which is returned: whoever may have
    /// learnt the one before gains nothing from the proof (OWASP ASVS 7.2.4).
    pub async fn prove_password(&self, visit: &Visit, typed: &str) -> Answer<String> {
        let found = self.find_registration(visit).await?;
        if typed.is_empty() {
            return Err(Refusal::PasswordMissing.into());
        }
        let now = self.now();
        let Found { person, .. } = &found;
        let mut entry = self.own_entry(visit, &found, Event::SignIn, Outcome::Failed);
        entry.detail = "current_password".into();
        let (token, moved) = self.next_cookie(&person.session, person.account.epoch, now).await?;
        let password = Password::typed(typed);
        self.judge_current(visit, &person.account, &password, entry, |entry| {
            let mut then = vec![
                // Stale where the session has ended meanwhile: that is not undone.
                Change::TouchSession {
                    token: person.session.token.clone(),
                    seen: now,
                    proved: now,
                },
                Change::EndSession(person.session.token.clone()),
                Change::Record(entry.clone()),
            ];
            then.extend(moved.iter().cloned());
            then
        })
        .await?;
        self.renew_hash(&person.account, &password).await;
        Ok(token)
    }

    /// Sends a code to a contact of one's own that an administrator wants verified again.
    pub async fn verify_again(&self, visit: &Visit, kind: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        found.is_unfrozen(now)?;
        let account = &found.person.account;
        let (policy, _) = self.policy().await?;
        if pressing(account, &policy, now).is_some() {
            return Err(Refusal::ChangeFirst.into());
        }
        let contacts = self.store.contacts(&account.id).await?;
        let upkeep = self.store.upkeep(&account.id).await?;
        let kind = ContactKind::from_word(kind)
            .filter(|kind| kind.is_owners())
            .ok_or(Refusal::Method)?;
        let mut outdated = outdated(&contacts, &policy, &upkeep, &found.walk.again);
        // A form that was left behind: lead to the page as it is.
        let Some(contact) = outdated.find(|contact| contact.kind == kind) else {
            return Ok(());
        };
        let failing = self.failing(now).await?;
        let ways = ways(contact, &policy);
        let working = ways.iter().find(|method| !failing.contains(method));
        let way = *working.or_else(|| ways.first()).ok_or(Refusal::Method)?;
        let changes = self.dispatch(visit, &found, (way, contact), PROVING, now).await?;
        self.settle(visit, &found, now, changes).await
    }

    /// Sends a code to a method of one's own, where one can prove; the first whose messages get through. Whether one is
    /// awaited from here on. During the first registration the password is enough.
    pub async fn ask_second_proof(&self, visit: &Visit, errand: Option<Errand>) -> Answer<bool> {
        let mut found = self.find_registration(visit).await?;
        let account = &found.person.account;
        if account.first_finish.is_none() {
            return Ok(false);
        }
        let now = self.now();
        found.is_unfrozen(now)?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&account.id).await?;
        let ways = ways_to_prove(&contacts, &policy);
        let failing = self.failing(now).await?;
        let working = ways.iter().find(|(method, _)| !failing.contains(method));
        let Some(way) = working.or_else(|| ways.first()) else {
            return Ok(false);
        };
        found.walk = Registration { errand, ..found.walk };
        let changes = self.dispatch(visit, &found, *way, PROVING, now).await?;
        self.settle(visit, &found, now, changes).await?;
        Ok(true)
    }
}
