//! What can be wrong with settings, said so that it can be put right: where, what, and how it should look.

use std::fmt;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole: something is missing.
    File,
    /// A line of the file, from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
}

/// Why a value is not taken. It must not repeat a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    what: String,
    hint: Option<String>,
}

impl Wrong {
    /// What is wrong, to be read after the name of the key: "is not a number".
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    /// How it would be right.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    place: Place,
    /// The key with its sections, as in `mail.port`; none where the file is no TOML at all.
    key: Option<String>,
    wrong: Wrong,
}

impl Mistake {
    /// A mistake at a place.
    pub(crate) fn new(place: Place, key: Option<String>, wrong: Wrong) -> Self {
        Self { place, key, wrong }
    }
}

/// Everything that is wrong with the settings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    file: String,
    all: Vec<Mistake>,
}

impl Mistakes {
    /// All mistakes of a file, or of what stands in its stead.
    pub(crate) fn new(file: &str, mut all: Vec<Mistake>) -> Self {
        all.sort_by(|one, other| one.place.cmp(&other.place));
        Self { file: file.into(), all }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.all.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            match &mistake.place {
                Place::File => write!(f, "{}: ", self.file)?,
                Place::Line(line) => write!(f, "{}:{line}: ", self.file)?,
                Place::Variable(name) => write!(f, "environment variable {name}: ")?,
            }
            if let Some(key) = &mistake.key {
                write!(f, "`{key}` ")?;
            }
            f.write_str(&mistake.wrong.what)?;
            if let Some(hint) = &mistake.wrong.hint {
                write!(f, "\n    {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The word among `known` that somebody probably meant.
pub(crate) fn meant<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &&str| strsim::damerau_levenshtein(typed, word) <= 1 + word.len() / 5;
    known
        .into_iter()
        .filter(near)
        .min_by_key(|word| strsim::damerau_levenshtein(typed, word))
}
