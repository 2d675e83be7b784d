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
use crate::method::code::Purpose;
use crate::method::{ContactKind, Means, Method};
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

    /// What the code that is awaited was sent for.
    pub const fn purpose(&self) -> Purpose {
        match self {
            Self::Proving(_) => Purpose::Proving,
            Self::Overview | Self::Awaiting(_) => Purpose::Registration,
        }
    }
}

/// What somebody was about to change when another proof was asked for: they go on there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// Setting up or replacing a contact or the questions.
    Replace(Means),
    /// Deleting them.
    Remove(Means),
}

impl Errand {
    const ALL: [Self; 6] = [
        Self::Replace(Means::Contact(ContactKind::Email)),
        Self::Replace(Means::Contact(ContactKind::Phone)),
        Self::Replace(Means::Questions),
        Self::Remove(Means::Contact(ContactKind::Email)),
        Self::Remove(Means::Contact(ContactKind::Phone)),
        Self::Remove(Means::Questions),
    ];

    /// The name in forms and addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Replace(Means::Questions) => "questions",
            Self::Replace(Means::Contact(ContactKind::Phone)) => "phone",
            Self::Replace(Means::Contact(_)) => "email",
            Self::Remove(Means::Questions) => "remove-questions",
            Self::Remove(Means::Contact(ContactKind::Phone)) => "remove-phone",
            Self::Remove(Means::Contact(_)) => "remove-email",
        }
    }

    /// The errand with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|errand| errand.word() == word)
    }

    /// The page on which it is done.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Replace(Means::Questions) => "/register/questions",
            Self::Replace(Means::Contact(ContactKind::Phone)) => "/register/phone",
            Self::Replace(Means::Contact(_)) => "/register/email",
            Self::Remove(Means::Questions) => "/register/remove/questions",
            Self::Remove(Means::Contact(ContactKind::Phone)) => "/register/remove/phone",
            Self::Remove(Means::Contact(_)) => "/register/remove/email",
        }
    }

    /// The page on which another proof is given for it.
    pub const fn proof(self) -> &'static str {
        match self {
            Self::Replace(Means::Questions) => "/register/prove?for=questions",
            Self::Replace(Means::Contact(ContactKind::Phone)) => "/register/prove?for=phone",
            Self::Replace(Means::Contact(_)) => "/register/prove?for=email",
            Self::Remove(Means::Questions) => "/register/prove?for=remove-questions",
            Self::Remove(Means::Contact(ContactKind::Phone)) => "/register/prove?for=remove-phone",
            Self::Remove(Means::Contact(_)) => "/register/prove?for=remove-email",
        }
    }

    /// The errand that is done on this page.
    pub fn on_page(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|errand| errand.path() == path)
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
    /// Contacts of one's own that were verified again in this session.
    #[serde(default)]
    pub again: Vec<ContactId>,
    /// Where somebody goes on who has proved.
    #[serde(default)]
    pub errand: Option<Errand>,
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
    fn an_errand_is_known_by_its_name_its_page_and_the_page_of_its_proof() {
        for errand in Errand::ALL {
            assert_eq!(Errand::from_word(errand.word()), Some(errand));
            assert_eq!(Errand::on_page(errand.path()), Some(errand));
            assert_eq!(errand.proof().strip_prefix("/register/prove?for="), Some(errand.word()));
        }
        assert_eq!(Errand::from_word("https://elsewhere.example"), None);
    }

    #[test]
    fn the_code_that_is_awaited_is_known_while_one_is() {
        let sent = Dispatch {
            contact: ContactId::new("contact"),
            method: Method::Email,
            code: CodeId::new("code"),
            asked: Moment::from_millis(0),
        };
        assert_eq!(Stage::Overview.dispatch(), None);
        assert_eq!(Stage::Awaiting(sent.clone()).dispatch(), Some(&sent));
        assert_eq!(Stage::Proving(sent.clone()).dispatch(), Some(&sent));
    }

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
