//! The password as a proof: counted when it is wrong, and hashed anew when it is right and its hash is not of today.

use crate::audit::{Actor, Entry, Outcome};
use crate::identity::AccountId;
use crate::limits::{Factor, Failures, Leave};
use crate::ports::{Account, Change, Committed, HashTrouble, Label, Password};
use crate::refusal::Refusal;
use crate::service::{Answer, Portal, ROUNDS, Visit, hex};

/// What a password came to. Nobody may learn it before the changes are committed: a verdict that is not counted does not
/// exist.
pub(super) enum Known<'a> {
    /// It fits, and the account is open: the failures before it are forgiven, and where there were many the owner is told.
    /// The row of what follows says so too; it is not among the changes.
    Right {
        account: &'a Account,
        entry: Entry,
        changes: Vec<Change>,
    },
    /// It does not, or the account is not open: counted, with its row.
    Wrong { changes: Vec<Change> },
}

/// Who gives a password. The hashing keeps room for those who have proved something, and a session is a proof.
#[derive(Clone, Copy)]
pub(super) enum Giver {
    Stranger,
    SignedIn,
}

impl Portal {
    /// Judges a password once: whether it may be tried, and whether it fits. `subject` is whom it is counted for, `fits`
    /// what the hash said when something has moved on and it is judged again, `entry` the row of a failure.
    pub(super) async fn judge_password<'a>(
        &self,
        (visit, giver): (&Visit, Giver),
        (subject, account, password): (&AccountId, Option<&'a Account>, &Password),
        fits: &mut Option<bool>,
        mut entry: Entry,
    ) -> Answer<Known<'a>> {
        let now = entry.at;
        let counter = self.lane(visit, subject).await?.counter(subject);
        let before = self.store.failures(&counter, Factor::Password).await?;
        if let Leave::Wait(until) = before.leave_after_pause(now) {
            self.write_blocked(counter.as_str(), entry).await?;
            return Err(Refusal::Wait { until }.into());
        }
        let fits = if let Some(fits) = *fits {
            fits
        } else {
            let hash = account.and_then(|account| account.hash.as_deref());
            *fits.insert(match giver {
                Giver::Stranger => self.hashing.verify(password, hash).await?,
                Giver::SignedIn => self.hashing.verify_proved(password, hash).await?,
            })
        };
        let saved = |before, after| Change::SaveFailures {
            account: counter.clone(),
            factor: Factor::Password,
            before,
            after,
        };
        let Some(account) = account.filter(|account| fits && account.is_open(now)) else {
            let after = before.count_sign_in(self.wrong(subject, password), now);
            let changes = vec![saved(before, after), Change::Record(entry)];
            return Ok(Known::Wrong { changes });
        };
        entry.outcome = Outcome::Succeeded;
        entry.actor = Actor::Account(account.id.clone());
        let mut changes = self
            .tell_of_failures(visit, account, Factor::Password, &before, &mut entry)
            .await?;
        changes.push(saved(before, Failures::default()));
        Ok(Known::Right {
            account,
            entry,
            changes,
        })
    }

    /// Checks the current password of a signed-in account, counting as at sign-in; where it fits, commits `then` of the
    /// row of the success, which is returned. `entry` is the row of a failure.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] where the session has ended while the hash was computed, and `then` asks for it.
    pub(in crate::service) async fn judge_current(
        &self,
        visit: &Visit,
        account: &Account,
        password: &Password,
        entry: Entry,
        then: impl Fn(&Entry) -> Vec<Change>,
    ) -> Answer<Entry> {
        let mut known = None;
        for _ in 0..ROUNDS {
            let entry = Entry {
                at: self.now(),
                ..entry.clone()
            };
            let tried = (&account.id, Some(account), password);
            let by = (visit, Giver::SignedIn);
            let (changes, answer) = match self.judge_password(by, tried, &mut known, entry).await? {
                Known::Right { entry, mut changes, .. } => {
                    changes.extend(then(&entry));
                    (changes, Ok(entry))
                }
                Known::Wrong { changes } => (changes, Err(Refusal::CurrentPassword.into())),
            };
            if self.store.commit(changes).await? == Committed::Done {
                return answer;
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
    pub(in crate::service) async fn renew_hash(&self, account: &Account, password: &Password) {
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
