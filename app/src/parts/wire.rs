//! Between the page and the doors, once scripts run: forms and views by fetch.
//!
//! One small code for all of them. The framework's own client would be compiled into the browser's module anew for every
//! door, and weigh a third of it.

use leptos::web_sys::HtmlFormElement;
use portal::refusal::Refusal;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

#[cfg(feature = "hydrate")]
use crate::api::GIVEN_BACK;
use crate::api::{Next, Said, View};

/// Posts a form to a door and gives the answer.
pub async fn post(url: &str, form: &HtmlFormElement) -> Result<Next, Said> {
    #[cfg(feature = "hydrate")]
    {
        send(url, form).await.read()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (url, form);
        Err(Said::Unreachable)
    }
}

/// What a door answered.
#[cfg(feature = "hydrate")]
pub struct Heard {
    is_done: bool,
    /// The JSON of a [`Next`], or of a [`Said`].
    pub text: String,
}

#[cfg(feature = "hydrate")]
impl Heard {
    /// Not done, for what is said by this JSON.
    fn not_done(said: &str) -> Self {
        Self {
            is_done: false,
            text: said.to_owned(),
        }
    }

    /// What it means.
    pub fn read(&self) -> Result<Next, Said> {
        let fault = Said::No(Refusal::Fault);
        if self.is_done {
            understand(&self.text).ok_or(fault)
        } else {
            Err(understand(&self.text).unwrap_or(fault))
        }
    }
}

/// Posts a form to a door.
#[cfg(feature = "hydrate")]
pub async fn send(url: &str, form: &HtmlFormElement) -> Heard {
    use web_sys::{FormData, UrlSearchParams};

    let fields = FormData::new_with_form(form);
    let fields = fields.and_then(|fields| UrlSearchParams::new_with_str_sequence_sequence(&fields));
    let Ok(fields) = fields else {
        return Heard::not_done(FAULT);
    };
    let request = gloo_net::http::Request::post(url)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(String::from(fields.to_string()));
    let Ok(request) = request else {
        return Heard::not_done(FAULT);
    };
    let Ok(answer) = request.send().await else {
        return Heard::not_done(UNREACHABLE);
    };
    let (is_done, status) = (answer.ok(), answer.status());
    match answer.text().await {
        Err(_) => Heard::not_done(UNREACHABLE),
        // Whoever stands between us and the browser may be busy, too, and says so in other words.
        Ok(text) if !is_done && understand::<Said>(&text).is_none() => {
            Heard::not_done(if status == 503 { BUSY } else { FAULT })
        }
        Ok(text) => Heard { is_done, text },
    }
}

/// What is said where nobody else says it, as JSON.
#[cfg(any(feature = "hydrate", test))]
const UNREACHABLE: &str = r#""Unreachable""#;
#[cfg(any(feature = "hydrate", test))]
const BUSY: &str = r#"{"No":"busy"}"#;
#[cfg(any(feature = "hydrate", test))]
const FAULT: &str = r#"{"No":"fault"}"#;

/// Fetches a view as text: its JSON, or that of a [`Said`].
#[cfg(feature = "hydrate")]
pub async fn fetch(address: &str) -> String {
    let request = gloo_net::http::Request::get(address).header("accept", "application/json");
    let unreachable = || UNREACHABLE.to_owned();
    let Ok(answer) = request.send().await else {
        return unreachable();
    };
    answer.text().await.unwrap_or_else(|_| unreachable())
}

/// A page as the server draws it.
#[cfg(feature = "hydrate")]
pub struct Page {
    /// Where it stands: not where it was asked for, if that led elsewhere.
    pub path: String,
    /// The query of that address, with its question mark.
    pub query: String,
    /// Its document.
    pub text: String,
}

/// Fetches a page as a document. It tells the refusal of a form, where the JSON of one is given.
#[cfg(feature = "hydrate")]
pub async fn fetch_page(address: &str, said: Option<&str>) -> Option<Page> {
    let mut request = gloo_net::http::Request::get(address).header("accept", "text/html");
    // A header has room for what is visible and ASCII alone: as are all refusals, but those that quote a word.
    if let Some(said) = said.filter(|said| said.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')) {
        request = request.header(GIVEN_BACK, said);
    }
    let answer = request.send().await.ok()?;
    let address = leptos::web_sys::Url::new(&answer.url()).ok()?;
    let text = answer.text().await.ok()?;
    Some(Page {
        path: address.pathname(),
        query: address.search(),
        text,
    })
}

/// Reads a view, or what was said where there is none.
pub fn view_of<S: DeserializeOwned>(text: &str) -> Result<View<S>, Said> {
    let View {
        now,
        support,
        key,
        said,
        typed,
        ..
    } = read_around(text)?;
    let Only { screen } = understand(text).ok_or(Refusal::Fault)?;
    Ok(View {
        screen,
        now,
        support,
        key,
        said,
        typed,
    })
}

/// Reads what every view has, and leaves out its screen: so this is compiled once, not for every screen.
fn read_around(text: &str) -> Result<View<IgnoredAny>, Said> {
    understand(text).ok_or_else(|| understand(text).unwrap_or(Said::No(Refusal::Fault)))
}

/// The screen of a view, without what is around it.
#[derive(Deserialize)]
struct Only<S> {
    screen: S,
}

/// Understands JSON of ours; nothing where it is none. By a reader that was made for small devices: what it does not say
/// about mistakes, it does not weigh in the browser's module.
pub fn understand<T: DeserializeOwned>(text: &str) -> Option<T> {
    // No text is longer without its escapes.
    let mut room = vec![0; text.len()];
    let read = serde_json_core::from_str_escaped(text, &mut room);
    read.ok().map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use portal::moment::Moment;

    use super::*;

    #[test]
    fn what_is_written_is_understood() {
        for text in [
            "",
            "plain",
            "\"quoted\" \\ back",
            "line\nline\u{7}",
            "合鍵 🔑",
            "{\"a\":[1]}",
        ] {
            let written = serde_json::to_string(text).unwrap();
            assert_eq!(understand::<String>(&written).as_deref(), Some(text));
        }
        let until = Moment::from_millis(-1_780_517_049_000);
        for said in [
            Said::Unreachable,
            Said::No(Refusal::Wait { until }),
            Said::No(Refusal::Password(Vec::new())),
        ] {
            assert_eq!(understand(&serde_json::to_string(&said).unwrap()), Some(said));
        }
    }

    #[test]
    fn what_is_said_for_others_is_understood() {
        for (text, said) in [
            (UNREACHABLE, Said::Unreachable),
            (BUSY, Said::No(Refusal::Busy)),
            (FAULT, Said::No(Refusal::Fault)),
        ] {
            assert_eq!(understand(text), Some(said));
        }
    }

    #[test]
    fn whatever_can_be_registered_is_understood() {
        use portal::method::{ContactKind, Means};

        for means in [
            Means::Contact(ContactKind::Phone),
            Means::Contact(ContactKind::Email),
            Means::Questions,
        ] {
            assert_eq!(understand(&serde_json::to_string(&means).unwrap()), Some(means));
        }
    }

    #[test]
    fn what_is_no_json_of_ours_is_nothing() {
        for text in ["", "{", "\"Unreachable", "<html>", "{\"No\":\"unheard_of\"}", "null"] {
            assert_eq!(understand::<Said>(text), None, "{text}");
        }
    }
}
