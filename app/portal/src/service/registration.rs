//! The deeds of registration, one file each. Here is what they share: the flow of the session, and what may be changed in
//! it without another proof.

mod confirm;
mod finish;
mod overview;
mod prove;
mod questions;
mod set_up;
mod verify;

use super::blocked::reason;
use super::reachable::ways;
use super::sending::{Asked, Request};
use super::sign_in::{Person, pressing};
use super::{Answer, Portal, Trouble, Visit};
use crate::audit::{Actor, Entry, Event, Outcome};
use crate::identity::FlowId;
use crate::method::Method;
use crate::method::code::Purpose;
use crate::moment::{Moment, hours};
use crate::policy::Policy;
use crate::ports::{Change, Committed, Contact, Fault, Flow, FlowKind, Trust};
use crate::refusal::Refusal;
use crate::registration::{AFTER_SIGN_IN, Dispatch, PROOF_AGE, Registration, Stage};

/// What a code is sent for, and the stage that awaits it.
type Aim = (Purpose, fn(Dispatch) -> Stage);

const REGISTERING: Aim = (Purpose::Registration, Stage::Awaiting);
const PROVING: Aim = (Purpose::Proving, Stage::Proving);

/// A registration as it was found.
struct Found {
    person: Person,
    flow: Flow,
    walk: Registration,
    is_new: bool,
}

impl Found {
    /// The change that stores the walk at its next version, at this stage.
    fn saved(&self, stage: Stage) -> Result<Change, Fault> {
        self.saved_as(&Registration {
            stage,
            ..self.walk.clone()
        })
    }

    fn saved_as(&self, walk: &Registration) -> Result<Change, Fault> {
        let mut flow = self.flow.clone();
        flow.version += 1;
        flow.body = serde_json::to_string(walk).map_err(Fault::new)?;
        Ok(if self.is_new {
            Change::OpenFlow(flow)
        } else {
            Change::SaveFlow(flow)
        })
    }

    /// What every deed begins with: it was decided on this account, and within a session that goes on. So a session that a
    /// reset has ended in between changes nothing any more.
    fn guarded(&self, now: Moment) -> Vec<Change> {
        let account = &self.person.account;
        vec![
            Change::TouchSession {
                token: self.person.session.token.clone(),
                seen: now,
                proved: self.person.session.proved,
            },
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
        ]
    }

    /// Whether anything may be changed at all.
    ///
    /// # Errors
    /// [`Refusal::Frozen`] where the owner said "this was not me".
    fn is_unfrozen(&self, now: Moment) -> Result<(), Refusal> {
        match self.person.account.frozen_until(now) {
            Some(until) => Err(Refusal::Frozen { until }),
            None => Ok(()),
        }
    }

    /// Whether the person may change what is registered, right now.
    ///
    /// # Errors
    /// As for [`Self::is_unfrozen`];
    /// [`Refusal::ChangeFirst`] where the password has to be changed, for such a one opens nothing else;
    /// [`Refusal::ProofTooOld`] where a proof is needed first. During the first registration the sign-in suffices for a
    /// while; later the password has to be fresh, and where a method of one's own can prove, it has to as well: a password
    /// alone must not replace what it is recovered with.
    fn may_change(&self, contacts: &[Contact], policy: &Policy, now: Moment) -> Result<(), Refusal> {
        self.is_unfrozen(now)?;
        let account = &self.person.account;
        if pressing(account, policy, now).is_some() {
            return Err(Refusal::ChangeFirst);
        }
        if self.needs_proof(contacts, policy, now) {
            return Err(Refusal::ProofTooOld);
        }
        Ok(())
    }

    fn needs_proof(&self, contacts: &[Contact], policy: &Policy, now: Moment) -> bool {
        let since_password = now.since(self.person.session.proved);
        if self.person.account.first_finish.is_none() {
            return since_password > AFTER_SIGN_IN;
        }
        let is_proved = self.walk.proved.is_some_and(|at| now.since(at) <= PROOF_AGE);
        since_password > PROOF_AGE || (!ways_to_prove(contacts, policy).is_empty() && !is_proved)
    }
}

impl Portal {
    async fn find_registration(&self, visit: &Visit) -> Answer<Found> {
        let person = self.person(visit).await?;
        let now = self.now();
        let holder = person.session.token.clone();
        if let Some(flow) = self.store.flow(FlowKind::Registration, &holder).await? {
            visit.trail.reaches(&flow);
            let walk = serde_json::from_str(&flow.body).map_err(Fault::new)?;
            return Ok(Found {
                person,
                flow,
                walk,
                is_new: false,
            });
        }
        let flow = Flow {
            id: FlowId::new(self.fresh_name()?),
            kind: FlowKind::Registration,
            holder,
            holder_before: None,
            account: Some(person.account.id.clone()),
            name: String::new(),
            epoch: person.account.epoch,
            version: 0,
            body: String::new(),
            opened: now,
            ends: now + hours(12),
            support: self.support_code(visit.holder.as_deref().unwrap_or(&person.session.token)),
            replay: None,
        };
        Ok(Found {
            person,
            flow,
            walk: Registration::default(),
            is_new: true,
        })
    }

    fn own_entry(&self, visit: &Visit, found: &Found, event: Event, outcome: Outcome) -> Entry {
        let mut entry = self.entry(visit, self.now(), event, outcome);
        entry.actor = Actor::Account(found.person.account.id.clone());
        entry.subject = Some(found.person.account.id.clone());
        entry.flow = Some(found.flow.id.clone());
        entry.support.clone_from(&found.flow.support);
        entry
    }

    /// What to commit for a code to a contact. The flow, at the stage that awaits the code, comes first: the code belongs
    /// to it.
    async fn dispatch(
        &self,
        visit: &Visit,
        found: &Found,
        (method, contact): (Method, &Contact),
        (purpose, stage): Aim,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        let request = Request {
            flow: &found.flow.id,
            account: &found.person.account.id,
            purpose,
            method,
            digits: method.digits(),
            to: self.destination(contact),
        };
        let mut entry = self.own_entry(visit, found, Event::Send, Outcome::Succeeded);
        entry.method = Some(method);
        let Asked { code, changes: asked } = match self.ask_for_code(visit, request, now).await {
            Ok(asked) => asked,
            Err(Trouble::Refused(refusal)) => {
                entry.detail = reason(&refusal).into();
                self.write_blocked(found.person.account.id.as_str(), entry).await?;
                return Err(refusal.into());
            }
            Err(fault) => return Err(fault),
        };
        let awaited = Dispatch {
            contact: contact.id.clone(),
            method,
            code,
            asked: now,
        };
        let mut changes = vec![found.saved(stage(awaited))?];
        changes.extend(asked);
        changes.push(Change::Record(entry));
        Ok(changes)
    }

    /// Makes a deed true that was decided at this moment.
    async fn settle(&self, visit: &Visit, found: &Found, now: Moment, changes: Vec<Change>) -> Answer<()> {
        let mut all = found.guarded(now);
        all.extend(changes);
        match self.store.commit(all).await? {
            Committed::Done => Ok(()),
            Committed::Stale => {
                // The session has ended, or another tab of the same person was faster.
                self.person(visit).await?;
                Err(Refusal::Busy.into())
            }
        }
    }
}

/// The ways to contacts that their owner has proved, as far as the policy allows them; the mailbox first, for it costs
/// nothing. What an administrator filled in is no proof for changing.
fn ways_to_prove<'c>(contacts: &'c [Contact], policy: &Policy) -> Vec<(Method, &'c Contact)> {
    [Method::Email, Method::Text, Method::Call]
        .into_iter()
        .filter_map(|method| {
            let own = contacts
                .iter()
                .find(|contact| contact.trust == Trust::Verified && ways(contact, policy).contains(&method));
            own.map(|contact| (method, contact))
        })
        .collect()
}
