//! Whether the file is whole, where the one before did not get to the end.
//!
//! SQLite mends an unclean end by itself; what it cannot mend is a disk that lied, or a file that somebody copied while
//! it was written. The look takes two to three seconds per gigabyte (measured), so a start waits for it a moment only: a
//! small database that is damaged is never opened, and a large one is served meanwhile and given up when damage shows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use portal::moment::seconds;
use sqlx::any::AnyConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::sync::watch;

use super::{CannotOpen, address};

/// How long opening waits for the look. A server is back within five seconds.
const PATIENCE: Duration = seconds(3);

/// What is known of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    /// It is being looked at.
    Nothing,
    /// Whole.
    Whole,
    /// Damaged: what SQLite says of it.
    Damaged(String),
}

/// What is known of a file, and what is yet to be.
pub(in crate::store) struct Soundness {
    place: PathBuf,
    known: watch::Receiver<Known>,
}

impl Soundness {
    /// Of a file that was closed: there is nothing to look for.
    pub(super) fn of_closed(place: &Path) -> Self {
        Self {
            place: place.to_owned(),
            known: watch::channel(Known::Whole).1,
        }
    }

    /// Of a file that was left open: begins to look at it.
    pub(super) fn look(place: &Path) -> Self {
        let (tell, known) = watch::channel(Known::Nothing);
        let looked_at = place.to_owned();
        tokio::spawn(async move {
            let found = quick_check(&looked_at).await;
            // Nobody listens any more where the store was closed meanwhile.
            let _ = tell.send(found);
        });
        Self {
            place: place.to_owned(),
            known,
        }
    }

    /// Waits for the look, but not for long.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) async fn settle(&self) -> Result<(), CannotOpen> {
        match tokio::time::timeout(PATIENCE, self.damage()).await {
            Ok(Some(damage)) => Err(damage),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// The damage, once the look is over; none where the file is whole.
    pub(super) async fn damage(&self) -> Option<CannotOpen> {
        let mut known = self.known.clone();
        let found = known.wait_for(|known| *known != Known::Nothing).await;
        let what = match found.as_deref() {
            Ok(Known::Damaged(what)) => what.clone(),
            Ok(_) => return None,
            Err(_) => "nobody could look at it".to_owned(),
        };
        Some(CannotOpen::Damaged {
            place: self.place.clone(),
            what,
        })
    }

    /// Whether it is known to be whole.
    pub(super) fn is_whole(&self) -> bool {
        *self.known.borrow() == Known::Whole
    }
}

#[cfg(test)]
impl crate::store::SqlStore {
    /// The same store while it is looked at, and how to tell that damage was found.
    pub(crate) fn being_looked_at(mut self) -> (Self, impl FnOnce(&str)) {
        let (tell, known) = watch::channel(Known::Nothing);
        self.soundness.known = known;
        (self, move |what: &str| {
            tell.send_replace(Known::Damaged(what.to_owned()));
        })
    }
}

/// By a connection of its own: it takes its time, and nobody waits for it.
async fn quick_check(place: &Path) -> Known {
    match first_finding(place).await {
        Ok(Some(finding)) if finding == "ok" => Known::Whole,
        Ok(finding) => Known::Damaged(finding.unwrap_or_default()),
        // What cannot be looked at is not whole.
        Err(cause) => Known::Damaged(cause.to_string()),
    }
}

async fn first_finding(place: &Path) -> Result<Option<String>, CannotOpen> {
    let mut conn = AnyConnectOptions::from_url(&address(place)?)?.connect().await?;
    let found = sqlx::query("pragma quick_check(1)").fetch_optional(&mut conn).await;
    conn.close().await?;
    let finding = found?.map(|row| row.try_get(0)).transpose()?;
    Ok(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(known: Known) -> (watch::Sender<Known>, Soundness) {
        let (tell, known) = watch::channel(known);
        let place = PathBuf::from("/var/lib/aikagi/aikagi.db");
        (tell, Soundness { place, known })
    }

    #[tokio::test(start_paused = true)]
    async fn a_start_waits_a_moment_for_the_look_and_goes_on() {
        let (tell, soundness) = of(Known::Nothing);
        let started = tokio::time::Instant::now();
        assert!(soundness.settle().await.is_ok());
        assert_eq!(started.elapsed(), PATIENCE);
        assert!(!soundness.is_whole());

        tell.send(Known::Damaged("page 7: btree is lost".into())).unwrap();
        assert!(soundness.settle().await.is_err());
        let damage = soundness.damage().await.unwrap().to_string();
        assert!(
            damage.contains("/aikagi.db is damaged") && damage.contains("page 7"),
            "{damage}"
        );
    }

    #[tokio::test]
    async fn a_look_that_broke_off_does_not_count_as_whole() {
        let (tell, soundness) = of(Known::Nothing);
        drop(tell);
        assert!(soundness.damage().await.is_some());
        assert!(!soundness.is_whole());
    }
}
