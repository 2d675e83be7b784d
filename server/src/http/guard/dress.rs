//! The headers of every answer.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, SERVER, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use url::Url;

use super::REPORTS;
use crate::settings::PublicUrl;

/// What a page may do. All of it is for ourselves only; scripts also by the nonce of the page, where it has one.
pub fn content_policy(nonce: Option<&str>) -> HeaderValue {
    let nonce = nonce.map_or_else(String::new, |nonce| format!("'nonce-{nonce}' "));
    // `report-uri` is for browsers that do not know `report-to`; those that do ignore it.
    let policy = format!(
        "default-src 'none'; script-src 'self' {nonce}'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri {REPORTS}; report-to csp"
    );
    // A nonce that no header can carry is none of ours; the strict form then stops its scripts.
    HeaderValue::from_str(&policy).unwrap_or_else(|_| content_policy(None))
}

/// Dresses an answer.
pub(super) fn dressed(public_url: &PublicUrl, mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if public_url.is_secure() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert_with(|| content_policy(None));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.remove(SERVER);
    if let Some(location) = headers.get(LOCATION) {
        let target = own_target(public_url, location);
        headers.insert(LOCATION, target);
    }
    answer
}

/// Headers that are the same everywhere. The permissions are those that browsers know; naming others fills their
/// consoles with complaints.
const ALWAYS: [(HeaderName, &str); 8] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: a refused plain form is sent back by its Referer.
    (REFERRER_POLICY, "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("reporting-endpoints"), "csp=\"/csp-report\""),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), \
         encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), \
         identity-credentials-get=(), idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), \
         microphone=(), midi=(), otp-credentials=(self), payment=(), picture-in-picture=(), \
         publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), \
         serial=(), storage-access=(), sync-xhr=(), usb=(), window-management=(), xr-spatial-tracking=()",
    ),
];

/// Where an answer may send a browser: to a path of ours, without what the page framework writes about an error into the
/// query. Anybody can write that query into a link, so it never stays in an address bar. Any other target becomes `/`.
fn own_target(public_url: &PublicUrl, location: &HeaderValue) -> HeaderValue {
    const ERROR_QUERY: [&str; 2] = ["__path", "__err"];
    let home = || HeaderValue::from_static("/");
    let Ok(base) = Url::parse(public_url.origin()) else {
        return home();
    };
    let Some(mut target) = location.to_str().ok().and_then(|to| base.join(to).ok()) else {
        return home();
    };
    if target.origin() != base.origin() {
        return home();
    }
    // Only what has to go is taken out; the rest stays as it was written.
    let is_error = |pair: &&str| {
        let name = url::form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(name, _)| name.into_owned());
        name.is_none_or(|name| ERROR_QUERY.contains(&name.as_str()))
    };
    let kept: Vec<&str> = target
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !is_error(pair))
        .collect();
    let kept = (!kept.is_empty()).then(|| kept.join("&"));
    target.set_query(kept.as_deref());
    // `//host` would be another site: a path of ours begins with one slash.
    let path = format!("/{}", target[url::Position::BeforePath..].trim_start_matches('/'));
    HeaderValue::from_str(&path).unwrap_or_else(|_| home())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(location: &str) -> String {
        let url = PublicUrl::parse("https://reset.example.org").unwrap();
        own_target(&url, &HeaderValue::from_str(location).unwrap())
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_redirect_carries_no_error_in_its_address() {
        for (from, to) in [
            ("/reset", "/reset"),
            ("/reset?", "/reset"),
            ("/reset?__path=%2Fapi%2Fx&__err=eyJ9", "/reset"),
            (
                "https://reset.example.org/reset?a=1&__path=%2Fx&__err=e&b=%20+2#form",
                "/reset?a=1&b=%20+2#form",
            ),
            ("/reset?%5F%5Ferr=e", "/reset"),
            ("/reset?x__err=e", "/reset?x__err=e"),
        ] {
            assert_eq!(target(from), to, "{from}");
        }
    }

    #[test]
    fn a_redirect_never_leaves_the_house() {
        for from in [
            "https://evil.example/",
            "//evil.example/x",
            "http://reset.example.org/",
            "javascript:alert(1)",
            "https://reset.example.org:8443/",
        ] {
            assert_eq!(target(from), "/", "{from}");
        }
        assert_eq!(target("/\\evil.example"), "/");
        assert_eq!(target("/.//evil.example"), "/evil.example");
    }

    #[test]
    fn the_policy_names_no_foreign_source_and_nothing_inline() {
        let strict = content_policy(None).to_str().unwrap().to_owned();
        assert!(
            strict.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "),
            "{strict}"
        );
        assert!(
            !strict.contains("unsafe-inline") && !strict.contains("'unsafe-eval'") && !strict.contains(':'),
            "{strict}"
        );
        let page = content_policy(Some("bm9uY2U")).to_str().unwrap().to_owned();
        assert!(
            page.contains("script-src 'self' 'nonce-bm9uY2U' 'wasm-unsafe-eval'; "),
            "{page}"
        );
        assert_eq!(content_policy(Some("a\nb")), content_policy(None));
    }
}
