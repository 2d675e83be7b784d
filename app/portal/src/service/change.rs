//! Changing a password with the old one.

use std::sync::OnceLock;

use super::history::Past;
use super::sign_in::{Person, pressing};
use super::{Answer, NewEntries, Portal, ROUNDS, Visit};
use crate::audit::{Actor, Event, Outcome};
use crate::limits::{Factor, Failures};
use crate::policy::Policy;
use crate::ports::{Account, Change, Committed, Matter, Password};
use crate::refusal::Refusal;
use crate::screen::ChangeForm;

/// The cookies after a change of the password.
pub struct Changed {
    /// That of the session.
    pub session: String,
    /// That by which the account knows the browser, where it did before.
    pub device: Option<String>,
}

impl Portal {
    /// The page on which a password is changed.
    ///
    /// # Errors
    /// [`Refusal::ManagedElsewhere`] where that is not done here; [`Refusal::RegisterFirst`] where methods are missing.
    pub async fn change_form(&self, visit: &Visit) -> Answer<ChangeForm> {
        let person = self.who_may_change(visit).await?;
        let (policy, _) = self.policy().await?;
        Ok(ChangeForm {
            user_name: person.account.name.clone(),
            judgement: self.judgement(&person.account, &policy),
            pressing: pressing(&person.account, &policy, self.now()),
            history: policy.password.history(),
        })
    }

    /// Whether the password was changed within this session: what the page after it tells.
    pub async fn was_changed(&self, visit: &Visit) -> Answer<bool> {
        let person = self.person(visit).await?;
        Ok(person.account.password_set >= person.session.opened)
    }

    async fn who_may_change(&self, visit: &Visit) -> Answer<Person> {
        let person = self.person(visit).await?;
        if person.account.managed_elsewhere {
            return Err(Refusal::ManagedElsewhere.into());
        }
        let (policy, _) = self.policy().await?;
        self.registers_first(&person, &policy).await?;
        Ok(person)
    }

    /// Changes the password. The other sessions of the account end, and its flows, and no other browser is known for it any
    /// more; this session goes on under another cookie.
    pub async fn change_password(&self, visit: &Visit, current: &str, entries: NewEntries<'_>) -> Answer<Changed> {
        let person = self.who_may_change(visit).await?;
        let account = &person.account;
        if current.is_empty() {
            return Err(Refusal::PasswordMissing.into());
        }
        let (policy, policy_version) = self.policy().await?;
        let password = self.judged(account, &policy, entries)?;
        let mut entry = self.entry(visit, self.now(), Event::Change, Outcome::Failed);
        entry.actor = Actor::Account(account.id.clone());
        entry.subject = Some(account.id.clone());
        entry.detail = "current_password".into();
        let mut entry = self
            .judge_current(visit, account, &Password::typed(current), entry, |_| Vec::new())
            .await?;
        let history = self.history_judged(visit, account, &policy, &password).await?;
        let hash = self.hashing.hash_proved(&password).await?;
        let now = self.now();
        entry.at = now;
        let contacts = self.store.contacts(&account.id).await?;
        let (token, moved) = self.next_cookie(&person.session, account.epoch + 1, now).await?;
        let mut changes = vec![
            // Stale where somebody signed out while the hashes were computed: that is not undone.
            Change::TouchSession {
                token: person.session.token.clone(),
                seen: now,
                proved: now,
            },
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::PolicyIs(policy_version),
            Change::SetPassword {
                account: account.id.clone(),
                hash,
                epoch: account.epoch,
                at: now,
                keep: policy.password.history(),
            },
            Change::SaveFailures {
                account: account.id.clone(),
                factor: Factor::History,
                before: history,
                after: Failures::default(),
            },
            Change::EndSessions {
                account: account.id.clone(),
                except: None,
            },
            Change::EndFlows {
                account: account.id.clone(),
                except: None,
            },
        ];
        changes.extend(moved);
        let (device, known) = self.after_change(visit, &account.id, now).await?;
        changes.extend(known);
        if policy.notify_person {
            changes.extend(self.notices(visit, account, &contacts, &Matter::WasChanged, now)?);
        }
        changes.push(Change::Record(entry));
        match self.store.commit(changes).await? {
            Committed::Done => Ok(Changed { session: token, device }),
            Committed::Stale => {
                // The session, or else the account or the policy, moved on while the hashes were computed.
                self.person(visit).await?;
                Err(Refusal::Busy.into())
            }
        }
    }

    /// Tells that a password was used before, and counts it: each such answer says something about an old password. The
    /// count as it stands, where it was not.
    async fn history_judged(
        &self,
        visit: &Visit,
        account: &Account,
        policy: &Policy,
        password: &Password,
    ) -> Answer<Failures> {
        let known = OnceLock::new();
        for _ in 0..ROUNDS {
            let mut entry = self.entry(visit, self.now(), Event::Change, Outcome::Failed);
            entry.actor = Actor::Account(account.id.clone());
            entry.subject = Some(account.id.clone());
            match self.judge_history(account, policy, password, &known, entry).await? {
                Past::New(failures) => return Ok(failures),
                Past::Refused { refusal, changes } => {
                    if self.store.commit(changes).await? == Committed::Done {
                        return Err(refusal.into());
                    }
                }
            }
        }
        Err(Refusal::Busy.into())
    }
}
