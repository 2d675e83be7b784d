//! A reset where nothing may be told of the account: whoever may not recover goes the same way as everybody, and never
//! arrives.

use serde::{Deserialize, Serialize};

use super::{Case, Recovery, Stage};
use crate::identity::{Channel, CodeId};
use crate::method::Method;
use crate::moment::Moment;
use crate::refusal::Refusal;

/// More proofs than there are channels.
const OUT_OF_REACH: u8 = u8::MAX;

/// What is kept of a destination that was typed and to which nothing is sent, so that it can be asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoy {
    /// Keyed digest of the first digits, where it is a number.
    pub prefix: Option<String>,
    /// The ways by which a code would go there.
    pub ways: Vec<Method>,
}

impl Recovery {
    /// Begins after identification at the choice of methods, whatever the gate says. Where it is shut, no number of proofs is
    /// ever enough.
    pub fn begin_alike(gate: Result<u8, Case>, now: Moment) -> Self {
        let mut begun = Self::begin(gate, now);
        if gate.is_err() {
            begun.stage = Stage::Choosing;
            begun.required = OUT_OF_REACH;
        }
        begun
    }

    /// Whether it can lead to nothing.
    pub const fn is_feigned(&self) -> bool {
        self.required == OUT_OF_REACH
    }

    /// Whether it is what the same name would begin again.
    pub fn is_as_begun(&self, gate: Result<u8, Case>) -> bool {
        self.suffices(gate) || (gate.is_err() && self.is_feigned())
    }

    /// A code was asked for that goes nowhere.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn ask_in_vain(
        self,
        method: Method,
        channel: Channel,
        code: CodeId,
        typed: Decoy,
        now: Moment,
    ) -> Result<Self, Refusal> {
        let mut asked = self.ask(method, channel, code, now)?;
        if let Stage::Awaiting { decoy, .. } = &mut asked.stage {
            *decoy = Some(typed);
        }
        Ok(asked)
    }
}
