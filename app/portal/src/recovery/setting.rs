//! The last step: a new password is set, within its time and its tries.

use super::{Ending, Form, LONGEST_LIFE, Recovery, SET_TRIES, SETTING_LIFE, Stage};
use crate::moment::Moment;
use crate::refusal::Refusal;

impl Recovery {
    /// More time for the last step, within [`LONGEST_LIFE`].
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn extend(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Extend, now)?;
        let was_offered = matches!(self.stage, Stage::Setting { was_offered: true, .. });
        let until = self.last_step(now);
        self.stage = Stage::Setting { until, was_offered };
        Ok(self)
    }

    /// When the last step runs out that begins at this moment, or is given more time.
    pub(super) fn last_step(&self, now: Moment) -> Moment {
        (now + SETTING_LIFE).min(self.opened + LONGEST_LIFE)
    }

    /// A new password was refused for a reason that only the server knows. Costs a try, not the proofs.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn refuse_password(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Set, now)?;
        self.set_tries = self.set_tries.saturating_add(1);
        if self.set_tries >= SET_TRIES {
            self.stage = Stage::Ended;
        }
        Ok(self)
    }

    /// The password is set.
    ///
    /// # Errors
    /// As for [`Self::ask`]; nothing less than enough proofs gets here.
    pub fn set(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Set, now)?;
        if !self.is_proved() {
            return Err(Refusal::StepAhead);
        }
        self.stage = Stage::Done {
            at: now,
            ending: Ending::Reset,
        };
        Ok(self)
    }
}
