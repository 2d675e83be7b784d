//! Days on which more is asked of everybody, because so many codes were wrong over all accounts: a proof of presence that
//! costs more, a second step from those who have one, a longer code from the others. Nothing closes, and nobody is left out.

use super::Portal;
use super::reachable::channels;
use crate::limits::population::{ELEVATED, LONG, chance, day};
use crate::method::Method;
use crate::method::code::Purpose;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Alarm, Change, Code, Contact, Fault};
use crate::recovery::Case;

impl Portal {
    /// Whether this is such a day. Administrators hear of it.
    pub(super) async fn is_elevated(&self, now: Moment) -> Result<bool, Fault> {
        let is_elevated = self.store.guessed(day(now)).await? >= ELEVATED;
        if is_elevated {
            self.raise_once(Alarm::Guessing, now).await;
        }
        Ok(is_elevated)
    }

    /// The gate of a flow that begins: on such a day it asks for more.
    pub(super) async fn gate_today(
        &self,
        gate: Result<u8, Case>,
        account: Option<&Account>,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> Result<Result<u8, Case>, Fault> {
        if !self.is_elevated(now).await? {
            return Ok(gate);
        }
        let ways = account.map_or(0, |account| channels(&self.reachable(account, contacts, policy, now)));
        Ok(raised(gate, ways))
    }

    /// Digits of a code in a reset that asks for so many proofs.
    pub(super) async fn digits_asked(&self, method: Method, required: u8, now: Moment) -> Result<u8, Fault> {
        let stands_alone = required < 2 && self.is_elevated(now).await?;
        Ok(if stands_alone { LONG } else { method.digits() })
    }
}

/// The count of a wrong code. What its owner registers can be guessed by nobody else. Answers to security questions are not
/// counted here: they open nothing without a code beside them, and whoever guesses everybody has each of those counted.
pub(super) fn guess(code: &Code, now: Moment) -> Option<Change> {
    (code.purpose != Purpose::Registration).then(|| Change::CountGuess {
        day: day(now),
        chance: chance(code.digits),
    })
}

/// The gate on such a day, for somebody with so many ways to prove.
fn raised(gate: Result<u8, Case>, ways: usize) -> Result<u8, Case> {
    gate.map(|required| if ways >= 2 { required.max(2) } else { required })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_step_is_asked_of_those_who_have_one_and_nobody_is_left_out() {
        assert_eq!(raised(Ok(1), 2), Ok(2));
        assert_eq!(raised(Ok(1), 1), Ok(1));
        assert_eq!(raised(Ok(2), 3), Ok(2));
        assert_eq!(raised(Err(Case::NotVerified), 0), Err(Case::NotVerified));
    }
}
