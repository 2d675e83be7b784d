//! One section of the settings: its keys by name, from the file or from the environment.
//!
//! Every key that is asked for is a key that exists; whatever else stands in the section is a mistake.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use toml_edit::{Item, TableLike};

use super::mistake::{Place, Wrong, meant};
use super::reader::{PREFIX, Reader};

/// One table of the file, whether it is there or not.
pub(super) struct Section<'r> {
    reader: &'r Reader<'r>,
    path: Vec<&'static str>,
    table: Option<&'r dyn TableLike>,
    asked: RefCell<Vec<&'static str>>,
}

/// A text, and where it stood.
struct Found {
    text: String,
    place: Place,
}

impl<'r> Section<'r> {
    /// What stands under no section.
    pub fn root(reader: &'r Reader<'r>, table: &'r dyn TableLike) -> Self {
        Self {
            reader,
            path: Vec::new(),
            table: Some(table),
            asked: RefCell::default(),
        }
    }

    /// A section inside this one.
    pub fn section(&self, key: &'static str) -> Section<'r> {
        self.asked.borrow_mut().push(key);
        let item = self.item(key);
        let table = item.and_then(Item::as_table_like);
        if item.is_some() && table.is_none() {
            self.complain(
                key,
                Wrong::new("is a section").hint(format!("write [{}] on a line of its own", self.name(key))),
            );
        }
        let path = [self.path.as_slice(), &[key]].concat();
        Section {
            reader: self.reader,
            path,
            table,
            asked: RefCell::default(),
        }
    }

    /// Whether anything says something about this section.
    pub fn is_there(&self) -> bool {
        let prefix = format!("{}_", variable(&self.path));
        self.table.is_some() || self.reader.environment.keys().any(|name| name.starts_with(&prefix))
    }

    /// Whether the key has a value.
    pub fn has(&self, key: &'static str) -> bool {
        self.item(key).is_some() || self.reader.environment.contains_key(&self.variable(key))
    }

    /// Whether the key has a value that is no section.
    pub fn is_text(&self, key: &'static str) -> bool {
        self.reader.environment.contains_key(&self.variable(key))
            || self.item(key).is_some_and(|item| item.as_table_like().is_none())
    }

    /// A text that is more than a text. Nothing where it is missing or wrong.
    pub fn read<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let found = self.text(key)?;
        parse(&found.text)
            .map_err(|wrong| self.record(found.place, key, wrong))
            .ok()
    }

    /// The same for a key that must be there.
    pub fn need<T>(&self, key: &'static str, example: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.reader.variables.borrow_mut().insert(self.variable(key));
            self.complain(
                key,
                Wrong::new("is missing").hint(format!("for example: {key} = {example}")),
            );
        }
        self.read(key, parse)
    }

    /// A whole number.
    pub fn number(&self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let (number, place) = if let Some(item) = self.toml(key) {
            (item.as_integer(), self.reader.line(item.span()))
        } else {
            let Found { text, place } = self.variable_value(key)?;
            (text.trim().parse().ok(), place)
        };
        let number = number
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            let wrong = Wrong::new(format!("is a number from {} to {}", range.start(), range.end()));
            self.record(
                place,
                key,
                wrong.hint(format!("without quotes: {key} = {}", range.start())),
            );
        }
        number
    }

    /// A list of texts; in the environment with commas between them.
    pub fn list<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Vec<T> {
        let take = |found: Found| {
            parse(found.text.trim())
                .map_err(|wrong| self.record(found.place, key, wrong))
                .ok()
        };
        let Some(item) = self.toml(key) else {
            let Some(Found { text, place }) = self.variable_value(key) else {
                return Vec::new();
            };
            let words = text.split(',').filter(|word| !word.trim().is_empty());
            return words
                .filter_map(|word| {
                    take(Found {
                        text: word.into(),
                        place: place.clone(),
                    })
                })
                .collect();
        };
        let Some(array) = item.as_array() else {
            self.complain(
                key,
                Wrong::new("is a list").hint(format!("in brackets: {key} = [\"…\", \"…\"]")),
            );
            return Vec::new();
        };
        let texts = array.iter().filter_map(|value| {
            let place = self.reader.line(value.span());
            let Some(text) = value.as_str() else {
                self.record(place, key, Wrong::new("is a list of texts in quotes"));
                return None;
            };
            Some(Found {
                text: text.into(),
                place,
            })
        });
        texts.filter_map(take).collect()
    }

    /// Every key of a section whose keys are free, with its text. Variables may add to it and take precedence; in their
    /// names an underscore stands for a hyphen.
    pub fn pairs(&self, parse: impl Fn(&str, &str) -> Result<(), Wrong>) {
        let prefix = format!("{}_", variable(&self.path));
        let as_variable = |key: &str| format!("{prefix}{}", key.to_uppercase().replace('-', "_"));
        let mut replaced = BTreeSet::new();
        for (name, text) in self
            .reader
            .environment
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
        {
            self.reader.variables.borrow_mut().insert(name.clone());
            replaced.insert(name.as_str());
            let key = name[prefix.len()..].to_lowercase().replace('_', "-");
            if let Err(wrong) = parse(&key, text) {
                self.reader.record(Place::Variable(name.clone()), None, wrong);
            }
        }
        for (key, item) in self.table.into_iter().flat_map(TableLike::iter) {
            if replaced.contains(as_variable(key).as_str()) {
                continue;
            }
            let outcome = item
                .as_str()
                .ok_or_else(|| Wrong::new("is a text in quotes"))
                .and_then(|text| parse(key, text));
            if let Err(wrong) = outcome {
                let name = format!("{}.{key}", self.path.join("."));
                self.reader.record(self.reader.line(item.span()), Some(name), wrong);
            }
        }
    }

    /// Says that a key is wrong where that shows only beside others.
    pub fn complain(&self, key: &'static str, wrong: Wrong) {
        let place = if self.reader.environment.contains_key(&self.variable(key)) {
            Place::Variable(self.variable(key))
        } else {
            self.reader.line(self.item(key).and_then(Item::span))
        };
        self.record(place, key, wrong);
    }

    /// Whatever was not asked for is a mistake.
    pub fn finish(self) {
        let asked = self.asked.take();
        for (key, item) in self.table.into_iter().flat_map(TableLike::iter) {
            if asked.contains(&key) {
                continue;
            }
            let hint = meant(key, asked.iter().copied()).map_or_else(
                || format!("known here: {}", asked.join(", ")),
                |right| format!("did you mean `{right}`?"),
            );
            let span = self
                .table
                .and_then(|table| table.get_key_value(key))
                .and_then(|(key, _)| key.span())
                .or(item.span());
            let name = [self.path.as_slice(), &[key]].concat().join(".");
            self.reader.record(
                self.reader.line(span),
                Some(name),
                Wrong::new("is not a setting").hint(hint),
            );
        }
    }

    fn text(&self, key: &'static str) -> Option<Found> {
        let Some(item) = self.toml(key) else {
            return self.variable_value(key);
        };
        let Some(text) = item.as_str() else {
            self.complain(
                key,
                Wrong::new("is a text in quotes").hint(format!("for example: {key} = \"…\"")),
            );
            return None;
        };
        Some(Found {
            text: text.into(),
            place: self.reader.line(item.span()),
        })
    }

    /// The value in the file, where the environment does not replace it.
    fn toml(&self, key: &'static str) -> Option<&'r Item> {
        self.asked.borrow_mut().push(key);
        let name = self.variable(key);
        let replaced = self.reader.environment.contains_key(&name);
        self.reader.variables.borrow_mut().insert(name);
        self.item(key).filter(|_| !replaced)
    }

    fn variable_value(&self, key: &'static str) -> Option<Found> {
        let name = self.variable(key);
        let text = self.reader.environment.get(&name)?.clone();
        Some(Found {
            text,
            place: Place::Variable(name),
        })
    }

    fn item(&self, key: &str) -> Option<&'r Item> {
        self.table.and_then(|table| table.get(key))
    }

    fn record(&self, place: Place, key: &'static str, wrong: Wrong) {
        self.reader.record(place, Some(self.name(key)), wrong);
    }

    fn name(&self, key: &'static str) -> String {
        [self.path.as_slice(), &[key]].concat().join(".")
    }

    fn variable(&self, key: &'static str) -> String {
        variable(&[self.path.as_slice(), &[key]].concat())
    }
}

/// The variable that stands for a key: `AIKAGI_MAIL_PASSWORD`.
fn variable(path: &[&str]) -> String {
    format!("{PREFIX}{}", path.join("_").to_uppercase())
}
