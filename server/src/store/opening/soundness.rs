//! Whether the file is whole, where the one before did not get to the end.
//!
//! SQLite mends an unclean end by itself; what it cannot mend is a disk that lied, or a file that somebody copied while
//! it was written. The look takes two to three seconds per gigabyte (measured), so a start waits for it a moment only: a
//! small database that is damaged is never opened, and a large one is served meanwhile and given up when damage shows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use portal::moment::{minutes, seconds};
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _, Row as _};
use tokio::sync::watch;

use super::{CannotOpen, address};

/// How long opening waits for the look. A server is back within five seconds.
const PATIENCE: Duration = seconds(3);

/// How long after a look that did not come about the next one follows; doubled each time, up to the longest.
const FIRST_WAIT: Duration = seconds(1);
const LONGEST_WAIT: Duration = minutes(1);

/// What is known of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    /// It is being looked at.
    Nothing,
    /// Whole.
    Whole,
    /// Damaged: what SQLite says of it.
    Damaged(String),
    /// It could not be looked at, and will be again: that says nothing about it.
    Unseen,
}

/// What a store tells of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Whole.
    Whole,
    /// Being looked at, or damaged.
    Unsound,
    /// It could not be looked at yet.
    Unseen,
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
        tokio::spawn(look_until_seen(tell, async move || quick_check(&looked_at).await));
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
        let found = known
            .wait_for(|known| matches!(known, Known::Whole | Known::Damaged(_)))
            .await;
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

    /// What is known by now.
    pub(super) fn state(&self) -> State {
        match &*self.known.borrow() {
            Known::Whole => State::Whole,
            Known::Unseen => State::Unseen,
            Known::Nothing | Known::Damaged(_) => State::Unsound,
        }
    }

    /// Whether it is known to be whole.
    pub(super) fn is_whole(&self) -> bool {
        self.state() == State::Whole
    }
}

#[cfg(test)]
use crate::store::foundation::Foundation;

#[cfg(test)]
impl crate::store::SqlStore {
    /// The same store while it is looked at, and how to tell that damage was found.
    pub(crate) fn being_looked_at(mut self) -> (Self, impl FnOnce(&str)) {
        let (tell, known) = watch::channel(Known::Nothing);
        if let Foundation::File(file) = &mut self.foundation {
            file.soundness.known = known;
        }
        (self, move |what: &str| {
            tell.send_replace(Known::Damaged(what.to_owned()));
        })
    }
}

/// Looks until something was seen, or nobody listens any more: where the store was closed meanwhile.
async fn look_until_seen(tell: watch::Sender<Known>, look: impl AsyncFn() -> Result<Known, CannotOpen>) {
    let mut wait = FIRST_WAIT;
    loop {
        let found = look().await.unwrap_or_else(|cause| {
            tracing::error!(%cause, again_in = ?wait, "the database could not be checked after an unclean stop");
            Known::Unseen
        });
        let is_over = found != Known::Unseen;
        if tell.send(found).is_err() || is_over {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
            () = tell.closed() => return,
        }
    }
}

/// By a connection of its own: it takes its time, and nobody waits for it.
///
/// # Errors
/// It could not be looked at: too many files are open, say.
async fn quick_check(place: &Path) -> Result<Known, CannotOpen> {
    let findings = findings(place, "pragma quick_check(1)").await?;
    Ok(findings.into_iter().next().map_or(Known::Whole, Known::Damaged))
}

/// What SQLite finds wrong with a file, the first hundred things, and every row that points to one that is not there;
/// nothing where the file is whole.
///
/// # Errors
/// It could not be looked at.
pub(super) async fn examine(place: &Path) -> Result<Vec<String>, CannotOpen> {
    let mut found = findings(place, "pragma integrity_check(100)").await?;
    if found.is_empty() {
        let mut conn = connect(place).await?;
        let orphans = sqlx::query("select \"table\", parent from pragma_foreign_key_check");
        for row in orphans.fetch_all(&mut conn).await? {
            let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            found.push(format!("a row of {table} belongs to one of {parent} that is not there"));
        }
        conn.close().await?;
    }
    Ok(found)
}

/// What a check of SQLite's finds; nothing where it says "ok", and only that.
async fn findings(place: &Path, check: &'static str) -> Result<Vec<String>, CannotOpen> {
    let told = match told(place, check).await {
        Err(cause) if is_damage(&cause) => vec![cause.to_string()],
        told => told?,
    };
    Ok(match &told[..] {
        [] => vec!["the check says nothing".to_owned()],
        [only] if only == "ok" => Vec::new(),
        _ => told,
    })
}

async fn told(place: &Path, check: &'static str) -> sqlx::Result<Vec<String>> {
    let mut conn = connect(place).await?;
    let rows = sqlx::query(check).fetch_all(&mut conn).await;
    conn.close().await?;
    rows?.iter().map(|row| row.try_get(0)).collect()
}

async fn connect(place: &Path) -> sqlx::Result<AnyConnection> {
    let address = address(place).map_err(|cause| sqlx::Error::Configuration(cause.into()))?;
    AnyConnectOptions::from_url(&address)?.connect().await
}

/// Whether SQLite stumbled over the damage itself: `SQLITE_CORRUPT` or `SQLITE_NOTADB`, whatever the extended code says
/// above its lowest byte (<https://sqlite.org/rescode.html>).
fn is_damage(cause: &sqlx::Error) -> bool {
    let code = cause
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{SystemRandom, name};

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

    #[tokio::test(start_paused = true)]
    async fn a_look_that_did_not_come_about_is_no_damage_and_is_repeated() {
        let (tell, soundness) = of(Known::Nothing);
        let looks = std::sync::atomic::AtomicU32::new(0);
        let look = async || match looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0..3 => Err(CannotOpen::Place(PathBuf::from("/too/many/open/files"))),
            _ => Ok(Known::Whole),
        };
        let (starts, ()) = tokio::join!(
            async {
                let started = soundness.settle().await;
                assert_eq!(soundness.state(), State::Unseen);
                let damage = soundness.damage().await;
                started.is_ok() && damage.is_none()
            },
            look_until_seen(tell, look),
        );
        assert!(starts);
        assert!(soundness.is_whole());
    }

    #[tokio::test]
    async fn what_is_no_database_is_damaged_and_what_is_not_there_is_unseen() {
        let folder = std::env::temp_dir().join(format!("aikagi-look-{}", name(&SystemRandom).unwrap()));
        std::fs::create_dir(&folder).unwrap();
        sqlx::any::install_default_drivers();
        let scrap = folder.join("scrap.db");
        std::fs::write(
            &scrap,
            "no database at all, but long enough to be taken for the head of one; ".repeat(99),
        )
        .unwrap();
        assert!(matches!(quick_check(&scrap).await, Ok(Known::Damaged(_))));
        assert!(quick_check(&folder.join("missing/aikagi.db")).await.is_err());
        std::fs::remove_dir_all(&folder).ok();
    }
}
