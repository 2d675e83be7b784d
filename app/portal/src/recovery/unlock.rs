//! Where enough is proved and the account is locked: unlocking it as it is, or going on to a new password, and back.

use super::{Ending, Form, Recovery, Stage};
use crate::moment::Moment;
use crate::refusal::Refusal;

impl Recovery {
    /// The account is unlocked, its password kept.
    ///
    /// # Errors
    /// [`Refusal::StepAhead`] and [`Refusal::FlowEnded`] where the stage does not allow it; nothing less than enough proofs
    /// gets here.
    pub fn unlock(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Unlock, now)?;
        if !self.is_proved() {
            return Err(Refusal::StepAhead);
        }
        self.stage = Stage::Done {
            at: now,
            ending: Ending::Unlocked,
        };
        Ok(self)
    }

    /// A new password instead.
    ///
    /// # Errors
    /// As for [`Self::unlock`].
    pub fn replace(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Replace, now)?;
        self.stage = Stage::Setting {
            until: self.last_step(now),
            was_offered: true,
        };
        Ok(self)
    }

    /// Back to the choice, with the time that is left.
    ///
    /// # Errors
    /// As for [`Self::unlock`].
    pub fn reconsider(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Reconsider, now)?;
        self.stage = Stage::Offering { until: self.ends() };
        Ok(self)
    }
}
