//! Why a database server does not let us in, and what an operator can do about it.

use std::fmt;
use std::io::ErrorKind;

use crate::settings::Postgres;

/// Who wants to be let in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// The one that serves.
    Serving,
    /// The one that owns the tables.
    Owning,
}

/// No connection came about.
#[derive(Debug)]
pub struct Unreachable {
    /// The address, without a password.
    place: String,
    cause: sqlx::Error,
    hint: String,
}

impl Unreachable {
    pub(super) fn new(place: &Postgres, role: Role, cause: sqlx::Error) -> Self {
        Self {
            hint: hint(place, role, &cause),
            place: place.shown().to_owned(),
            cause,
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, cause, hint } = self;
        match cause {
            // Without the line of its source.
            sqlx::Error::Database(told) => write!(f, "{place}: {}\n    {hint}", told.message()),
            other => write!(f, "{place}: {other}\n    {hint}"),
        }
    }
}

/// Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn hint(place: &Postgres, role: Role, cause: &sqlx::Error) -> String {
    const CERTIFICATE: &str = "`ca` under [database] names the certificate of the server's authority; the server's own has \
         to be for the host in `url`, and the server needs ssl = on";
    let code = match cause {
        sqlx::Error::Database(told) => told.code().unwrap_or_default().into_owned(),
        // What the library for TLS refuses comes as bytes that are not what they should be.
        sqlx::Error::Io(broken) if broken.kind() == ErrorKind::InvalidData => return CERTIFICATE.into(),
        sqlx::Error::Tls(_) => return CERTIFICATE.into(),
        _ => {
            return "is the server running there, and may this machine reach it? `url` under [database] says where"
                .into();
        }
    };
    let (name, variable) = match role {
        Role::Owning if place.has_owner() => ("the role of `migrate_user`", "AIKAGI_DATABASE_MIGRATE_PASSWORD"),
        Role::Owning | Role::Serving => ("the role in `url`", "AIKAGI_DATABASE_PASSWORD"),
    };
    match code.as_str() {
        "28P01" => {
            format!("the variable {variable} holds the password of {name}; is it the one that the server knows?")
        }
        "28000" => format!("{name} has to exist, and pg_hba.conf has to let it in from this machine"),
        "3D000" => "make it on the server with: create database …; or change `url` under [database]".into(),
        "42501" => format!("{name} needs: grant connect on database …"),
        "53300" => "raise max_connections: each `aikagi serve` holds up to 16".into(),
        "57P03" => "the server is starting or stopping; try again in a moment".into(),
        _ => "`url` under [database] says which server this is; its log says more".into(),
    }
}
