//! The deeds of a reset, one file each. Here is what they share: a form is admitted, decided on what is, committed, and
//! decided again where that has moved on.

mod alike;
mod ask;
mod behind;
mod comparison;
mod flow;
mod help;
mod identify;
mod notices;
mod questions;
mod screen;
mod screen_alike;
mod set;
mod unlock;
mod verify;
mod whole_number;

use std::pin::Pin;
use std::sync::Arc;

use super::blocked::reason;
use super::{Answer, Portal, ROUNDS, Visit};
use crate::audit::{Entry, Event, Outcome};
use crate::method::Method;
use crate::moment::Moment;
use crate::ports::{Account, Change, Committed, Contact, Fault, Flow, Replay};
use crate::recovery::{Admission, Form, Recovery, Stage};
use crate::refusal::Refusal;

/// What a form brings besides its fields: the key that was drawn when the page was made.
#[derive(Clone, Copy, Debug)]
pub struct FormKey<'a>(pub &'a str);

/// A deed is done: the browser goes to the current step, with a new cookie where the flow was rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The cookie that holds the flow from here on, where it changed.
    pub holder: Option<String>,
}

/// A flow as it was found, with its walk read.
struct Found {
    flow: Flow,
    walk: Recovery,
    /// The browser holds the current cookie, not the one before.
    is_current: bool,
}

impl Found {
    /// It can still lead to a new password.
    fn is_live(&self, now: Moment) -> bool {
        !matches!(
            self.walk.stage(now),
            Stage::Ended | Stage::Done { .. } | Stage::Stopped(_)
        )
    }
}

/// A decision on its way. Boxed: the compiler cannot see that a bare one may move between threads.
type Deciding<'s> = Pin<Box<dyn Future<Output = Answer<Decided>> + Send + 's>>;

/// What a deed came to, before it is committed.
enum Decided {
    /// Commit this; the walk moves on.
    Move {
        walk: Recovery,
        changes: Vec<Change>,
        rotate: bool,
    },
    /// Commit this, and refuse.
    Refuse {
        walk: Option<Recovery>,
        changes: Vec<Change>,
        refusal: Refusal,
    },
}

impl Portal {
    /// Does a deed within the flow: admits the form, decides on what is, commits, and decides again where that has moved
    /// on in between.
    async fn deed<'s>(
        &'s self,
        visit: &'s Visit,
        form: Form,
        key: FormKey<'s>,
        fields: &[&str],
        decide: impl Fn(Arc<Found>, Moment) -> Deciding<'s> + Send + Sync,
    ) -> Answer<Onward> {
        for _ in 0..ROUNDS {
            let now = self.now();
            let Some(found) = self.find_recovery(visit, now).await? else {
                return Err(Refusal::FlowEnded.into());
            };
            let found = Arc::new(found);
            let replay = self.replay(key, fields, now);
            if let Some(answer) = self.heard_before(&found, &replay, key) {
                return answer;
            }
            if !found.is_current {
                return Ok(Onward { holder: None });
            }
            match found.walk.admits(form, now) {
                Admission::Granted => {}
                Admission::Behind => return Ok(Onward { holder: None }),
                // What moved on while its proofs were read is looked at again.
                Admission::Over if self.has_moved(&found.flow).await? => continue,
                Admission::Over => return Err(Refusal::FlowEnded.into()),
                Admission::Ahead => match self.trespass(visit, &found, form, now).await? {
                    Committed::Done => return Err(Refusal::StepAhead.into()),
                    Committed::Stale => continue,
                },
            }
            let decided = decide(Arc::clone(&found), now).await?;
            let (changes, answer) = self.settled(&found, decided, replay, key)?;
            if changes.is_empty() || self.store.commit(changes).await? == Committed::Done {
                return answer;
            }
        }
        Err(Refusal::Busy.into())
    }

    /// A form of a step ahead: counted, and told in the log.
    async fn trespass(&self, visit: &Visit, found: &Found, form: Form, now: Moment) -> Answer<Committed> {
        let mut entry = self.flow_entry(visit, &found.flow, now, Event::StepViolation, Outcome::Blocked);
        entry.detail = format!("{form:?}").to_lowercase();
        let (flow, _) = self.moved(found, &found.walk.clone().trespass(), None, None)?;
        let changes = vec![Change::SaveFlow(flow), Change::Record(entry)];
        Ok(self.store.commit(changes).await?)
    }

    /// All that has to be committed for a decision, and what it is answered with then.
    fn settled(
        &self,
        found: &Found,
        decided: Decided,
        replay: Replay,
        key: FormKey<'_>,
    ) -> Result<(Vec<Change>, Answer<Onward>), Fault> {
        match decided {
            Decided::Move {
                walk,
                mut changes,
                rotate,
            } => {
                let (flow, holder) = self.moved(found, &walk, Some(replay), rotate.then_some(key))?;
                changes.push(Change::SaveFlow(flow));
                Ok((changes, Ok(Onward { holder })))
            }
            Decided::Refuse {
                walk,
                mut changes,
                refusal,
            } => {
                if let Some(walk) = walk {
                    changes.push(Change::SaveFlow(self.moved(found, &walk, None, None)?.0));
                }
                Ok((changes, Err(refusal.into())))
            }
        }
    }

    /// What the flow was allowed on holds no longer: it ends, and its owner begins anew under what holds now.
    fn no_longer(&self, visit: &Visit, found: &Found, now: Moment, event: Event) -> Decided {
        let mut entry = self.flow_entry(visit, &found.flow, now, event, Outcome::Blocked);
        entry.detail = "not_enough".into();
        Decided::Refuse {
            walk: Some(found.walk.clone().end()),
            changes: vec![Change::CloseCodes(found.flow.id.clone()), Change::Record(entry)],
            refusal: Refusal::FlowEnded,
        }
    }

    /// The account of a flow, as it is now; none where the flow must not go on with it.
    async fn subject(&self, flow: &Flow) -> Answer<Option<(Account, Vec<Contact>)>> {
        let Some(id) = &flow.account else { return Ok(None) };
        let Some(account) = self.store.account(id).await? else {
            return Ok(None);
        };
        if account.epoch != flow.epoch {
            return Ok(None);
        }
        let contacts = self.store.contacts(id).await?;
        Ok(Some((account, contacts)))
    }

    fn flow_entry(&self, visit: &Visit, flow: &Flow, now: Moment, event: Event, outcome: Outcome) -> Entry {
        let mut entry = self.entry(visit, now, event, outcome);
        entry.subject.clone_from(&flow.account);
        entry.flow = Some(flow.id.clone());
        entry.support.clone_from(&flow.support);
        entry
    }

    /// Nobody may do this right now.
    fn blocked(
        &self,
        visit: &Visit,
        found: &Found,
        now: Moment,
        event: Event,
        method: Method,
        refusal: Refusal,
    ) -> Decided {
        let mut entry = self.flow_entry(visit, &found.flow, now, event, Outcome::Blocked);
        entry.method = Some(method);
        entry.detail = reason(&refusal).into();
        Decided::Refuse {
            walk: None,
            changes: self.record_blocked(found.flow.id.as_str(), entry).into_iter().collect(),
            refusal,
        }
    }
}
