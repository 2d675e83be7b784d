//! A text with places to fill in, escaped for where it goes: what is filled in can never become part of the form.

use std::fmt;

use portal::account::Language;

use super::mistake::{Wrong, meant};

/// The names of the places.
const PLACES: [(&str, Place); 5] = [
    ("to", Place::To),
    ("text", Place::Text),
    ("text_xml", Place::TextXml),
    ("id", Place::Id),
    ("language", Place::Language),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    To,
    Text,
    /// The text inside XML inside the form, as calls of the Twilio kind want it.
    TextXml,
    Id,
    Language,
}

/// What is escaped how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Inside the strings of JSON.
    Json,
    /// Percent-encoded, as in addresses and form bodies.
    Encoded,
}

#[derive(Clone)]
enum Piece {
    Literal(String),
    Place(Place),
}

/// A text with places to fill in.
#[derive(Clone)]
pub struct Template {
    pieces: Vec<Piece>,
    form: Form,
}

/// What goes into the places.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    /// The number, in E.164.
    pub to: &'a str,
    /// The message.
    pub text: &'a str,
    /// The name of the message, the same when it is sent again.
    pub id: &'a str,
    /// The language of the message.
    pub language: Language,
}

impl Template {
    /// Reads `{to}`, `{text}`, `{text_xml}`, `{id}` and `{language}`; other braces stand for themselves.
    pub(super) fn parse(text: &str, form: Form) -> Result<Self, Wrong> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let after = &rest[open + 1..];
            let length = after
                .find(|c: char| !c.is_ascii_lowercase() && c != '_')
                .unwrap_or(after.len());
            let (name, tail) = after.split_at(length);
            if name.is_empty() || !tail.starts_with('}') {
                literal.push_str(&rest[..=open]);
                rest = after;
                continue;
            }
            let known = PLACES.iter().find(|(known, _)| *known == name);
            let Some((_, place)) = known else {
                let names = PLACES.map(|(known, _)| known);
                let hint = meant(name, names).map_or_else(
                    || format!("known are {}", names.join(", ")),
                    |right| format!("did you mean {{{right}}}?"),
                );
                return Err(Wrong::new(format!("has a place {{{name}}} that nothing is filled into")).hint(hint));
            };
            literal.push_str(&rest[..open]);
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            pieces.push(Piece::Place(*place));
            rest = &tail[1..];
        }
        literal.push_str(rest);
        pieces.push(Piece::Literal(literal));
        let template = Self { pieces, form };
        // A place outside of quotes would not survive the escaped quote.
        if form == Form::Json && serde_json::from_str::<serde_json::Value>(&template.fill_all_with("\"")).is_err() {
            let hint = r#"every place stands inside quotes: body = '{"to": "{to}", "text": "{text}"}'"#;
            return Err(Wrong::new("is not JSON").hint(hint));
        }
        Ok(template)
    }

    /// The text with its places filled in.
    pub fn fill(&self, filling: Filling<'_>) -> String {
        self.render(|place| match place {
            Place::To => filling.to.to_owned(),
            Place::Text => filling.text.to_owned(),
            Place::TextXml => xml(filling.text),
            Place::Id => filling.id.to_owned(),
            Place::Language => filling.language.tag().to_owned(),
        })
    }

    pub(super) fn fill_all_with(&self, text: &str) -> String {
        self.render(|_| text.to_owned())
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        self.pieces.iter().any(|piece| {
            let Piece::Place(place) = piece else { return false };
            PLACES
                .iter()
                .any(|(known, at)| at == place && (*known == name || known.strip_suffix("_xml") == Some(name)))
        })
    }

    fn render(&self, value: impl Fn(Place) -> String) -> String {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Place(place) => filled.push_str(&self.form.escape(&value(*place))),
            }
        }
        filled
    }
}

impl fmt::Debug for Template {
    /// Blind: the address of a gateway may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({:?})", self.form)
    }
}

impl Form {
    fn escape(self, text: &str) -> String {
        match self {
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Encoded => {
                let mut encoded = String::new();
                for byte in text.bytes() {
                    // RFC 3986 §2.3: what needs no encoding anywhere.
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        encoded.push(char::from(byte));
                    } else {
                        encoded.push('%');
                        encoded.push_str(&hex::encode_upper([byte]));
                    }
                }
                encoded
            }
        }
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "コード \"12\" & <b>\\n\r\n{to}%41+=?";

    fn filled(template: &str, form: Form) -> String {
        Template::parse(template, form).unwrap().fill(Filling {
            to: "+819012345678",
            text: NASTY,
            id: "m-1",
            language: Language::Ja,
        })
    }

    #[test]
    fn json_says_exactly_what_was_filled_in() {
        let json = filled(
            r#"{"to":"{to}","text":"{text}","ref":"{id}","lang":"{language}","n":{"deep":[1]}}"#,
            Form::Json,
        );
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["to"], "+819012345678");
        assert_eq!(value["text"], NASTY);
        assert_eq!(
            (value["ref"].as_str(), value["lang"].as_str()),
            (Some("m-1"), Some("ja"))
        );
    }

    #[test]
    fn a_form_says_exactly_what_was_filled_in() {
        let body = filled("To={to}&Body={text}&Tag={id}", Form::Encoded);
        let pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        assert_eq!(
            pairs,
            [
                ("To".into(), "+819012345678".into()),
                ("Body".into(), NASTY.into()),
                ("Tag".into(), "m-1".into())
            ]
        );
    }

    #[test]
    fn a_call_can_be_told_in_xml() {
        let body = filled("Twiml=<Response><Say>{text_xml}</Say></Response>", Form::Encoded);
        assert!(body.contains("%26amp%3B%20%26lt%3Bb%26gt%3B"), "{body}");
    }

    #[test]
    fn a_place_that_nothing_fills_is_told_with_the_one_that_was_meant() {
        let wrong = format!("{:?}", Template::parse("To={too}", Form::Encoded).unwrap_err());
        assert!(wrong.contains("did you mean {to}?"), "{wrong}");
        assert!(Template::parse("{\"to\": {to}}", Form::Json).is_err());
        assert!(Template::parse("{\"to\": \"{to}\"", Form::Json).is_err());
    }
}
