//! Our cookies: opaque, for this site alone, out of reach of scripts.

/// The cookie of a reset.
pub const HOLDER: &str = "flow";
/// The cookie of a session.
pub const SESSION: &str = "session";
/// By which accounts know a browser.
pub const DEVICE: &str = "device";
/// How long a browser keeps that one, in seconds: 400 days, which is as long as any browser keeps one.
pub const DEVICE_LIFE: u32 = 400 * 86_400;
/// What a plain form leaves behind for the next page.
pub const SAID: &str = "said";
/// Set while registering stands before the change of a password.
pub const GOING: &str = "going";
/// The language that was picked.
pub const LANGUAGE: &str = "language";

/// How cookies are written here: with the `__Host-` prefix and `Secure` wherever the site is reached by https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `__Host-aikagi-…; Secure`.
    Https,
    /// `aikagi-…`: the demonstration on this machine, where some browsers drop secure cookies.
    Http,
}

impl Style {
    /// The full name of one of our cookies.
    pub fn name(self, cookie: &str) -> String {
        match self {
            Self::Https => format!("__Host-aikagi-{cookie}"),
            Self::Http => format!("aikagi-{cookie}"),
        }
    }

    /// The `Set-Cookie` value for a cookie that lives as long as the browser runs, or for so many seconds.
    pub fn set(self, cookie: &str, value: &str, seconds: Option<u32>) -> String {
        let age = seconds
            .map(|seconds| format!("; Max-Age={seconds}"))
            .unwrap_or_default();
        let secure = if self == Self::Https { "; Secure" } else { "" };
        format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}",
            self.name(cookie)
        )
    }

    /// The value of one of our cookies in the `Cookie` headers of a request.
    pub fn read(self, headers: &axum::http::HeaderMap, cookie: &str) -> Option<String> {
        let name = self.name(cookie);
        headers
            .get_all(axum::http::header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty() && value.len() < 4_096)
            .map(|(_, value)| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_on_https_is_host_bound_and_secure() {
        assert_eq!(
            Style::Https.set(SESSION, "abc", None),
            "__Host-aikagi-session=abc; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
    }

    #[test]
    fn only_the_exact_name_is_read() {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert(
            "cookie",
            axum::http::HeaderValue::from_static("xaikagi-flow=no; aikagi-flow=yes"),
        );
        assert_eq!(Style::Http.read(&headers, HOLDER).as_deref(), Some("yes"));
        assert_eq!(Style::Https.read(&headers, HOLDER), None);
    }
}
