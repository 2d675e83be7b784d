//! What the services need from the outside world. Object-safe traits, one opaque [`Fault`].
//!
//! The store has two sides. Questions read what is; [`Store::commit`] makes a list of [`Change`]s true in one
//! transaction, or none of them. A change that depends on what was read says so: it carries the version it was decided
//! on, and where that has moved on, the commit answers [`Committed::Stale`] and the service decides again. So "count
//! before you answer" and "used only once" hold among any number of servers, and an effect without its audit row or
//! its message cannot be written.

mod change;
mod message;
mod rows;

use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

pub use change::{Change, Committed, Spent};
pub use message::{Alarm, CallForHelp, Matter, Message, Recipient};
pub use rows::{
    Account, Answered, Code, Contact, Flow, FlowKind, Freeze, HeldBack, KeptAnswer, Replay, Session, Trust, Unfinished,
};

use crate::account::UserName;
use crate::identity::{AccountId, CodeId, FlowId};
use crate::limits::{Factor, Failures, Lane, Sent};
use crate::method::Method;
use crate::method::proof::Proof;
use crate::moment::Moment;
use crate::password::nfc;
use crate::policy::Policy;
use crate::upkeep::Upkeep;

/// Something went wrong on our side. Opaque to the rules; logged once, at the boundary.
pub struct Fault(Box<dyn std::error::Error + Send + Sync>);

impl Fault {
    /// Wraps what went wrong.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// There is too much to do: nothing is wrong, and nothing was done.
    pub fn busy() -> Self {
        Self::new(Busy)
    }

    /// Whether it is only that there is too much to do.
    pub fn is_busy(&self) -> bool {
        self.0.is::<Busy>()
    }
}

/// There is too much to do.
#[derive(Debug)]
struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too much to do at this moment")
    }
}

impl std::error::Error for Busy {}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Fault {}

/// The time.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Moment;
}

/// Randomness fit for secrets.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Fault>;
}

/// What a derived key is for. Each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Cookies and form keys, as they stand in the store.
    Token,
    /// Addresses, names and networks, for looking up and comparing.
    Index,
    /// One-time codes.
    Code,
    /// The proof of presence before identification.
    Challenge,
    /// What a plain form keeps between two pages.
    Said,
    /// Contacts at rest.
    Contact,
    /// The audit log.
    Audit,
    /// Passwords, before they are hashed.
    Password,
}

impl Label {
    /// Every purpose. One that is missing here is lost when the oldest key is retired.
    pub const ALL: [Self; 8] = [
        Self::Token,
        Self::Index,
        Self::Code,
        Self::Challenge,
        Self::Said,
        Self::Contact,
        Self::Audit,
        Self::Password,
    ];

    /// The label that separates the keys (HKDF `info`). Never change one: what it protects would be lost.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Token => "aikagi token v1",
            Self::Index => "aikagi index v1",
            Self::Code => "aikagi code v1",
            Self::Challenge => "aikagi challenge v1",
            Self::Said => "aikagi said v1",
            Self::Contact => "aikagi contact v1",
            Self::Audit => "aikagi audit v1",
            Self::Password => "aikagi password v1",
        }
    }
}

/// Keyed functions. The keys themselves never leave the implementation.
pub trait Keys: Send + Sync {
    /// HMAC-SHA-256 of the parts (each prefixed by its length, so that no two lists of parts are one).
    fn digest(&self, label: Label, parts: &[&[u8]]) -> [u8; 32];
    /// Encrypts and authenticates; `place` is authenticated too, so that a sealed value cannot be moved elsewhere.
    fn seal(&self, label: Label, place: &str, plain: &[u8]) -> Result<Vec<u8>, Fault>;
    /// The reverse of [`Keys::seal`].
    ///
    /// # Errors
    /// A fault when the value was altered, moved, or sealed with a key that is gone.
    fn open(&self, label: Label, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault>;
}

/// A password on its way to the hash. Wiped when dropped, never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes what was typed and brings it into the form that is hashed (NFC, NIST SP 800-63B §3.1.1.2).
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(nfc(text)))
    }

    /// The text, for hashing and judging only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why no hash was computed.
#[derive(Debug)]
pub enum HashTrouble {
    /// The queue is full, or the wait too long.
    Busy,
    /// It failed.
    Fault(Fault),
}

/// Slow hashing on a pool of its own.
#[async_trait]
pub trait Hashing: Send + Sync {
    /// Hashes a password for storing.
    async fn hash(&self, password: &Password) -> Result<String, HashTrouble>;
    /// Whether a password fits a stored hash. Without one, the same work is done for nothing.
    async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble>;
    /// The hash anew, where the stored one has an older key or another cost. Never waits: busy where others are before it.
    async fn renew(&self, password: &Password, stored: &str) -> Result<Option<String>, HashTrouble>;
    /// As [`Hashing::hash`], for somebody in a flow that holds a proof or in a session: those who have proved nothing never
    /// take all of the room, however many they are.
    async fn hash_proved(&self, password: &Password) -> Result<String, HashTrouble> {
        self.hash(password).await
    }
    /// As [`Hashing::verify`], for somebody in a flow that holds a proof or in a session.
    async fn verify_proved(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        self.verify(password, stored).await
    }
}

/// What the services ask of the store.
#[async_trait]
pub trait Store: Send + Sync {
    /// The account with this canonical name; the stored name is compared again, character by character.
    async fn account_named(&self, name: &UserName) -> Result<Option<Account>, Fault>;
    /// The account.
    async fn account(&self, id: &AccountId) -> Result<Option<Account>, Fault>;
    /// Open accounts of administrators, at most 100.
    async fn administrators(&self) -> Result<Vec<Account>, Fault>;
    /// Every contact of the account; the same work for one that does not exist.
    async fn contacts(&self, account: &AccountId) -> Result<Vec<Contact>, Fault>;
    /// The answers to security questions that the account has.
    async fn answers(&self, account: &AccountId) -> Result<Vec<KeptAnswer>, Fault>;
    /// Past hashes, the newest first.
    async fn history(&self, account: &AccountId, most: u8) -> Result<Vec<String>, Fault>;
    /// The policy and its version.
    async fn policy(&self) -> Result<(Policy, i64), Fault>;
    /// The flow that a cookie holds, or held before its last rotation.
    async fn flow(&self, kind: FlowKind, holder: &str) -> Result<Option<Flow>, Fault>;
    /// The proofs of a flow.
    async fn proofs(&self, flow: &FlowId) -> Result<Vec<Proof>, Fault>;
    /// The code.
    async fn code(&self, id: &CodeId) -> Result<Option<Code>, Fault>;
    /// When, and in which lane, the live codes of the account in other flows than this one, at most one in each, were asked
    /// for since.
    async fn live_codes(
        &self,
        account: &AccountId,
        except: &FlowId,
        since: Moment,
    ) -> Result<Vec<(Moment, Lane)>, Fault>;
    /// The failures of an account with a factor.
    async fn failures(&self, account: &AccountId, factor: Factor) -> Result<Failures, Fault>;
    /// Sends to a destination since, the newest first, at most 200.
    async fn sends(&self, channel: &str, network: &str, since: Moment) -> Result<Vec<Sent>, Fault>;
    /// Moments and lanes of sends to numbers with this prefix since, the newest first, at most 1,000.
    async fn sends_to_prefix(&self, prefix: &str, since: Moment) -> Result<Vec<(Moment, Lane)>, Fault>;
    /// How many messages were sent by a method since, and how many of their codes came back.
    async fn spent(&self, method: Method, since: Moment) -> Result<(u32, u32), Fault>;
    /// What the wrong codes of a day come to ([`crate::limits::population`]).
    async fn guessed(&self, day: i64) -> Result<u64, Fault>;
    /// The network from which more names than this were given since that nobody has; the busiest, where there are several.
    async fn unknown_names(&self, since: Moment, most: u32) -> Result<Option<String>, Fault>;
    /// How many of the names given since nobody has, and how many there were.
    async fn names_given(&self, since: Moment) -> Result<(u32, u32), Fault>;
    /// Moments and lanes of sends on behalf of an account since, by whatever way, at most 200.
    async fn sends_for(&self, account: &AccountId, since: Moment) -> Result<Vec<(Moment, Lane)>, Fault>;
    /// Moments of messages to the help desk since: about this account, and in all those that were not held back.
    async fn calls_for_help(&self, account: &AccountId, since: Moment) -> Result<(Vec<Moment>, Vec<Moment>), Fault>;
    /// Calls for help that are held back, up to a moment, the first `most` of them by name; none where there are none.
    async fn held_back(&self, until: Moment, most: u8) -> Result<Option<HeldBack>, Fault>;
    /// Recoveries that ran out with something proved and nothing set, at most 100.
    async fn unfinished(&self, now: Moment) -> Result<Vec<Unfinished>, Fault>;
    /// Whether the owner was told since that a proof was right after many that were wrong.
    async fn told_of_failures(&self, account: &AccountId, since: Moment) -> Result<bool, Fault>;
    /// Whether the owner was written to since about why the account cannot be recovered.
    async fn told_of_case(&self, account: &AccountId, since: Moment) -> Result<bool, Fault>;
    /// Methods whose messages have not been getting through for the last minutes.
    async fn failing(&self, now: Moment) -> Result<Vec<Method>, Fault>;
    /// Whether this browser is known for the account.
    async fn knows_device(&self, token: &str, account: &AccountId) -> Result<bool, Fault>;
    /// One of the accounts that know this browser, always the same.
    async fn device_owner(&self, token: &str) -> Result<Option<AccountId>, Fault>;
    /// What is kept of an account beside its methods.
    async fn upkeep(&self, account: &AccountId) -> Result<Upkeep, Fault>;
    /// Accounts that may be reminded to register, of which nothing was heard since; those longest ago first, at most 500.
    async fn to_remind(&self, since: Moment) -> Result<Vec<AccountId>, Fault>;
    /// The session of a cookie.
    async fn session(&self, token: &str) -> Result<Option<Session>, Fault>;
    /// Makes all of it true, or none.
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_in_nfc_otherwise_as_typed_and_is_not_shown() {
        let password = Password::typed(" Cafe\u{301}\u{3000}ﬁ ");
        assert_eq!(password.expose(), " Café\u{3000}ﬁ ");
        assert_eq!(
            format!("{password:?} {:?}", Some(&password)),
            "Password(…) Some(Password(…))"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_password_grows_beyond_its_room(typed in "\\PC{0,40}") {
            let typed = typed.replace('a', "\u{1d160}\u{390}\u{fb2c}");
            proptest::prop_assert_eq!(Password::typed(&typed).0.capacity(), typed.len() * 3);
        }
    }
}
