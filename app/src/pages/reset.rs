//! The pages of the reset.

pub mod choose;
pub mod code;
pub mod contact;
pub mod done;
pub mod ended;
pub mod identify;
pub mod password;
mod paused;
pub mod questions;
pub mod stopped;
pub mod unlock;

use crate::parts::steps::Marks;
use crate::words::{Word, Words};

/// The marks of the reset: the account, one or two proofs, the new password.
pub(crate) fn marks(words: Words, required: u8, current: usize) -> Marks {
    let proofs: &[Word] = if required == 1 {
        &[Word::StepProof]
    } else {
        &[Word::StepProofFirst, Word::StepProofSecond]
    };
    let names = [&[Word::StepAccount], proofs, &[Word::StepPassword]].concat();
    Marks::steps(
        words.say(Word::Progress),
        names.into_iter().map(|name| words.say(name).to_owned()).collect(),
        current,
    )
}

/// "Step 2 of 4".
pub(crate) fn whereabouts(words: Words, required: u8, current: usize) -> String {
    words.fill(
        Word::StepOf,
        &[("step", &(current + 1)), ("steps", &(usize::from(required.min(2)) + 2))],
    )
}
