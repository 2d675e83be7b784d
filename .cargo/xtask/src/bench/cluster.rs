//! Whether two servers on one `PostgreSQL` cost more than one: the same resets by one server and by two that share a
//! database, and how often somebody waited there for somebody else. Without TLS to the database, as on one machine.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::journey::Organisation;
use super::processor::Spent;
use crate::place::Place;
use crate::postgres::Cluster;

/// The databases: of one server, and of two.
const DATABASES: [&str; 2] = ["one", "two"];
/// Resets in one round, on each side.
const RESETS: u32 = 48;
/// How many of those at once.
const AT_ONCE: usize = 16;
/// The two sides take turns, so that what the machine does beside this hits both.
const ROUNDS: u32 = 2;
/// Resets before anything is measured, as many at once: each connection to the database has the server prepare every
/// statement the first time, and two servers hold twice as many.
const WARMING: u32 = 48;
/// A line for each wait of more than 5 ms, for rows as for the turns of the store, with the database it was in.
const WAITS: &str = "-c log_lock_waits=on -c deadlock_timeout=5ms -c log_line_prefix=%d/";
/// What the line says.
const WAITING: &str = " still waiting for ";
/// Between what is waited for and the statement that waits.
const IN: &str = " in: ";

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let cluster = Cluster::start(bench.place, WAITS)?;
    let mut sides = [
        organisation(bench.place, &cluster, DATABASES[0])?,
        organisation(bench.place, &cluster, DATABASES[1])?,
    ];
    sides[1].widen(bench.place)?;
    for side in &mut sides {
        side.reset(WARMING, AT_ONCE)?;
    }
    let said = cluster.log()?.len();
    let mut spent = [Spent::default(); 2];
    for _ in 0..ROUNDS {
        for (side, spent) in sides.iter_mut().zip(&mut spent) {
            *spent = *spent + side.reset(RESETS, AT_ONCE)?.0;
        }
    }
    let log = cluster.log()?;
    let log = log.get(said..).unwrap_or_default();
    let waits = DATABASES.map(|database| waits(log, database));
    for (what, times) in counted(&waits[1]) {
        println!("    waited above 5 ms {times} times for {what}");
    }
    Ok(rows(
        spent.map(|spent| spent / (ROUNDS * RESETS)),
        waits.map(|waits| waits.len()),
    ))
}

fn organisation(place: &Place, cluster: &Cluster, database: &str) -> Result<Organisation> {
    cluster.create(database)?;
    let people = WARMING + ROUNDS * RESETS;
    Organisation::kept_at(place, people, &cluster.address(database))
}

/// What was waited for in a database, once for each wait.
fn waits(log: &str, database: &str) -> Vec<String> {
    let mut waits: Vec<String> = Vec::new();
    let lines = log
        .lines()
        .filter_map(|line| line.strip_prefix(database)?.strip_prefix('/'));
    for line in lines {
        if let Some((_, what)) = line.split_once(WAITING) {
            let (what, _) = what.split_once(" after ").unwrap_or((what, ""));
            // Each transaction has a number of its own, which tells nothing.
            let what = what.split_inclusive(" transaction ").next().unwrap_or(what);
            waits.push(what.trim_end().to_owned());
        } else if let (Some(statement), Some(wait)) = (line.strip_prefix("STATEMENT:"), waits.last_mut())
            && !wait.contains(IN)
        {
            wait.push_str(IN);
            wait.push_str(statement.trim());
        }
    }
    waits
}

/// Each kind of wait, and how often it was.
fn counted(waits: &[String]) -> BTreeMap<&str, u32> {
    waits.iter().fold(BTreeMap::new(), |mut counted, wait| {
        *counted.entry(wait.as_str()).or_default() += 1;
        counted
    })
}

fn rows([one, two]: [Spent; 2], waits: [usize; 2]) -> Vec<Figure> {
    let time = |what: &str, spent: Spent| {
        let what = format!("CPU of a reset on PostgreSQL, {what}, {AT_ONCE} at once");
        Figure::new(
            what,
            spent.all().as_secs_f64() * 1000.0,
            Unit::Milliseconds,
            Budget::None,
        )
    };
    let against = |what: &str, of: fn(Spent) -> Duration, budget| {
        let ratio = of(two).as_secs_f64() / of(one).as_secs_f64();
        Figure::new(what, ratio, Unit::Times, budget)
    };
    #[expect(clippy::cast_precision_loss, reason = "some hundred lines at most")]
    let count = |what: &str, waits: usize, budget| Figure::new(what, waits as f64, Unit::Count, budget);
    vec![
        time("one server", one),
        time("two servers", two),
        against("  two against one", Spent::all, Budget::AtMost(1.1)),
        against("  two against one, outside hashing", Spent::rest, Budget::None),
        count("  waits for a lock above 5 ms, one server", waits[0], Budget::None),
        count(
            "  waits for a lock above 5 ms, two servers",
            waits[1],
            Budget::AtMost(0.0),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_counted_once_and_for_its_own_database() {
        let log = "two/LOG:  process 7 still waiting for ExclusiveLock on advisory lock [5,1,2,1] after 5.071 ms\n\
                   two/DETAIL:  Process holding the lock: 8. Wait queue: 7.\n\
                   two/STATEMENT:  select count(*) as taken from\n\
                   two/LOG:  process 7 acquired ExclusiveLock on advisory lock [5,1,2,1] after 6.120 ms\n\
                   one/LOG:  process 9 still waiting for ShareLock on transaction 740 after 5.003 ms\n\
                   one/STATEMENT:  update outbox\n\
                   /LOG:  checkpoint starting: time\n";
        let turn = "ExclusiveLock on advisory lock [5,1,2,1] in: select count(*) as taken from";
        assert_eq!(waits(log, "two"), [turn]);
        assert_eq!(waits(log, "one"), ["ShareLock on transaction in: update outbox"]);
    }
}
