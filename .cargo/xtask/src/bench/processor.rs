//! Processor time of servers, told apart by what its threads are named after: hashing, the database, everything else.
//! The kernel counts it, so nothing in the server has to.

use std::collections::BTreeMap;
use std::fs;
use std::ops::{Add, Div};
use std::time::Duration;

use anyhow::{Context, Result};

/// Processor time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the threads for work that blocks, which is hashing and nothing else.
    pub hashing: Duration,
    /// In the threads of SQLite's connections.
    pub database: Duration,
    /// In all others: HTTP, rules, pages.
    pub other: Duration,
}

/// Looks at some processes, taken together.
pub struct Processor(Vec<u32>);

impl Processor {
    pub fn of(processes: impl IntoIterator<Item = u32>) -> Self {
        Self(processes.into_iter().collect())
    }

    /// Does `work`, and adds to `spent` what the processes spent meanwhile.
    pub fn during<T>(&self, spent: &mut Spent, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let before = self.threads()?;
        let done = work()?;
        for (id, (name, time)) in self.threads()? {
            let earlier = before.get(&id).map_or(0, |(_, time)| *time);
            spent.count(&name, Duration::from_nanos(time.saturating_sub(earlier)));
        }
        Ok(done)
    }

    /// Every thread by its id, which no two processes share: its name, and its nanoseconds on a processor.
    fn threads(&self) -> Result<BTreeMap<u32, (String, u64)>> {
        let mut tasks = Vec::new();
        for process in &self.0 {
            let folder = format!("/proc/{process}/task");
            tasks.extend(fs::read_dir(&folder).with_context(|| format!("cannot read {folder}, which only Linux has"))?);
        }
        let mut threads = BTreeMap::new();
        for task in tasks {
            let task = task.context("a thread that cannot be looked at")?.path();
            let read = |name: &str| fs::read_to_string(task.join(name));
            let id = task.file_name().and_then(|id| id.to_str()?.parse().ok());
            // A thread may have ended since its folder was seen.
            if let (Some(id), Ok(name), Ok(stat)) = (id, read("comm"), read("schedstat")) {
                let time = nanoseconds(&stat).with_context(|| format!("`{stat}` in {}", task.display()))?;
                threads.insert(id, (name.trim_end().to_owned(), time));
            }
        }
        Ok(threads)
    }
}

impl Spent {
    pub fn all(self) -> Duration {
        self.hashing + self.rest()
    }

    /// Everything outside of hashing.
    pub fn rest(self) -> Duration {
        self.database + self.other
    }

    fn count(&mut self, thread: &str, time: Duration) {
        // The names are given where the server starts its threads, and by sqlx; the kernel keeps 15 letters of them.
        let share = match thread {
            "blocking" => &mut self.hashing,
            name if name.starts_with("sqlx-sqlite") => &mut self.database,
            _ => &mut self.other,
        };
        *share += time;
    }
}

impl Add for Spent {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            hashing: self.hashing + more.hashing,
            database: self.database + more.database,
            other: self.other + more.other,
        }
    }
}

impl Div<u32> for Spent {
    type Output = Self;

    fn div(self, count: u32) -> Self {
        Self {
            hashing: self.hashing / count,
            database: self.database / count,
            other: self.other / count,
        }
    }
}

/// From a line like `202135763 1287195816 248`: time on a processor, time spent waiting for one, turns.
fn nanoseconds(stat: &str) -> Option<u64> {
    stat.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_apart_by_the_names_of_threads() {
        let mut spent = Spent::default();
        for (thread, millis) in [("blocking", 20), ("worker", 3), ("sqlx-sqlite-wor", 2), ("aikagi", 1)] {
            spent.count(thread, Duration::from_millis(millis));
        }
        assert_eq!(spent.hashing, Duration::from_millis(20));
        assert_eq!(spent.database, Duration::from_millis(2));
        assert_eq!(spent.rest(), Duration::from_millis(6));
    }

    #[test]
    fn time_on_a_processor_is_the_first_number() {
        assert_eq!(nanoseconds("202135763 1287195816 248\n"), Some(202_135_763));
        assert_eq!(nanoseconds("\n"), None);
    }
}
