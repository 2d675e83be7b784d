//! Room on the disk that is kept for bad times: a file that is nothing but its length. When the disk is full it goes, and
//! what people do is written for a while yet, until somebody has made room; then it is made anew.

use std::fs::{File, remove_file};
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::beside;
use crate::store::SqlStore;

/// Bytes that are kept: a hundred thousand resets, about.
const KEPT: u64 = 64 << 20;
/// With less than this left the disk counts as full.
const FULL: u64 = 16 << 20;
/// Room is kept only where there is so much of it.
const PLENTY: u64 = 2 * KEPT;

/// What became of the room that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// It was set aside.
    Kept,
    /// It was given back, for the disk is full.
    Released,
}

impl SqlStore {
    /// Looks how full the disk with the database is, and sets room aside or gives it back; none where nothing is to be
    /// done. The disk of a server is looked after where it is.
    ///
    /// # Errors
    /// The disk cannot be asked, or the file not be made or removed.
    pub fn keep_room(&self) -> io::Result<Option<Reserve>> {
        let Some(place) = self.foundation.file() else {
            return Ok(None);
        };
        let file = beside(place, "reserve");
        let disk = statvfs(place)?;
        let change = due(disk.f_bavail.saturating_mul(disk.f_frsize), file.exists());
        match change {
            Some(Reserve::Kept) => set_aside(&file)?,
            Some(Reserve::Released) => remove_file(&file)?,
            None => {}
        }
        Ok(change)
    }
}

/// What is to be done where so many bytes are free.
const fn due(free: u64, is_kept: bool) -> Option<Reserve> {
    match is_kept {
        true if free < FULL => Some(Reserve::Released),
        false if free >= PLENTY => Some(Reserve::Kept),
        _ => None,
    }
}

fn set_aside(file: &Path) -> io::Result<()> {
    match fallocate(File::create(file)?, FallocateFlags::empty(), 0, KEPT).map_err(io::Error::from) {
        // A file system that cannot promise room: an empty file keeps us from asking again.
        Err(cause) if cause.kind() == ErrorKind::Unsupported => Ok(()),
        Err(cause) => {
            remove_file(file).ok();
            Err(cause)
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_where_there_is_plenty_and_given_back_where_there_is_none() {
        let mib = |n: u64| n << 20;
        assert_eq!(due(mib(200), false), Some(Reserve::Kept));
        assert_eq!(due(mib(127), false), None);
        assert_eq!(due(mib(200), true), None);
        assert_eq!(due(mib(16), true), None);
        assert_eq!(due(mib(15), true), Some(Reserve::Released));
        // Not to and fro: what was given back is not taken at once.
        assert_eq!(due(mib(15 + 64), false), None);
    }
}
