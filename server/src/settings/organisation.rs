//! Whose portal it is, in every language.

use portal::account::Language;

use super::mistake::Wrong;
use super::section::Section;
use crate::invisible::is_invisible;

/// Longest name and longest line of help, in code points.
const LONGEST_NAME: usize = 64;
const LONGEST_HELP: usize = 200;

/// A text in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    en: String,
    ja: String,
}

impl Wording {
    /// The text in a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Ja => &self.ja,
        }
    }
}

/// Whose portal it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its name, at the head of every page and in every message.
    pub name: Wording,
    /// One character or two that stand in for a picture.
    pub emblem: String,
    /// One line for the foot of every page: where to find help.
    pub help: Option<Wording>,
    /// The language for those whose browser asks for none of ours.
    pub default_language: Language,
}

pub(super) fn read(section: Section<'_>) -> Organisation {
    let name = wording(section.section("name"), LONGEST_NAME).unwrap_or_else(|| Wording {
        en: "Aikagi".into(),
        ja: "Aikagi".into(),
    });
    let emblem = section.read("emblem", |text| {
        let text = line(text, 2)?;
        if text.contains(char::is_whitespace) {
            Err(Wrong::new("is one character or two, without a space"))
        } else {
            Ok(text)
        }
    });
    let help = wording(section.section("help"), LONGEST_HELP);
    let default_language = section.read("default_language", |text| {
        Language::ALL
            .into_iter()
            .find(|language| language.tag() == text)
            .ok_or_else(|| Wrong::new("is \"en\" or \"ja\""))
    });
    section.finish();
    Organisation {
        emblem: emblem.unwrap_or_else(|| name.en.chars().take(1).flat_map(char::to_uppercase).collect()),
        name,
        help,
        default_language: default_language.unwrap_or_default(),
    }
}

/// A text in every language; one that is missing is said as in the other.
fn wording(section: Section<'_>, longest: usize) -> Option<Wording> {
    let en = section.read("en", |text| line(text, longest));
    let ja = section.read("ja", |text| line(text, longest));
    section.finish();
    let any = en.clone().or_else(|| ja.clone())?;
    Some(Wording {
        en: en.unwrap_or_else(|| any.clone()),
        ja: ja.unwrap_or(any),
    })
}

/// One line that shows as it is written: it goes into mails as well as into pages.
fn line(text: &str, longest: usize) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Wrong::new("is empty"));
    }
    if text.chars().count() > longest {
        return Err(Wrong::new(format!("is longer than {longest} characters")));
    }
    if text.contains(|c: char| c.is_control() || is_invisible(c)) {
        return Err(Wrong::new("holds a line break or an invisible character"));
    }
    Ok(text.to_owned())
}
