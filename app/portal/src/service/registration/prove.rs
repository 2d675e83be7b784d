//! Proving once more, before what is registered may be changed: the password, and then a code where a method can prove.

use super::{Found, PROVING, ways_to_prove};
use crate::audit::{Event, Outcome};
use crate::ports::{Change, Password};
use crate::refusal::Refusal;
use crate::registration::{Errand, Registration};
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
        let failing = self.store.failing(now).await?;
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
