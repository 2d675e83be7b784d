//! What the store stands on, and how a transaction begins there.
//!
//! SQLite has one writer: its transactions follow one another. On a `PostgreSQL` server many write at once, from several
//! processes. They run at `read committed`: a guarded statement waits for the row it wants and looks at it again, and what
//! is judged on more than the row that is written is judged within a turn (`turns.rs`), which is held to the end of the
//! transaction. That is chosen over `serializable`, under which small tables make most transactions that meet fail for
//! nothing. Whatever else two transactions can do to each other is a deadlock, and is tried again.
//!
//! A connection that broke before anything was asked of it is replaced, here and by the pool. One that breaks later is
//! told as being busy, and nothing is tried again by itself: who does not hear how a `commit` ended asks the person to try
//! once more, and then the row's version, the code that is spent or the kept answer of the flow tells which it was.

use std::path::{Path, PathBuf};
use std::time::Duration;

use portal::moment::seconds;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, Executor as _, Transaction};
use tokio::time::Instant;

use super::opening::{Lock, Soundness};
use super::{Breakdown, Result};
use crate::metrics::METRICS;

/// What the store stands on.
pub(super) enum Foundation {
    /// A file of this process alone.
    File(OpenFile),
    /// A database on a server; its address as an operator may read it.
    Server(String),
}

/// A file that is open.
pub(super) struct OpenFile {
    /// Where it lies.
    pub(super) place: PathBuf,
    /// Held for as long as the store is: a second process on the same file is refused.
    pub(super) lock: Lock,
    /// Whether it is whole, where the one before did not close it.
    pub(super) soundness: Soundness,
}

/// What a connection to a server is told first. A process that is stopped in the middle of a transaction must not hold the
/// others up for long, and nobody waits for ever. Those who only read are cut off as well. And what is answered is on the
/// disk, even where others on that server need not wait for it.
const MANNERS: &str = "set lock_timeout = '4s'; set statement_timeout = '10s'; \
     set idle_in_transaction_session_timeout = '5s'; set client_min_messages = 'warning'; \
     select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

/// Whether the server takes writes: one that was the first and is the second no longer does, and what it answers is of
/// yesterday.
const IS_FIRST: &str = "select 1 as fit where current_setting('transaction_read_only') = 'off'";

/// The beginning of a transaction that writes to a file.
const WRITE_TO_FILE: &str = "begin immediate";
/// The beginning of a transaction that writes; a server that takes no writes refuses it at once.
const WRITE: &str = "begin isolation level read committed read write";
/// The beginning of one that reads everything as it stands at one moment.
const READ: &str = "begin isolation level repeatable read read only";

/// Connections of each kind that one process holds at most. Its requests are short; a server has a hundred by default.
const MOST: u32 = 8;
/// How long a request waits for one before it is told to come back.
const ACQUIRE: Duration = seconds(3);
/// How long a connection lives at most, so that servers behind one address are used evenly after a change.
const LIFE: Duration = seconds(1_800);

impl Foundation {
    /// Where it lies, for an operator.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::File(file) => file.place.display().to_string(),
            Self::Server(address) => address.clone(),
        }
    }

    /// The file; none for a server.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(&file.place),
            Self::Server(_) => None,
        }
    }

    /// Begins a writing transaction. In a file it takes the write lock at once: one that read first and wrote later would
    /// be turned away whenever somebody else wrote in between, and waiting would not help it.
    pub(super) async fn begin(&self, writer: &AnyPool) -> Result<Transaction<'static, Any>> {
        let asked = Instant::now();
        let begun = self.begin_to_write(writer).await;
        METRICS.began("write", asked.elapsed());
        begun
    }

    async fn begin_to_write(&self, writer: &AnyPool) -> Result<Transaction<'static, Any>> {
        match self {
            Self::File(_) => match writer.begin_with(WRITE_TO_FILE).await {
                // A disk that is full has SQLite end a transaction by itself, and the driver goes on counting it: nothing
                // could be written by this connection any more.
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    writer.acquire().await?.close().await?;
                    Ok(writer.begin_with(WRITE_TO_FILE).await?)
                }
                begun => Ok(begun?),
            },
            Self::Server(_) => match writer.begin_with(WRITE).await.map_err(Breakdown::from) {
                Err(gone) if gone.is_lost() => Ok(writer.begin_with(WRITE).await?),
                begun => begun,
            },
        }
    }

    /// Begins a transaction for which the database stands still.
    pub(super) async fn begin_reading(&self, reader: &AnyPool) -> Result<Transaction<'static, Any>> {
        match self {
            Self::File(_) => Ok(reader.begin().await?),
            Self::Server(_) => Ok(reader.begin_with(READ).await?),
        }
    }
}

/// Connections to a server, opened as they are needed.
pub(super) fn pool(address: AnyConnectOptions) -> AnyPool {
    AnyPoolOptions::new()
        .max_connections(MOST)
        .acquire_timeout(ACQUIRE)
        .max_lifetime(LIFE)
        // Looking whether it takes writes shows whether it is there.
        .test_before_acquire(false)
        .before_acquire(|conn, _| Box::pin(async move { Ok(conn.fetch_optional(IS_FIRST).await?.is_some()) }))
        .after_connect(|conn, _| {
            Box::pin(async move {
                if conn.fetch_optional(IS_FIRST).await?.is_none() {
                    return Err(sqlx::Error::PoolTimedOut);
                }
                conn.execute(MANNERS).await.map(drop)
            })
        })
        .connect_lazy_with(address)
}
