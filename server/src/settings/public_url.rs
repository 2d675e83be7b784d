//! The one address under which people reach the portal. Links, cookies and the check of where a form comes from are
//! built from it and never from what a request says.

use url::{Host, Url};

use super::mistake::Wrong;

/// Scheme, host and port; nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    authority: String,
    host: String,
    secure: bool,
}

impl PublicUrl {
    /// Reads `https://host` or `https://host:port`; `http` only where the host is the machine itself.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const EXAMPLE: &str = "for example: public_url = \"https://reset.example.org\"";
        let wrong = |what: &str| Wrong::new(what).hint(EXAMPLE);
        let url = Url::parse(text).map_err(|_| wrong("is not an address"))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("must begin with https://")),
        };
        let host = url.host().ok_or_else(|| wrong("has no host"))?;
        if !secure && !is_loopback(&host) {
            return Err(wrong(
                "must begin with https://; http is for this machine only (localhost)",
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must end after the host: the portal is served at the root"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not hold a name or a password"));
        }
        let host = host.to_string();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self {
            origin: format!("{}://{authority}", url.scheme()),
            authority,
            host,
            secure,
        })
    }

    /// `https://reset.example.org`, as browsers write it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is https.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether a `Host` header means this address. The scheme's own port may be written out.
    pub fn answers_to(&self, host: &str) -> bool {
        let port = if self.secure { ":443" } else { ":80" };
        host.eq_ignore_ascii_case(&self.authority)
            || (self.authority == self.host
                && host.len() == self.host.len() + port.len()
                && host
                    .strip_suffix(port)
                    .is_some_and(|bare| bare.eq_ignore_ascii_case(&self.host)))
    }
}

/// Whether a host can only be this machine.
pub(super) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_into_what_browsers_write() {
        for (text, origin, authority, host) in [
            (
                "https://reset.example.org",
                "https://reset.example.org",
                "reset.example.org",
                "reset.example.org",
            ),
            (
                "https://RESET.example.org:443/",
                "https://reset.example.org",
                "reset.example.org",
                "reset.example.org",
            ),
            (
                "https://reset.example.org:8443",
                "https://reset.example.org:8443",
                "reset.example.org:8443",
                "reset.example.org",
            ),
            (
                "http://localhost:8080",
                "http://localhost:8080",
                "localhost:8080",
                "localhost",
            ),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080", "[::1]"),
            (
                "https://再設定.example",
                "https://xn--36qw8v772b.example",
                "xn--36qw8v772b.example",
                "xn--36qw8v772b.example",
            ),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!(
                (url.origin(), url.authority.as_str(), url.host()),
                (origin, authority, host),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_a_public_address_is_refused() {
        for text in [
            "",
            "reset.example.org",
            "http://reset.example.org",
            "http://localhost.example.org",
            "ftp://localhost",
            "https://reset.example.org/portal",
            "https://reset.example.org/?x",
            "https://reset.example.org/#x",
            "https://me:secret@reset.example.org",
        ] {
            let wrong = PublicUrl::parse(text).unwrap_err();
            assert!(!format!("{wrong:?}").contains("secret"), "{text}");
        }
    }

    #[test]
    fn only_its_own_host_means_it() {
        let url = PublicUrl::parse("https://reset.example.org").unwrap();
        for host in ["reset.example.org", "Reset.Example.Org", "reset.example.org:443"] {
            assert!(url.answers_to(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "reset.example.org:80",
            "reset.example.org:8443",
            "reset.example.org.",
            "xreset.example.org",
            "reset.example.org@evil.example",
            "reset.example.org:443:443",
        ] {
            assert!(!url.answers_to(host), "{host}");
        }
        let local = PublicUrl::parse("http://localhost:8080").unwrap();
        assert!(local.answers_to("localhost:8080"));
        assert!(
            !local.answers_to("localhost") && !local.answers_to("localhost:80") && !local.answers_to("127.0.0.1:8080")
        );
    }
}
