//! The new password.

use std::sync::OnceLock;

use super::{Decided, FormKey, Found, Onward};
use crate::audit::{Entry, Event, Outcome};
use crate::limits::{Factor, Failures, Lane};
use crate::method::Method;
use crate::method::proof::Proof;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact};
use crate::recovery::{FASTEST, Form, Recovery};
use crate::refusal::Refusal;
use crate::service::device::Device;
use crate::service::history::Past;
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

    /// "Set new password". Everything is judged again as it is at this moment, in the commit that sets it. With the cookie by
    /// which the account knows the browser from here on, where it shall.
    pub async fn set_password(
        &self,
        visit: &Visit,
        entries: NewEntries<'_>,
        device: Device,
        key: FormKey<'_>,
    ) -> Answer<(Onward, Option<String>)> {
        let cookie = (device == Device::Own).then(|| self.device_of_form(key.0));
        let fields = [entries.new, entries.again, cookie.as_deref().unwrap_or_default()];
        let known = OnceLock::new();
        let known = &known;
        let wanted = cookie.as_deref();
        let done = self
            .deed(visit, Form::Set, key, &fields, move |found, now| {
                Box::pin(async move { self.decide_password(visit, &found, entries, wanted, known, now).await })
            })
            .await?;
        // The form may have been one of an earlier step, which sets nothing.
        let is_known = match &cookie {
            Some(cookie) => self.store.device_owner(&self.token_digest(cookie)).await?.is_some(),
            None => false,
        };
        Ok((done, cookie.filter(|_| is_known)))
    }

    async fn decide_password(
        &self,
        visit: &Visit,
        found: &Found,
        entries: NewEntries<'_>,
        device: Option<&str>,
        known: &OnceLock<bool>,
        now: Moment,
    ) -> Answer<Decided> {
        let (policy, policy_version) = self.policy().await?;
        let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
        let entry = self.flow_entry(visit, &found.flow, now, Event::Reset, Outcome::Failed);
        if !self.still_holds(found, &account, &contacts, &policy, now) {
            return Ok(self.no_longer(visit, found, now, Event::Reset));
        }
        let password = match self.judged(&account, &policy, entries) {
            Err(refusal @ Refusal::Password(_)) => {
                let detail = "rules".into();
                return Ok(refuse(Entry { detail, ..entry }, refusal));
            }
            judged => judged?,
        };
        let past = self
            .judge_history(&account, &policy, &password, known, entry.clone())
            .await?;
        let failures = match past {
            Past::New(failures) => failures,
            Past::Refused { refusal, changes } => {
                // To hear that it was used before costs one of the tries of this flow.
                let walk = (refusal == Refusal::PasswordUsedBefore)
                    .then(|| found.walk.clone().refuse_password(now))
                    .transpose()?;
                return Ok(Decided::Refuse { walk, changes, refusal });
            }
        };
        let mut changes = vec![
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::PolicyIs(policy_version),
            Change::SetPassword {
                account: account.id.clone(),
                hash: self.hashing.hash_proved(&password).await?,
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
            Change::ForgetDevices(account.id.clone()),
        ];
        changes.extend(device.map(|device| self.become_known(visit, device, &account.id, now)));
        changes.extend(self.forgiven(&account, found.walk.proofs(), failures).await?);
        changes.extend(self.reset_notices(visit, &account, &contacts, &policy, now).await?);
        changes.push(Change::Record(Entry {
            outcome: Outcome::Succeeded,
            detail: told(&found.walk, now),
            ..entry
        }));
        Ok(Decided::Move {
            walk: found.walk.clone().set(now)?,
            changes,
            rotate: true,
        })
    }

    /// What a reset forgives: the failures of the methods that proved, of the password that is replaced, and of the
    /// questions about its past.
    async fn forgiven(&self, account: &Account, proofs: &[Proof], history: Failures) -> Answer<Vec<Change>> {
        let mut forgiven = vec![Change::SaveFailures {
            account: account.id.clone(),
            factor: Factor::History,
            before: history,
            after: Failures::default(),
        }];
        let others = proofs.iter().map(|proof| factor(proof.method()));
        for factor in others.chain([Factor::Password]) {
            forgiven.extend(self.forgive(account, factor).await?);
        }
        Ok(forgiven)
    }

    /// The failures of a factor are forgotten, whoever made them.
    pub(super) async fn forgive(&self, account: &Account, factor: Factor) -> Answer<Vec<Change>> {
        let mut forgiven = Vec::new();
        for lane in Lane::ALL {
            let account = lane.counter(&account.id);
            forgiven.push(Change::SaveFailures {
                before: self.store.failures(&account, factor).await?,
                account,
                factor,
                after: Failures::default(),
            });
        }
        Ok(forgiven)
    }

    /// Whether the proofs of a flow satisfy the policy and the contacts of this moment.
    pub(super) fn still_holds(
        &self,
        found: &Found,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> bool {
        let Ok(required) = self.gate(Some(account), contacts, policy, now) else {
            return false;
        };
        let reachable = self.reachable(account, contacts, policy, now);
        let is_valid = |proof: &&Proof| {
            reachable
                .iter()
                .any(|one| &one.channel == proof.channel() && one.offers(proof.method()))
                // Answers that were replaced since prove nothing.
                && (proof.method() != Method::Questions
                    || account.answered.as_ref().is_some_and(|answered| answered.at <= proof.at()))
        };
        let valid: Vec<&Proof> = found.walk.proofs().iter().filter(is_valid).collect();
        valid.len() >= usize::from(required) && valid.iter().any(|proof| proof.is_seasoned())
    }
}

/// Refuses, with a row that says why.
fn refuse(entry: Entry, refusal: Refusal) -> Decided {
    Decided::Refuse {
        walk: None,
        changes: vec![Change::Record(entry)],
        refusal,
    }
}

/// The methods that proved, as they stand in the log, with a word where no person is as fast.
pub(super) fn told(walk: &Recovery, now: Moment) -> String {
    let words: Vec<&str> = walk.proofs().iter().map(|proof| proof.method().word()).collect();
    let methods = words.join("+");
    if now.since(walk.opened()) < FASTEST {
        format!("{methods} too_fast")
    } else {
        methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Channel;
    use crate::moment::seconds;

    #[test]
    fn what_is_set_within_two_seconds_is_told_from_what_people_do() {
        let began = Moment::from_millis(1_800_000_000_000);
        let proof = Proof::recorded(Method::Email, Channel::of_address("d"), true, began);
        let walk = Recovery::begin(Ok(2), began).with_proofs(vec![proof]);
        assert_eq!(
            told(&walk, Moment::from_millis(began.millis() + 1_999)),
            "email too_fast"
        );
        assert_eq!(told(&walk, began + seconds(2)), "email");
    }
}
