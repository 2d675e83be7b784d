//! The bodies of forms: read whole, within a time and a size, and refused where one reader could understand them
//! differently from another. Queries are written alike, and judged alike.
//!
//! A field that comes twice, or as a list, is how a message once went to two addresses (CVE-2023-7028). No form of ours
//! has one. Nothing here knows what the fields mean.

use std::collections::HashSet;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::guard::Why;

/// From the first byte of a body to the last.
const PATIENCE: Duration = Duration::from_secs(15);
/// More fields than any form has.
const MOST_FIELDS: usize = 64;

/// Why a body is no form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A `%` without two hexadecimal digits.
    Percent,
    /// Not UTF-8, surrogates included.
    Utf8,
    /// A field without a name.
    Nameless,
    /// Two fields of one name.
    Repeated,
    /// A name in the grammar of lists: `to[]`, `to[0]`.
    List,
    /// Too many fields.
    TooMany,
}

/// Reads the body whole and puts it back.
pub(super) async fn buffered(request: Request, limit: usize) -> Result<Request, Why> {
    let announced = request.headers().get(CONTENT_LENGTH).map(HeaderValue::to_str);
    if let Some(Ok(length)) = announced
        && length.parse::<u64>().is_ok_and(|length| length > limit as u64)
    {
        return Err(Why::TooLarge);
    }
    let (head, body) = request.into_parts();
    let whole = tokio::time::timeout(PATIENCE, Limited::new(body, limit).collect()).await;
    match whole {
        Ok(Ok(whole)) => Ok(Request::from_parts(head, Body::from(whole.to_bytes()))),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Why::TooLarge),
        Ok(Err(_)) => Err(Why::BrokenOff),
        Err(_) => Err(Why::TooSlow),
    }
}

/// The same, and checks that it is a form.
pub(super) async fn form(request: Request, limit: usize) -> Result<Request, Why> {
    let (head, body) = buffered(request, limit).await?.into_parts();
    let whole: Bytes = body.collect().await.map_err(|_| Why::BrokenOff)?.to_bytes();
    check(&whole).map_err(Why::Form)?;
    Ok(Request::from_parts(head, Body::from(whole)))
}

/// Checks the query of an address. Parts with nothing in them do no harm there, and the library by which our own pages ask
/// for views leaves one at the end.
///
/// # Errors
/// What is wrong with it.
pub fn check_query(query: &[u8]) -> Result<(), Malformed> {
    let parts: Vec<&[u8]> = query
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty())
        .collect();
    check(&parts.join(&b'&'))
}

/// Checks the body of a form.
///
/// # Errors
/// What is wrong with it.
pub fn check(body: &[u8]) -> Result<(), Malformed> {
    if body.is_empty() {
        return Ok(());
    }
    let mut names = HashSet::new();
    for field in body.split(|byte| *byte == b'&') {
        let mut parts = field.splitn(2, |byte| *byte == b'=');
        let name = decoded(parts.next().unwrap_or_default())?;
        decoded(parts.next().unwrap_or_default())?;
        if name.is_empty() {
            return Err(Malformed::Nameless);
        }
        if name.contains(['[', ']']) {
            return Err(Malformed::List);
        }
        if names.len() == MOST_FIELDS {
            return Err(Malformed::TooMany);
        }
        if !names.insert(name) {
            return Err(Malformed::Repeated);
        }
    }
    Ok(())
}

/// The text of a part, as `application/x-www-form-urlencoded` has it, but forgiving nothing.
fn decoded(part: &[u8]) -> Result<String, Malformed> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16))
            .and_then(|n| u8::try_from(n).ok())
    };
    let mut text = Vec::with_capacity(part.len());
    let mut bytes = part.iter();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(bytes.next()), digit(bytes.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Malformed::Percent),
            },
            byte => *byte,
        });
    }
    // Strict: no surrogates, nothing over-long.
    String::from_utf8(text).map_err(|_| Malformed::Utf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_as_browsers_send_them_pass() {
        for body in [
            "",
            "a=",
            "a",
            "name=h.tanaka&code=12+34",
            "text=%E6%97%A5%E6%9C%AC%0D%0A&b=%26%3D%5B%5D",
            "a=b=c",
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for (body, why) in [
            ("a=1&a=2", Malformed::Repeated),
            ("a=1&%61=2", Malformed::Repeated),
            ("a+b=1&a%20b=2", Malformed::Repeated),
            ("to[]=1", Malformed::List),
            ("to%5B0%5D=1", Malformed::List),
            ("to[a=1", Malformed::List),
            ("=1", Malformed::Nameless),
            ("a=1&", Malformed::Nameless),
            ("a=1&&b=2", Malformed::Nameless),
            ("a=%", Malformed::Percent),
            ("a=%4", Malformed::Percent),
            ("a=%4g", Malformed::Percent),
            ("a=%+1", Malformed::Percent),
            ("a=%FF", Malformed::Utf8),
            ("a=%C0%AF", Malformed::Utf8),
            ("a=%ED%A0%80", Malformed::Utf8),
            ("a=%ED%A0%BD%ED%B8%80", Malformed::Utf8),
            ("%FF=a", Malformed::Utf8),
        ] {
            assert_eq!(check(body.as_bytes()), Err(why), "{body}");
        }
        assert_eq!(check(b"a=\xff"), Err(Malformed::Utf8));
    }

    #[test]
    fn a_query_is_judged_alike_but_for_parts_with_nothing_in_them() {
        for query in ["", "&", "a=1", "a=1&", "&a=1&&b=2&"] {
            assert_eq!(check_query(query.as_bytes()), Ok(()), "{query}");
        }
        for (query, why) in [
            ("a=1&&a=2", Malformed::Repeated),
            ("a[]=1&", Malformed::List),
            ("=1", Malformed::Nameless),
            ("a=%FF&", Malformed::Utf8),
            ("a=%4&", Malformed::Percent),
        ] {
            assert_eq!(check_query(query.as_bytes()), Err(why), "{query}");
        }
    }

    #[test]
    fn a_form_has_no_more_fields_than_a_person_fills_in() {
        let fields = |n: usize| (0..n).map(|n| format!("f{n}=x")).collect::<Vec<_>>().join("&");
        assert_eq!(check(fields(64).as_bytes()), Ok(()));
        assert_eq!(check(fields(65).as_bytes()), Err(Malformed::TooMany));
    }

    proptest! {
        #[test]
        fn what_passes_is_read_the_same_by_the_usual_parser(body in "[a-c=&%0-9A-F+]{0,40}") {
            if check(body.as_bytes()).is_ok() {
                let pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
                let names: HashSet<_> = pairs.iter().map(|(name, _)| name.clone()).collect();
                prop_assert_eq!(names.len(), pairs.len());
                let whole = |text: &str| !text.contains(char::REPLACEMENT_CHARACTER);
                prop_assert!(pairs.iter().all(|(name, value)| whole(name) && whole(value)));
            }
        }

        #[test]
        fn every_text_that_a_browser_encodes_passes(value in any::<String>()) {
            let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("field", &value).finish();
            prop_assert_eq!(check(body.as_bytes()), Ok(()));
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            check(&body).ok();
        }
    }
}
