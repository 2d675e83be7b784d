//! How mail is sent.

use std::path::Path;

use lettre::Address;
use lettre::message::Mailbox;
use url::Host;

use super::mistake::Wrong;
use super::public_url::is_loopback;
use super::secret::Secret;
use super::section::Section;

/// Most addresses of a help desk.
const MOST_HELPERS: usize = 100;

/// The mail server, and from whom and to whom.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name and password, where it asks for them.
    pub login: Option<(String, Secret)>,
    /// From whom mails come.
    pub from: Mailbox,
    /// Who hears of people that cannot go on by themselves.
    pub help_desk: Vec<String>,
    /// Certificates of an authority of the operator's own (PEM), beside those of the system.
    pub ca: Option<Vec<u8>>,
}

/// How the connection to the mail server is protected. Never "if it can".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Plain at first, encrypted before anything is said; refused where the server does not offer it.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// Not at all, which only a server on the same machine is good for.
    NoneForLoopbackOnly,
}

impl Security {
    fn parse(text: &str) -> Result<Self, Wrong> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none-for-loopback-only" => Ok(Self::NoneForLoopbackOnly),
            _ => Err(Wrong::new("is \"starttls\", \"tls\" or \"none-for-loopback-only\"")),
        }
    }

    /// The port that is usual for it.
    const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::NoneForLoopbackOnly => 25,
        }
    }
}

pub(super) fn read(section: Section<'_>, beside: &Path) -> Option<Mail> {
    if !section.is_there() {
        return None;
    }
    let host = section.need("host", "\"mail.example.org\"", |text| {
        Host::parse(text)
            .map_err(|_| Wrong::new("is not the name of a host").hint("for example: host = \"mail.example.org\""))
    });
    let security = section.read("security", Security::parse).unwrap_or(Security::StartTls);
    if security == Security::NoneForLoopbackOnly && host.as_ref().is_some_and(|host| !is_loopback(host)) {
        let wrong = Wrong::new("is for a mail server on this machine only");
        section.complain(
            "security",
            wrong.hint("for another machine: security = \"starttls\" or \"tls\""),
        );
    }
    let port = section.number("port", 1..=u16::MAX.into());
    let user = section.read("user", |text| Ok(text.to_owned()));
    let password = section.read("password", |text| Ok(Secret::new(text)));
    match (&user, &password) {
        (Some(_), None) => {
            section.complain(
                "user",
                Wrong::new("has no password").hint("set the variable AIKAGI_MAIL_PASSWORD"),
            );
        }
        (None, Some(_)) => section.complain("password", Wrong::new("has no user").hint("add: user = \"…\"")),
        _ => {}
    }
    let from = section.need("from", "\"Kitayama University <no-reply@example.org>\"", |text| {
        text.parse::<Mailbox>()
            .map_err(|_| Wrong::new("is no mail address").hint("for example: from = \"Name <name@example.org>\""))
    });
    let help_desk = section.list("help_desk", |text| {
        text.parse::<Address>().map(|address| address.to_string()).map_err(|_| {
            Wrong::new("holds something that is no mail address").hint("for example: help_desk = [\"it@example.org\"]")
        })
    });
    if help_desk.len() > MOST_HELPERS {
        section.complain(
            "help_desk",
            Wrong::new(format!("has more than {MOST_HELPERS} addresses")),
        );
    }
    let ca = section.read("ca", |text| certificates(&beside.join(text)));
    section.finish();
    Some(Mail {
        // A host in brackets is for URLs.
        host: host?.to_string().trim_matches(['[', ']']).to_owned(),
        port: port
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(security.usual_port()),
        security,
        login: user.zip(password),
        from: from?,
        help_desk,
        ca,
    })
}

pub(super) fn certificates(path: &Path) -> Result<Vec<u8>, Wrong> {
    let pem = std::fs::read(path).map_err(|cause| Wrong::new(format!("cannot be read: {cause}")))?;
    if pem.windows(27).any(|text| text == b"-----BEGIN CERTIFICATE-----") {
        Ok(pem)
    } else {
        Err(Wrong::new("holds no certificate").hint("a PEM file begins with -----BEGIN CERTIFICATE-----"))
    }
}
