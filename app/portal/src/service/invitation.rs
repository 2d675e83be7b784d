//! Inviting people to register, reminding them of it, and asking for what is registered anew. What an administrator does
//! to one account at a time.

use super::sending::NOTICE_LIFE;
use super::{Portal, Visit};
use crate::audit::{Actor, Entry, Event, Outcome};
use crate::identity::{AccountId, MessageId};
use crate::method::ContactKind;
use crate::moment::{Moment, days};
use crate::ports::{Account, Change, Committed, Contact, Fault, Matter, Message, Recipient, Trust};
use crate::upkeep::{Demand, Due, Standing, Upkeep};

/// How the registration of an account stands.
pub struct Registered {
    /// Its methods, seen through the policy.
    pub standing: Standing,
    /// What is kept beside them.
    pub upkeep: Upkeep,
    /// What is asked at the next sign-in.
    pub due: Option<Due>,
    /// When it is asked next whether all of it is still right.
    pub next_confirmation: Option<Moment>,
    contacts: Vec<Contact>,
}

/// Why somebody was not invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uninvited {
    /// Enough is registered.
    Registered,
    /// Switched off, ended, or self-service is not for this account.
    NotConcerned,
    /// Nothing is known to write to.
    NoContact,
    /// Something changed the account at this moment.
    Busy,
}

impl Portal {
    /// How the registration of an account stands.
    pub async fn registered(&self, account: &Account) -> Result<Registered, Fault> {
        let (policy, _) = self.policy().await?;
        let now = self.now();
        let contacts = self.store.contacts(&account.id).await?;
        let upkeep = self.store.upkeep(&account.id).await?;
        let standing = self.standing(account, &contacts, &policy, now);
        Ok(Registered {
            due: upkeep.due(standing, &policy, now),
            next_confirmation: upkeep.next_confirmation(standing, &policy),
            standing,
            upkeep,
            contacts,
        })
    }

    /// Whether somebody would be invited, and why not.
    ///
    /// # Errors
    /// [`Uninvited`], never [`Uninvited::Busy`].
    pub fn may_be_invited(&self, account: &Account, registered: &Registered) -> Result<(), Uninvited> {
        let standing = registered.standing;
        if standing.has_enough && standing.first_finish.is_some() {
            Err(Uninvited::Registered)
        } else if !standing.is_concerned || !account.is_open(self.now()) {
            Err(Uninvited::NotConcerned)
        } else {
            known(&registered.contacts).map(|_| ()).ok_or(Uninvited::NoContact)
        }
    }

    /// Invites somebody to register.
    pub async fn invite(&self, account: &Account, by: Actor) -> Result<Result<(), Uninvited>, Fault> {
        let registered = self.registered(account).await?;
        if let Err(uninvited) = self.may_be_invited(account, &registered) {
            return Ok(Err(uninvited));
        }
        let now = self.now();
        let upkeep = registered.upkeep.invited(now);
        let done = self
            .write_to(account, &registered.contacts, by, false, upkeep, now)
            .await?;
        Ok(if done { Ok(()) } else { Err(Uninvited::Busy) })
    }

    /// Reminds those who were invited long enough ago and have not registered, at most 500; how many. Of several servers
    /// that do it at once, one writes to each.
    pub async fn remind(&self) -> Result<usize, Fault> {
        let (policy, _) = self.policy().await?;
        if policy.reminder_days == 0 {
            return Ok(0);
        }
        let now = self.now();
        let since = now - days(u64::from(policy.reminder_days));
        let mut reminded = 0;
        for id in self.store.to_remind(since).await? {
            reminded += usize::from(self.remind_one(&id, since, now).await?);
        }
        Ok(reminded)
    }

    async fn remind_one(&self, id: &AccountId, since: Moment, now: Moment) -> Result<bool, Fault> {
        let Some(account) = self.store.account(id).await? else {
            return Ok(false);
        };
        let registered = self.registered(&account).await?;
        let upkeep = &registered.upkeep;
        if upkeep.remind_from.is_none_or(|from| from > since) {
            return Ok(false);
        }
        let other = if registered.standing.has_enough {
            upkeep.complete()
        } else if self.may_be_invited(&account, &registered).is_err() {
            // Looked at again after as many days.
            Upkeep {
                remind_from: Some(now),
                ..upkeep.clone()
            }
        } else {
            let upkeep = upkeep.reminded(now);
            return self
                .write_to(&account, &registered.contacts, Actor::System, true, upkeep, now)
                .await;
        };
        self.store.commit(vec![Change::SaveUpkeep(id.clone(), other)]).await?;
        Ok(false)
    }

    /// Asks somebody, at the next sign-in, to confirm what is registered or to verify it again. False where something
    /// changed the account at this moment.
    pub async fn demand(&self, account: &Account, demand: Demand, by: Actor) -> Result<bool, Fault> {
        let upkeep = self.store.upkeep(&account.id).await?;
        let now = self.now();
        let entry = self.entry_about(account, by, Event::DemandRegistration, demand.word().into(), now);
        let changes = vec![
            Change::SaveUpkeep(account.id.clone(), upkeep.demanded(demand, now)),
            Change::Record(entry),
        ];
        Ok(self.store.commit(changes).await? == Committed::Done)
    }

    async fn write_to(
        &self,
        account: &Account,
        contacts: &[Contact],
        by: Actor,
        is_reminder: bool,
        upkeep: Upkeep,
        now: Moment,
    ) -> Result<bool, Fault> {
        let Some(contact) = known(contacts) else {
            return Ok(false);
        };
        let detail = if is_reminder {
            format!("reminder {}", upkeep.reminders)
        } else {
            "invitation".into()
        };
        let changes = vec![
            Change::Enqueue(Message {
                id: MessageId::new(self.fresh_name()?),
                to: Recipient::Contact(contact.id.clone()),
                account: Some(account.id.clone()),
                language: account.language,
                matter: Matter::Invitation { is_reminder },
                at: now,
                expires: now + NOTICE_LIFE,
                network: String::new(),
            }),
            Change::SaveUpkeep(account.id.clone(), upkeep),
            Change::Record(self.entry_about(account, by, Event::Invite, detail, now)),
        ];
        Ok(self.store.commit(changes).await? == Committed::Done)
    }

    fn entry_about(&self, account: &Account, by: Actor, event: Event, detail: String, now: Moment) -> Entry {
        Entry {
            actor: by,
            subject: Some(account.id.clone()),
            detail,
            ..self.entry(&Visit::default(), now, event, Outcome::Succeeded)
        }
    }
}

/// Where somebody is written to who cannot be expected to have registered anything: the account's own mailbox first.
fn known(contacts: &[Contact]) -> Option<&Contact> {
    [ContactKind::Mailbox, ContactKind::Email, ContactKind::Phone]
        .into_iter()
        .find_map(|kind| {
            contacts
                .iter()
                .find(|contact| contact.kind == kind && contact.trust != Trust::Pending)
        })
}
