//! What is asked of somebody who has signed in, before they go on: registering, or saying whether all of it is still
//! right. Either can be put off for the rest of the session; registering only so often.

use super::reachable::{best, ways};
use super::sign_in::{Person, pressing};
use super::{Answer, Portal, ROUNDS, Visit};
use crate::audit::{Actor, Entry, Event, Outcome};
use crate::identity::ContactId;
use crate::method::{ContactKind, Method};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Committed, Contact, Trust};
use crate::refusal::Refusal;
use crate::upkeep::{Due, Standing, Upkeep};

/// What somebody answers who is asked whether all of it is still right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillRight {
    /// It is.
    Yes,
    /// Something has to be changed first.
    Change,
    /// Ask again at the next sign-in.
    Later,
}

impl StillRight {
    /// The name in forms and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "still_right",
            Self::Change => "change",
            Self::Later => "later",
        }
    }

    /// The answer with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Yes, Self::Change, Self::Later]
            .into_iter()
            .find(|answer| answer.word() == word)
    }
}

impl Portal {
    /// How an account stands, for what is asked of its owner.
    pub fn standing(&self, account: &Account, contacts: &[Contact], policy: &Policy, now: Moment) -> Standing {
        let mut possible = policy.channels(account.role);
        // What nobody can set up is not asked for.
        if policy.allows(Method::Office) && best(contacts, ContactKind::Office).is_none() {
            possible = possible.saturating_sub(1);
        }
        Standing {
            first_finish: account.first_finish,
            has_enough: self.has_enough(account, contacts, policy, now),
            is_concerned: policy.is_enabled_for(&account.groups)
                && !account.managed_elsewhere
                && account.frozen_until(now).is_none(),
            is_possible: possible >= usize::from(policy.proofs_required(account.role)),
        }
    }

    /// What is due for an account, whether or not it was put off.
    pub(super) async fn due(&self, account: &Account, policy: &Policy, now: Moment) -> Answer<(Upkeep, Option<Due>)> {
        let contacts = self.store.contacts(&account.id).await?;
        let upkeep = self.store.upkeep(&account.id).await?;
        let due = upkeep.due(self.standing(account, &contacts, policy, now), policy, now);
        Ok((upkeep, due))
    }

    /// Whoever has to register does that before anything else, unless it was put off in this session.
    ///
    /// # Errors
    /// [`Refusal::RegisterFirst`].
    pub(super) async fn registers_first(&self, person: &Person, policy: &Policy) -> Answer<()> {
        let now = self.now();
        if person.session.put_off || pressing(&person.account, policy, now).is_some() {
            return Ok(());
        }
        match self.due(&person.account, policy, now).await? {
            (_, Some(Due::Register { .. })) => Err(Refusal::RegisterFirst.into()),
            _ => Ok(()),
        }
    }

    /// "Not now": registering is put off until the next sign-in, which is counted. A second time within the session, or
    /// where nothing is due, changes nothing.
    ///
    /// # Errors
    /// [`Refusal::RegisterFirst`] where it cannot be put off any longer; [`Refusal::ChangeFirst`] where the password has
    /// to be changed.
    pub async fn put_off_registration(&self, visit: &Visit) -> Answer<()> {
        for _ in 0..ROUNDS {
            let person = self.person(visit).await?;
            let now = self.now();
            let (policy, _) = self.policy().await?;
            if pressing(&person.account, &policy, now).is_some() {
                return Err(Refusal::ChangeFirst.into());
            }
            let (upkeep, due) = self.due(&person.account, &policy, now).await?;
            let Some(Due::Register { left }) = due.filter(|_| !person.session.put_off) else {
                return Ok(());
            };
            let Some(left) = left.checked_sub(1) else {
                return Err(Refusal::RegisterFirst.into());
            };
            let detail = format!("{left} left");
            let entry = self.entry_of(visit, &person, (Event::PutOffRegistration, Outcome::Succeeded), detail);
            let changes = vec![
                Change::PutOff(person.session.token.clone()),
                Change::SaveUpkeep(person.account.id.clone(), upkeep.put_off()),
                Change::Record(entry),
            ];
            if self.store.commit(changes).await? == Committed::Done {
                return Ok(());
            }
        }
        Err(Refusal::Busy.into())
    }

    /// The answer to the question whether what is registered is still right. Where it is not asked any more, nothing
    /// changes.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for what is no answer; [`Refusal::ChangeFirst`] where the password has to be changed.
    pub async fn reconfirm(&self, visit: &Visit, answer: &str) -> Answer<StillRight> {
        let answer = StillRight::from_word(answer).ok_or(Refusal::Malformed)?;
        for _ in 0..ROUNDS {
            let person = self.person(visit).await?;
            let now = self.now();
            let (policy, _) = self.policy().await?;
            if pressing(&person.account, &policy, now).is_some() {
                return Err(Refusal::ChangeFirst.into());
            }
            let (upkeep, due) = self.due(&person.account, &policy, now).await?;
            let is_repeated = answer != StillRight::Yes && person.session.put_off;
            if due != Some(Due::Reconfirm) || is_repeated {
                return Ok(answer);
            }
            let outcome = if answer == StillRight::Later {
                Outcome::Cancelled
            } else {
                Outcome::Succeeded
            };
            let entry = self.entry_of(visit, &person, (Event::Reconfirm, outcome), answer.word().into());
            let mut changes = vec![Change::AccountIs {
                account: person.account.id.clone(),
                revision: person.account.revision,
            }];
            changes.push(if answer == StillRight::Yes {
                Change::SaveUpkeep(person.account.id.clone(), upkeep.settled(now))
            } else {
                Change::PutOff(person.session.token.clone())
            });
            changes.push(Change::Record(entry));
            if self.store.commit(changes).await? == Committed::Done {
                return Ok(answer);
            }
        }
        Err(Refusal::Busy.into())
    }

    /// Where as many methods count as are required, what was put off before is forgotten.
    pub(super) async fn forgive_skips(&self, account: &Account, upkeep: &Upkeep, due: Option<Due>) -> Answer<()> {
        if upkeep.skips > 0 && !matches!(due, Some(Due::Register { .. })) {
            // Whoever is faster has written what counts.
            let forgiven = Change::SaveUpkeep(account.id.clone(), upkeep.complete());
            self.store.commit(vec![forgiven]).await?;
        }
        Ok(())
    }

    fn entry_of(&self, visit: &Visit, person: &Person, (event, outcome): (Event, Outcome), detail: String) -> Entry {
        Entry {
            actor: Actor::Account(person.account.id.clone()),
            subject: Some(person.account.id.clone()),
            detail,
            ..self.entry(visit, self.now(), event, outcome)
        }
    }
}

/// The contacts of one's own that have to be verified again: those that an administrator's demand outdates and that were
/// not verified since.
pub(super) fn outdated<'c>(
    contacts: &'c [Contact],
    policy: &'c Policy,
    upkeep: &'c Upkeep,
    again: &'c [ContactId],
) -> impl Iterator<Item = &'c Contact> {
    contacts.iter().filter(move |contact| {
        contact.trust == Trust::Verified
            && upkeep.is_outdated(contact.added)
            && !again.contains(&contact.id)
            && !ways(contact, policy).is_empty()
    })
}
