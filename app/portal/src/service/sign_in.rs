//! Signing in with a password, and the session that follows.

mod password;

use std::time::Duration;

use crate::account::UserName;
use crate::audit::{Actor, Entry, Event, Outcome};
use crate::limits::{Factor, Failures, Leave};
use crate::moment::{Moment, days, hours, minutes};
use crate::policy::Policy;
use crate::ports::{Account, Change, Committed, Contact, Fault, Flow, FlowKind, Password, Session};
use crate::refusal::Refusal;
use crate::screen::Pressing;
use crate::upkeep::Due;

use self::password::{Giver, Known};
use super::device::Device;
use super::reachable::channels;
use super::{Answer, Portal, ROUNDS, Trouble, Visit};

/// A session that is not used for this long is over.
pub const IDLE: Duration = minutes(30);
/// A session is over after this long, however often it is used.
pub const LONGEST: Duration = hours(12);
/// Somebody who has signed in.
pub struct SignedIn {
    /// The cookie of the session.
    pub session: String,
    /// The cookie by which the account knows the browser, where it does.
    pub device: Option<String>,
    /// What has to be done first.
    pub first: First,
}

/// What follows a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The password has to be changed.
    Change,
    /// Methods have to be registered, or that put off.
    Register,
    /// It is asked whether what is registered is still right.
    Reconfirm,
    /// Nothing in particular.
    Nothing,
}

/// A person within a session.
pub struct Person {
    /// The account, as it is now.
    pub account: Account,
    /// The session.
    pub session: Session,
}

impl Portal {
    /// Signs in. Unknown names, wrong passwords and accounts that may not sign in get one answer, for the same work.
    pub async fn sign_in(
        &self,
        visit: &Visit,
        typed_name: &str,
        typed_password: &str,
        device: Device,
    ) -> Answer<SignedIn> {
        let name = UserName::parse(typed_name).map_err(Refusal::UserName)?;
        if typed_password.is_empty() {
            return Err(Refusal::PasswordMissing.into());
        }
        let password = Password::typed(typed_password);
        if password.expose().len() > crate::password::rules::MAXIMUM_BYTES {
            return Err(Refusal::SignIn.into());
        }
        let minute = self.sign_ins.count(&visit.network, false, self.now());
        if minute.is_beyond_reason(visit.expected()) {
            let mut entry = self.entry(visit, self.now(), Event::SignIn, Outcome::Blocked);
            entry.detail = "network".into();
            self.write_blocked(&visit.coarse, entry).await?;
            return Err(Refusal::Crowded { until: minute.end() }.into());
        }
        let mut hash = None;
        let mut known = None;
        for _ in 0..ROUNDS {
            let account = self.store.account_named(&name).await?;
            let subject = account
                .as_ref()
                .map_or_else(|| self.nobody(name.as_str()), |account| account.id.clone());
            let hash_now = account.as_ref().and_then(|account| account.hash.clone());
            if hash != hash_now {
                // What was found of the password before is of one that was replaced since.
                known = None;
                hash = hash_now;
            }
            let mut entry = self.entry(visit, self.now(), Event::SignIn, Outcome::Failed);
            entry.subject = account.as_ref().map(|account| account.id.clone());
            let tried = (&subject, account.as_ref(), &password);
            match self
                .judge_password((visit, Giver::Stranger), tried, &mut known, entry)
                .await?
            {
                Known::Right {
                    account,
                    entry,
                    mut changes,
                } => {
                    let now = entry.at;
                    let (session, opening) = self.opening(visit, account, entry).await?;
                    changes.extend(opening);
                    let (device, known) = self.after_proof(visit, device, &account.id, now).await?;
                    changes.extend(known);
                    if self.store.commit(changes).await? == Committed::Done {
                        self.renew_hash(account, &password).await;
                        let first = self.first(account, now).await?;
                        return Ok(SignedIn { session, device, first });
                    }
                }
                Known::Wrong { changes } => {
                    if self.store.commit(changes).await? == Committed::Done {
                        return Err(Refusal::SignIn.into());
                    }
                }
            }
        }
        Err(Refusal::Busy.into())
    }

    /// A session for whoever has given the right password: its cookie, and what to commit.
    async fn opening(&self, visit: &Visit, account: &Account, entry: Entry) -> Answer<(String, Vec<Change>)> {
        let now = entry.at;
        let token = self.fresh_token()?;
        let session = Session {
            token: self.token_digest(&token),
            account: account.id.clone(),
            epoch: account.epoch,
            opened: now,
            proved: now,
            seen: now,
            put_off: false,
        };
        let mut changes = vec![
            // The password was judged for a while, in which it may have been replaced, or the account frozen.
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::OpenSession(session),
            Change::Record(entry),
        ];
        changes.extend(self.reopened(account, now).await?);
        changes.extend(
            visit
                .session
                .as_deref()
                .map(|old| Change::EndSession(self.token_digest(old))),
        );
        Ok((token, changes))
    }

    /// A session goes on under another cookie, its password proved at this moment, and so does the registration that is
    /// under way in it: the cookie, and what to commit. The end of the one before is not among it.
    pub(super) async fn next_cookie(
        &self,
        session: &Session,
        epoch: i64,
        now: Moment,
    ) -> Result<(String, Vec<Change>), Fault> {
        let token = self.fresh_token()?;
        let holder = self.token_digest(&token);
        let mut changes = vec![Change::OpenSession(Session {
            token: holder.clone(),
            epoch,
            seen: now,
            proved: now,
            ..session.clone()
        })];
        let flow = self.store.flow(FlowKind::Registration, &session.token).await?;
        changes.extend(flow.map(|flow| {
            Change::SaveFlow(Flow {
                holder,
                version: flow.version + 1,
                ..flow
            })
        }));
        Ok((token, changes))
    }

    /// Methods that were closed after too many wrong proofs are open again once the owner has signed in.
    async fn reopened(&self, account: &Account, now: Moment) -> Answer<Vec<Change>> {
        let mut changes = Vec::new();
        for factor in [Factor::Email, Factor::Phone, Factor::Questions, Factor::History] {
            let before = self.store.failures(&account.id, factor).await?;
            if before.leave(now) == Leave::Closed {
                changes.push(Change::SaveFailures {
                    account: account.id.clone(),
                    factor,
                    before,
                    after: Failures::default(),
                });
            }
        }
        Ok(changes)
    }

    async fn first(&self, account: &Account, now: Moment) -> Answer<First> {
        let (policy, _) = self.policy().await?;
        if pressing(account, &policy, now).is_some() {
            return Ok(First::Change);
        }
        let (upkeep, due) = self.due(account, &policy, now).await?;
        self.forgive_skips(account, &upkeep, due).await?;
        Ok(match due {
            None => First::Nothing,
            Some(Due::Register { .. }) => First::Register,
            Some(Due::Reconfirm) => First::Reconfirm,
        })
    }

    pub(super) fn has_enough(&self, account: &Account, contacts: &[Contact], policy: &Policy, now: Moment) -> bool {
        channels(&self.reachable(account, contacts, policy, now)) >= usize::from(policy.proofs_required(account.role))
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] where nobody is: no cookie, idle or over, or the password was set since.
    pub async fn person(&self, visit: &Visit) -> Answer<Person> {
        let ended = || Refusal::SessionEnded;
        let token = self.token_digest(visit.session.as_deref().ok_or_else(ended)?);
        let session = self.store.session(&token).await?.ok_or_else(ended)?;
        let now = self.now();
        if now >= session.seen + IDLE || now >= session.opened + LONGEST {
            return Err(ended().into());
        }
        let account = self.store.account(&session.account).await?.ok_or_else(ended)?;
        if account.epoch != session.epoch || !account.is_open(now) {
            return Err(ended().into());
        }
        Ok(Person { account, session })
    }

    /// Signs out. Whoever is signed in no longer has nothing to do.
    ///
    /// # Errors
    /// A fault where the session could not be ended: it goes on then, and nobody may be told otherwise.
    pub async fn sign_out(&self, visit: &Visit) -> Answer<()> {
        let person = match self.person(visit).await {
            Ok(person) => person,
            Err(Trouble::Refused(Refusal::SessionEnded)) => return Ok(()),
            Err(trouble) => return Err(trouble),
        };
        let mut entry = self.entry(visit, self.now(), Event::SignOut, Outcome::Succeeded);
        entry.actor = Actor::Account(person.account.id.clone());
        entry.subject = Some(person.account.id);
        let ended = vec![Change::EndSession(person.session.token), Change::Record(entry)];
        match self.store.commit(ended).await? {
            Committed::Done => Ok(()),
            Committed::Stale => Err(Refusal::Busy.into()),
        }
    }
}

/// Why the password of an account has to be changed, if it has to. Never where it is managed elsewhere: it could not be.
pub(super) fn pressing(account: &Account, policy: &Policy, now: Moment) -> Option<Pressing> {
    let life = days(u64::from(policy.password_days));
    if account.managed_elsewhere {
        None
    } else if account.must_change {
        Some(Pressing::MustChange)
    } else if policy.password_days > 0 && now >= account.password_set + life {
        Some(Pressing::Expired)
    } else {
        None
    }
}
