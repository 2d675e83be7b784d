//! The password as a proof: counted when it is wrong, and hashed anew when it is right and its hash is not of today.

use crate::audit::{Actor, Event, Outcome};
use crate::identity::AccountId;
use crate::limits::{Factor, Failures, Leave};
use crate::ports::{Account, Change, Committed, HashTrouble, Label, Password};
use crate::refusal::Refusal;
use crate::service::{Answer, Portal, ROUNDS, Visit, hex};

impl Portal {
    /// Checks the current password of a signed-in account, counting as at sign-in; commits `then` where it fits.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] where the session has ended while the hash was computed, and `then` asks for it.
    pub(in crate::service) async fn check_current(
        &self,
        visit: &Visit,
        account: &Account,
        password: &Password,
        event: Event,
        then: Vec<Change>,
    ) -> Answer<()> {
        self.judge_current(visit, account, password, event, then).await?;
        self.renew_hash(account, password).await;
        Ok(())
    }

    /// The same for whoever is about to replace the password, and its hash with it.
    pub(in crate::service) async fn judge_current(
        &self,
        visit: &Visit,
        account: &Account,
        password: &Password,
        event: Event,
        then: Vec<Change>,
    ) -> Answer<()> {
        let mut is_right = None;
        for _ in 0..ROUNDS {
            let now = self.now();
            let before = self.store.failures(&account.id, Factor::Password).await?;
            let mut entry = self.entry(visit, now, event, Outcome::Failed);
            entry.actor = Actor::Account(account.id.clone());
            entry.subject = Some(account.id.clone());
            entry.detail = "current_password".into();
            if let Leave::Wait(until) = before.leave_to_sign_in(now) {
                entry.outcome = Outcome::Blocked;
                self.store.commit(vec![Change::Record(entry)]).await?;
                return Err(Refusal::Wait { until }.into());
            }
            let fits = if let Some(fits) = is_right {
                fits
            } else {
                *is_right.insert(self.hashing.verify(password, account.hash.as_deref()).await?)
            };
            let after = if fits {
                Failures::default()
            } else {
                before.count_sign_in(self.wrong(&account.id, password), now)
            };
            let mut changes = vec![Change::SaveFailures {
                account: account.id.clone(),
                factor: Factor::Password,
                before,
                after,
            }];
            if fits {
                changes.extend(then.iter().cloned());
            } else {
                changes.push(Change::Record(entry));
            }
            if self.store.commit(changes).await? == Committed::Done {
                return if fits {
                    Ok(())
                } else {
                    Err(Refusal::CurrentPassword.into())
                };
            }
            // Where the session is what has moved on, deciding again would not help.
            self.person(visit).await?;
        }
        Err(Refusal::Busy.into())
    }

    /// A wrong password as it is remembered, to know it again: a keyed digest that is worth nothing for another account.
    pub(super) fn wrong(&self, account: &AccountId, password: &Password) -> String {
        let parts: &[&[u8]] = &[b"wrong", account.as_str().as_bytes(), password.expose().as_bytes()];
        hex(&self.keys.digest(Label::Index, parts)[..16])
    }

    /// Replaces a hash of another cost or an older key, now that its password is known. Only after the verdict is
    /// committed, so that the time it takes tells nothing to anybody else; and nothing hangs on it: what is not done
    /// today, because the pool is busy or the hash has moved on, the next sign-in does.
    pub(super) async fn renew_hash(&self, account: &Account, password: &Password) {
        let Some(before) = account.hash.clone() else { return };
        let renewed = match self.hashing.renew(password, &before).await {
            Ok(Some(after)) => {
                let account = account.id.clone();
                let rehash = Change::Rehash { account, before, after };
                self.store.commit(vec![rehash]).await.map(|_| ())
            }
            Ok(None) | Err(HashTrouble::Busy) => Ok(()),
            Err(HashTrouble::Fault(fault)) => Err(fault),
        };
        if let Err(fault) = renewed {
            tracing::error!(%fault, account = account.id.as_str(), "a hash was not renewed");
        }
    }
}
