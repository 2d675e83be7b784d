//! What is worth recording. Every entry is written in the transaction of what it records.
//!
//! What fails on our side is no entry: its transaction is undone, and most often it is the store itself that fails. It
//! stands in the log of the process, with the support code under which the entries of its flow are found here.

use serde::{Deserialize, Serialize};

use crate::identity::{AccountId, FlowId};
use crate::method::Method;
use crate::moment::Moment;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Somebody signed in.
    SignIn,
    /// Somebody signed out.
    SignOut,
    /// A name was identified at the beginning of a reset.
    Identify,
    /// A code was asked for.
    Send,
    /// A code was delivered or not.
    Deliver,
    /// A code was typed.
    Verify,
    /// A new password was set in a reset.
    Reset,
    /// An account was unlocked in a reset, its password kept.
    Unlock,
    /// A password was changed by somebody who knew the old one.
    Change,
    /// A contact was added or replaced.
    AddMethod,
    /// A contact was removed.
    RemoveMethod,
    /// A registration was finished.
    FinishRegistration,
    /// Registering was put off at a sign-in.
    PutOffRegistration,
    /// It was asked whether what is registered is still right; the detail holds the answer.
    Reconfirm,
    /// An administrator asked for a reconfirmation or a registration anew.
    DemandRegistration,
    /// Somebody was invited to register, or reminded of it.
    Invite,
    /// The administrators were written to.
    ContactAdministrator,
    /// A form of a step ahead.
    StepViolation,
    /// A request from another site was refused.
    CrossSite,
    /// An account was added or imported.
    AddAccount,
    /// An account was changed by an administrator; the detail holds old and new.
    ChangeAccount,
    /// Methods that had closed after too many failures were reopened by an administrator.
    ReopenMethods,
    /// The owner said "this was not me": self-service was stopped.
    Freeze,
    /// Self-service was allowed again by an administrator.
    Unfreeze,
    /// Administrators were told of something by the product itself.
    Alarm,
    /// The policy was set.
    SetPolicy,
    /// The audit log was read or exported.
    ReadAudit,
    /// Old entries were removed; the detail holds the anchor.
    Retention,
    /// A backup took the place of the database; the detail holds how often that was.
    Restore,
    /// A key was added or retired; the detail holds the names of those there are.
    ChangeKeys,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 30] = [
        Self::SignIn,
        Self::SignOut,
        Self::Identify,
        Self::Send,
        Self::Deliver,
        Self::Verify,
        Self::Reset,
        Self::Unlock,
        Self::Change,
        Self::AddMethod,
        Self::RemoveMethod,
        Self::FinishRegistration,
        Self::PutOffRegistration,
        Self::Reconfirm,
        Self::DemandRegistration,
        Self::Invite,
        Self::ContactAdministrator,
        Self::StepViolation,
        Self::CrossSite,
        Self::AddAccount,
        Self::ChangeAccount,
        Self::ReopenMethods,
        Self::Freeze,
        Self::Unfreeze,
        Self::Alarm,
        Self::SetPolicy,
        Self::ReadAudit,
        Self::Retention,
        Self::Restore,
        Self::ChangeKeys,
    ];

    /// The name in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::Identify => "identify",
            Self::Send => "send",
            Self::Deliver => "deliver",
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Unlock => "unlock",
            Self::Change => "change",
            Self::AddMethod => "add_method",
            Self::RemoveMethod => "remove_method",
            Self::FinishRegistration => "finish_registration",
            Self::PutOffRegistration => "put_off_registration",
            Self::Reconfirm => "reconfirm",
            Self::DemandRegistration => "demand_registration",
            Self::Invite => "invite",
            Self::ContactAdministrator => "contact_administrator",
            Self::StepViolation => "step_violation",
            Self::CrossSite => "cross_site",
            Self::AddAccount => "add_account",
            Self::ChangeAccount => "change_account",
            Self::ReopenMethods => "reopen_methods",
            Self::Freeze => "freeze",
            Self::Unfreeze => "unfreeze",
            Self::Alarm => "alarm",
            Self::SetPolicy => "set_policy",
            Self::ReadAudit => "read_audit",
            Self::Retention => "retention",
            Self::Restore => "restore",
            Self::ChangeKeys => "change_keys",
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As intended.
    Succeeded,
    /// Wrong input.
    Failed,
    /// Not allowed to try.
    Blocked,
    /// Taken back by whoever began it.
    Cancelled,
    /// Begun, and left without an end.
    Abandoned,
}

impl Outcome {
    /// The name in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever sat before a browser, signed in or not.
    Visitor,
    /// The owner of an account, signed in.
    Account(AccountId),
    /// Somebody at the command line of the server.
    Console,
    /// The product itself.
    System,
}

impl Actor {
    /// As it stands in the log.
    pub fn word(&self) -> String {
        match self {
            Self::Visitor => "visitor".into(),
            Self::Account(id) => format!("account:{}", id.as_str()),
            Self::Console => "console".into(),
            Self::System => "system".into(),
        }
    }
}

/// One entry, before it is sealed into the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// Whose account is concerned.
    pub subject: Option<AccountId>,
    /// From where: an address, or empty.
    pub network: String,
    /// Keyed digest of the browser's self-description, or empty.
    pub agent: String,
    /// What.
    pub event: Event,
    /// How it went.
    pub outcome: Outcome,
    /// With which method.
    pub method: Option<Method>,
    /// In which flow.
    pub flow: Option<FlowId>,
    /// The support code of the page, or empty.
    pub support: String,
    /// A few words from a closed set, never what somebody typed.
    pub detail: String,
}
