//! What has to be done now and then: sealing the audit log, forgetting what has run out.
//!
//! Each job has its own turn, by the time that passes and not by the clock of the machine, which may be wrong; one that
//! fails keeps no other from its work, and is tried less and less often while it does.

use std::sync::Arc;
use std::time::Duration;

use portal::audit::Actor;
use portal::moment::{Moment, days, hours, minutes, seconds};
use portal::ports::{Clock, Fault};
use portal::service::Portal;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::keyring::Keyring;
use crate::store::{Reserve, SqlStore};

/// How often it is looked whose turn it is.
const EVERY: Duration = Duration::from_millis(500);
/// How often it is asked who keeps the house; a third of the lease.
const ASK_EVERY: Duration = seconds(5);
/// The longest wait for the next try of a job that fails, unless its turn comes later anyway.
const LONGEST_WAIT: Duration = minutes(1);
/// How far the clock may be ahead of what the audit log says and of the time that has passed since. Beyond that it may be
/// the clock that is wrong, and rows that have to be kept would be removed.
const FURTHEST: Duration = days(30);

/// What is done now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    /// Seals the audit log.
    Seal,
    /// Removes rows of the audit log that are older than it is kept; only what is sealed goes.
    Retain,
    /// Tells the head of the chain to the log, where no one who can alter the database can alter it.
    Anchor,
    /// Tells owners what was left unfinished.
    TellUnfinished,
    /// Reminds people who were invited to register.
    Remind,
    /// Tells the help desk of the calls that were held back.
    DigestHelp,
    /// Tells administrators of what looks wrong.
    Watch,
    /// Gives up messages that are not worth sending any longer.
    DropExpired,
    /// Removes what has run out.
    Purge,
    /// Looks whether the keyring was changed.
    Keys,
    /// Encrypts with the newest key what stands under older ones.
    EncryptAnew,
    /// Keeps room on the disk, or gives it back.
    Room,
    /// Notes how late it is.
    Served,
}

impl Job {
    /// Every job, in the order of a round.
    const ALL: [Self; 13] = [
        Self::Seal,
        Self::Retain,
        Self::Anchor,
        Self::TellUnfinished,
        Self::Remind,
        Self::DigestHelp,
        Self::Watch,
        Self::DropExpired,
        Self::Purge,
        Self::Keys,
        Self::EncryptAnew,
        Self::Room,
        Self::Served,
    ];

    /// Whether one server at a time does it. Sealing has a lease of its own, so that no row waits for a server that is slow
    /// with the rest; and each has keys of its own in memory, and a disk.
    const fn is_for_one(self) -> bool {
        !matches!(self, Self::Seal | Self::Keys | Self::Room)
    }

    /// How often. Rows of the audit log are in the chain within about a second.
    const fn every(self) -> Duration {
        match self {
            Self::Retain => hours(1),
            // A batch each: no more than a thousand rows a second.
            Self::Seal | Self::EncryptAnew => EVERY,
            Self::Keys | Self::Room => seconds(5),
            Self::Anchor => minutes(5),
            Self::TellUnfinished
            | Self::Remind
            | Self::DigestHelp
            | Self::Watch
            | Self::DropExpired
            | Self::Purge
            | Self::Served => minutes(1),
        }
    }
}

/// When a job is due.
struct Turn {
    job: Job,
    due: Instant,
    /// In a row.
    failures: u32,
}

impl Turn {
    /// Due at once; an anchor is of use only after a while, and room on the disk to whoever stays.
    fn of(job: Job) -> Self {
        let first = if matches!(job, Job::Anchor | Job::Room) {
            job.every()
        } else {
            Duration::ZERO
        };
        Self {
            job,
            due: Instant::now() + first,
            failures: 0,
        }
    }

    fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Sets the next turn by how this one went.
    fn took(&mut self, outcome: &Result<(), Fault>) {
        let every = self.job.every();
        let wait = if outcome.is_ok() {
            self.failures = 0;
            every
        } else {
            self.failures = self.failures.saturating_add(1);
            every
                .saturating_mul(2_u32.saturating_pow(self.failures.min(16)))
                .min(LONGEST_WAIT)
                .max(every)
        };
        self.due = Instant::now() + wait;
    }
}

/// The worker that keeps the house.
pub struct Housekeeping {
    /// The store.
    pub store: Arc<SqlStore>,
    /// The keys, which may be changed while they are in use.
    pub keyring: Arc<Keyring>,
    /// Who tells owners what was left unfinished.
    pub portal: Arc<Portal>,
    /// How long the audit log is kept.
    pub keep_audit: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The name of this worker in leases.
    pub name: String,
}

impl Housekeeping {
    /// Works until it is told to stop, and seals what was written last. Whoever else writes is to stop before.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut turns = Job::ALL.map(Turn::of);
        let mut course = Course::default();
        let mut asked = None;
        loop {
            let keeps = self.keeps(&mut asked).await;
            for turn in turns.iter_mut().filter(|turn| turn.is_due()) {
                if !keeps && turn.job.is_for_one() {
                    continue;
                }
                let outcome = self.take(turn.job, &mut course).await;
                if let Err(fault) = &outcome {
                    tracing::error!(%fault, job = ?turn.job, "housekeeping failed");
                }
                turn.took(&outcome);
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = told(&mut stop) => {
                    if let Err(fault) = self.store.seal_last(self.clock.now(), &self.name).await {
                        tracing::error!(%fault, "the audit log was not sealed at the end");
                    }
                    if let Err(breakdown) = self.store.note_served(self.clock.now()).await {
                        tracing::warn!(%breakdown, "a clock that is put back now is seen only where it is by a minute more");
                    }
                    if let Err(breakdown) = self.store.stop_leading(&self.name).await {
                        tracing::warn!(%breakdown, "the next to keep the house has to wait a moment");
                    }
                    return;
                }
            }
        }
    }

    /// Whether the house is this worker's to keep, asked again after a moment. Where several servers share the database
    /// one of them keeps it, and another takes over when that one falls silent.
    async fn keeps(&self, asked: &mut Option<(Instant, bool)>) -> bool {
        if let Some((at, keeps)) = *asked
            && at.elapsed() < ASK_EVERY
        {
            return keeps;
        }
        let keeps = self
            .store
            .leads(self.clock.now(), &self.name)
            .await
            .inspect_err(|breakdown| tracing::error!(%breakdown, "nobody knows who keeps the house"))
            .unwrap_or(false);
        *asked = Some((Instant::now(), keeps));
        keeps
    }

    async fn take(&self, job: Job, course: &mut Course) -> Result<(), Fault> {
        let now = self.clock.now();
        match job {
            Job::Retain => self.retain(course, now).await?,
            Job::Seal => {
                self.store.seal(now, &self.name).await?;
            }
            Job::Anchor => {
                if let Some(anchor) = self.store.anchor(now).await? {
                    tracing::info!(%anchor, "head of the audit log");
                }
            }
            Job::TellUnfinished => {
                self.portal.tell_unfinished().await?;
            }
            Job::Remind => {
                self.portal.remind().await?;
            }
            Job::DigestHelp => {
                self.portal.digest_help().await?;
            }
            Job::Watch => self.portal.watch().await?,
            Job::DropExpired => self.drop_expired(now).await?,
            Job::Purge => {
                self.store.purge(now).await?;
            }
            Job::Keys => self.look_at_keys(course, now).await?,
            Job::EncryptAnew => self.encrypt_anew(course).await?,
            Job::Room => self.keep_room()?,
            Job::Served => self.store.note_served(now).await?,
        }
        Ok(())
    }

    async fn look_at_keys(&self, course: &mut Course, now: Moment) -> Result<(), Fault> {
        if self.keyring.look_again().map_err(Fault::new)? {
            course.rests_until = None;
            tracing::info!(keys = self.keyring.kids().join(" "), "the keyring was changed");
        }
        self.store.renew_decoy()?;
        self.store.record_keys(&self.keyring.kids(), now).await?;
        Ok(())
    }

    fn keep_room(&self) -> Result<(), Fault> {
        match self.store.keep_room().map_err(Fault::new)? {
            Some(Reserve::Released) => tracing::error!(
                "the disk is full; the room that was kept for this is given back and lasts for a while: make room now"
            ),
            Some(Reserve::Kept) => tracing::info!("room on the disk is kept for bad times"),
            None => {}
        }
        Ok(())
    }

    /// A batch at a time; where there is nothing to do, it is looked again after a minute.
    async fn encrypt_anew(&self, course: &mut Course) -> Result<(), Fault> {
        if course.rests_until.is_some_and(|until| Instant::now() < until) {
            return Ok(());
        }
        let rows = self.store.encrypt_anew(&self.keyring.kids()).await?;
        if rows == 0 {
            course.rests_until = Some(Instant::now() + minutes(1));
        } else {
            tracing::debug!(rows, "addresses were encrypted anew");
        }
        Ok(())
    }

    async fn retain(&self, course: &mut Course, now: Moment) -> Result<(), Fault> {
        let newest = self.store.newest_audit().await?.unwrap_or(now);
        if !course.is_believable(newest, now) {
            let ahead_days = now.since(newest).as_secs() / 86_400;
            tracing::error!(
                ahead_days,
                "the clock is far ahead of the audit log, so none of it is removed; if the clock is right, stop the server \
                 and run `aikagi audit retain`"
            );
            return Ok(());
        }
        let removed = self
            .store
            .retain_audit(now - self.keep_audit, Actor::System, now)
            .await?;
        if removed > 0 {
            tracing::info!(removed, "rows of the audit log were older than it is kept");
        }
        Ok(())
    }

    async fn drop_expired(&self, now: Moment) -> Result<(), Fault> {
        let messages = self.store.drop_expired(now).await?;
        if messages > 0 {
            tracing::warn!(
                messages,
                "messages were not sent while they were worth it; `aikagi outbox` lists them"
            );
        }
        Ok(())
    }
}

/// What is remembered from one turn to the next. The clock is measured by when the log was written last before this process
/// began to write, and the time that has passed since.
#[derive(Default)]
struct Course {
    began: Option<(Moment, Instant)>,
    /// Until when there was nothing left to encrypt anew.
    rests_until: Option<Instant>,
}

impl Course {
    /// Whether the clock is where it can be. What this process writes by a wrong clock makes that no righter.
    fn is_believable(&mut self, newest: Moment, now: Moment) -> bool {
        let (newest, since) = *self.began.get_or_insert_with(|| (newest, Instant::now()));
        now.since(newest) <= since.elapsed() + FURTHEST
    }
}

/// Ends when it is told to stop, or when nobody is left to tell.
pub(crate) async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_fails_is_tried_less_and_less_often_but_never_seldom() {
        let mut turn = Turn::of(Job::Seal);
        assert!(turn.is_due());
        let mut waits = Vec::new();
        for _ in 0..9 {
            turn.took(&Err(Fault::new("no")));
            waits.push((turn.due - Instant::now()).as_millis());
        }
        assert_eq!(
            waits,
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
        );
        turn.took(&Ok(()));
        assert!(!turn.is_due());
        tokio::time::advance(EVERY).await;
        assert!(turn.is_due());
        let mut seldom = Turn::of(Job::Retain);
        seldom.took(&Err(Fault::new("no")));
        assert_eq!(seldom.due - Instant::now(), hours(1));
    }

    #[test]
    fn no_more_than_a_thousand_addresses_a_second_are_encrypted_anew() {
        // Five hundred at a time.
        assert!(Job::EncryptAnew.every() >= Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_jumps_is_not_believed_and_time_that_passes_is() {
        let start = Moment::from_millis(1_800_000_000_000);
        let mut course = Course::default();
        assert!(!course.is_believable(start, start + days(31)));
        // Rows that were written by it since.
        assert!(!course.is_believable(start + days(31), start + days(31)));
        tokio::time::advance(days(2)).await;
        assert!(course.is_believable(start + days(2), start + days(31)));
        assert!(!course.is_believable(start + days(2), start + days(800)));
    }
}
