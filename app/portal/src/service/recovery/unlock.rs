//! Unlocking an account that is locked, its password kept; or a new password after all.

use super::set::told;
use super::{Decided, FormKey, Found, Onward};
use crate::audit::{Entry, Event, Outcome};
use crate::limits::{Factor, Lane, Leave};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Matter};
use crate::recovery::{Form, Lock, Recovery};
use crate::refusal::Refusal;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// What stands in the way of the present password, in whichever lane, as far as its owner may lift it.
    pub(super) async fn lock(&self, account: &Account, policy: &Policy, now: Moment) -> Answer<Lock> {
        let mut is_locked = false;
        for lane in Lane::ALL {
            let failures = self
                .store
                .failures(&lane.counter(&account.id), Factor::Password)
                .await?;
            is_locked |= matches!(failures.leave_after_pause(now), Leave::Wait(_));
        }
        Ok(if is_locked && policy.unlock_without_reset && account.hash.is_some() {
            Lock::Liftable
        } else {
            Lock::None
        })
    }

    /// "Unlock, keep my password". Everything is judged again as it is at this moment, in the commit that unlocks.
    pub async fn unlock(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Unlock, key, &["unlock"], move |found, now| {
            Box::pin(async move { self.decide_unlock(visit, &found, now).await })
        })
        .await
    }

    /// "Set a new password", instead of unlocking.
    pub async fn replace_password(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Replace, key, &["replace"], move |found, now| {
            Box::pin(async move { Ok(step(found.walk.clone().replace(now)?)) })
        })
        .await
    }

    /// Back to the choice between the two.
    pub async fn reconsider(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Reconsider, key, &["reconsider"], move |found, now| {
            Box::pin(async move { Ok(step(found.walk.clone().reconsider(now)?)) })
        })
        .await
    }

    async fn decide_unlock(&self, visit: &Visit, found: &Found, now: Moment) -> Answer<Decided> {
        let (policy, policy_version) = self.policy().await?;
        let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
        if !self.still_holds(found, &account, &contacts, &policy, now) {
            return Ok(self.no_longer(visit, found, now, Event::Unlock));
        }
        if !policy.unlock_without_reset {
            // By now only a new password is left.
            return Ok(step(found.walk.clone().replace(now)?));
        }
        let mut changes = vec![
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::PolicyIs(policy_version),
            Change::CloseCodes(found.flow.id.clone()),
            Change::DropProofs(found.flow.id.clone()),
        ];
        changes.extend(self.forgive(&account, Factor::Password).await?);
        if policy.notify_person {
            changes.extend(self.notices(visit, &account, &contacts, &Matter::WasUnlocked, now)?);
        }
        changes.push(Change::Record(Entry {
            detail: told(&found.walk, now),
            ..self.flow_entry(visit, &found.flow, now, Event::Unlock, Outcome::Succeeded)
        }));
        Ok(Decided::Move {
            walk: found.walk.clone().unlock(now)?,
            changes,
            rotate: true,
        })
    }
}

/// Onward, and nothing else.
fn step(walk: Recovery) -> Decided {
    Decided::Move {
        walk,
        changes: Vec::new(),
        rotate: false,
    }
}
