//! Typing the code that is awaited, or leaving it.

use crate::audit::{Event, Outcome};
use crate::limits::{Failures, Leave};
use crate::method::code::{Life, Purpose, life, tidy};
use crate::method::proof::Proof;
use crate::ports::{Change, Committed, Contact, Matter};
use crate::refusal::Refusal;
use crate::registration::{Dispatch, Registration, Stage};
use crate::service::reachable::factor;
use crate::service::{Answer, Portal, ROUNDS, Visit};

impl Portal {
    /// Verifies the contact that is being set up.
    pub async fn registration_verify(&self, visit: &Visit, typed: &str) -> Answer<()> {
        for _ in 0..ROUNDS {
            let found = self.find_registration(visit).await?;
            let now = self.now();
            // A form that was left behind: lead to the page as it is.
            let is_proving = matches!(found.walk.stage, Stage::Proving(_));
            let Some(Dispatch {
                contact, method, code, ..
            }) = found.walk.stage.dispatch().cloned()
            else {
                return Ok(());
            };
            if typed.trim().is_empty() {
                return Err(Refusal::CodeMissing.into());
            }
            let account = found.person.account.clone();
            let before = self.store.failures(&account.id, factor(method)).await?;
            if let Leave::Wait(until) = before.leave(now) {
                return Err(Refusal::Wait { until }.into());
            }
            let code = self.store.code(&code).await?.ok_or(Refusal::CodeDead)?;
            let left = match life(code.asked, code.tries, code.closed, now) {
                Life::Live { left } => left,
                Life::Expired => return Err(Refusal::CodeExpired.into()),
                Life::Dead => return Err(Refusal::CodeDead.into()),
            };
            let contacts = self.store.contacts(&account.id).await?;
            let pending = contacts.iter().find(|one| one.id == contact).ok_or(Refusal::CodeDead)?;
            let is_ours =
                code.purpose == Purpose::Registration && code.flow == found.flow.id && code.contact == contact;
            let expected = if is_ours { self.digits(&code) } else { String::new() };
            let channel = self.channel(pending);
            let typed_code = tidy(typed).unwrap_or_default();
            let count = Change::CountTry {
                code: code.id.clone(),
                seen: code.tries,
            };
            let mut entry = self.own_entry(visit, &found, Event::Verify, Outcome::Failed);
            entry.method = Some(method);
            let is_right = Proof::by_code(&expected, &typed_code, method, channel, true, now).is_some();
            let (changes, answer) = if is_right {
                entry.outcome = Outcome::Succeeded;
                let mut changes = vec![count, Change::SpendCode(code.id)];
                if is_proving {
                    let walk = Registration {
                        stage: Stage::Overview,
                        proved: Some(now),
                    };
                    changes.push(found.saved_as(&walk)?);
                } else {
                    let mut added = self.own_entry(visit, &found, Event::AddMethod, Outcome::Succeeded);
                    added.method = Some(method);
                    changes.push(found.saved(Stage::Overview)?);
                    // Told to the addresses known before: the new one is not among them.
                    let others: Vec<Contact> = contacts.iter().filter(|one| one.id != contact).cloned().collect();
                    let matter = Matter::MethodAdded { kind: pending.kind };
                    changes.extend(self.notices(visit, &account, &others, &matter, now)?);
                    changes.push(Change::VerifyContact { contact, at: now });
                    changes.push(Change::Record(added));
                }
                let after = Failures::default();
                changes.push(Change::SaveFailures {
                    account: account.id.clone(),
                    factor: factor(method),
                    before,
                    after,
                });
                changes.push(Change::Record(entry));
                (changes, Ok(()))
            } else {
                let after = before.count(now);
                let save = Change::SaveFailures {
                    account: account.id.clone(),
                    factor: factor(method),
                    before,
                    after,
                };
                let refusal = if left > 1 {
                    Refusal::Code { left: left - 1 }
                } else {
                    Refusal::CodeDead
                };
                (vec![count, save, Change::Record(entry)], Err(refusal.into()))
            };
            if self.store.commit(changes).await? == Committed::Done {
                return answer;
            }
        }
        Err(Refusal::Busy.into())
    }

    /// Leaves the code that is awaited, and the contact with it.
    pub async fn registration_leave(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let mut changes = vec![found.saved(Stage::Overview)?, Change::CloseCodes(found.flow.id.clone())];
        match &found.walk.stage {
            Stage::Overview => return Ok(()),
            Stage::Proving(_) => {}
            Stage::Awaiting(dispatch) => changes.push(Change::DropPending {
                account: found.person.account.id.clone(),
                kind: dispatch.method.contact(),
            }),
        }
        self.settle(changes).await
    }
}
