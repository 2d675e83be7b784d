//! Whether the store can do its work right now: for whoever sends people here, or away from here.

use std::path::Path;
use std::time::Duration;

use portal::moment::seconds;

use super::soundness::State;
use crate::store::foundation::Foundation;
use crate::store::{Breakdown, Result, SqlStore};

/// How long the database may take over a write.
const WITHIN: Duration = seconds(1);
/// Of the disk, this part has to be free: one twentieth.
const FREE_PART: u64 = 20;
/// And never more than this many bytes of it, which are months of resets: a twentieth of a disk that is shared with others
/// can be more than this product ever fills.
const FREE_ENOUGH: u64 = 1 << 30;

/// What keeps the store from its work.
#[derive(Debug)]
pub enum Unready {
    /// It was not closed the last time, and is being looked at or damaged.
    Unsound,
    /// It was not closed the last time, and could not be looked at since.
    Unseen,
    /// It takes no write.
    Database(Breakdown),
    /// The keys do not open what they sealed.
    Keyring,
    /// The disk is nearly full, or does not say how full it is.
    Disk,
}

impl Unready {
    /// In plain words for an operator, and nothing that is of use to a stranger.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Unsound => "the database is being checked after an unclean stop",
            Self::Unseen => "the database could not be checked after an unclean stop; it is tried again",
            Self::Database(_) => "the database takes no writes",
            Self::Keyring => "the keyring does not work",
            Self::Disk => "the disk is nearly full: less than 5 % and less than 1 GiB of it is free",
        }
    }
}

impl SqlStore {
    /// Whether the database takes a write within a second, the keys work and the disk has room. It writes: whoever lets
    /// strangers ask has to see to it that they do not ask often.
    ///
    /// # Errors
    /// What is missing.
    pub async fn ready(&self) -> std::result::Result<(), Unready> {
        if let Foundation::File(file) = &self.foundation {
            match file.soundness.state() {
                State::Whole => {}
                State::Unsound => return Err(Unready::Unsound),
                State::Unseen => return Err(Unready::Unseen),
            }
        }
        tokio::time::timeout(WITHIN, self.beat())
            .await
            .unwrap_or(Err(Breakdown::Late))
            .map_err(Unready::Database)?;
        self.open_decoy().map_err(|_| Unready::Keyring)?;
        // The disk of a server is looked after where it is.
        if self.foundation.file().is_none_or(has_room) {
            Ok(())
        } else {
            Err(Unready::Disk)
        }
    }

    async fn beat(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("update pulse set beat = beat + 1 where id = 1")
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }
}

/// Whether the disk with this file has room for us, who are not root.
fn has_room(place: &Path) -> bool {
    rustix::fs::statvfs(place).is_ok_and(|disk| is_enough(disk.f_bavail, disk.f_blocks, disk.f_frsize))
}

/// Free and all in blocks of so many bytes. A file system without blocks of its own counts none.
const fn is_enough(free: u64, all: u64, block: u64) -> bool {
    free.saturating_mul(FREE_PART) >= all || free.saturating_mul(block) >= FREE_ENOUGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_of_the_disk_has_to_be_free() {
        assert!(is_enough(5, 100, 4096));
        assert!(!is_enough(4, 100, 4096));
        assert!(!is_enough(0, 1, 4096));
        assert!(is_enough(u64::MAX, u64::MAX, 4096));
        assert!(is_enough(0, 0, 4096));
    }

    #[test]
    fn of_a_large_disk_a_gibibyte_is_enough() {
        let (gibibyte, terabyte) = ((1 << 30) / 4096, (1 << 40) / 4096);
        assert!(is_enough(gibibyte, terabyte, 4096));
        assert!(!is_enough(gibibyte - 1, terabyte, 4096));
    }

    #[test]
    fn a_disk_that_cannot_be_asked_has_no_room() {
        assert!(!has_room(Path::new("/nowhere/at/all")));
    }

    #[test]
    fn a_disk_is_asked_for_the_place_of_the_file() {
        // Has no blocks, and so nothing that could be used up.
        assert!(has_room(Path::new("/proc/self")));
    }
}
