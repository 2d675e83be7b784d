//! What the services need from the outside world. Object-safe traits, one opaque [`Fault`].
//!
//! The store has two sides. Questions read what is; [`Store::commit`] makes a list of [`Change`]s true in one
//! transaction, or none of them. A change that depends on what was read says so: it carries the version it was decided
//! on, and where that has moved on, the commit answers [`Committed::Stale`] and the service decides again. So "count
//! before you answer" and "used only once" hold among any number of servers, and an effect without its audit row or
//! its message cannot be written.

use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::account::{Language, Role, UserName};
use crate::audit::Entry;
use crate::identity::{AccountId, CodeId, ContactId, FlowId, MessageId};
use crate::limits::{Factor, Failures, Sent};
use crate::method::code::Purpose;
use crate::method::proof::Proof;
use crate::method::{ContactKind, Method};
use crate::moment::Moment;
use crate::policy::Policy;

/// Something went wrong on our side. Opaque to the rules; logged once, at the boundary.
pub struct Fault(Box<dyn std::error::Error + Send + Sync>);

impl Fault {
    /// Wraps what went wrong.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

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
        use unicode_normalization::UnicodeNormalization as _;
        Self(Zeroizing::new(text.nfc().collect()))
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
}

/// An account as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its own name in the store.
    pub id: AccountId,
    /// The canonical user name.
    pub name: String,
    /// The name shown to people.
    pub display: String,
    /// What its owner may do.
    pub role: Role,
    /// The groups it is in.
    pub groups: Vec<String>,
    /// The password lives where we may not write.
    pub managed_elsewhere: bool,
    /// Switched off by an administrator.
    pub disabled: bool,
    /// Ends at this moment.
    pub expires: Option<Moment>,
    /// The stored hash; none where no password was ever set.
    pub hash: Option<String>,
    /// The password has to be changed at the next sign-in.
    pub must_change: bool,
    /// When the password was set.
    pub password_set: Moment,
    /// Goes up with every new password; sessions and flows of an older epoch are dead.
    pub epoch: i64,
    /// Goes up with every change of this row.
    pub revision: i64,
    /// When a registration was first finished.
    pub first_finish: Option<Moment>,
    /// The language of mails to its owner.
    pub language: Language,
}

impl Account {
    /// Whether its owner may sign in and recover.
    pub fn is_open(&self, now: Moment) -> bool {
        !self.disabled && self.expires.is_none_or(|end| now < end)
    }
}

/// How sure we are that a contact is the owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A code was sent and has not come back yet.
    Pending,
    /// Set by an administrator or the directory.
    Vouched,
    /// Proved by a code.
    Verified,
}

impl Trust {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Vouched => "vouched",
            Self::Verified => "verified",
        }
    }

    /// The trust with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Vouched, Self::Verified]
            .into_iter()
            .find(|trust| trust.word() == word)
    }
}

/// A contact as it is read: the address in clear, for this moment only.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its own name in the store.
    pub id: ContactId,
    /// Whose it is.
    pub account: AccountId,
    /// Of which kind.
    pub kind: ContactKind,
    /// The address or the number in E.164.
    pub address: String,
    /// How sure we are.
    pub trust: Trust,
    /// When it was added.
    pub added: Moment,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Contact({} of {}, {:?}, {:?})",
            self.id.as_str(),
            self.account.as_str(),
            self.kind,
            self.trust
        )
    }
}

/// A session as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Keyed digest of its cookie.
    pub token: String,
    /// Whose it is.
    pub account: AccountId,
    /// The epoch it was opened in.
    pub epoch: i64,
    /// When it was opened, by a password.
    pub opened: Moment,
    /// When its owner last proved the password.
    pub proved: Moment,
    /// When it was last used.
    pub seen: Moment,
}

/// What was answered to the last form of a flow, for a client that did not hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Keyed digest of the form's key.
    pub key: String,
    /// Keyed digest of the form's content.
    pub content: String,
    /// When it was answered.
    pub at: Moment,
}

/// Which walk a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// A reset.
    Recovery,
    /// A registration.
    Registration,
}

impl FlowKind {
    /// The name in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Registration => "registration",
        }
    }
}

/// A flow as it is read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its own name in the store.
    pub id: FlowId,
    /// Which walk.
    pub kind: FlowKind,
    /// Keyed digest of the cookie that holds it.
    pub holder: String,
    /// The one before, for a client that did not hear of the new one.
    pub holder_before: Option<String>,
    /// Whose password it is about; none for a name that nobody has.
    pub account: Option<AccountId>,
    /// Keyed digest of the name that was typed.
    pub name: String,
    /// The epoch of the account at identification.
    pub epoch: i64,
    /// Goes up with every write.
    pub version: i64,
    /// The walk itself, as JSON.
    pub body: String,
    /// When it began.
    pub opened: Moment,
    /// When it may be removed.
    pub ends: Moment,
    /// The code that a person reads to the help desk.
    pub support: String,
    /// The last answer.
    pub replay: Option<Replay>,
}

/// A code as it is read; the digits are nowhere in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its own name in the store.
    pub id: CodeId,
    /// In which flow it was asked for.
    pub flow: FlowId,
    /// Whose account.
    pub account: AccountId,
    /// For which purpose.
    pub purpose: Purpose,
    /// The way it travels.
    pub method: Method,
    /// To which contact.
    pub contact: ContactId,
    /// Keyed digest of the address it was asked for, so that a contact changed since gets nothing.
    pub channel: String,
    /// What makes it unlike any other code.
    pub nonce: String,
    /// When it was asked for.
    pub asked: Moment,
    /// How often it was tried.
    pub tries: u8,
    /// Used, or replaced by a later one.
    pub closed: bool,
}

/// What a message tells. Parameters are small and public; secrets are made when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Matter {
    /// A one-time code.
    Code {
        /// Which.
        code: CodeId,
    },
    /// Nothing: written where nothing may be sent, so that the work is the same. Dropped by the worker.
    Nothing,
    /// The password was reset.
    WasReset,
    /// The password was changed.
    WasChanged,
    /// A method was added or replaced.
    MethodAdded {
        /// Which kind of contact.
        kind: ContactKind,
    },
    /// A method was removed.
    MethodRemoved {
        /// Which kind of contact.
        kind: ContactKind,
    },
    /// Somebody proved something and went no further, or failed often before succeeding.
    Unfinished,
    /// A method was closed after too many wrong codes.
    Closed,
    /// An administrator reset a password; to the other administrators.
    AdministratorReset {
        /// The name of that administrator's account.
        name: String,
    },
    /// A person could not go on and asks for help; to the help desk.
    HelpWanted {
        /// The name of the account.
        name: String,
        /// Why it could not go on.
        case: String,
        /// The support code.
        support: String,
    },
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A contact; its address is read when the message is sent.
    Contact(ContactId),
    /// The help desk of the configuration, else the administrators.
    HelpDesk,
}

/// A message for the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its own name, also the key against sending twice.
    pub id: MessageId,
    /// To whom.
    pub to: Recipient,
    /// About whose account.
    pub account: Option<AccountId>,
    /// In which language.
    pub language: Language,
    /// What it tells.
    pub matter: Matter,
    /// Since when it waits.
    pub at: Moment,
    /// Not worth sending after this moment.
    pub expires: Moment,
    /// From where the cause came, coarse: a shortened address.
    pub network: String,
}

/// One thing to make true, in a transaction with others.
#[derive(Clone, Debug)]
pub enum Change {
    /// The account is still at this revision.
    AccountIs {
        /// Which.
        account: AccountId,
        /// At which.
        revision: i64,
    },
    /// The policy is still at this version.
    PolicyIs(i64),
    /// A new flow.
    OpenFlow(Flow),
    /// A flow at its next version; stale when the stored one is not at `flow.version - 1`.
    SaveFlow(Flow),
    /// All other recoveries of the account end, with their codes.
    EndFlows {
        /// Whose.
        account: AccountId,
        /// But this one.
        except: Option<FlowId>,
    },
    /// A proof in a flow.
    AddProof(FlowId, Proof),
    /// All proofs of a flow go.
    DropProofs(FlowId),
    /// A new code; every earlier one of the flow and the contact dies.
    OpenCode(Code),
    /// One more try; stale when there were other than `seen` or the code is closed.
    CountTry {
        /// Which.
        code: CodeId,
        /// Tries before.
        seen: u8,
    },
    /// The code is used; stale when it was used or replaced before.
    SpendCode(CodeId),
    /// Every code of a flow dies.
    CloseCodes(FlowId),
    /// The failures of a factor; stale when the stored ones are not `before`.
    SaveFailures {
        /// Whose.
        account: AccountId,
        /// Which factor.
        factor: Factor,
        /// As they were read.
        before: Failures,
        /// As they shall be.
        after: Failures,
    },
    /// So many sends to a destination since a moment, and no more: the limit was judged on them.
    SendsAre {
        /// Keyed digest of the destination.
        channel: String,
        /// Since when, this moment not included.
        since: Moment,
        /// How many were read.
        seen: usize,
    },
    /// Something was sent to a destination.
    RecordSend {
        /// Keyed digest of the destination.
        channel: String,
        /// Keyed digest of the network that caused it.
        network: String,
        /// On behalf of which account.
        account: AccountId,
        /// When.
        at: Moment,
    },
    /// A challenge is spent; stale when it was before.
    SpendChallenge {
        /// Keyed digest of it.
        token: String,
        /// When it may be forgotten.
        until: Moment,
    },
    /// A new password; stale when the epoch has moved on. History, epoch and must-change follow.
    SetPassword {
        /// Whose.
        account: AccountId,
        /// The hash.
        hash: String,
        /// The epoch it was decided on.
        epoch: i64,
        /// When.
        at: Moment,
        /// Old hashes to keep.
        keep: u8,
    },
    /// A hash with newer parameters for the same password.
    Rehash {
        /// Whose.
        account: AccountId,
        /// The hash it replaces.
        before: String,
        /// The new one.
        after: String,
    },
    /// A new session.
    OpenSession(Session),
    /// A session was used, or its owner proved the password again.
    TouchSession {
        /// Which.
        token: String,
        /// When it was used.
        seen: Moment,
        /// When the password was last proved.
        proved: Moment,
    },
    /// One session ends.
    EndSession(String),
    /// All sessions of the account end, but one.
    EndSessions {
        /// Whose.
        account: AccountId,
        /// But this one.
        except: Option<String>,
    },
    /// A contact; replaces one of the same account, kind and id.
    PutContact(Contact),
    /// A pending contact becomes the account's own; others of its kind that are not vouched go. Stale when it is gone.
    VerifyContact {
        /// Which.
        contact: ContactId,
        /// When.
        at: Moment,
    },
    /// A contact goes. Stale when it is gone.
    RemoveContact(ContactId),
    /// Contacts of the account that were never proved go.
    DropPending {
        /// Whose.
        account: AccountId,
        /// Of which kind.
        kind: ContactKind,
    },
    /// A registration was finished.
    FinishRegistration {
        /// Whose.
        account: AccountId,
        /// When.
        at: Moment,
    },
    /// A message in the outbox.
    Enqueue(Message),
    /// A row in the audit log.
    Record(Entry),
}

/// How a commit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All of it is true and durable.
    Done,
    /// None of it: something it was decided on has moved on.
    Stale,
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
    /// Flows of the account, other than this one, that hold a code asked for since.
    async fn flows_with_code(&self, account: &AccountId, except: &FlowId, since: Moment) -> Result<usize, Fault>;
    /// The failures of an account with a factor.
    async fn failures(&self, account: &AccountId, factor: Factor) -> Result<Failures, Fault>;
    /// Sends to a destination since, the newest first, at most 200.
    async fn sends(&self, channel: &str, network: &str, since: Moment) -> Result<Vec<Sent>, Fault>;
    /// Moments of mails on behalf of an account since, at most 200.
    async fn sends_for(&self, account: &AccountId, since: Moment) -> Result<Vec<Moment>, Fault>;
    /// Moments of messages to the help desk since: about this account, and in all.
    async fn calls_for_help(&self, account: &AccountId, since: Moment) -> Result<(Vec<Moment>, Vec<Moment>), Fault>;
    /// Recoveries that ran out with something proved and nothing set, at most 100: the flow, its account, and whether the
    /// owner was told of one within the last day.
    async fn unfinished(&self, now: Moment) -> Result<Vec<(FlowId, AccountId, bool)>, Fault>;
    /// Methods whose messages have not been getting through for the last minutes.
    async fn failing(&self, now: Moment) -> Result<Vec<Method>, Fault>;
    /// The session of a cookie.
    async fn session(&self, token: &str) -> Result<Option<Session>, Fault>;
    /// Makes all of it true, or none.
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, Fault>;
}
