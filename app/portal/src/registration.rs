//! Registration: setting up the ways to prove who one is, while one can still sign in.
//!
//! ```text
//!   Overview ── begin ──► Awaiting ── proved ──► Overview
//!      │  ── prove ──► Proving ── proved ──► Overview, for five minutes free to replace and delete
//!      │  ▲                │  ▲ │ again
//!      │  └── leave ───────┘  └─┘
//!      └── finish ──► Overview, finished
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{CodeId, ContactId};
use crate::method::Method;
use crate::moment::{Moment, hours, minutes};

/// How long a sign-in suffices for the registration that follows it.
pub const AFTER_SIGN_IN: Duration = minutes(15);
/// How old a proof may be for replacing or deleting later.
pub const PROOF_AGE: Duration = minutes(5);
/// How long a contact that was added after the first Finish needs an older one beside it.
pub const COOL_DOWN: Duration = hours(24);

/// Where a registration stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The list of methods.
    #[default]
    Overview,
    /// A code was sent to a contact that is not yet one's own.
    Awaiting(Dispatch),
    /// A code was sent to a contact that is one's own already: the second proof, beside the password, for replacing and
    /// deleting.
    Proving(Dispatch),
}

impl Stage {
    /// The code that is awaited, if one is.
    pub const fn dispatch(&self) -> Option<&Dispatch> {
        match self {
            Self::Overview => None,
            Self::Awaiting(dispatch) | Self::Proving(dispatch) => Some(dispatch),
        }
    }
}

/// A code that was sent off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The contact it goes to.
    pub contact: ContactId,
    /// The way it travels.
    pub method: Method,
    /// Which code.
    pub code: CodeId,
    /// When it was asked for.
    pub asked: Moment,
}

/// A registration under way; one per session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Where it stands.
    pub stage: Stage,
    /// When a registered method last proved, beside the password.
    #[serde(default)]
    pub proved: Option<Moment>,
}

/// Whether a contact is old enough to stand alone in a reset: it was there at the first Finish, or for a day.
pub fn is_seasoned(added: Moment, first_finish: Option<Moment>, now: Moment) -> bool {
    first_finish.is_none_or(|finish| added <= finish) || now >= added + COOL_DOWN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::days;

    #[test]
    fn a_contact_added_later_is_seasoned_after_a_day() {
        let finish = Moment::from_millis(1_000_000_000);
        assert!(is_seasoned(finish, Some(finish), finish));
        assert!(is_seasoned(finish, None, finish));
        let later = finish + days(3);
        assert!(!is_seasoned(later, Some(finish), later));
        assert!(!is_seasoned(later, Some(finish), later + hours(23)));
        assert!(is_seasoned(later, Some(finish), later + hours(24)));
    }
}
