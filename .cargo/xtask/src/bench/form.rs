//! Forms, as they stand in the HTML that the server renders: enough of a parser for well-formed pages with quoted
//! attributes, and for no others.

use std::fmt::Write as _;

/// A form with its fields as the page filled them in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// Types into a field, or picks one of its values.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where it is sent.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// As `application/x-www-form-urlencoded`.
    pub fn body(&self) -> String {
        let pairs: Vec<_> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        pairs.join("&")
    }
}

/// The form with an id, where the page has one.
pub fn find(html: &str, id: &str) -> Option<Form> {
    let (head, inside) = html.split("<form").skip(1).find_map(|rest| {
        let (tag, rest) = cut(rest)?;
        (attribute(tag, "id").as_deref() == Some(id)).then_some((tag, rest))
    })?;
    let inside = inside.split("</form>").next().unwrap_or(inside);
    let fields = inside
        .split("<input")
        .skip(1)
        .filter_map(|rest| field(cut(rest)?.0))
        .collect();
    Some(Form {
        action: attribute(head, "action")?,
        fields,
    })
}

/// A field as a browser would send it, if it would.
fn field(tag: &str) -> Option<(String, String)> {
    let kind = attribute(tag, "type").unwrap_or_default();
    let is_off = matches!(kind.as_str(), "radio" | "checkbox") && attribute(tag, "checked").is_none();
    if is_off || attribute(tag, "disabled").is_some() {
        return None;
    }
    Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
}

/// The attributes of a tag, and what comes after it.
fn cut(rest: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let end = rest.find(|letter| {
        is_quoted ^= letter == '"';
        letter == '>' && !is_quoted
    })?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// The value of an attribute; empty where it has none.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start();
        let end = rest
            .find(|letter: char| letter == '=' || letter.is_whitespace())
            .unwrap_or(rest.len());
        let (found, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"')?,
            None => ("", after),
        };
        if found.is_empty() {
            return None;
        }
        if found == name {
            return Some(decoded(value));
        }
        rest = after;
    }
}

fn decoded(value: &str) -> String {
    // The ampersand last, so that no two of them make a third.
    [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(value.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<form action=\"/other\" method=\"post\"><input type=\"hidden\" name=\"key\" value=\"no\"></form>\
        <form id=\"step\" action=\"/api/a?b=1&amp;c\" method=\"post\" novalidate>\
        <input type=\"hidden\" name=\"key\" value=\"a&amp;b > c\"><div>\
        <input type=\"radio\" name=\"method\" value=\"text\"><input type=\"radio\" name=\"method\" value=\"email\" checked>\
        <input type=\"text\" name=\"gone\" value=\"x\" disabled><input type=\"text\" value=\"nameless\">\
        <input name=\"code\" autocomplete=\"one-time-code\"></div></form><input name=\"outside\">";

    #[test]
    fn a_form_is_sent_with_the_fields_that_a_browser_would_send() {
        let form = find(PAGE, "step").unwrap();
        assert_eq!(form.action(), "/api/a?b=1&c");
        assert_eq!(form.body(), "key=a%26b%20%3E%20c&method=email&code=");
    }

    #[test]
    fn what_is_typed_takes_the_place_of_what_stood_there() {
        let form = find(PAGE, "step").unwrap().fill("method", "text").fill("code", "12 34");
        assert_eq!(form.body(), "key=a%26b%20%3E%20c&method=text&code=12%2034");
    }

    #[test]
    fn a_page_without_the_form_has_none() {
        assert_eq!(find(PAGE, "another"), None);
    }
}
