//! Who asks: made of the connection and the cookies, once per request, for pages and doors alike.

use app::api::cookies::{DEVICE, HOLDER, LANGUAGE, SESSION, Style};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use portal::account::Language;
use portal::service::Visit;
use portal::service::trail::Trail;

use super::address::{Client, Network};

/// Longest cookie of ours that is looked at.
const LONGEST_COOKIE: usize = 128;

/// Reads a request's headers.
pub fn visit(headers: &HeaderMap, client: Client, style: Style, default_language: Language) -> Visit {
    let cookie = |name| style.read(headers, name).filter(|value| value.len() <= LONGEST_COOKIE);
    let network = Network::of(client.address());
    Visit {
        network: network.key(),
        coarse: network.coarse(),
        starts: None,
        agent: headers
            .get(USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default()
            .chars()
            .take(256)
            .collect(),
        language: language(headers, cookie(LANGUAGE).as_deref(), default_language),
        holder: cookie(HOLDER),
        session: cookie(SESSION),
        device: cookie(DEVICE),
        trail: Trail::default(),
    }
}

/// The person's choice, else the first of the browser's languages that we speak, else the organisation's.
fn language(headers: &HeaderMap, chosen: Option<&str>, default: Language) -> Language {
    chosen
        .and_then(Language::from_tag)
        .or_else(|| accepted(headers))
        .unwrap_or(default)
}

/// What a part of such a header names, and how much it is wanted: 1 where that is not said (RFC 9110 §12.4.2), and 0 where
/// it cannot be read.
pub(super) fn weighed(part: &str) -> (&str, f32) {
    let mut pieces = part.split(';').map(str::trim);
    let name = pieces.next().unwrap_or_default();
    let quality = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
    (
        name,
        quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0)),
    )
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let line = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wanted: Vec<(f32, Language)> = line
        .split(',')
        .take(20)
        .filter_map(|part| {
            let (tag, quality) = weighed(part);
            Some((quality, Language::from_tag(tag)?))
        })
        .filter(|(quality, _)| *quality > 0.0)
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.first().map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_choice_wins_then_the_browser_then_the_organisation() {
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers, None, Language::Ja), Language::Ja);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("fr-FR,ja;q=0.6,en-GB;q=0.8"));
        assert_eq!(language(&headers, None, Language::Ja), Language::En);
        assert_eq!(language(&headers, Some("ja"), Language::En), Language::Ja);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("ja; q=0.6, en ;q=0.8"));
        assert_eq!(language(&headers, None, Language::Ja), Language::En);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en; q=0, fr"));
        assert_eq!(language(&headers, None, Language::Ja), Language::Ja);
        assert_eq!(language(&headers, Some("<script>"), Language::En), Language::En);
    }
}
