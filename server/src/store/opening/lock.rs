//! The file beside the database that says whose it is: locked for as long as a process has it open, and with a word in it
//! that only a clean end takes away. A process that was killed, or a machine that lost its power, leaves the word behind.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;

use super::{CannotOpen, beside, private_file};

/// What stands in the file while the database is open.
const OPEN: &[u8] = b"open\n";

/// The lock of an open database.
pub(in crate::store) struct Lock(File);

/// How the one before left the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Closed, or never opened.
    Closed,
    /// Open: it did not get to the end.
    Open,
}

impl Lock {
    /// Takes the lock and writes the word.
    pub(super) fn take(place: &Path) -> Result<(Self, Left), CannotOpen> {
        let beside = beside(place, "lock");
        let file = private_file(&beside)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CannotOpen::InUse(place.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(CannotOpen::File(beside, cause)),
        }
        let left = mark(&file).map_err(|cause| CannotOpen::File(beside, cause))?;
        Ok((Self(file), left))
    }

    /// Gives the lock up. Where the database is not known to be whole, the word stays, and it is looked at again.
    pub(super) fn give_up(&self, is_whole: bool) {
        if is_whole {
            // Where this fails, the database is looked at once more than it has to be.
            let _ = self.0.set_len(0);
        }
        // A lock that cannot be given up goes with the process.
        let _ = self.0.unlock();
    }
}

/// Reads how it was left, and writes the word to the disk itself: a power cut must not take it away.
fn mark(mut file: &File) -> std::io::Result<Left> {
    let mut before = Vec::new();
    file.take(OPEN.len() as u64).read_to_end(&mut before)?;
    if !before.is_empty() {
        return Ok(Left::Open);
    }
    file.write_all(OPEN)?;
    file.sync_all()?;
    Ok(Left::Closed)
}
