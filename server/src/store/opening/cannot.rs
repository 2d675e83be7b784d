//! Why a database was not opened, in words for an operator.

use std::fmt;
use std::path::PathBuf;

use super::unreachable::Unreachable;
use crate::store::Breakdown;

/// Why the database was not opened.
#[derive(Debug)]
pub enum CannotOpen {
    /// Another process has it open.
    InUse(PathBuf),
    /// It was written by a later version of this program.
    NewerSchema {
        /// Its last migration.
        found: i64,
        /// Our last migration.
        known: i64,
    },
    /// It was written by an earlier version of this program, and it is for `aikagi migrate` to change that.
    OlderSchema {
        /// Its last migration; 0 for an empty database.
        found: i64,
        /// Our last migration.
        known: i64,
    },
    /// The server does not let us in.
    Unreachable(Unreachable),
    /// The server is older than the oldest that will do; its version.
    OldServer(String),
    /// The database does not hold every letter; its encoding.
    Encoding(String),
    /// The role that is to serve does not exist.
    NoRole(String),
    /// What can be done with a file was asked of a server.
    NoFile,
    /// The SQLite that was built in has a known bug that corrupts files.
    OldSqlite(String),
    /// The file lies where SQLite cannot keep its promises, on a network drive say; what it answered.
    NotDurable(String),
    /// It was not closed the last time, and what it holds is not whole.
    Damaged {
        /// Where it lies.
        place: PathBuf,
        /// The first thing that SQLite finds.
        what: String,
    },
    /// The path cannot be one of a database.
    Place(PathBuf),
    /// The file, its lock or its copy cannot be written.
    File(PathBuf, std::io::Error),
    /// A migration failed; the database is as it was before it.
    Migration(sqlx::migrate::MigrateError),
    /// Anything else.
    Breakdown(Breakdown),
}

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(place) => write!(f, "{} is open in another process", place.display()),
            Self::NewerSchema { found, known } => {
                write!(
                    f,
                    "the database is at schema {found}, this program knows {known}: it is the older of the two"
                )
            }
            Self::OlderSchema { found, known } => {
                write!(
                    f,
                    "the database is at schema {found}, this program needs {known}: run `aikagi migrate` first"
                )
            }
            Self::Unreachable(why) => fmt::Display::fmt(why, f),
            Self::OldServer(version) => write!(f, "the database server is PostgreSQL {version}; 13 or later is needed"),
            Self::Encoding(found) => write!(f, "the database is encoded in {found}; make one with encoding 'UTF8'"),
            Self::NoRole(name) => write!(f, "there is no role {name}; make it with: create role \"{name}\" login"),
            Self::NoFile => f.write_str("the database is on a PostgreSQL server: copy it with pg_dump"),
            Self::OldSqlite(version) => write!(f, "SQLite {version} can corrupt the database; 3.51.3 is needed"),
            Self::NotDurable(told) => write!(
                f,
                "this file system is not fit for a database ({told}); use a local disk"
            ),
            Self::Damaged { place, what } => write!(
                f,
                "{} is damaged ({what}); restore the last backup, and keep this file until it is clear what was lost",
                place.display()
            ),
            Self::Place(place) => write!(f, "{} cannot be a database", place.display()),
            Self::File(place, cause) => write!(f, "{}: {cause}", place.display()),
            Self::Migration(cause) => write!(f, "the database could not be brought up to date: {cause}"),
            Self::Breakdown(cause) => fmt::Display::fmt(cause, f),
        }
    }
}

impl std::error::Error for CannotOpen {}

impl From<Breakdown> for CannotOpen {
    fn from(cause: Breakdown) -> Self {
        Self::Breakdown(cause)
    }
}

impl From<sqlx::Error> for CannotOpen {
    fn from(cause: sqlx::Error) -> Self {
        Self::Breakdown(cause.into())
    }
}
