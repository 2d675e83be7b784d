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
                    method, channel, code, ..
                } = found.walk.stage(now)
                else {
                    return Err(Refusal::FlowEnded.into());
                };
                let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                let (policy, _) = self.policy().await?;
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let way = reachable
                    .iter()
                    .find(|one| one.channel == channel && one.offers(method))
                    .ok_or(Refusal::Method)?;
                let attempt = Try {
                    typed,
                    code: &code,
                    purpose: Purpose::Recovery,
                    flow: &found.flow.id,
                    account: &account,
                    contacts: &contacts,
                    method,
                    channel,
                    is_seasoned: way.is_seasoned,
                    entry: self.flow_entry(visit, &found.flow, now, Event::Verify, Outcome::Failed),
                };
                Ok(match self.judge_code(visit, attempt).await? {
                    Judged::Right { proof, mut changes } => {
                        let lock = self.lock(&account, &policy, now).await?;
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
