//! What a commit makes true.

use crate::audit::Entry;
use crate::identity::{AccountId, CodeId, ContactId, FlowId};
use crate::limits::{Factor, Failures, Lane};
use crate::method::proof::Proof;
use crate::method::{ContactKind, Method};
use crate::moment::Moment;
use crate::upkeep::Upkeep;

use super::{Code, Contact, Flow, Freeze, KeptAnswer, Message, Session};

/// Sends that are counted over all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// By a method: what it costs, so without those that never went out, or strangers who make up names could spend it.
    /// Whoever spends all but one of it first, which administrators hear of, can tell by the last which names are real.
    By(Method),
    /// To numbers with this prefix, in a lane. With those that never went out: whoever typed the number would learn from
    /// the difference whether it is anybody's.
    To(String, Lane),
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
    /// There is no account of this name: the work of [`Change::AccountIs`] where somebody was looked for in vain.
    NoAccount(AccountId),
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
    /// The same; stale where there are none any more: somebody else looked after the flow.
    TakeProofs(FlowId),
    /// A new code; every earlier one of the flow dies, to whatever contact and by whatever way.
    OpenCode(Code),
    /// One more try; stale when there were other than `seen` or the code is closed.
    CountTry {
        /// Which.
        code: CodeId,
        /// Tries before.
        seen: u8,
    },
    /// The code is used, or was tried as often as one may be; stale when it was used or replaced before.
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
    /// So many sends on behalf of an account since a moment, whatever the destination, and no more.
    SendsForAre {
        /// Whose.
        account: AccountId,
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
        /// In which lane.
        lane: Lane,
        /// By which way.
        method: Method,
        /// Keyed digest of the first digits of the number, where it goes to one.
        prefix: Option<String>,
        /// The code that it carries.
        code: CodeId,
        /// Whether nothing goes out, and it is only counted as if it did: it costs nothing, and no code of it comes back.
        unsent: bool,
        /// When.
        at: Moment,
    },
    /// Fewer sends than this since a moment: the limit was judged on them.
    SendsBelow {
        /// Which sends.
        of: Spent,
        /// Since when, this moment not included.
        since: Moment,
        /// How many there may not be.
        most: u32,
    },
    /// A wrong code, over all accounts.
    CountGuess {
        /// On which day.
        day: i64,
        /// The chance that it had been right ([`crate::limits::population::chance`]).
        chance: u64,
    },
    /// Administrators are told of something; stale where they were told of it since.
    RaiseAlarm {
        /// Of what.
        name: String,
        /// When.
        at: Moment,
        /// Since when.
        since: Moment,
    },
    /// The code of a send came back.
    AnswerSend(CodeId),
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
    /// A session was used, or its owner proved the password again. Stale when it has ended.
    TouchSession {
        /// Which.
        token: String,
        /// When it was used.
        seen: Moment,
        /// When the password was last proved.
        proved: Moment,
    },
    /// What is due is put off for the rest of a session. Stale when it was before, or the session has ended.
    PutOff(String),
    /// What is kept of an account beside its methods; stale when the stored one is not at the version of this.
    SaveUpkeep(AccountId, Upkeep),
    /// One session ends.
    EndSession(String),
    /// All sessions of the account end, but one.
    EndSessions {
        /// Whose.
        account: AccountId,
        /// But this one.
        except: Option<String>,
    },
    /// A browser is known for the account under a cookie, and for all others that knew it under the cookie before.
    KnowDevice {
        /// Keyed digest of its cookie from here on.
        token: String,
        /// Keyed digest of the one before.
        before: Option<String>,
        /// Whose.
        account: AccountId,
        /// When.
        at: Moment,
    },
    /// A known browser was used.
    TouchDevice {
        /// Keyed digest of its cookie.
        token: String,
        /// When.
        at: Moment,
    },
    /// No browser is known for the account any more.
    ForgetDevices(AccountId),
    /// A contact; replaces one of the same account, kind and id.
    PutContact(Contact),
    /// A pending contact becomes the account's own; others of its kind that are not vouched go. Stale when it is gone.
    VerifyContact {
        /// Which.
        contact: ContactId,
        /// When.
        at: Moment,
    },
    /// A contact that an administrator filled in was proved by its owner: it is their own from here on, and as seasoned as
    /// it was. Stale when it is not vouched for any longer.
    ConfirmContact(ContactId),
    /// A contact goes. Stale when it is gone.
    RemoveContact(ContactId),
    /// Contacts of the account that were never proved go.
    DropPending {
        /// Whose.
        account: AccountId,
        /// Of which kind.
        kind: ContactKind,
    },
    /// These answers to security questions, in place of all that there were; none takes them back.
    SetAnswers {
        /// Whose.
        account: AccountId,
        /// In the order in which the questions were chosen.
        answers: Vec<KeptAnswer>,
        /// When.
        at: Moment,
    },
    /// A hash with a newer key or newer parameters for the same answer; stale where it was replaced.
    RehashAnswer {
        /// Whose.
        account: AccountId,
        /// The id of its question.
        question: String,
        /// The hash it replaces.
        before: String,
        /// The new one.
        after: String,
    },
    /// Self-service stops for an account: its recoveries end, and every code of it dies.
    Freeze {
        /// Whose.
        account: AccountId,
        /// From when to when.
        freeze: Freeze,
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
    /// A call for help that is not sent by itself: it waits until a digest tells of it.
    HoldBack(Message),
    /// The calls for help that are held back are told of. Stale when there are not so many.
    TellHeldBack {
        /// Those up to this moment.
        until: Moment,
        /// How many were read.
        seen: u32,
    },
    /// No more calls for help than this since a moment: the limit was judged on them.
    CallsAtMost {
        /// About which account; without one all that were sent, those that were held back not among them.
        account: Option<AccountId>,
        /// Since when, this moment not included.
        since: Moment,
        /// How many there may be.
        most: usize,
    },
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
