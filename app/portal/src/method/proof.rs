//! A proof: the only thing that passes a gate.
//!
//! There are three ways to come by one: by comparing a code that was sent with the one that was typed, by answers to
//! security questions all of which fit, or by reading the row in which such a comparison was recorded. Nothing else can
//! make one, so choosing, switching, going back and failing cannot either.

use super::Method;
#[cfg(feature = "service")]
use super::questions::FEWEST;
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

    /// By answers to security questions, of which so many were `asked`: one verdict on all of them together. `fits` says of
    /// each whether it does; all are looked at, whatever the first ones say.
    #[cfg(feature = "service")]
    pub fn by_answers(fits: &[bool], asked: u8, seasoned: bool, at: Moment) -> Option<Self> {
        let all = fits.iter().fold(true, |all, fit| all & fit);
        (all && asked >= FEWEST && fits.len() == usize::from(asked)).then(|| Self {
            method: Method::Questions,
            channel: Channel::knowledge(),
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
