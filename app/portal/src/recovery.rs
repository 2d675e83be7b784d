//! The reset, as a value: what has happened so far, and what may happen next.
//!
//! ```text
//!            identify
//!               │
//!        ┌──────┴───────┐
//!        ▼              ▼
//!     Stopped        Choosing ◄──────────────┐
//!   (A, B, C; also      │ ask, question      │ another, or proved and one more is required
//!    whoever nobody     ▼                    │
//!    knows)     Awaiting, Answering ─────────┤
//!                     │  ▲ │ ask again, or   │
//!                     │  └─┘ by another way  │
//!                     ├──────────────────────┘
//!                     │ proved, and enough
//!          ┌──────────┴─────────────┐
//!          │ it may be unlocked     │ there is nothing to unlock
//!          ▼          replace       ▼
//!       Offering ──────────────► Setting ── extend ──┐
//!          │     ◄──────────────    │  ▲─────────────┘
//!          │       reconsider       │
//!          ▼ unlock                 ▼ set
//!         Done                     Done
//!
//!   Every stage but Done turns into Ended when its time is up, after five forms of a step ahead, after ten refused
//!   passwords, or when more is asked of the account by now. When its password is set elsewhere the flow is gone.
//!   Nothing leads out of Stopped, Done and Ended: whoever gives a name again opens another flow.
//! ```
//!
//! Only a [`Proof`] leads from `Awaiting` and `Answering` onward; choosing, asking, asking again, switching and
//! failing neither make nor keep one, and no more does the choice between unlocking and a new password.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{Channel, CodeId};
use crate::method::Method;
use crate::method::proof::Proof;
use crate::moment::{Moment, minutes, seconds};
use crate::refusal::Refusal;

mod admission;
mod alike;
mod setting;
mod unlock;

pub use admission::{Admission, Form};
pub use alike::Decoy;

/// How long a flow lives before the last step.
pub const LIFE: Duration = minutes(15);
/// How long the last step lives, from its beginning or its extension.
pub const SETTING_LIFE: Duration = minutes(10);
/// How long a flow lives in all, however often it is extended.
pub const LONGEST_LIFE: Duration = minutes(30);
/// Warn this long before the end of the last step.
pub const WARNING: Duration = minutes(2);
/// New passwords that may be tried in one flow.
pub const SET_TRIES: u8 = 10;
/// No person gets from a name to a new password in less; a program that reads a mailbox does (ASVS 2.4.2).
pub const FASTEST: Duration = seconds(2);
/// Forms of a step ahead that end a flow.
pub const TRESPASSES: u8 = 5;

/// Why an account cannot be recovered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// A: the password lives where we may not write.
    ManagedElsewhere,
    /// B: self-service is not switched on for this account.
    NotEnabled,
    /// C: no such account, or not enough methods, or one that may not be recovered.
    NotVerified,
}

/// What stands in the way of the present password, once enough is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nothing, or nothing that may be lifted here.
    None,
    /// Too many wrong passwords, and it may be unlocked without a new one.
    Liftable,
}

/// What a flow came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A new password.
    #[default]
    Reset,
    /// The account is unlocked, and keeps its password.
    Unlocked,
}

/// Where a flow stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It cannot go on.
    Stopped(Case),
    /// A method has to be picked.
    Choosing,
    /// A code was asked for.
    Awaiting {
        /// The way it travels.
        method: Method,
        /// Over which channel.
        channel: Channel,
        /// Which one.
        code: CodeId,
        /// When it was asked for.
        asked: Moment,
        /// Set where nothing was sent, and no code proves anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decoy: Option<Decoy>,
    },
    /// Security questions are asked.
    Answering {
        /// Since when.
        asked: Moment,
    },
    /// Enough is proved, and the account is locked: it is unlocked as it is, or gets a new password.
    Offering {
        /// When this step runs out.
        until: Moment,
    },
    /// Enough is proved: the new password.
    Setting {
        /// When this step runs out.
        until: Moment,
        /// One may go back to unlocking.
        #[serde(default)]
        was_offered: bool,
    },
    /// The password is set, or the account unlocked.
    Done {
        /// When it was.
        at: Moment,
        /// Which of them.
        #[serde(default)]
        ending: Ending,
    },
    /// Over, without a result.
    Ended,
}

/// A reset under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    stage: Stage,
    required: u8,
    opened: Moment,
    asked: u16,
    #[serde(default)]
    questioned: bool,
    set_tries: u8,
    trespasses: u8,
    contacted: bool,
    /// Kept in rows of their own, never with the stage.
    #[serde(skip)]
    proofs: Vec<Proof>,
}

impl Recovery {
    /// Begins after identification: with the number of proofs required, or with the case that stops it.
    pub fn begin(gate: Result<u8, Case>, now: Moment) -> Self {
        let (stage, required) = match gate {
            Ok(required) => (Stage::Choosing, required.max(1)),
            Err(case) => (Stage::Stopped(case), u8::MAX),
        };
        Self {
            stage,
            required,
            opened: now,
            asked: 0,
            questioned: false,
            set_tries: 0,
            trespasses: 0,
            contacted: false,
            proofs: Vec::new(),
        }
    }

    /// The same flow with its proofs, as their rows tell them. A flow that stands at `Offering` or `Setting` without
    /// enough of them has been tampered with and is over.
    #[must_use]
    pub fn with_proofs(mut self, proofs: Vec<Proof>) -> Self {
        self.proofs = proofs;
        if matches!(self.stage, Stage::Offering { .. } | Stage::Setting { .. }) && !self.is_proved() {
            self.stage = Stage::Ended;
        }
        self
    }

    /// Where it stands, time considered.
    pub fn stage(&self, now: Moment) -> Stage {
        if now >= self.ends() && !matches!(self.stage, Stage::Done { .. }) {
            Stage::Ended
        } else {
            self.stage.clone()
        }
    }

    /// When it runs out, if nothing happens.
    pub fn ends(&self) -> Moment {
        match self.stage {
            Stage::Offering { until } | Stage::Setting { until, .. } => until,
            _ => self.opened + LIFE,
        }
    }

    /// When it began.
    pub const fn opened(&self) -> Moment {
        self.opened
    }

    /// Proofs asked for.
    pub const fn required(&self) -> u8 {
        self.required
    }

    /// Proofs given.
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// Whether the administrators were written to.
    pub const fn has_contacted(&self) -> bool {
        self.contacted
    }

    /// Whether the last step may be given more time.
    pub fn can_extend(&self) -> bool {
        matches!(self.stage, Stage::Setting { until, .. } if until < self.opened + LONGEST_LIFE)
    }

    /// A code was asked for.
    ///
    /// # Errors
    /// [`Refusal::Method`] where the channel has proved already; [`Refusal::StepAhead`] and [`Refusal::FlowEnded`] where
    /// the stage does not allow it.
    pub fn ask(mut self, method: Method, channel: Channel, code: CodeId, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Ask, now)?;
        if self.has_proved_by(&channel) {
            return Err(Refusal::Method);
        }
        self.stage = Stage::Awaiting {
            method,
            channel,
            code,
            asked: now,
            decoy: None,
        };
        self.asked = self.asked.saturating_add(1);
        Ok(self)
    }

    /// Security questions are to be answered.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn question(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Ask, now)?;
        if self.has_proved_by(&Channel::knowledge()) {
            return Err(Refusal::Method);
        }
        self.stage = Stage::Answering { asked: now };
        self.questioned = true;
        Ok(self)
    }

    /// Back to the choice of methods.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn another(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Another, now)?;
        self.stage = Stage::Choosing;
        Ok(self)
    }

    /// A proof was given: onward to the next choice, to the new password, or to unlocking where there is a lock.
    ///
    /// # Errors
    /// [`Refusal::Method`] where the proof is not of the method that is awaited or its channel has proved already.
    pub fn prove(mut self, proof: Proof, lock: Lock, now: Moment) -> Result<Self, Refusal> {
        let awaited = match &self.stage {
            Stage::Answering { .. } => {
                self.admit(Form::Answer, now)?;
                proof.method() == Method::Questions && *proof.channel() == Channel::knowledge()
            }
            stage => {
                self.admit(Form::Verify, now)?;
                matches!(stage, Stage::Awaiting { method, channel, decoy: None, .. }
                    if *method == proof.method() && channel == proof.channel())
            }
        };
        if !awaited || self.has_proved_by(proof.channel()) {
            return Err(Refusal::Method);
        }
        self.proofs.push(proof);
        let until = self.last_step(now);
        self.stage = match lock {
            _ if !self.is_proved() => Stage::Choosing,
            Lock::Liftable => Stage::Offering { until },
            Lock::None => Stage::Setting {
                until,
                was_offered: false,
            },
        };
        Ok(self)
    }

    /// The administrators were written to; once in a flow.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn contact(mut self, now: Moment) -> Result<Self, Refusal> {
        self.admit(Form::Contact, now)?;
        self.contacted = true;
        Ok(self)
    }

    /// Whether it asks for as many proofs as the gate does by now.
    pub fn suffices(&self, gate: Result<u8, Case>) -> bool {
        gate.is_ok_and(|required| required <= self.required) && !self.is_feigned()
    }

    /// What it was allowed on holds no longer.
    #[must_use]
    pub fn end(mut self) -> Self {
        self.stage = Stage::Ended;
        self
    }

    /// A form of a step ahead came in.
    #[must_use]
    pub fn trespass(mut self) -> Self {
        self.trespasses = self.trespasses.saturating_add(1);
        if self.trespasses >= TRESPASSES {
            self.end()
        } else {
            self
        }
    }

    /// Whether a channel has given its proof.
    pub fn has_proved_by(&self, channel: &Channel) -> bool {
        self.proofs.iter().any(|proof| proof.channel() == channel)
    }

    /// Whether enough is proved: the required number over different channels, at least one of them seasoned.
    fn is_proved(&self) -> bool {
        let mut channels: Vec<&Channel> = self.proofs.iter().map(Proof::channel).collect();
        channels.sort_unstable();
        channels.dedup();
        channels.len() >= usize::from(self.required) && self.proofs.iter().any(Proof::is_seasoned)
    }
}

#[cfg(all(test, feature = "service"))]
mod tests;
