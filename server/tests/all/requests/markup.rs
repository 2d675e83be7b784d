//! What every page that a browser of the tests is handed must be: scripts only with the nonce of its own answer, no style
//! and no handler within the markup.

use axum::http::HeaderMap;

/// Checks an answer, where it is a page.
pub fn check(headers: &HeaderMap, body: &str) {
    let is_page = headers
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return;
    }
    assert_eq!(headers["cache-control"], "no-store");
    let policy = headers["content-security-policy"].to_str().unwrap();
    let nonce = policy
        .split_once("'nonce-")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(nonce, _)| nonce);
    for tag in tags(body) {
        // A script of ours by its address is named by the policy already.
        if let Some(script) = tag.strip_prefix("script").filter(|script| !script.contains(" src=\"/")) {
            let nonce = nonce.unwrap_or_else(|| panic!("a script on a page without a nonce: <{tag}>"));
            // 128 bits in base64.
            assert!(nonce.len() >= 22, "{nonce}");
            assert!(script.contains(&format!(" nonce=\"{nonce}\"")), "<{tag}>");
        }
        assert!(!tag.starts_with("style"), "<{tag}>");
        for (name, value) in attributes(tag) {
            assert!(name != "style" && !name.starts_with("on"), "<{tag}>");
            let leads = ["href", "src", "action", "formaction"].contains(&name.as_str());
            assert!(
                !leads || value.starts_with(['/', '#', '?']) || is_for_help(&value),
                "<{tag}>"
            );
        }
    }
}

/// Every tag of a page that opens an element, without its brackets; what stands within scripts is none.
fn tags(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            rest = after;
            continue;
        }
        let end = end_of_tag(after);
        let tag = &after[..end];
        rest = &after[end..];
        if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            found.push(tag);
        }
        if tag.starts_with("script") {
            rest = rest.split_once("</script").map_or("", |(_, rest)| rest);
        }
    }
    found
}

/// Where a tag ends: a `>` between quotes does not end it.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Addresses that a person is shown beside a page: to write, to call, or of a page of the help desk.
fn is_for_help(address: &str) -> bool {
    ["mailto:", "tel:", "https://"]
        .iter()
        .any(|kind| address.starts_with(kind))
}

/// The attributes of a tag, by name.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut quote, mut is_value, mut text) = (None, false, String::new());
    for c in tag.chars().skip_while(|c| !c.is_whitespace()).chain([' ']) {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '=') if !is_value => {
                found.push((std::mem::take(&mut text).to_ascii_lowercase(), String::new()));
                is_value = true;
            }
            (None, c) if c.is_whitespace() => {
                let text = std::mem::take(&mut text);
                match found.last_mut() {
                    Some((_, value)) if is_value => *value = text,
                    _ => found.push((text.to_ascii_lowercase(), String::new())),
                }
                is_value = false;
            }
            (_, c) => text.push(c),
        }
    }
    found.retain(|(name, _)| !name.is_empty());
    found
}

#[test]
fn tags_and_their_attributes_are_found() {
    let page =
        "<p title=\"a > b\" Style='x'>1 < 2<script nonce=\"n\">if (a<b) {}</script><br><input required onclick=x>";
    assert_eq!(
        tags(page),
        [
            "p title=\"a > b\" Style='x'",
            "script nonce=\"n\"",
            "br",
            "input required onclick=x"
        ]
    );
    let pairs = |tag| {
        let found = attributes(tag).into_iter();
        found.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        pairs("p title=\"a > style=\" Style='x'"),
        ["title=a > style=", "style=x"]
    );
    assert_eq!(pairs("p"), [""; 0]);
    assert_eq!(
        pairs("input required onclick=x=y href=\"/a b\" data-x"),
        ["required=", "onclick=x=y", "href=/a b", "data-x="]
    );
}
