//! Moments at which the power may go: the tests end the process at each of them and look at what is left.
//!
//! Nothing here can end anything. A point is told in the finest grain of the log, which costs one comparison; whoever
//! listens and dies of it is in the tests alone.

/// What the points are called in the log.
pub const TARGET: &str = "aikagi::point";

/// A moment beside one that cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// What a person did is decided, and not written.
    BeforeChange,
    /// What a person did is written, and not answered.
    AfterChange,
    /// A worker is about to take messages.
    BeforeLease,
    /// It has taken them.
    AfterLease,
    /// A courier is about to get a message.
    BeforeSend,
    /// A courier has had it.
    AfterSend,
    /// What became of a message is about to be written.
    BeforeSettle,
    /// It is written.
    AfterSettle,
    /// Rows of the audit log are about to be sealed.
    BeforeSeal,
    /// They are sealed.
    AfterSeal,
    /// An answer is made, and about to go out.
    BeforeAnswer,
}

impl Point {
    /// Every point.
    pub const ALL: [Self; 11] = [
        Self::BeforeChange,
        Self::AfterChange,
        Self::BeforeLease,
        Self::AfterLease,
        Self::BeforeSend,
        Self::AfterSend,
        Self::BeforeSettle,
        Self::AfterSettle,
        Self::BeforeSeal,
        Self::AfterSeal,
        Self::BeforeAnswer,
    ];

    /// Its name in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BeforeChange => "before_change",
            Self::AfterChange => "after_change",
            Self::BeforeLease => "before_lease",
            Self::AfterLease => "after_lease",
            Self::BeforeSend => "before_send",
            Self::AfterSend => "after_send",
            Self::BeforeSettle => "before_settle",
            Self::AfterSettle => "after_settle",
            Self::BeforeSeal => "before_seal",
            Self::AfterSeal => "after_seal",
            Self::BeforeAnswer => "before_answer",
        }
    }

    /// Tells that the program is here.
    pub fn reached(self) {
        tracing::trace!(target: TARGET, point = self.word(), "the power may go now");
    }
}
