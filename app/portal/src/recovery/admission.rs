//! Which form belongs to which stage. The whole table stands here; what a form then does to the flow does not.

use super::{Case, Recovery, Stage};
use crate::moment::Moment;
use crate::refusal::Refusal;

/// The forms that a flow takes after identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// "Send the code", again or by another method.
    Ask,
    /// "Use another method".
    Another,
    /// "Verify".
    Verify,
    /// "Verify" of the answers to questions.
    Answer,
    /// "Unlock, keep my password".
    Unlock,
    /// "Set a new password", instead of unlocking.
    Replace,
    /// Back to the choice between the two.
    Reconsider,
    /// "Set new password".
    Set,
    /// "More time".
    Extend,
    /// "Contact an administrator".
    Contact,
}

/// What to do with a form, given where the flow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It belongs to the current step.
    Granted,
    /// It belongs to a step that is behind (Back, a second tab): lead to the current one.
    Behind,
    /// It belongs to a step that was not reached: a violation.
    Ahead,
    /// The flow is over.
    Over,
}

impl Recovery {
    /// What to do with a form.
    pub fn admits(&self, form: Form, now: Moment) -> Admission {
        use Admission::{Ahead, Behind, Granted, Over};
        match (self.stage(now), form) {
            (Stage::Ended, _) => Over,
            (Stage::Done { .. }, _)
            | (Stage::Offering { .. } | Stage::Setting { .. }, Form::Ask | Form::Another | Form::Verify | Form::Answer)
            // Sent on the other side of the choice, where everything is proved as well.
            | (Stage::Offering { .. }, Form::Reconsider | Form::Set | Form::Extend)
            | (Stage::Setting { was_offered: true, .. }, Form::Unlock | Form::Replace)
            | (Stage::Stopped(_), Form::Another) => Behind,
            // Nobody here can help: the page of that case has no such button.
            (Stage::Stopped(Case::ManagedElsewhere), Form::Contact) => Ahead,
            (_, Form::Contact)
            | (Stage::Choosing, Form::Ask | Form::Another)
            | (Stage::Awaiting { .. }, Form::Ask | Form::Another | Form::Verify)
            | (Stage::Answering { .. }, Form::Ask | Form::Another | Form::Answer)
            | (Stage::Offering { .. }, Form::Unlock | Form::Replace)
            | (Stage::Setting { was_offered: true, .. }, Form::Reconsider)
            | (Stage::Setting { .. }, Form::Set | Form::Extend) => Granted,
            // "Verify" once a code was asked for and left behind: Back, or a second tab.
            (Stage::Choosing | Stage::Answering { .. }, Form::Verify) if self.asked > 0 => Behind,
            // The same of the questions.
            (Stage::Choosing | Stage::Awaiting { .. }, Form::Answer) if self.questioned => Behind,
            (Stage::Stopped(_), Form::Ask | Form::Verify)
            | (Stage::Choosing | Stage::Answering { .. }, Form::Verify)
            | (
                _,
                Form::Answer | Form::Unlock | Form::Replace | Form::Reconsider | Form::Set | Form::Extend,
            ) => Ahead,
        }
    }

    pub(super) fn admit(&self, form: Form, now: Moment) -> Result<(), Refusal> {
        match self.admits(form, now) {
            Admission::Granted => Ok(()),
            Admission::Ahead => Err(Refusal::StepAhead),
            Admission::Behind | Admission::Over => Err(Refusal::FlowEnded),
        }
    }
}
