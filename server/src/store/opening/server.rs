//! Opening a database on a `PostgreSQL` server, which several processes share.
//!
//! The schema belongs to one role and is changed by it alone, with `aikagi migrate`; the role that serves may alter
//! nothing in the audit log. `serve` refuses a schema that is not its own, older or newer; servers that are running while
//! the schema moves on by one release keep working. The migrations hold a lock of the database, so of two at once one
//! waits for the other and finds nothing to do.

use std::sync::{Arc, RwLock};

use portal::ports::Keys;
use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Row as _};
use url::Url;

use super::unreachable::{Role, Unreachable};
use super::{CannotOpen, decoy, policy};
use crate::clock::SystemClock;
use crate::settings::Postgres;
use crate::store::foundation::{Foundation, pool};
use crate::store::row::{maybe_text, number, text};
use crate::store::{Result, SqlStore};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The database that a `PostgreSQL` of this version and later can be: the first whose triggers and functions are as the
/// migrations want them.
const OLDEST: i64 = 130_000;

impl SqlStore {
    /// Connects to the database, whose schema has to be that of this program.
    pub async fn connect(place: &Postgres, keys: Arc<dyn Keys>) -> std::result::Result<Self, CannotOpen> {
        let address = options(&place.for_serving())?;
        // By a connection of its own: what is wrong is told at once, in the words of the server.
        let refused = |cause| CannotOpen::Unreachable(Unreachable::new(place, Role::Serving, cause));
        let mut conn = address.connect().await.map_err(refused)?;
        let checked = check(&mut conn).await;
        conn.close().await?;
        checked?;
        let foundation = Foundation::Server(place.shown().to_owned());
        let (writer, reader) = (pool(address.clone()), pool(address));
        let mut tx = foundation.begin(&writer).await?;
        policy::lay_down(&mut tx).await?;
        tx.commit().await?;
        Ok(Self {
            writer,
            reader,
            decoy: RwLock::new(decoy(keys.as_ref())?),
            keys,
            clock: Arc::new(SystemClock),
            foundation,
        })
    }

    /// Brings the schema up to date as the role that owns it, and lets the role that serves use it.
    pub async fn migrate_server(place: &Postgres) -> std::result::Result<(), CannotOpen> {
        let refused = |cause| CannotOpen::Unreachable(Unreachable::new(place, Role::Owning, cause));
        let mut conn = options(&place.for_migrating())?.connect().await.map_err(refused)?;
        let migrated = migrate(&mut conn, place).await;
        conn.close().await?;
        migrated
    }

    /// What is not as it should be with how a server is set up; nothing for a file.
    ///
    /// # Errors
    /// It could not be looked at.
    pub async fn examine_server(&self) -> std::result::Result<Vec<String>, CannotOpen> {
        if self.foundation.file().is_some() {
            return Ok(Vec::new());
        }
        let row = sqlx::query(
            "select
                case when has_table_privilege('audit', 'delete') then 1 else 0 end as alters,
                current_setting('fsync') as fsync,
                current_setting('full_page_writes') as pages,
                current_setting('synchronous_commit') as waits",
        )
        .fetch_one(&self.reader)
        .await?;
        let mut findings = Vec::new();
        if number(&row, "alters")? == 1 {
            findings.push(
                "the role that serves owns the audit log and could alter it; give `aikagi migrate` a role of its own \
                 (`migrate_user`)"
                    .to_owned(),
            );
        }
        for (column, setting) in [
            ("fsync", "fsync"),
            ("pages", "full_page_writes"),
            ("waits", "synchronous_commit"),
        ] {
            if text(&row, column)? == "off" {
                findings.push(format!(
                    "{setting} is off: what was answered may be lost with the power"
                ));
            }
        }
        Ok(findings)
    }
}

fn options(address: &Url) -> Result<AnyConnectOptions> {
    install_default_drivers();
    Ok(AnyConnectOptions::from_url(address)?)
}

fn known() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

async fn check(conn: &mut AnyConnection) -> std::result::Result<(), CannotOpen> {
    check_version(conn).await?;
    let (found, known) = (schema(conn).await?, known());
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(CannotOpen::OlderSchema { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(CannotOpen::NewerSchema { found, known }),
    }
}

async fn check_version(conn: &mut AnyConnection) -> std::result::Result<(), CannotOpen> {
    let row = sqlx::query(
        "select current_setting('server_version_num')::bigint as number, current_setting('server_version') as version, \
         current_setting('server_encoding') as encoding",
    )
    .fetch_one(conn)
    .await?;
    if number(&row, "number")? < OLDEST {
        return Err(CannotOpen::OldServer(text(&row, "version")?));
    }
    let encoding = text(&row, "encoding")?;
    if encoding == "UTF8" {
        Ok(())
    } else {
        Err(CannotOpen::Encoding(encoding))
    }
}

/// The last migration of the database; 0 for an empty one.
async fn schema(conn: &mut AnyConnection) -> Result<i64> {
    let table = sqlx::query("select to_regclass('_sqlx_migrations')::text as found")
        .fetch_one(&mut *conn)
        .await?;
    if maybe_text(&table, "found")?.is_none() {
        return Ok(0);
    }
    let row = sqlx::query("select coalesce(max(version), 0) as version from _sqlx_migrations where success")
        .fetch_one(conn)
        .await?;
    number(&row, "version")
}

/// The number of the lock by which one migrates at a time: "aikagi" in ASCII.
const MIGRATING: i64 = 0x61_69_6b_61_67_69;

async fn migrate(conn: &mut AnyConnection, place: &Postgres) -> std::result::Result<(), CannotOpen> {
    check_version(conn).await?;
    // One at a time, what is granted included; the lock goes with the connection.
    sqlx::query("select count(*) as taken from (select pg_advisory_lock($1)) as turn")
        .bind(MIGRATING)
        .fetch_one(&mut *conn)
        .await?;
    let (found, known) = (schema(conn).await?, known());
    if found > known {
        return Err(CannotOpen::NewerSchema { found, known });
    }
    MIGRATIONS.run(&mut *conn).await.map_err(CannotOpen::Migration)?;
    if place.has_owner() {
        let row = sqlx::query("select count(*) as roles from pg_roles where rolname = $1")
            .bind(place.role())
            .fetch_one(&mut *conn)
            .await?;
        if row.try_get::<i64, _>("roles")? == 0 {
            return Err(CannotOpen::NoRole(place.role().to_owned()));
        }
        sqlx::query("select allow_to_serve($1) as allowed")
            .bind(place.role())
            .fetch_one(conn)
            .await?;
    }
    Ok(())
}

/// Closes the connections.
pub(super) async fn close(writer: &AnyPool, reader: &AnyPool) {
    reader.close().await;
    writer.close().await;
}
