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
        matches!(self.code().as_deref(), Some("55P03"))
    }

    /// Whether the connection is no good any more: it broke, or its server was stopped, or takes no writes.
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
            other => Self::new(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_to_wait_in_vain_for_a_connection_is_to_be_busy() {
        assert!(Fault::from(Breakdown::Sql(sqlx::Error::PoolTimedOut)).is_busy());
        assert!(!Fault::from(Breakdown::Sql(sqlx::Error::PoolClosed)).is_busy());
    }
}
