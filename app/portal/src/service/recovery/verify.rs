//! Typing the code.

use super::{Decided, FormKey, Onward, refused};
use crate::audit::{Event, Outcome};
use crate::limits::{Failures, Leave};
use crate::method::code::{Life, Purpose, life, tidy};
use crate::method::proof::Proof;
use crate::ports::{Change, Matter};
use crate::recovery::{Form, Stage};
use crate::refusal::Refusal;
use crate::service::reachable::factor;
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
                if typed.trim().is_empty() {
                    return Err(Refusal::CodeMissing.into());
                }
                let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                let factor = factor(method);
                let before = self.store.failures(&account.id, factor).await?;
                if let Some(refusal) = refused(before.leave(now)) {
                    return Ok(self.blocked(visit, &found, now, Event::Verify, method, refusal));
                }
                let code = self.store.code(&code).await?.ok_or(Refusal::CodeDead)?;
                let left = match life(code.asked, code.tries, code.closed, now) {
                    Life::Live { left } => left,
                    Life::Expired => return Err(Refusal::CodeExpired.into()),
                    Life::Dead => return Err(Refusal::CodeDead.into()),
                };
                let (policy, _) = self.policy().await?;
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let way = reachable
                    .iter()
                    .find(|one| one.channel == channel && one.offers(method))
                    .ok_or(Refusal::Method)?;
                let is_ours =
                    code.purpose == Purpose::Recovery && code.flow == found.flow.id && code.account == account.id;
                let expected = if is_ours { self.digits(&code) } else { String::new() };
                let typed = tidy(typed).unwrap_or_default();
                let mut entry = self.flow_entry(visit, &found.flow, now, Event::Verify, Outcome::Failed);
                entry.method = Some(method);
                let count = Change::CountTry {
                    code: code.id.clone(),
                    seen: code.tries,
                };
                if let Some(proof) = Proof::by_code(&expected, &typed, method, channel, way.is_seasoned, now) {
                    entry.outcome = Outcome::Succeeded;
                    let walk = found.walk.clone().prove(proof.clone(), now)?;
                    let changes = vec![
                        count,
                        Change::SpendCode(code.id),
                        Change::AddProof(found.flow.id.clone(), proof),
                        Change::SaveFailures {
                            account: account.id,
                            factor,
                            before,
                            after: Failures::default(),
                        },
                        Change::Record(entry),
                    ];
                    return Ok(Decided::Move {
                        walk,
                        changes,
                        rotate: true,
                    });
                }
                let after = before.count(now);
                let mut changes = vec![count];
                if after.leave(now) == Leave::Closed && before.leave(now) != Leave::Closed {
                    changes.extend(self.notices(visit, &account, &contacts, &Matter::Closed, now)?);
                }
                changes.push(Change::SaveFailures {
                    account: account.id,
                    factor,
                    before,
                    after,
                });
                changes.push(Change::Record(entry));
                let refusal = if left > 1 {
                    Refusal::Code { left: left - 1 }
                } else {
                    Refusal::CodeDead
                };
                Ok(Decided::Refuse {
                    walk: None,
                    changes,
                    refusal,
                })
            })
        })
        .await
    }
}
