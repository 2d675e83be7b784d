//! Answers to security questions beside those that are kept: compared, and hashed anew where they were right.

use super::Found;
use crate::identity::AccountId;
use crate::method::questions::{FORM, canonical};
use crate::ports::{Change, Fault, HashTrouble, KeptAnswer, Password};
use crate::service::{Answer, Portal};

/// Longest text that is put in its canonical form, in characters; no answer is as long.
const LONGEST_TYPED: usize = 256;

/// The answers to all that is asked, compared once.
pub(super) struct Comparison {
    account: AccountId,
    /// In the order in which they are asked.
    answers: Vec<Compared>,
}

struct Compared {
    typed: Password,
    kept: Option<KeptAnswer>,
    fits: bool,
}

impl Comparison {
    /// Of each answer, whether it fits.
    pub fn fits(&self) -> Vec<bool> {
        self.answers.iter().map(|one| one.fits).collect()
    }
}

impl Portal {
    /// Compares each answer, whatever the others come to and whether or not there is anything to compare it with; with none
    /// where they must not fit. One that is kept in another form than today's fits nothing.
    pub(super) async fn compare_answers(
        &self,
        found: &Found,
        (account, can_fit): (&AccountId, bool),
        asked: &[String],
        answers: &[&str],
    ) -> Answer<Comparison> {
        let mut kept = self.store.answers(account).await?;
        kept.retain(|_| can_fit);
        let mut compared = Vec::with_capacity(asked.len());
        for (question, typed) in asked.iter().zip(answers) {
            let kept = kept.iter().find(|one| one.question == *question && one.form == FORM);
            let is_bearable = typed.chars().nth(LONGEST_TYPED).is_none();
            let typed = Password::typed(&canonical(if is_bearable { typed } else { "" }));
            let hash = kept.map(|one| one.hash.as_str());
            let fits = if found.walk.proofs().is_empty() {
                self.hashing.verify(&typed, hash).await?
            } else {
                self.hashing.verify_proved(&typed, hash).await?
            };
            compared.push(Compared {
                typed,
                kept: kept.cloned(),
                fits,
            });
        }
        Ok(Comparison {
            account: account.clone(),
            answers: compared,
        })
    }

    /// Hashes answers anew whose hash has an older key or another cost, now that they are known: as a password at a
    /// sign-in, after the verdict is committed, and nothing hangs on it.
    pub(super) async fn renew_answers(&self, comparison: &Comparison) {
        if let Err(fault) = self.try_to_renew(comparison).await {
            tracing::error!(%fault, account = comparison.account.as_str(), "answers were not hashed anew");
        }
    }

    async fn try_to_renew(&self, comparison: &Comparison) -> Result<(), Fault> {
        let mut changes = Vec::new();
        for Compared { typed, kept, .. } in &comparison.answers {
            let Some(kept) = kept else { continue };
            match self.hashing.renew(typed, &kept.hash).await {
                Ok(Some(after)) => changes.push(Change::RehashAnswer {
                    account: comparison.account.clone(),
                    question: kept.question.clone(),
                    before: kept.hash.clone(),
                    after,
                }),
                Ok(None) => {}
                // The next time.
                Err(HashTrouble::Busy) => break,
                Err(HashTrouble::Fault(fault)) => return Err(fault),
            }
        }
        if !changes.is_empty() {
            self.store.commit(changes).await?;
        }
        Ok(())
    }
}
