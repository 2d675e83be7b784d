//! Messages on their last stretch: by mail, by text message, by a call, or into a mailbox in memory.
//!
//! A courier carries what it is given and says how that went, in words fit for a log: never the message, never the
//! whole address. It knows nothing of codes or accounts, and it does not try again: that is for whoever keeps the queue.

pub mod http;
pub mod mailbox;
pub mod smtp;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use portal::account::Language;
use portal::method::Method;

use crate::settings::Settings;

/// Something to deliver.
#[derive(Clone, PartialEq, Eq)]
pub enum Parcel {
    /// A mail.
    Mail {
        /// The address.
        to: String,
        /// One line.
        subject: String,
        /// Plain text.
        text: String,
    },
    /// A text message.
    Text {
        /// The number, in E.164.
        to: String,
        /// Plain text.
        text: String,
    },
    /// A call.
    Call {
        /// The number, in E.164.
        to: String,
        /// What is said.
        text: String,
        /// In which language.
        language: Language,
    },
}

/// How a parcel travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// By mail.
    Mail,
    /// As a text message.
    Text,
    /// By a call.
    Call,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Text, Self::Call];

    /// The name in the store and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
            Self::Call => "call",
        }
    }

    /// The channel with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }

    /// How the codes of a method travel; none where it has none.
    pub const fn of(method: Method) -> Option<Self> {
        match method {
            Method::Email => Some(Self::Mail),
            Method::Text => Some(Self::Text),
            Method::Call | Method::Office => Some(Self::Call),
            Method::Questions => None,
        }
    }
}

impl Parcel {
    /// How it travels.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail { .. } => Channel::Mail,
            Self::Text { .. } => Channel::Text,
            Self::Call { .. } => Channel::Call,
        }
    }

    /// The address or number.
    pub fn to(&self) -> &str {
        match self {
            Self::Mail { to, .. } | Self::Text { to, .. } | Self::Call { to, .. } => to,
        }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Mail { text, .. } | Self::Text { text, .. } | Self::Call { text, .. } => text,
        }
    }
}

impl fmt::Debug for Parcel {
    /// Blind: it holds a code more often than not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({})", self.channel().word())
    }
}

/// Why a parcel was not delivered. The words are for the log and hold neither the message nor the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The channel is in trouble, whoever the parcel is for: the other side is away, too slow, or refuses us.
    Away(String),
    /// The other side does not take this parcel now: its recipient is greylisted, full, or over a limit. Says nothing about
    /// the channel.
    Later(String),
    /// The other side will not take this parcel, ever.
    Never(String),
    /// Nobody was named for this channel.
    NoSuchChannel,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(why) => write!(f, "out of reach: {why}"),
            Self::Later(why) => write!(f, "not yet: {why}"),
            Self::Never(why) => write!(f, "never: {why}"),
            Self::NoSuchChannel => f.write_str("no such channel"),
        }
    }
}

impl std::error::Error for Undelivered {}

/// Who delivers.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Hands a parcel over. `id` names it, the same when it is tried again. An answer comes within half a minute.
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered>;
}

/// One courier for each channel that was named.
#[derive(Clone, Default)]
pub struct Couriers {
    mail: Option<Arc<dyn Courier>>,
    text: Option<Arc<dyn Courier>>,
    call: Option<Arc<dyn Courier>>,
}

impl Couriers {
    /// Those that the settings name.
    ///
    /// # Errors
    /// When a certificate or the TLS configuration cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, Unusable> {
        install_tls();
        let gateway = |settings| http::HttpGateway::new(settings).map(|gateway| Arc::new(gateway) as Arc<dyn Courier>);
        Ok(Self {
            mail: match &settings.mail {
                Some(mail) => Some(Arc::new(smtp::Smtp::new(mail, settings.public_url.host())?)),
                None => None,
            },
            text: settings.text.as_ref().map(gateway).transpose()?,
            call: settings.voice.as_ref().map(gateway).transpose()?,
        })
    }

    /// This courier for this channel.
    #[must_use]
    pub fn with(mut self, channel: Channel, courier: Arc<dyn Courier>) -> Self {
        *match channel {
            Channel::Mail => &mut self.mail,
            Channel::Text => &mut self.text,
            Channel::Call => &mut self.call,
        } = Some(courier);
        self
    }

    /// Everything into one mailbox in memory.
    pub fn to_mailbox(mailbox: &Arc<mailbox::Mailbox>) -> Self {
        Channel::ALL.into_iter().fold(Self::default(), |couriers, channel| {
            couriers.with(channel, Arc::clone(mailbox) as _)
        })
    }

    /// Whether anybody delivers on this channel.
    pub fn serve(&self, channel: Channel) -> bool {
        self.of(channel).is_some()
    }

    fn of(&self, channel: Channel) -> Option<&Arc<dyn Courier>> {
        match channel {
            Channel::Mail => self.mail.as_ref(),
            Channel::Text => self.text.as_ref(),
            Channel::Call => self.call.as_ref(),
        }
    }
}

#[async_trait]
impl Courier for Couriers {
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered> {
        match self.of(parcel.channel()) {
            Some(courier) => courier.deliver(parcel, id).await,
            None => Err(Undelivered::NoSuchChannel),
        }
    }
}

/// A courier that cannot be set up as it was configured.
#[derive(Debug)]
pub struct Unusable {
    channel: &'static str,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl Unusable {
    fn new(channel: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            channel,
            cause: cause.into(),
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.channel, self.cause)
    }
}

impl std::error::Error for Unusable {}

/// Says once for the process which library does the cryptography of TLS. To be called at the start; again does no harm.
pub fn install_tls() {
    // An error means that there is one already, which is what was wanted.
    rustls::crypto::ring::default_provider().install_default().ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_channel_that_nobody_serves_is_said_to_be_none() {
        let parcel = Parcel::Text {
            to: "+819012345678".into(),
            text: "123456".into(),
        };
        assert_eq!(
            Couriers::default().deliver(&parcel, "m-1").await,
            Err(Undelivered::NoSuchChannel)
        );
        assert!(!Couriers::default().serve(Channel::Text));
    }

    #[test]
    fn printing_a_parcel_shows_neither_address_nor_text() {
        let parcel = Parcel::Mail {
            to: "a@example.org".into(),
            subject: "Your code".into(),
            text: "123456".into(),
        };
        assert_eq!(format!("{parcel:?}"), "Parcel(mail)");
    }
}
