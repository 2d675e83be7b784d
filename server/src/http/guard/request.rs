//! Whether a request is one that a browser sends that was shown our own pages.

use std::collections::HashSet;

use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{HEALTH, REPORTS, Why};
use crate::http::forms;
use crate::settings::PublicUrl;

/// Longest address, path and query, in bytes.
const LONGEST_ADDRESS: usize = 4 * 1_024;
/// Names that our cookies begin with, with and without the prefix that https allows.
const OUR_COOKIES: [&str; 2] = ["aikagi-", "__Host-aikagi-"];

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a POST brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Form,
    Report,
}

/// Everything that shows without the body.
pub(super) fn check(public_url: &PublicUrl, request: &Request) -> Result<(), Why> {
    if ![Method::GET, Method::HEAD, Method::POST].contains(request.method()) {
        return Err(Why::Method);
    }
    if request
        .uri()
        .path_and_query()
        .is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS)
    {
        return Err(Why::LongAddress);
    }
    if !HEALTH.contains(&request.uri().path()) && !is_for_us(public_url, request) {
        return Err(Why::OtherHost);
    }
    if let Some(query) = request.uri().query() {
        forms::check_query(query.as_bytes()).map_err(Why::Query)?;
    }
    if repeats_a_cookie(request.headers()) {
        return Err(Why::RepeatedCookie);
    }
    if *request.method() == Method::POST && !is_from_us(public_url, request.headers()) {
        return Err(Why::CrossSite);
    }
    Ok(())
}

/// What the body is, by its type.
pub(super) fn kind(request: &Request) -> Result<Kind, Why> {
    let headers = request.headers();
    // A packed body could be far larger than its limit.
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Why::ContentType);
    }
    let said = only(headers, &CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or(Why::ContentType)?;
    let (kind, parameters) = said.split_once(';').unwrap_or((said, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let parameters = parameters.trim();
    if !(parameters.is_empty() || parameters.eq_ignore_ascii_case("charset=utf-8")) {
        return Err(Why::ContentType);
    }
    match (kind.as_str(), request.uri().path() == REPORTS) {
        ("application/x-www-form-urlencoded", false) => Ok(Kind::Form),
        ("application/csp-report" | "application/reports+json", true) => Ok(Kind::Report),
        _ => Err(Why::ContentType),
    }
}

/// A browser that goes somewhere, by a link or a plain form, as opposed to a script that fetches.
pub(super) fn wants_a_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Whether the request names our host, in `Host` and, where it has one, in its target.
fn is_for_us(public_url: &PublicUrl, request: &Request) -> bool {
    let named = only(request.headers(), &HOST).and_then(|host| host.to_str().ok());
    let target = request.uri().authority();
    named.is_some_and(|host| public_url.answers_to(host))
        && target.is_none_or(|host| public_url.answers_to(host.as_str()))
}

/// Whether a body was sent by a page of ours, or is a browser's own report about one: `Sec-Fetch-Site` says so, or
/// `Origin` where the browser does not send it. Where there are both, both must; where there is neither, nobody knows.
fn is_from_us(public_url: &PublicUrl, headers: &HeaderMap) -> bool {
    let fits = |name: &HeaderName, expected: &str| {
        headers
            .contains_key(name)
            .then(|| only(headers, name).is_some_and(|value| value == expected))
    };
    match (fits(&FETCH_SITE, "same-origin"), fits(&ORIGIN, public_url.origin())) {
        (None, None) | (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) | (_, Some(true)) => true,
    }
}

/// Whether a cookie of ours comes twice: then somebody else set one of them.
fn repeats_a_cookie(headers: &HeaderMap) -> bool {
    let mut seen = HashSet::new();
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .map(|pair| pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii())
        .filter(|name| OUR_COOKIES.iter().any(|ours| starts_with(name, ours)))
        .any(|name| !seen.insert(name.to_ascii_lowercase()))
}

fn starts_with(name: &[u8], start: &str) -> bool {
    name.get(..start.len())
        .is_some_and(|begins| begins.eq_ignore_ascii_case(start.as_bytes()))
}

/// A header that comes once; nothing where it comes twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
