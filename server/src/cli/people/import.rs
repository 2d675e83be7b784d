//! Many people from a file: all of it is looked at before anybody is added or changed.

use std::collections::HashMap;
use std::path::PathBuf;

use csv::{ErrorKind, StringRecord};

use super::Register;
use super::entry::{COLUMNS, Entry, First, Person, Standards, Wrongs, looks_like};
use super::update::{Difference, one_mailbox};
use crate::cli::serve::Opened;
use crate::cli::{Outcome, Sentence, shown};
use crate::settings::{Mistake, Mistakes, Place, Wrong, meant};
use crate::store::SqlStore;

/// Add many people.
#[derive(clap::Args)]
pub struct Import {
    /// The file; its first line names the columns.
    file: PathBuf,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Change those who are there already, as far as the columns of the file go: display, groups, mailbox, email,
    /// phone and `office_phone`. Of email and phones an empty one is taken away. What people have proved themselves
    /// stays, and so do roles, languages and passwords.
    #[arg(long)]
    update: bool,
    /// Make up no first passwords: whoever has none in the file sets one by a reset, with the email and phone of the file.
    /// Somebody without them gets a password by `people set --new-password`.
    #[arg(long)]
    no_passwords: bool,
}

/// A person, and the line they stand in.
struct Line {
    number: usize,
    person: Person,
    /// There is an account with this name.
    is_there: bool,
}

impl Import {
    /// Adds the people of a file, and changes those who are there where that is asked for; or says what would be done.
    pub async fn run(self, opened: &Opened) -> Outcome {
        let standards = Standards::of(opened).await?;
        let (lines, columns) = read(&opened.store, &standards, &self).await?;
        let register = Register::new(opened, standards);
        let (mut added, mut changed, mut there) = (0_u32, 0_u32, 0_u32);
        for mut line in lines {
            let name = shown::line(line.person.new.name.as_str());
            let difference = if line.is_there && self.update {
                Difference::of(&opened.store, line.person.new.name.clone(), &line.person.new, &columns).await?
            } else {
                None
            };
            let told = if let Some(difference) = difference {
                changed += 1;
                let what = difference.told();
                if self.dry_run {
                    format!("{name} would be changed: {what}")
                } else {
                    difference.make_true(&opened.store).await?;
                    format!("{name} is changed: {what}")
                }
            } else if line.is_there {
                there += 1;
                format!("{name} is there already")
            } else {
                added += 1;
                if self.dry_run {
                    format!("{name} would be added")
                } else {
                    if self.no_passwords && matches!(line.person.first, First::ToMakeUp) {
                        line.person.first = First::Nothing;
                    }
                    register.add(line.person).await?
                }
            };
            println!("line {}: {told}", line.number);
        }
        let would = if self.dry_run { "would be " } else { "" };
        let changed = if self.update {
            format!("{changed} {would}changed, ")
        } else {
            String::new()
        };
        println!("{added} {would}added, {changed}{there} there already");
        Ok(())
    }
}

/// Everybody in the file with its columns, or everything that is wrong with it.
async fn read(store: &SqlStore, standards: &Standards, import: &Import) -> Result<(Vec<Line>, StringRecord), Sentence> {
    let shown = import.file.display().to_string();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_path(&import.file)
        .map_err(|error| format!("{shown}: {error}"))?;
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            let mistake = Mistake::new(Place::Line(1), Some("name".into()), unread(&error));
            return Err(format!("nothing was imported\n{}", Mistakes::new(&shown, vec![mistake])).into());
        }
    };
    let mut mistakes = wrong_columns(&headers);
    let mut lines = Vec::new();
    let mut names = HashMap::new();
    // A column that nobody knows is told once, not in every line.
    let records = if mistakes.is_empty() {
        reader.records().collect()
    } else {
        Vec::new()
    };
    for record in records {
        let (number, entry) = typed(record, &headers);
        let person = entry.and_then(|entry| entry.read(standards));
        let known = match &person {
            Ok(person) => store.resembling(&person.new.name).await?,
            Err(_) => None,
        };
        let wrongs = match person.and_then(|person| distinct(person, number, known, &mut names)) {
            Ok(line) => {
                let clash = if line.is_there && import.update {
                    one_mailbox(store, &line.person.new, &headers).await?
                } else {
                    None
                };
                lines.push(line);
                clash.into_iter().collect()
            }
            Err(wrongs) => wrongs,
        };
        let told = wrongs.into_iter();
        mistakes.extend(told.map(|(key, wrong)| Mistake::new(Place::Line(number), Some(key.to_owned()), wrong)));
    }
    if mistakes.is_empty() {
        Ok((lines, headers))
    } else {
        Err(format!("nothing was imported\n{}", Mistakes::new(&shown, mistakes)).into())
    }
}

fn wrong_columns(headers: &StringRecord) -> Vec<Mistake> {
    let unknown = headers.iter().filter(|header| !COLUMNS.contains(header));
    let mut mistakes: Vec<Mistake> = unknown
        .map(|header| {
            let hint = meant(header, COLUMNS).map_or_else(
                || format!("known here: {}", COLUMNS.join(", ")),
                |right| format!("did you mean `{right}`?"),
            );
            let wrong = Wrong::new("is no column").hint(hint);
            Mistake::new(Place::Line(1), Some(header.escape_debug().to_string()), wrong)
        })
        .collect();
    if !headers.iter().any(|header| header == "name") {
        let wrong = Wrong::new("is missing").hint("the first line names the columns");
        mistakes.push(Mistake::new(Place::Line(1), Some("name".into()), wrong));
    }
    mistakes
}

/// What stands in a line, and its number.
fn typed(record: csv::Result<StringRecord>, headers: &StringRecord) -> (usize, Result<Entry, Wrongs>) {
    let number = match &record {
        Ok(record) => record.position(),
        Err(error) => error.position(),
    };
    let number = number.map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
    let entry = record.and_then(|record| record.deserialize(Some(headers)));
    (number, entry.map_err(|error| vec![("name", unread(&error))]))
}

/// Why a line cannot be read.
fn unread(error: &csv::Error) -> Wrong {
    match error.kind() {
        ErrorKind::Utf8 { .. } => {
            Wrong::new("stands in a line that is not in UTF-8").hint("save the file as \u{201c}CSV UTF-8\u{201d}")
        }
        ErrorKind::UnequalLengths { .. } => Wrong::new("has other columns beside it than the first line names"),
        ErrorKind::Io(cause) => Wrong::new(format!("cannot be read: {cause}")),
        // What was typed may be a password.
        _ => Wrong::new("stands in a line that cannot be read"),
    }
}

/// A line whose name is nobody else's, in the file or in the store, to the eye either.
fn distinct(
    person: Person,
    number: usize,
    known: Option<String>,
    names: &mut HashMap<String, (usize, String)>,
) -> Result<Line, Wrongs> {
    let name = person.new.name.as_str().to_owned();
    let wrong = match names.insert(person.new.name.skeleton(), (number, name.clone())) {
        Some((line, other)) if other == name => Some(Wrong::new(format!("stands in line {line} already"))),
        Some((line, other)) => Some(looks_like(&format!("`{other}` in line {line}"))),
        None => known
            .as_ref()
            .filter(|other| **other != name)
            .map(|other| looks_like(&format!("`{other}`, who is there already"))),
    };
    match wrong {
        Some(wrong) => Err(vec![("name", wrong)]),
        None => Ok(Line {
            number,
            person,
            is_there: known.is_some(),
        }),
    }
}
