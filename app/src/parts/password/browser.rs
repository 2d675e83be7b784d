//! What only the browser can do for a new password. On the server, where none of it is ever called, everything here is
//! empty.

use leptos::prelude::*;
use portal::password::common::Common;
use portal::password::judge::Unicode;
use portal::password::rules::Rules;

/// What the browser knows of Unicode.
pub const UNICODE: Unicode<'static> = Unicode {
    normalise: &normalise,
    lower: &lower,
};

/// Normalisation form C, by the browser's own tables.
pub fn normalise(text: &str) -> String {
    #[cfg(feature = "hydrate")]
    return js_sys::JsString::from(text).normalize("NFC").into();
    #[cfg(not(feature = "hydrate"))]
    text.to_owned()
}

/// Lower case, by the browser's own tables. The first letter, where a capital becomes a letter and a mark.
fn lower(letter: char) -> char {
    #[cfg(feature = "hydrate")]
    {
        let lower = String::from(js_sys::JsString::from(letter).to_lower_case());
        lower.chars().next().unwrap_or(letter)
    }
    #[cfg(not(feature = "hydrate"))]
    letter
}

/// Fetches the list of common passwords. Without it the server still has its own, longer one.
pub fn fetch_common(package: &str, common: RwSignal<Option<Common>>) {
    #[cfg(feature = "hydrate")]
    {
        let address = format!("/{package}/common.txt");
        leptos::task::spawn_local(async move {
            let Ok(response) = gloo_net::http::Request::get(&address).send().await else {
                return;
            };
            if let (true, Ok(text)) = (response.ok(), response.text().await) {
                common.try_set(Some(Common::parse(&text)));
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (package, common);
}

/// A password drawn from the browser's randomness; none where it has none that is fit for keys.
pub fn suggestion(rules: Rules) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        let crypto = window().crypto().ok()?;
        let mut has_failed = false;
        let mut random = |below: u32| {
            // Bytes beyond the last full round are drawn again, so that every number is as likely as the others.
            let rounds = 256 - 256 % below.clamp(1, 256);
            loop {
                let mut byte = [0_u8];
                has_failed |= crypto.get_random_values_with_u8_array(&mut byte).is_err();
                let drawn = u32::from(byte[0]);
                if drawn < rounds {
                    return drawn % below.max(1);
                }
            }
        };
        let password = portal::password::suggest::suggest(&mut random, &rules);
        (!has_failed).then_some(password)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = rules;
        None
    }
}

/// Writes a password into the fields with these ids.
pub fn fill(ids: [&'static str; 2], password: &str) {
    #[cfg(feature = "hydrate")]
    for input in inputs(ids) {
        input.set_value(password);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (ids, password);
}

#[cfg(feature = "hydrate")]
fn inputs(ids: [&'static str; 2]) -> Vec<web_sys::HtmlInputElement> {
    use wasm_bindgen::JsCast as _;
    let found = ids.into_iter().filter_map(|id| document().get_element_by_id(id));
    found.filter_map(|element| element.dyn_into().ok()).collect()
}
