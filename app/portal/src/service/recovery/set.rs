//! The new password.

use super::{Decided, FormKey, Found, Onward};
use crate::audit::{Event, Outcome};
use crate::limits::{Factor, Failures};
use crate::method::proof::Proof;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact};
use crate::recovery::Form;
use crate::refusal::Refusal;
use crate::service::blocked::refused;
use crate::service::reachable::factor;
use crate::service::{Answer, NewEntries, Portal, Visit};

impl Portal {
    /// "More time".
    pub async fn extend(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Extend, key, &["extend"], move |found, now| {
            Box::pin(async move {
                Ok(Decided::Move {
                    walk: found.walk.clone().extend(now)?,
                    changes: vec![],
                    rotate: false,
                })
            })
        })
        .await
    }

    /// "Set new password". Everything is judged again as it is at this moment, in the commit that sets it.
    pub async fn set_password(&self, visit: &Visit, entries: NewEntries<'_>, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(
            visit,
            Form::Set,
            key,
            &[entries.new, entries.again],
            move |found, now| {
                Box::pin(async move {
                    let password = entries.agreed()?;
                    let (policy, policy_version) = self.policy().await?;
                    let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                    let required = self
                        .gate(Some(&account), &contacts, &policy, now)
                        .map_err(|_| Refusal::FlowEnded)?;
                    if !self.still_holds(&found, &account, &contacts, &policy, required, now) {
                        return Err(Refusal::FlowEnded.into());
                    }
                    let verdict = self.judge(&account, &policy, &password);
                    if !verdict.broken.is_empty() {
                        return Err(Refusal::Password(verdict.broken).into());
                    }
                    let history = self.store.failures(&account.id, Factor::History).await?;
                    if let Some(refusal) = refused(history.leave(now)) {
                        return Err(refusal.into());
                    }
                    if self.is_used_before(&account, &policy, &password).await? {
                        let after = history.count(now);
                        let save = Change::SaveFailures {
                            account: account.id,
                            factor: Factor::History,
                            before: history,
                            after,
                        };
                        let mut entry = self.flow_entry(visit, &found.flow, now, Event::Reset, Outcome::Failed);
                        entry.detail = "history".into();
                        return Ok(Decided::Refuse {
                            walk: Some(found.walk.clone().refuse_password(now)?),
                            changes: vec![save, Change::Record(entry)],
                            refusal: Refusal::PasswordUsedBefore,
                        });
                    }
                    let hash = self.hashing.hash(&password).await?;
                    let walk = found.walk.clone().set(now)?;
                    let mut changes = vec![
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
                        Change::EndSessions {
                            account: account.id.clone(),
                            except: None,
                        },
                        Change::EndFlows {
                            account: account.id.clone(),
                            except: Some(found.flow.id.clone()),
                        },
                        Change::CloseCodes(found.flow.id.clone()),
                        Change::DropProofs(found.flow.id.clone()),
                    ];
                    let mut done = vec![Factor::Password, Factor::History];
                    done.extend(found.walk.proofs().iter().map(|proof| factor(proof.method())));
                    for factor in done {
                        let before = self.store.failures(&account.id, factor).await?;
                        changes.push(Change::SaveFailures {
                            account: account.id.clone(),
                            factor,
                            before,
                            after: Failures::default(),
                        });
                    }
                    changes.extend(self.reset_notices(visit, &account, &contacts, &policy, now).await?);
                    let mut entry = self.flow_entry(visit, &found.flow, now, Event::Reset, Outcome::Succeeded);
                    entry.detail = found
                        .walk
                        .proofs()
                        .iter()
                        .map(|proof| proof.method().word())
                        .collect::<Vec<_>>()
                        .join("+");
                    changes.push(Change::Record(entry));
                    Ok(Decided::Move {
                        walk,
                        changes,
                        rotate: true,
                    })
                })
            },
        )
        .await
    }

    /// Whether the proofs of a flow satisfy the policy and the contacts of this moment.
    fn still_holds(
        &self,
        found: &Found,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        required: u8,
        now: Moment,
    ) -> bool {
        let reachable = self.reachable(account, contacts, policy, now);
        let valid: Vec<&Proof> = found
            .walk
            .proofs()
            .iter()
            .filter(|proof| {
                reachable
                    .iter()
                    .any(|one| &one.channel == proof.channel() && one.offers(proof.method()))
            })
            .collect();
        valid.len() >= usize::from(required) && valid.iter().any(|proof| proof.is_seasoned())
    }
}
