//! What goes wrong in the store. It becomes an opaque fault where it leaves for the rules.

use std::fmt;

use portal::ports::Fault;

/// The database, or what stands in it, did not do what it should.
#[derive(Debug)]
pub enum Breakdown {
    /// The database refused or could not be reached.
    Sql(sqlx::Error),
    /// A value of ours cannot be written as JSON, or one in the database cannot be read.
    Json(serde_json::Error),
    /// The keys or the randomness failed: a sealed value was altered or moved, or its key is gone.
    Fault(Fault),
    /// A row holds what no version of this program writes there; the name of the column.
    Row(&'static str),
    /// A policy that has mistakes was to be stored.
    Policy,
    /// The database did not take a write within a second.
    Late,
}

impl fmt::Display for Breakdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(cause) => write!(f, "the database: {cause}"),
            Self::Json(cause) => write!(f, "a stored value: {cause}"),
            Self::Fault(cause) => fmt::Display::fmt(cause, f),
            Self::Row(column) => write!(f, "column `{column}` holds what was never written there"),
            Self::Policy => f.write_str("the policy has mistakes"),
            Self::Late => f.write_str("the database did not take a write within a second"),
        }
    }
}

impl std::error::Error for Breakdown {}

impl Breakdown {
    /// What the database says is wrong, as its five letters (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
    fn code(&self) -> Option<String> {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => error.code().map(Into::into),
            _ => None,
        }
    }

    /// Whether two transactions waited for each other, or met in the same rows, and this one gave way. Nothing of it is
    /// true: it can be tried again.
    pub(super) fn is_collision(&self) -> bool {
        matches!(self.code().as_deref(), Some("40P01" | "40001"))
    }

    /// Whether somebody else held what this one needed for too long.
    fn is_held_up(&self) -> bool {
        matches!(self.code().as_deref(), Some("55P03")) || self.of_file().is_some_and(|code| matches!(code, 5 | 6))
    }

    /// Whether the disk takes no more: it is full, broken, or may only be read. What is there can be read still, and all is
    /// well once it has room again.
    fn is_out_of_room(&self) -> bool {
        matches!(self.code().as_deref(), Some("53100"))
            || self.of_file().is_some_and(|code| matches!(code, 8 | 10 | 13 | 14))
    }

    /// What SQLite says is wrong (<https://www.sqlite.org/rescode.html>), without what it adds to that. Its numbers are
    /// shorter than the words of a server.
    fn of_file(&self) -> Option<u32> {
        let code = self.code().filter(|code| code.len() < 5)?;
        Some(code.parse::<u32>().ok()? & 0xff)
    }

    /// Whether the connection is no good any more: it broke, or its server was stopped, or takes no writes. A server that
    /// follows another one says so by two codes, of which `0A000` is what it answers to the beginning of a transaction that
    /// writes.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed) => true,
            _ => self.code().is_some_and(|code| {
                code.starts_with("08") || matches!(code.as_str(), "57P01" | "57P02" | "57P03" | "25006" | "0A000")
            }),
        }
    }
}

impl From<sqlx::Error> for Breakdown {
    fn from(cause: sqlx::Error) -> Self {
        Self::Sql(cause)
    }
}

impl From<serde_json::Error> for Breakdown {
    fn from(cause: serde_json::Error) -> Self {
        Self::Json(cause)
    }
}

impl From<Fault> for Breakdown {
    fn from(cause: Fault) -> Self {
        Self::Fault(cause)
    }
}

impl From<Breakdown> for Fault {
    fn from(breakdown: Breakdown) -> Self {
        match breakdown {
            Breakdown::Fault(fault) => fault,
            // Nothing is wrong, only much to do.
            Breakdown::Sql(sqlx::Error::PoolTimedOut) => {
                tracing::warn!("no connection to the database was free in time");
                Self::busy()
            }
            held_up if held_up.is_held_up() || held_up.is_collision() => {
                tracing::warn!(cause = %held_up, "the database was held up by others");
                Self::busy()
            }
            full if full.is_out_of_room() => {
                tracing::error!(cause = %full, "the database cannot be written");
                Self::busy()
            }
            // Whether the change was made nobody knows: the same form sent again is told.
            lost if lost.is_lost() => {
                tracing::warn!(cause = %lost, "the database went away");
                Self::busy()
            }
            other => Self::new(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    #[tokio::test]
    async fn a_database_without_room_is_busy_and_a_statement_that_is_wrong_is_a_fault() {
        sqlx::any::install_default_drivers();
        let mut conn = sqlx::AnyConnection::connect("sqlite::memory:").await.unwrap();
        let mut run = async |statement: &'static str| {
            let done = sqlx::query(statement).execute(&mut conn).await;
            done.map_err(|cause| Fault::from(Breakdown::from(cause)))
        };
        for statement in ["create table t (x blob)", "pragma max_page_count = 2"] {
            run(statement).await.unwrap();
        }
        assert!(
            run("insert into t values (zeroblob(100000))")
                .await
                .unwrap_err()
                .is_busy()
        );
        run("pragma query_only = on").await.unwrap();
        assert!(run("insert into t values (1)").await.unwrap_err().is_busy());
        assert!(!run("insert into nowhere values (1)").await.unwrap_err().is_busy());
    }

    #[test]
    fn only_to_wait_in_vain_for_a_connection_is_to_be_busy() {
        assert!(Fault::from(Breakdown::Sql(sqlx::Error::PoolTimedOut)).is_busy());
        assert!(!Fault::from(Breakdown::Sql(sqlx::Error::PoolClosed)).is_busy());
    }

    #[test]
    fn a_server_that_went_away_comes_back() {
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(Fault::from(Breakdown::Sql(sqlx::Error::Io(broken))).is_busy());
    }
}
