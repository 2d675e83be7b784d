//! Copies of a database file, made while a server may be writing it. They need no lock: SQLite shows each reader the
//! database as it stands at one moment.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _};

use super::{CannotOpen, READER, address, beside, pool, private_file, soundness};
use crate::store::SqlStore;

impl SqlStore {
    /// Copies the database in this file, which a server may have open, into one that must not exist yet; the length of
    /// the copy in bytes. It is on the disk when this is over, and readable by its owner only.
    ///
    /// # Errors
    /// Either file is not as it has to be, or there is no room.
    pub async fn copy(place: &Path, to: &Path) -> Result<u64, CannotOpen> {
        install_default_drivers();
        let place = std::path::absolute(place).map_err(|cause| CannotOpen::File(place.to_owned(), cause))?;
        let failed = |cause| CannotOpen::File(to.to_owned(), cause);
        if to.symlink_metadata().is_ok() {
            return Err(failed(ErrorKind::AlreadyExists.into()));
        }
        // A copy that was cut short never has the name of a whole one.
        let part = beside(to, "part");
        remove(&part).map_err(failed)?;
        let copied = back_up(&place, &part).await;
        let named = copied.and_then(|()| name(&part, to).map_err(failed));
        std::fs::remove_file(&part).ok();
        named
    }

    /// What SQLite finds wrong with a file that nobody need have open.
    ///
    /// # Errors
    /// It could not be looked at.
    pub async fn examine_file(place: &Path) -> Result<Vec<String>, CannotOpen> {
        install_default_drivers();
        let place = std::path::absolute(place).map_err(|cause| CannotOpen::File(place.to_owned(), cause))?;
        place
            .metadata()
            .map_err(|cause| CannotOpen::File(place.clone(), cause))?;
        soundness::examine(&place).await
    }
}

/// A connection that reads a file which a server may have open.
pub(in crate::store) async fn reader_beside(place: &Path) -> Result<AnyPool, CannotOpen> {
    install_default_drivers();
    let place = std::path::absolute(place).map_err(|cause| CannotOpen::File(place.to_owned(), cause))?;
    let address = AnyConnectOptions::from_url(&address(&place)?)?;
    Ok(pool(1, READER).connect_with(address).await?)
}

/// Gives a whole copy its name, which no file has yet; its length.
fn name(part: &Path, to: &Path) -> io::Result<u64> {
    std::fs::hard_link(part, to)?;
    sync_folder(to)?;
    Ok(to.metadata()?.len())
}

/// Writes to the disk that a file is in its folder.
pub(in crate::store) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// By a connection of its own: it takes its time, and nobody waits for it.
pub(super) async fn back_up(place: &Path, to: &Path) -> Result<(), CannotOpen> {
    let path = to.to_str().ok_or_else(|| CannotOpen::Place(to.to_owned()))?;
    // An empty file is taken over with its rights; one with something in it is refused.
    let file = private_file(to)?;
    let mut conn = AnyConnectOptions::from_url(&address(place)?)?.connect().await?;
    let copied = sqlx::query("vacuum into $1").bind(path).execute(&mut conn).await;
    conn.close().await?;
    copied?;
    file.sync_all().map_err(|cause| CannotOpen::File(to.to_owned(), cause))
}
