//! The site's files: embedded in the binary, read from the build folder while developing.
//!
//! Everything under the package folder carries a digest of the whole set in its path, so it may be kept for ever; a page
//! of an older release asks for old paths and gets 404, never a mixture.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::visit::weighed;

#[derive(RustEmbed)]
#[folder = "$AIKAGI_SITE"]
#[allow_missing = true]
struct Site;

/// What the build says of the site.
#[derive(serde::Deserialize)]
struct Built {
    #[serde(rename = "pkg")]
    package: String,
}

/// The folder of the package, such as `pkg-0123456789abcdef`.
///
/// # Errors
/// When the site was not built.
pub fn package() -> Result<String, NotBuilt> {
    let file = Site::get("site.json").ok_or(NotBuilt)?;
    serde_json::from_slice::<Built>(&file.data)
        .map(|built| built.package)
        .map_err(|_| NotBuilt)
}

/// The site was not built.
#[derive(Debug)]
pub struct NotBuilt;

impl std::fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the site is not built; `cargo xtask site` builds it")
    }
}

impl std::error::Error for NotBuilt {}

/// A file of the site, compressed as the browser likes it; none where there is no such file.
pub fn file(request: &Request) -> Option<Response> {
    let path = request.uri().path().trim_start_matches('/');
    let is_ours = path.starts_with("pkg-") || (!path.contains('/') && path.contains('.') && path != "site.json");
    if !is_ours || [".br", ".gz"].iter().any(|ending| path.ends_with(ending)) {
        return None;
    }
    let accepted = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let compressed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(accepted, coding))
        .find_map(|(coding, ending)| Site::get(&format!("{path}{ending}")).map(|file| (file, Some(coding))));
    let (file, coding) = compressed.or_else(|| Site::get(path).map(|file| (file, None)))?;
    let mut response = Body::from(file.data.into_owned()).into_response();
    let headers = response.headers_mut();
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_str(&with_charset(kind.as_ref()))
            .unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let keep = if path.starts_with("pkg-") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    Some(response)
}

fn with_charset(kind: &str) -> String {
    if kind.starts_with("text/") || kind == "application/json" {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}

/// Whether a header says that this coding is understood.
fn accepts(accepted: &str, coding: &str) -> bool {
    let mut parts = accepted.split(',').map(weighed);
    parts.any(|(one, quality)| one == coding && quality > 0.0)
}

/// What looks like a file or a machine's address and is none: a true 404, never a page.
pub fn is_no_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("/api") || path.starts_with("/pkg") || path.starts_with("/.well-known") || last.contains('.')
}

/// The plain 404.
pub fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        "Not found\n",
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_used_where_it_is_understood() {
        for (accepted, is_understood) in [
            ("br", true),
            ("gzip, deflate, br;q=0.5", true),
            ("gzip, br ; q=1", true),
            ("gzip, br;q=0", false),
            ("gzip, br; q=0.000", false),
            ("gzip, brotli", false),
            ("", false),
        ] {
            assert_eq!(accepts(accepted, "br"), is_understood, "{accepted}");
        }
    }
}
