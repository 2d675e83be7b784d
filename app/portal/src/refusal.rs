//! Every "no" that a person can be told. Closed, without prose: the words are the app's.

use serde::{Deserialize, Serialize};

use crate::account::NameProblem;
use crate::method::questions::Wrong;
use crate::method::{email, phone};
use crate::moment::Moment;
use crate::password::judge::Broken;

/// Why a request was not granted, as far as the person may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The user name cannot be one, whoever is meant.
    UserName(NameProblem),
    /// No password was typed.
    PasswordMissing,
    /// User name and password do not go together, or the account may not sign in: one answer for all.
    SignIn,
    /// Signed in no longer.
    SessionEnded,
    /// The proof of presence is missing, used, expired or not this browser's.
    Challenge,
    /// Without scripts the ticket has to ripen first.
    Unripe {
        /// When it has.
        until: Moment,
    },
    /// Too many wrong tries.
    Wait {
        /// When one may go on.
        until: Moment,
    },
    /// Too much from this network, whoever it is.
    Crowded {
        /// When one may go on.
        until: Moment,
    },
    /// The method is closed until the owner signs in.
    Closed,
    /// Too much work at once; nothing was lost.
    Busy,
    /// No method was chosen, or one that is not offered.
    Method,
    /// The whole number typed is not the one on record.
    WholeNumber,
    /// Nothing can be sent to this destination before a certain time.
    Sends {
        /// When it can.
        until: Moment,
        /// That is more than an hour ahead, perhaps on another day.
        is_long: bool,
    },
    /// Messages of this kind cannot be delivered right now.
    ChannelDown,
    /// No code was typed.
    CodeMissing,
    /// Not the code that was sent last.
    Code {
        /// Tries left with this code.
        left: u8,
    },
    /// The code has run out.
    CodeExpired,
    /// The code is used up or was replaced.
    CodeDead,
    /// What is wrong with security questions that were chosen and answered.
    Questions(Vec<Wrong>),
    /// Not every question that is asked was answered.
    AnswersMissing,
    /// Not all the answers that are registered: never told which.
    Answers {
        /// Tries left before one has to wait.
        left: u8,
    },
    /// What is wrong with an email address.
    Email(email::Problem),
    /// What is wrong with a phone number.
    Phone(phone::Problem),
    /// This contact is already registered here.
    SameContact,
    /// Another proof is needed first: the last one is too old.
    ProofTooOld,
    /// The owner said "this was not me": nothing of how one proves oneself is changed.
    Frozen {
        /// Up to when.
        until: Moment,
    },
    /// The password of the account is managed elsewhere: nothing is changed here.
    ManagedElsewhere,
    /// The password has to be changed before anything else.
    ChangeFirst,
    /// Methods have to be registered before anything else.
    RegisterFirst,
    /// A method has to be verified again first.
    VerifyAgain,
    /// Fewer methods would be left than are required.
    TooFewMethods {
        /// How many are required.
        required: u8,
    },
    /// No new password was typed.
    NewPasswordMissing,
    /// The new password breaks rules.
    Password(Vec<Broken>),
    /// The two entries of the new password differ; the first breaks these rules besides.
    PasswordsDiffer(Vec<Broken>),
    /// The new password is the current one or one of the last ones.
    PasswordUsedBefore,
    /// The current password is not right.
    CurrentPassword,
    /// The flow has run out, or belongs to another browser.
    FlowEnded,
    /// The form belongs to a step that has not been reached.
    StepAhead,
    /// The same form was sent before with other content.
    Repeated,
    /// A field is missing, or is none of what it can be: nobody sends this from a page of ours.
    Malformed,
    /// Something is wrong on our side; the support code finds it.
    Fault,
}

impl Refusal {
    /// The HTTP status for those who ask by fetch.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SessionEnded => 401,
            Self::Challenge | Self::Unripe { .. } => 403,
            Self::StepAhead | Self::Repeated | Self::FlowEnded => 409,
            Self::Wait { .. } | Self::Crowded { .. } | Self::Closed | Self::Sends { .. } => 429,
            Self::Busy | Self::ChannelDown => 503,
            Self::Fault => 500,
            _ => 422,
        }
    }
}
