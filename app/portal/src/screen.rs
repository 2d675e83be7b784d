//! What a page needs to know to show a step: plain data, masked where a stranger may look.

use serde::{Deserialize, Serialize};

use crate::method::questions::Question;
use crate::method::{Means, Method};
use crate::moment::Moment;
use crate::password::rules::Rules;
use crate::password::terms::Terms;
use crate::policy::HelpDesk;
use crate::recovery::{Case, Ending, Stage};

/// A step of the reset. Each has an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Which account is it?
    Identify,
    /// It cannot go on.
    Stopped,
    /// Picking a method.
    Choose,
    /// Typing the code.
    Code,
    /// Answering security questions.
    Questions,
    /// Unlocking, or a new password?
    Unlock,
    /// The new password.
    Password,
    /// Done.
    Done,
    /// Over without a result.
    Ended,
}

impl Step {
    /// The address of the step.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Identify => "/reset",
            Self::Stopped => "/reset/stopped",
            Self::Choose => "/reset/choose",
            Self::Code => "/reset/code",
            Self::Questions => "/reset/questions",
            Self::Unlock => "/reset/unlock",
            Self::Password => "/reset/password",
            Self::Done => "/reset/done",
            Self::Ended => "/reset/ended",
        }
    }
}

impl From<&Stage> for Step {
    fn from(stage: &Stage) -> Self {
        match stage {
            Stage::Stopped(_) => Self::Stopped,
            Stage::Choosing => Self::Choose,
            Stage::Awaiting { .. } => Self::Code,
            Stage::Answering { .. } => Self::Questions,
            Stage::Offering { .. } => Self::Unlock,
            Stage::Setting { .. } => Self::Password,
            Stage::Done { .. } => Self::Done,
            Stage::Ended => Self::Ended,
        }
    }
}

/// The proof of presence that identification asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Signed by the server, bound to this browser, good for one use within five minutes.
    pub token: String,
    /// Leading zero bits that the digest of the answer must have.
    pub bits: u8,
    /// Without scripts: from when on the token alone is accepted.
    pub ripe: Moment,
}

/// A method that the person may pick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which.
    pub method: Method,
    /// The masked address; empty where nothing is sent, and where nothing is told of the account.
    pub mask: String,
    /// The last two digits, where the whole number has to be typed first. Empty where nothing is told of the account: then the
    /// whole address has to be typed as well.
    pub ending: Option<String>,
    /// Why it cannot be picked right now.
    pub hurdle: Option<Hurdle>,
}

/// What stands in the way of a method right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hurdle {
    /// Too many wrong tries; there may be another at this moment.
    Wait(Moment),
    /// Too many wrong tries; closed until the owner signs in.
    Closed,
    /// Messages of this kind are not getting through.
    Down,
}

/// The page of a code that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The way it travelled.
    pub method: Method,
    /// Where to: whole where it is being registered, else masked; empty where nothing is told of the account.
    pub address: String,
    /// Digits of the code.
    pub digits: u8,
    /// When it was asked for.
    pub asked: Moment,
    /// When it runs out.
    pub until: Moment,
    /// Whether it works no more: run out, or tried too often.
    pub is_over: bool,
    /// From when on another may be asked for.
    pub again: Moment,
    /// The other way to the same number.
    pub other_way: Option<Method>,
    /// What stands in the way right now.
    pub hurdle: Option<Hurdle>,
    /// Whether there is another method to go back to.
    pub has_other: bool,
}

/// What a page needs to judge a new password while it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The rules.
    pub rules: Rules,
    /// Words that the password must not lean on.
    pub terms: Terms,
}

/// The screen of a reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryScreen {
    /// Which account is it?
    Identify(Challenge),
    /// It cannot go on.
    Stopped {
        /// Why.
        case: Case,
        /// Where to turn.
        help: HelpDesk,
        /// Already written to.
        contacted: bool,
    },
    /// Picking a method.
    Choose {
        /// Which proof: 1 or 2.
        turn: u8,
        /// Of how many.
        required: u8,
        /// What there is.
        choices: Vec<Choice>,
        /// Where to turn.
        help: HelpDesk,
        /// Already written to.
        contacted: bool,
    },
    /// Typing the code.
    Code {
        /// Which proof: 1 or 2.
        turn: u8,
        /// Of how many.
        required: u8,
        /// The code.
        code: Awaited,
        /// Where to turn.
        help: HelpDesk,
        /// Already written to.
        contacted: bool,
    },
    /// Answering security questions.
    Questions {
        /// Which proof: 1 or 2.
        turn: u8,
        /// Of how many.
        required: u8,
        /// What is asked: all of it is judged together.
        asked: Vec<Question>,
        /// What stands in the way right now.
        hurdle: Option<Hurdle>,
        /// Whether there is another method to go back to.
        has_other: bool,
        /// Where to turn.
        help: HelpDesk,
        /// Already written to.
        contacted: bool,
    },
    /// Unlocking, or a new password?
    Unlock {
        /// How many proofs were asked for.
        required: u8,
        /// When the step runs out.
        until: Moment,
    },
    /// The new password.
    Password {
        /// The account's name, for password managers.
        user_name: String,
        /// How many proofs were asked for.
        required: u8,
        /// To judge while typing.
        judgement: Judgement,
        /// When the step runs out.
        until: Moment,
        /// Whether more time can be had.
        can_extend: bool,
        /// Whether the account can be unlocked instead.
        was_offered: bool,
    },
    /// Done.
    Done {
        /// When.
        at: Moment,
        /// What it came to.
        ending: Ending,
    },
    /// Over without a result.
    Ended,
}

impl RecoveryScreen {
    /// The step it belongs to.
    pub const fn step(&self) -> Step {
        match self {
            Self::Identify(_) => Step::Identify,
            Self::Stopped { .. } => Step::Stopped,
            Self::Choose { .. } => Step::Choose,
            Self::Code { .. } => Step::Code,
            Self::Questions { .. } => Step::Questions,
            Self::Unlock { .. } => Step::Unlock,
            Self::Password { .. } => Step::Password,
            Self::Done { .. } => Step::Done,
            Self::Ended => Step::Ended,
        }
    }
}

/// The page behind the link of a mail that tells of something its reader may not have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMe {
    /// Self-service can be stopped for this account.
    Ask {
        /// Its name.
        name: String,
    },
    /// It is stopped.
    Stopped {
        /// Whose.
        name: String,
        /// Up to when.
        until: Moment,
    },
    /// The link leads no further: not ours, too old, or used.
    Void,
}

/// How a method stands in the registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not set up.
    Missing,
    /// Filled in by an administrator or the directory.
    Vouched,
    /// Proved by its owner at this moment.
    Verified(Moment),
    /// The same, and an administrator wants it proved again.
    Outdated(Moment),
}

/// One line of the registration page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which contact, or the questions.
    pub means: Means,
    /// The masked address, where there is one; of questions, how many are answered, also where those are too few to count.
    pub mask: String,
    /// How it stands.
    pub standing: Standing,
    /// Whether it may be deleted without falling below what is required.
    pub can_remove: bool,
}

/// The registration page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each tells something else of one page, and any may be true with any"
)]
pub struct Overview {
    /// The account's name.
    pub user_name: String,
    /// The name shown to people.
    pub display: String,
    /// Methods required.
    pub required: u8,
    /// Methods that count.
    pub have: u8,
    /// Every method that the policy allows.
    pub lines: Vec<Line>,
    /// When a registration was first finished.
    pub finished: Option<Moment>,
    /// How often registering can still be put off, where it comes before anything else.
    pub puts_off: Option<u8>,
    /// Whether it is asked if all of it is still right.
    pub reconfirms: bool,
    /// Whether an administrator wants it verified again, and the registration finished anew.
    pub is_demanded: bool,
    /// Whether changes ask for the password again.
    pub needs_proof: bool,
    /// Whether a registration is finished and only an address that codes are sent to would hear of a reset.
    pub told_alone: bool,
}

/// A country whose numbers are dialled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// The calling code, without `+`.
    pub calling: String,
}

/// The page on which a phone is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneForm {
    /// The countries to pick from, the first one preselected.
    pub countries: Vec<Country>,
    /// The ways a code may travel.
    pub ways: Vec<Method>,
}

/// The page on which security questions are chosen and answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionsForm {
    /// The questions to choose from.
    pub offered: Vec<Question>,
    /// How many are registered.
    pub register: u8,
    /// How many of them a reset asks.
    pub reset: u8,
}

/// The page on which a password is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeForm {
    /// The account's name, for password managers.
    pub user_name: String,
    /// To judge while typing.
    pub judgement: Judgement,
    /// Why it has to be changed, if it has to.
    pub pressing: Option<Pressing>,
    /// How many old passwords may not come back.
    pub history: u8,
}

/// Why a password has to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pressing {
    /// It ran out.
    Expired,
    /// It was given by an administrator.
    MustChange,
}
