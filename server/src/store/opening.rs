//! Opening the database: here a SQLite file on a local disk, for one process; a server that several share has a file of
//! its own (`server.rs`).
//!
//! Write-ahead log with `synchronous = full`: a commit that was answered survives a power cut. Refused are a SQLite with
//! the write-ahead-log bug that was fixed in 3.51.3, a second process on the same file, a file that an unclean stop left
//! damaged, and a schema from a later version of this program. Before a migration a copy is made.

mod cannot;
mod copying;
mod lock;
mod migration;
mod readiness;
mod reserve;
mod server;
mod soundness;
mod unreachable;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use portal::moment::seconds;
use portal::ports::{Clock, Keys, Label};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, ConnectOptions as _, Executor as _};
use url::Url;

pub use self::cannot::CannotOpen;
use self::copying::back_up;
pub(super) use self::copying::{reader_beside, sync_folder};
use self::lock::Left;
pub(super) use self::lock::Lock;
use self::migration::migrate;
pub use self::readiness::Unready;
pub use self::reserve::Reserve;
pub(super) use self::soundness::Soundness;
use super::foundation::{Foundation, OpenFile};
use super::row::{number, text};
use super::{Result, SqlStore, contacts, policy};
use crate::clock::SystemClock;
use crate::settings::Database;

/// The first SQLite in which two connections that write and checkpoint together do not corrupt the file
/// (<https://sqlite.org/releaselog/3_51_3.html>).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// What the writing connection is told first. Five seconds it waits for a lock that a stranger holds, a person with
/// `sqlite3` say; within the process nobody else writes.
const WRITER: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
     pragma busy_timeout = 5000; pragma trusted_schema = off";
/// What every reading connection is told first: to write is not its business.
const READER: &str = "pragma foreign_keys = on; pragma busy_timeout = 5000; pragma trusted_schema = off; \
     pragma query_only = on";

/// Connections that read. More than the cores of a small server gain nothing.
const READERS: u32 = 4;
/// How long a request waits for a connection, the one that writes as well, before it is told to come back.
const ACQUIRE: Duration = seconds(5);

impl SqlStore {
    /// Opens the database that the settings name. A file is brought up to date; on a server that is done by itself.
    pub async fn of(database: &Database, keys: Arc<dyn Keys>) -> std::result::Result<Self, CannotOpen> {
        match database {
            Database::Sqlite(place) => Self::open(place, keys).await,
            Database::Postgres(place) => Self::connect(place, keys).await,
        }
    }

    /// Opens the database in this file, makes it where there is none, and brings its schema up to date.
    pub async fn open(place: &Path, keys: Arc<dyn Keys>) -> std::result::Result<Self, CannotOpen> {
        install_default_drivers();
        let place = std::path::absolute(place).map_err(|cause| CannotOpen::File(place.to_owned(), cause))?;
        let (lock, left) = Lock::take(&place)?;
        match Connected::open(&place, left, keys.as_ref()).await {
            Ok(connected) => Ok(Self {
                writer: connected.writer,
                reader: connected.reader,
                keys,
                clock: Arc::new(SystemClock),
                foundation: Foundation::File(OpenFile {
                    place,
                    lock,
                    soundness: connected.soundness,
                }),
                decoy: RwLock::new(connected.decoy),
            }),
            Err(refused) => {
                // What was found closed is as it was. What was found open has to be looked at still.
                lock.give_up(left == Left::Closed);
                Err(refused)
            }
        }
    }

    /// The same store by another clock than the system's: for the demo and the tests, whose clock can be moved.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where the database lies, for an operator.
    pub fn place(&self) -> String {
        self.foundation.shown()
    }

    /// The damage that the look after an unclean stop has found, once it is over; where it found none, waits for ever.
    pub async fn damage(&self) -> CannotOpen {
        let found = match &self.foundation {
            Foundation::File(file) => file.soundness.damage().await,
            Foundation::Server(_) => None,
        };
        match found {
            Some(damage) => damage,
            None => std::future::pending().await,
        }
    }

    /// Looks at every page and row of the file, which takes some seconds a gigabyte, or at how a server is set up: what is
    /// wrong, or nothing.
    ///
    /// # Errors
    /// It could not be looked at.
    pub async fn examine(&self) -> std::result::Result<Vec<String>, CannotOpen> {
        match self.foundation.file() {
            Some(place) => soundness::examine(place).await,
            None => self.examine_server().await,
        }
    }

    /// Copies the database, as it stands at one moment, into a file that must not exist yet. Never copy the file itself
    /// while a server runs: what was written last stands in another one.
    pub async fn back_up(&self, to: &Path) -> std::result::Result<(), CannotOpen> {
        back_up(self.foundation.file().ok_or(CannotOpen::NoFile)?, to).await
    }

    /// Closes the store: waits for what is under way, moves the write-ahead log into the file, gives up the lock. Nothing
    /// happens to one that is closed.
    pub async fn close(&self) -> Result<()> {
        if self.writer.is_closed() {
            return Ok(());
        }
        let Foundation::File(file) = &self.foundation else {
            server::close(&self.writer, &self.reader).await;
            return Ok(());
        };
        self.reader.close().await;
        let checkpoint = sqlx::query("pragma wal_checkpoint(truncate)")
            .fetch_all(&self.writer)
            .await;
        self.writer.close().await;
        file.lock.give_up(file.soundness.is_whole() && checkpoint.is_ok());
        checkpoint?;
        Ok(())
    }
}

/// A database that is connected to and up to date.
struct Connected {
    writer: AnyPool,
    reader: AnyPool,
    soundness: Soundness,
    decoy: Vec<u8>,
}

impl Connected {
    async fn open(place: &Path, left: Left, keys: &dyn Keys) -> std::result::Result<Self, CannotOpen> {
        private_file(place)?;
        let address = address(place)?;
        let writer = pool(1, WRITER)
            .connect_with(AnyConnectOptions::from_url(&address)?)
            .await?;
        let connected = Self::prepare(place, left, keys, &address, writer.clone()).await;
        if connected.is_err() {
            writer.close().await;
        }
        connected
    }

    async fn prepare(
        place: &Path,
        left: Left,
        keys: &dyn Keys,
        address: &Url,
        writer: AnyPool,
    ) -> std::result::Result<Self, CannotOpen> {
        check_sqlite(&writer).await?;
        // The first connection has mended what SQLite can mend.
        let soundness = match left {
            Left::Closed => Soundness::of_closed(place),
            Left::Open => Soundness::look(place),
        };
        soundness.settle().await?;
        migrate(&writer, place).await?;
        let decoy = decoy(keys)?;
        let mut tx = writer.begin_with("begin immediate").await?;
        policy::lay_down(&mut tx).await?;
        tx.commit().await?;
        let reader = pool(READERS, READER)
            .connect_with(AnyConnectOptions::from_url(address)?)
            .await?;
        Ok(Self {
            writer,
            reader,
            soundness,
            decoy,
        })
    }
}

/// A sealed nothing.
pub(super) fn decoy(keys: &dyn Keys) -> Result<Vec<u8>> {
    Ok(keys.seal(Label::Contact, contacts::DECOY, b"nobody@nowhere.example")?)
}

fn pool(most: u32, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        // A file does not hang up.
        .test_before_acquire(false)
        .after_connect(move |conn, _| Box::pin(async move { conn.execute(pragmas).await.map(drop) }))
}

/// The file as an address that the driver takes.
fn address(place: &Path) -> std::result::Result<Url, CannotOpen> {
    let unfit = || CannotOpen::Place(place.to_owned());
    // `set_path` encodes what would end a path, but leaves alone what looks encoded.
    let path = place.to_str().ok_or_else(unfit)?.replace('%', "%25");
    let mut url = Url::parse("sqlite:///").map_err(|_| unfit())?;
    url.set_path(&path);
    Ok(url)
}

/// The file beside the database, named for what it is.
pub(super) fn beside(place: &Path, what: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

/// Makes an empty file that only its owner reads, where there is none; SQLite gives its other files the same rights.
fn private_file(place: &Path) -> std::result::Result<File, CannotOpen> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(place)
        .map_err(|cause| CannotOpen::File(place.to_owned(), cause))
}

async fn check_sqlite(pool: &AnyPool) -> std::result::Result<(), CannotOpen> {
    let row = sqlx::query("select sqlite_version() as version")
        .fetch_one(pool)
        .await?;
    let version = text(&row, "version")?;
    if !is_new_enough(&version) {
        return Err(CannotOpen::OldSqlite(version));
    }
    // A pragma that cannot be followed is not an error to SQLite: it answers what it does instead.
    let journal = text(
        &sqlx::query("pragma journal_mode").fetch_one(pool).await?,
        "journal_mode",
    )?;
    let synchronous = number(&sqlx::query("pragma synchronous").fetch_one(pool).await?, "synchronous")?;
    let foreign_keys = number(
        &sqlx::query("pragma foreign_keys").fetch_one(pool).await?,
        "foreign_keys",
    )?;
    if journal == "wal" && synchronous == 2 && foreign_keys == 1 {
        Ok(())
    } else {
        Err(CannotOpen::NotDurable(format!(
            "journal {journal}, synchronous {synchronous}"
        )))
    }
}

/// Whether a SQLite of this version is free of the bug; what is no version is none.
fn is_new_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    parts.as_slice() >= OLDEST_SQLITE.as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_corrupts_files_is_not_used() {
        for version in ["3.51.3", "3.51.10", "3.53.0", "3.100.0", "4.0.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["3.51.2", "3.51", "3.7.0", "3.50.99", "2.99.99", "", "unknown", "3.x.9"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
