//! Mail, by SMTP.
//!
//! The connection is encrypted before anything is said, or nothing is said. Messages are put together by a library
//! that knows the grammar, never from strings.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{Courier, Parcel, Undelivered, Unusable};
use crate::settings::{Mail, Security};

/// For the server's answer to one command.
const PATIENCE: Duration = Duration::from_secs(10);
/// For a whole delivery, so that many slow answers do not add up.
const LONGEST_DELIVERY: Duration = Duration::from_secs(30);
/// Connections at a time; few servers like more from one client.
const CONNECTIONS: u32 = 4;

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Smtp {
    /// The server of the settings. `host` is the portal's own name, for the greeting and the ids of messages. To be
    /// called where the runtime is: the pool of connections looks after itself in a task.
    pub fn new(mail: &Mail, host: &str) -> Result<Self, Unusable> {
        let tls = || {
            let mut parameters = TlsParameters::builder(mail.host.clone());
            for certificate in certificates(mail.ca.as_deref().unwrap_or_default())? {
                parameters = parameters.add_root_certificate(certificate);
            }
            parameters.build_rustls().map_err(unusable)
        };
        let tls = match mail.security {
            Security::StartTls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
            Security::NoneForLoopbackOnly => Tls::None,
        };
        // "Dangerous" is the library's word for a builder whose TLS is still to be set; it is set in the next line.
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
            .tls(tls)
            .port(mail.port)
            .hello_name(ClientId::Domain(host.to_owned()))
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some((user, password)) = &mail.login {
            transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self {
            transport: transport.build(),
            from: mail.from.clone(),
            host: host.to_owned(),
        })
    }

    fn message(&self, to: &str, subject: &str, text: &str, id: &str) -> Result<Message, Undelivered> {
        let never = |what: &str| Undelivered::Never(format!("{what} cannot stand in a mail"));
        // The builder would encode what breaks a line; a name or address that holds it was never meant well.
        for (what, field) in [("the address", to), ("the subject", subject), ("the id", id)] {
            if field.contains(['\r', '\n', '\0', '\u{2028}', '\u{2029}']) {
                return Err(never(what));
            }
        }
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(never("the id"));
        }
        let address = to.parse().map_err(|_| never("the address"))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(subject)
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|_| never("it"))
    }
}

#[async_trait]
impl Courier for Smtp {
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered> {
        let Parcel::Mail { to, subject, text } = parcel else {
            return Err(Undelivered::NoSuchChannel);
        };
        let message = self.message(to, subject, text, id)?;
        match tokio::time::timeout(LONGEST_DELIVERY, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(Undelivered::Away("the mail server is too slow".into())),
        }
    }
}

/// What an error means for the parcel. The server's own words stay here: they often repeat the address.
fn judge(error: &lettre::transport::smtp::Error) -> Undelivered {
    if let Some(code) = error.status() {
        let told = format!("the mail server answered {code}");
        return match u16::from(code) {
            // The server closes down (RFC 5321 §3.8), or refuses us and not the parcel (RFC 4954 §6): that is put right in
            // the settings.
            421 | 454 | 530..=538 => Undelivered::Away(told),
            _ if error.is_permanent() => Undelivered::Never(told),
            _ => Undelivered::Later(told),
        };
    }
    let kind = if error.is_tls() || is_about_trust(error) {
        "no trusted connection to the mail server"
    } else if error.is_response() {
        "the mail server speaks no SMTP that we understand"
    } else if error.is_timeout() {
        "the mail server is too slow"
    } else if error.is_client() {
        "the mail server offers nothing that we accept (STARTTLS, a way to sign in, or an encoding)"
    } else {
        "the mail server cannot be reached"
    };
    Undelivered::Away(kind.into())
}

/// Whether TLS is what failed. The library tells that as a broken connection, with the cause deep inside.
fn is_about_trust(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>()
            || inside
                .and_then(|inside| inside.downcast_ref::<rustls::Error>())
                .is_some()
        {
            return true;
        }
        cause = error.source();
    }
    false
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Unusable> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = std::str::from_utf8(pem).map_err(unusable)?;
    // The library reads one certificate at a time.
    text.split_inclusive(END)
        .filter(|part| part.contains(END))
        .map(|part| Certificate::from_pem(part.as_bytes()).map_err(unusable))
        .collect()
}

fn unusable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unusable {
    Unusable::new("mail", cause)
}

/// Tells answering machines not to answer (RFC 3834 §5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> Smtp {
        let mail = Mail {
            host: "localhost".into(),
            port: 25,
            security: Security::NoneForLoopbackOnly,
            login: None,
            from: "北山大学 <no-reply@example.org>".parse().unwrap(),
            help_desk: Vec::new(),
            ca: None,
        };
        Smtp::new(&mail, "reset.example.org").unwrap()
    }

    #[tokio::test]
    async fn a_mail_says_who_made_it_and_asks_for_no_answer() {
        let message = smtp()
            .message("tanaka@example.org", "確認コード", "コードは本文に。\n", "m-17")
            .unwrap();
        let written = String::from_utf8(message.formatted()).unwrap();
        for line in [
            "Message-ID: <m-17@reset.example.org>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "To: tanaka@example.org\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Date: ",
        ] {
            assert!(written.contains(line), "{line}\n{written}");
        }
        assert_eq!(written.matches("Content-Type").count(), 1);
    }

    #[tokio::test]
    async fn nothing_that_breaks_a_line_gets_into_a_head() {
        let smtp = smtp();
        for bad in [
            "a\r\nBcc: x@evil.example",
            "a\nb",
            "a\rb",
            "a\0b",
            "a\u{2028}b",
            "a\u{2029}b",
        ] {
            assert!(
                matches!(smtp.message("t@example.org", bad, "x", "m"), Err(Undelivered::Never(_))),
                "{bad:?}"
            );
            assert!(
                matches!(
                    smtp.message(&format!("{bad}@example.org"), "s", "x", "m"),
                    Err(Undelivered::Never(_))
                ),
                "{bad:?}"
            );
            assert!(
                matches!(smtp.message("t@example.org", "s", "x", bad), Err(Undelivered::Never(_))),
                "{bad:?}"
            );
        }
        assert!(smtp.message("t@example.org, u@example.org", "s", "x", "m").is_err());
        assert!(smtp.message("T <t@example.org>", "s", "x", "m").is_err());
        assert!(smtp.message("t@example.org", "s", "x", "m>@evil").is_err());
    }
}
