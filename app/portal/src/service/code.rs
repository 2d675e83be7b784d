//! Judging a code that was typed: the same for a reset and for a registration.

use super::blocked::{reason, refused};
use super::crowd::guess;
use super::reachable::factor;
use super::{Answer, Portal, Visit};
use crate::audit::{Entry, Outcome};
use crate::identity::{AccountId, Channel, CodeId, FlowId};
use crate::limits::{Failures, Leave};
use crate::method::Method;
use crate::method::code::{Life, Purpose, life, tidy};
use crate::method::proof::Proof;
use crate::ports::{Account, Change, Code, Contact, Matter};
use crate::refusal::Refusal;

/// Somebody types the code that is awaited.
pub(super) struct Try<'a> {
    /// As it was typed.
    pub typed: &'a str,
    /// The code that is awaited.
    pub code: &'a CodeId,
    /// What it has to have been sent for.
    pub purpose: Purpose,
    /// In which flow.
    pub flow: &'a FlowId,
    /// For whom; a name where nobody has it.
    pub subject: &'a AccountId,
    /// Their account, where they have one.
    pub account: Option<&'a Account>,
    /// Whom to tell when the method closes.
    pub contacts: &'a [Contact],
    /// Whether it was sent: no other code is ever right.
    pub was_sent: bool,
    /// By which way.
    pub method: Method,
    /// To which address.
    pub channel: Channel,
    /// Whether that may stand without an older one.
    pub is_seasoned: bool,
    /// The row of this try, but for its outcome; its moment is the moment of the try.
    pub entry: Entry,
}

/// What a try came to. Nobody may learn it before the changes are committed: a verdict that is not counted does not
/// exist.
pub(super) enum Judged {
    /// The right code: it is used, and the failures of its method are forgiven.
    Right { proof: Proof, changes: Vec<Change> },
    /// Not the right code, or no leave to try.
    Wrong { refusal: Refusal, changes: Vec<Change> },
}

impl Try<'_> {
    /// No verdict.
    fn blocked(mut self, portal: &Portal, refusal: Refusal) -> Judged {
        self.entry.detail = reason(&refusal).into();
        let row = portal.record_blocked(self.flow.as_str(), self.entry);
        Judged::Wrong {
            refusal,
            changes: row.into_iter().collect(),
        }
    }

    /// A code made for one thing never works for another.
    fn fits(&self, code: &Code) -> bool {
        self.was_sent
            && code.purpose == self.purpose
            && code.flow == *self.flow
            && code.account == *self.subject
            && code.method == self.method
            && code.channel == self.channel.as_str()
    }
}

impl Portal {
    /// Judges a try: whether it may be made, whether the code lives, whether it is the right one.
    pub(super) async fn judge_code(&self, visit: &Visit, mut attempt: Try<'_>) -> Answer<Judged> {
        if attempt.typed.trim().is_empty() {
            return Err(Refusal::CodeMissing.into());
        }
        let now = attempt.entry.at;
        attempt.entry.method = Some(attempt.method);
        let factor = factor(attempt.method);
        let lane = self.lane(visit, attempt.subject).await?;
        let counter = lane.counter(attempt.subject);
        let before = self.store.failures(&counter, factor).await?;
        if let Some(refusal) = refused(lane.leave(&before, now)) {
            return Ok(attempt.blocked(self, refusal));
        }
        let code = self.store.code(attempt.code).await?.ok_or(Refusal::CodeDead)?;
        let left = match life(code.asked, code.tries, code.closed, now) {
            Life::Live { left } => left,
            Life::Expired => return Ok(attempt.blocked(self, Refusal::CodeExpired)),
            Life::Dead => return Ok(attempt.blocked(self, Refusal::CodeDead)),
        };
        let expected = if attempt.fits(&code) {
            self.digits(&code)
        } else {
            String::new()
        };
        let typed = tidy(attempt.typed).unwrap_or_default();
        let Try {
            account,
            contacts,
            method,
            channel,
            is_seasoned,
            mut entry,
            ..
        } = attempt;
        let proof = Proof::by_code(&expected, &typed, method, channel, is_seasoned, now);
        let mut changes = vec![Change::CountTry {
            code: code.id.clone(),
            seen: code.tries,
        }];
        let after = if proof.is_some() {
            entry.outcome = Outcome::Succeeded;
            changes.push(Change::AnswerSend(code.id.clone()));
            changes.push(Change::SpendCode(code.id));
            if let Some(account) = account {
                let told = self.tell_of_failures(visit, account, factor, &before, &mut entry);
                changes.extend(told.await?);
            }
            Failures::default()
        } else {
            entry.outcome = Outcome::Failed;
            changes.extend(guess(&code, now));
            // The last try: from here on it holds no place among the live ones.
            if left == 1 {
                changes.push(Change::SpendCode(code.id));
            }
            let after = before.count(now);
            if lane.leave(&after, now) == Leave::Closed
                && let Some(account) = account
            {
                changes.extend(self.notices(visit, account, contacts, &Matter::Closed, now)?);
            }
            after
        };
        changes.push(Change::SaveFailures {
            account: counter,
            factor,
            before,
            after,
        });
        changes.push(Change::Record(entry));
        Ok(match proof {
            Some(proof) => Judged::Right { proof, changes },
            None => Judged::Wrong {
                refusal: if left > 1 {
                    Refusal::Code { left: left - 1 }
                } else {
                    Refusal::CodeDead
                },
                changes,
            },
        })
    }
}
