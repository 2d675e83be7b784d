//! Typing the code.

use super::{Decided, FormKey, Onward};
use crate::audit::{Event, Outcome};
use crate::method::code::Purpose;
use crate::ports::Change;
use crate::recovery::{Form, Stage};
use crate::refusal::Refusal;
use crate::service::code::{Judged, Try};
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// "Verify". The try is counted, and the proof recorded, in the commit that precedes the answer: nobody learns a
    /// verdict that was not counted.
    pub async fn verify(&self, visit: &Visit, typed: &str, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Verify, key, &[typed], move |found, now| {
            Box::pin(async move {
                let Stage::Awaiting {
                    method,
                    channel,
                    code,
                    decoy,
                    ..
                } = found.walk.stage(now)
                else {
                    return Err(Refusal::FlowEnded.into());
                };
                let behind = self.behind(&found.flow).await?;
                let (policy, _) = self.policy().await?;
                let reachable = match &behind.account {
                    Some(account) => self.reachable(account, &behind.contacts, &policy, now),
                    None if policy.is_uniform() => Vec::new(),
                    None => return Err(Refusal::FlowEnded.into()),
                };
                let way = reachable
                    .iter()
                    .find(|one| decoy.is_none() && one.channel == channel && one.offers(method));
                if way.is_none() && !policy.is_uniform() {
                    return Err(Refusal::Method.into());
                }
                let attempt = Try {
                    typed,
                    code: &code,
                    purpose: Purpose::Recovery,
                    flow: &found.flow.id,
                    subject: &behind.id,
                    account: behind.account.as_ref(),
                    contacts: &behind.contacts,
                    was_sent: way.is_some(),
                    method,
                    channel,
                    is_seasoned: way.is_some_and(|way| way.is_seasoned),
                    entry: self.flow_entry(visit, &found.flow, now, Event::Verify, Outcome::Failed),
                };
                Ok(match self.judge_code(visit, attempt).await? {
                    Judged::Right { proof, mut changes } => {
                        let account = behind.account.as_ref().ok_or(Refusal::FlowEnded)?;
                        let lock = self.lock(account, &policy, now).await?;
                        changes.push(Change::AddProof(found.flow.id.clone(), proof.clone()));
                        Decided::Move {
                            walk: found.walk.clone().prove(proof, lock, now)?,
                            changes,
                            rotate: true,
                        }
                    }
                    Judged::Wrong { refusal, changes } => Decided::Refuse {
                        walk: None,
                        changes,
                        refusal,
                    },
                })
            })
        })
        .await
    }
}
