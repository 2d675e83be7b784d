//! Changing the language: a form post that leads back to the page and keeps what was typed there, secrets excepted.

use std::sync::Arc;

use app::api::cookies::{LANGUAGE, Style};
use app::api::request::keep_typed;
use axum::Form;
use axum::extract::State;
use axum::http::header::{LOCATION, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use portal::account::Language;
use portal::service::Portal;

/// A year, in seconds.
const YEAR: u32 = 31_536_000;

/// What the handler needs.
#[derive(Clone)]
pub struct Switch {
    /// Seals what was typed.
    pub portal: Arc<Portal>,
    /// How cookies are written.
    pub style: Style,
    /// The origin whose pages are led back to.
    pub origin: String,
}

/// `POST /language`
pub async fn change(
    State(switch): State<Switch>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let wanted = fields
        .iter()
        .find(|(name, _)| name == "to_language")
        .and_then(|(_, tag)| Language::from_tag(tag));
    let page = headers
        .get(REFERER)
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| back_to(referer, &switch.origin))
        .unwrap_or_else(|| "/".to_owned());
    let mut response = (StatusCode::SEE_OTHER, ()).into_response();
    let mut cookies = Vec::new();
    if let Some(language) = wanted {
        cookies.push(switch.style.set(LANGUAGE, language.tag(), Some(YEAR)));
    }
    cookies.extend(keep_typed(&switch.portal, switch.style, &page, &fields));
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&page) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// The path of a page of ours, without its query; none for any other address.
fn back_to(referer: &str, origin: &str) -> Option<String> {
    let path = referer.strip_prefix(origin)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::back_to;

    #[test]
    fn only_pages_of_ours_are_led_back_to() {
        let origin = "https://reset.example.org";
        assert_eq!(
            back_to("https://reset.example.org/reset/code?x=1", origin).as_deref(),
            Some("/reset/code")
        );
        for referer in [
            "https://evil.example/reset",
            "https://reset.example.org//evil.example",
            "https://reset.example.org.evil.example/",
            "/reset",
        ] {
            assert_eq!(back_to(referer, origin), None, "{referer}");
        }
    }
}
