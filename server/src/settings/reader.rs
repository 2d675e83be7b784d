//! One TOML file and the environment while they are being read: where everything stood, and what was wrong.
//!
//! Mistakes are collected, never returned, so that an operator hears of all of them at once. Knows no key by name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::mistake::{Mistake, Place, Wrong, meant};

/// Environment variables by name.
pub type Environment = BTreeMap<String, String>;

/// What the names of all our variables begin with.
pub(super) const PREFIX: &str = "AIKAGI_";

/// The file, the environment, and what is wrong with them.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub environment: &'a Environment,
    /// Every variable that was asked for.
    pub variables: RefCell<BTreeSet<String>>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, environment: &'a Environment) -> Self {
        Self {
            text,
            environment,
            mistakes: RefCell::default(),
            variables: RefCell::default(),
        }
    }

    /// The line of a place in the text.
    pub fn line(&self, span: Option<Range<usize>>) -> Place {
        span.map_or(Place::File, |span| {
            Place::Line(1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count())
        })
    }

    pub fn record(&self, place: Place, key: Option<String>, wrong: Wrong) {
        self.mistakes.borrow_mut().push(Mistake::new(place, key, wrong));
    }

    /// What was wrong, with variables that look like a misspelt one.
    pub fn finish(self) -> Vec<Mistake> {
        let known = self.variables.take();
        // Compared without what all of them share, which would make any two look alike.
        let bare: Vec<&str> = known.iter().filter_map(|name| name.strip_prefix(PREFIX)).collect();
        for (name, typed) in self
            .environment
            .keys()
            .filter_map(|name| Some((name, name.strip_prefix(PREFIX)?)))
        {
            if known.contains(name) {
                continue;
            }
            if let Some(right) = meant(typed, bare.iter().copied()) {
                let wrong = Wrong::new("is not a setting").hint(format!("did you mean {PREFIX}{right}?"));
                self.record(Place::Variable(name.clone()), None, wrong);
            }
        }
        self.mistakes.into_inner()
    }
}
