//! The schema, and the copy that is made before it changes.

use std::path::{Path, PathBuf};

use sqlx::AnyPool;
use sqlx::migrate::Migrator;

use super::copying::{back_up, sync_folder};
use super::{CannotOpen, beside};
use crate::store::Result;
use crate::store::row::number;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Brings the schema up to date. Each migration is a transaction of its own; one that was edited since is refused.
pub(super) async fn migrate(pool: &AnyPool, place: &Path) -> std::result::Result<(), CannotOpen> {
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    let found = schema(pool).await?;
    if found > known {
        return Err(CannotOpen::NewerSchema { found, known });
    }
    if found > 0 && found < known {
        // A copy that was cut short never takes the place of a whole one, and nor does a later one: after a migration that
        // failed, the first is the one to go back to.
        let (whole, part) = (unused(place, found), beside(place, "part"));
        let unwritten = |cause| CannotOpen::File(whole.clone(), cause);
        match std::fs::remove_file(&part) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(unwritten(cause)),
            _ => {}
        }
        back_up(place, &part).await?;
        // Its name is on the disk before anything is altered: else the power could take the copy and leave the alteration.
        std::fs::rename(&part, &whole)
            .and_then(|()| sync_folder(&whole))
            .map_err(unwritten)?;
    }
    MIGRATIONS.run(pool).await.map_err(CannotOpen::Migration)
}

/// A name for a copy with this schema that no file has yet. Nobody else makes one: the lock is held.
fn unused(place: &Path, schema: i64) -> PathBuf {
    let first = beside(place, &format!("schema-{schema}"));
    let others = (2_u32..).map(|number| beside(place, &format!("schema-{schema}.{number}")));
    std::iter::once(first.clone())
        .chain(others)
        .find(|copy| !copy.exists())
        .unwrap_or(first)
}

/// The last migration of the database; 0 for an empty one.
async fn schema(pool: &AnyPool) -> Result<i64> {
    let table = sqlx::query("select name from sqlite_master where type = 'table' and name = '_sqlx_migrations'");
    if table.fetch_optional(pool).await?.is_none() {
        return Ok(0);
    }
    let row = sqlx::query("select coalesce(max(version), 0) as version from _sqlx_migrations")
        .fetch_one(pool)
        .await?;
    number(&row, "version")
}
