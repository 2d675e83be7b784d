//! The judge of passwords: one pure function, the same in the browser while somebody types and on the server on submit.
//!
//! It says everything that is wrong at once, because a person who is told one thing at a time gives up. It never cuts: what is
//! too long is refused. It does not know which passwords this person had before, what a directory thinks, or how the
//! candidate was typed; whoever calls it gives what is to be known of Unicode (`String.prototype.normalize` and
//! `toLowerCase` there, a crate and the standard library here) and the common list if it is at hand.
//!
//! Points are counted in `score.rs`. The verdict needs five over the whole candidate, so a strong
//! phrase around a banned word passes. Which pieces of the cheapest reading are to blame decides what is said: names
//! appear as [`Broken::NameInside`], everything else as [`Broken::Guessable`], and a candidate that is merely short as
//! neither. The meter shows the points of the first 100 characters and is advice only.

use serde::{Deserialize, Serialize};

use super::common::Common;
use super::fold;
use super::rules::{CLASSES_NEEDED, MAXIMUM, Rules};
use super::score::{NEEDED, Origin, Piece, Reading, Term};
use super::scratch::Scratch;
use super::terms::{Terms, base};

/// The meter looks at so many characters; a longer phrase is not stronger in any way that matters.
const METER: usize = 100;

/// What the judge says of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Unicode code points after NFC.
    pub length: u16,
    /// Everything that is wrong, in the order a page lists it. Empty: the candidate may be chosen.
    pub broken: Vec<Broken>,
    /// What the score and the broken rules come to, as a word.
    pub strength: Strength,
    /// Points of the first 100 characters.
    pub score: u16,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn passes(&self) -> bool {
        self.broken.is_empty()
    }
}

/// A rule that a candidate does not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// Fewer characters than the rules ask for.
    TooShort {
        /// Characters asked for.
        minimum: u8,
        /// Characters there are.
        length: u16,
    },
    /// More characters than [`MAXIMUM`].
    TooLong {
        /// Characters allowed.
        maximum: u16,
    },
    /// NUL, another C0 control or DEL: not to be typed at a sign-in, and the end of the string for programs in C.
    Control,
    /// Too little is left beside everyday words, own terms and patterns.
    Guessable {
        /// The longest word found; `None` where it is a run, a sequence, a year or a repetition.
        found: Option<String>,
    },
    /// Too little is left beside a name of the person or the organisation.
    NameInside {
        /// The longest name found.
        found: String,
    },
    /// The whole of it stands on the common-password list.
    Common,
    /// Too few character classes.
    Classes {
        /// Classes there are.
        have: u8,
        /// Classes asked for.
        need: u8,
    },
}

impl Broken {
    /// The rule's name as it is on the wire, for an element's id or a log field.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::Control => "control",
            Self::Guessable { .. } => "guessable",
            Self::NameInside { .. } => "name_inside",
            Self::Common => "common",
            Self::Classes { .. } => "classes",
        }
    }
}

/// The word at the meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// One bar: can be guessed, or hardly anything is there yet.
    Weak,
    /// Two bars.
    Fair,
    /// Three bars.
    Strong,
    /// Four bars.
    VeryStrong,
}

impl Strength {
    /// The steps are lengths: below eight, below twelve, below eighteen characters that belong to nothing. Whatever can be
    /// guessed is weak however long it is, and what may not be chosen for another reason is never called strong.
    fn of(score: u16, broken: &[Broken]) -> Self {
        let most = broken.iter().map(|rule| match rule {
            Broken::Guessable { .. } | Broken::NameInside { .. } | Broken::Common => Self::Weak,
            _ => Self::Fair,
        });
        let reached = match score {
            0..8 => Self::Weak,
            8..12 => Self::Fair,
            12..18 => Self::Strong,
            _ => Self::VeryStrong,
        };
        most.fold(reached, Self::min)
    }
}

/// What the judge asks of Unicode: on the server its tables are compiled in, in the browser they are there already.
pub struct Unicode<'a> {
    /// Normalisation form C.
    pub normalise: &'a dyn Fn(&str) -> String,
    /// The lower case of one character that is not ASCII, as one character.
    pub lower: &'a dyn Fn(char) -> char,
}

/// Judges a candidate as it was typed. `normalise` is NFC; without a list (it may still be on its way to the browser)
/// [`Broken::Common`] is left to the server.
pub fn judge(
    candidate: &str,
    rules: &Rules,
    terms: &Terms,
    common: Option<&Common>,
    normalise: &dyn Fn(&str) -> String,
) -> Verdict {
    let unicode = Unicode {
        normalise,
        lower: &fold::lower,
    };
    judge_by(&unicode, candidate, rules, terms, common)
}

/// The same with the knowledge of Unicode from elsewhere.
pub fn judge_by(
    unicode: &Unicode<'_>,
    candidate: &str,
    rules: &Rules,
    terms: &Terms,
    common: Option<&Common>,
) -> Verdict {
    let text = Scratch::new((unicode.normalise)(candidate));
    let length = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
    let terms = prepared(terms);
    // Refused already if it is longer, so the rest is not worth reading.
    let read = text
        .char_indices()
        .nth(usize::from(MAXIMUM))
        .map_or(text.as_str(), |(end, _)| &text[..end]);
    let reading = Reading::of(read, &terms, unicode.lower);

    let mut broken = Vec::new();
    if length < u16::from(rules.minimum()) {
        broken.push(Broken::TooShort {
            minimum: rules.minimum(),
            length,
        });
    }
    if length > MAXIMUM {
        broken.push(Broken::TooLong { maximum: MAXIMUM });
    }
    if text.chars().any(|c| c.is_ascii_control()) {
        broken.push(Broken::Control);
    }
    if reading.points(usize::MAX) < NEEDED {
        blame(&reading, &mut broken);
    }
    if common.is_some_and(|list| list.contains(&text)) {
        broken.push(Broken::Common);
    }
    let have = classes(&text);
    if rules.classes_required() && have < CLASSES_NEEDED {
        broken.push(Broken::Classes {
            have,
            need: CLASSES_NEEDED,
        });
    }
    let score = reading.points(METER);
    Verdict {
        length,
        strength: Strength::of(score, &broken),
        score,
        broken,
    }
}

fn prepared(terms: &Terms) -> Vec<Term<'_>> {
    let everyday = base().chain(terms.own());
    everyday
        .filter_map(|word| Term::new(word, Origin::Everyday))
        .chain(terms.of_people().filter_map(|name| Term::new(name, Origin::Name)))
        .collect()
}

/// Says which pieces of the reading made it cheap.
fn blame(reading: &Reading<'_>, broken: &mut Vec<Broken>) {
    let (mut word, mut name, mut pattern) = ("", "", false);
    for piece in reading.pieces() {
        match piece {
            Piece::Character => {}
            Piece::Pattern => pattern = true,
            Piece::Found(origin, text) => {
                let longest = match origin {
                    Origin::Everyday => &mut word,
                    Origin::Name => &mut name,
                };
                if text.len() > longest.len() {
                    *longest = text;
                }
            }
        }
    }
    if pattern || !word.is_empty() {
        broken.push(Broken::Guessable {
            found: (!word.is_empty()).then(|| word.to_owned()),
        });
    }
    if !name.is_empty() {
        broken.push(Broken::NameInside { found: name.to_owned() });
    }
}

/// Upper case, lower case, ASCII digits, everything else (spaces and letters without case among it).
fn classes(text: &str) -> u8 {
    let kinds: [fn(char) -> bool; 4] = [
        char::is_uppercase,
        char::is_lowercase,
        |c| c.is_ascii_digit(),
        |c| !c.is_uppercase() && !c.is_lowercase() && !c.is_ascii_digit(),
    ];
    kinds.into_iter().map(|kind| u8::from(text.chars().any(kind))).sum()
}

#[cfg(test)]
mod tests;
