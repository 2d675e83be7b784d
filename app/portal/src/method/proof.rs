//! A proof: the only thing that passes a gate.
//!
//! There are two ways to come by one: by comparing a code that was sent with the one that was typed, or by reading the
//! row in which such a comparison was recorded. Nothing else can make one, so choosing, switching, going back and
//! failing cannot either.

use super::Method;
use crate::identity::Channel;
use crate::moment::Moment;

/// That somebody proved to be reachable over a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    method: Method,
    channel: Channel,
    at: Moment,
    seasoned: bool,
}

impl Proof {
    /// Compares in constant time what was sent with what was typed.
    ///
    /// `seasoned` says whether the contact is old enough to stand alone (see [`crate::registration::is_seasoned`]).
    #[cfg(feature = "service")]
    pub fn by_code(
        sent: &str,
        typed: &str,
        method: Method,
        channel: Channel,
        seasoned: bool,
        at: Moment,
    ) -> Option<Self> {
        use subtle::ConstantTimeEq as _;
        // Lengths are public; an empty code never matches.
        (!sent.is_empty() && bool::from(sent.as_bytes().ct_eq(typed.as_bytes()))).then_some(Self {
            method,
            channel,
            at,
            seasoned,
        })
    }

    /// A proof as its row tells it.
    #[cfg(feature = "service")]
    pub fn recorded(method: Method, channel: Channel, seasoned: bool, at: Moment) -> Self {
        Self {
            method,
            channel,
            at,
            seasoned,
        }
    }

    /// How it was given.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Over which channel.
    pub const fn channel(&self) -> &Channel {
        &self.channel
    }

    /// When.
    pub const fn at(&self) -> Moment {
        self.at
    }

    /// Whether its contact may stand without an older one.
    pub const fn is_seasoned(&self) -> bool {
        self.seasoned
    }
}
