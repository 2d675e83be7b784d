//! Names of rows: random, opaque, and not to be mixed up with one another.

use serde::{Deserialize, Serialize};

macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a name as it stands in the store, or one freshly drawn.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as it stands in the store.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )+};
}

identity! {
    /// A person's account.
    AccountId,
    /// One way to reach a person: a number or a mailbox.
    ContactId,
    /// One walk through the reset or the registration.
    FlowId,
    /// One request to send a code.
    CodeId,
    /// One message in the outbox.
    MessageId,
}

/// The channel that a proof came over. Two proofs count as two only when their channels differ: a number and a
/// mailbox are one channel each, whatever the way (text, call) the code travelled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channel(String);

impl Channel {
    /// The channel behind a contact, told apart by the keyed digest of its address.
    pub fn of_address(digest: impl Into<String>) -> Self {
        Self(digest.into())
    }

    /// What only the owner is supposed to know: one channel, however many questions are answered.
    pub fn knowledge() -> Self {
        Self("knowledge".into())
    }

    /// As it stands in the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
