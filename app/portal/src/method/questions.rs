//! Security questions: things that only their owner knows. Knowledge alone opens nothing: the answers are one proof of two,
//! and off until an administrator allows them.
//!
//! Which questions there are is told by the server alone, in the data of its pages: the browser's module holds none.

use serde::{Deserialize, Serialize};

#[cfg(feature = "service")]
mod canonical;
#[cfg(feature = "service")]
mod check;
#[cfg(feature = "service")]
mod listing;

#[cfg(feature = "service")]
pub use canonical::{FORM, canonical};
#[cfg(feature = "service")]
pub use check::{Checked, Given, check};
#[cfg(feature = "service")]
pub use listing::{Listing, PREDEFINED, is_predefined};

/// Fewest questions that are registered or asked.
pub const FEWEST: u8 = 3;
/// Most questions that are registered or asked.
pub const MOST: u8 = 5;
/// Fewest code points of an answer, counted on its canonical form.
pub const SHORTEST: usize = 3;
/// Most code points of an answer, counted on its canonical form.
pub const LONGEST: usize = 40;

/// A question as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What it is stored by.
    pub id: String,
    /// What is asked, in the language of the page.
    pub text: String,
}

/// A question of the organisation's own, in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// What it is stored by; none of those that are predefined.
    pub id: String,
    /// What is asked, in English.
    pub en: String,
    /// What is asked, in Japanese.
    pub ja: String,
}

/// What is wrong at one place of the form, which has as many as questions have to be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// Which place, from 0.
    pub place: u8,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a question that was chosen, or with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// No question was chosen, or one that is not offered.
    NotChosen,
    /// The question was chosen before.
    ChosenBefore {
        /// At which place, from 0.
        place: u8,
    },
    /// No answer was typed.
    Missing,
    /// Shorter than [`SHORTEST`].
    TooShort,
    /// Longer than [`LONGEST`].
    TooLong,
    /// What others would try first, or what answers nothing.
    TooCommon,
    /// The name of the account, of its mailbox or of its owner.
    Name,
    /// Words of the question.
    OwnWords,
    /// The answer was given before.
    GivenBefore {
        /// At which place, from 0.
        place: u8,
    },
}

impl Problem {
    /// Whether it is about which question was chosen, not about what was answered.
    pub const fn is_about_choice(self) -> bool {
        matches!(self, Self::NotChosen | Self::ChosenBefore { .. })
    }
}
