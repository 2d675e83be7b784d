//! The power goes. What the server had synced is there when it comes back, and of what it had only written any part: each
//! sector is as it was before or after. Whatever was answered has to be true all the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::kills::{any_number, end};
use super::person::{Ledger, Person, Reply};
use super::victim::Victim;

/// How often the power goes: the value of this variable, or [`CUTS`].
const VARIABLE: &str = "AIKAGI_TEST_CUTS";
const CUTS: u16 = 6;
/// A reset takes about so long, in milliseconds.
const LONGEST: u64 = 1_500;
/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;
/// The database, and its log of writes.
const FILES: [&str; 2] = ["", "-wal"];

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Has every sync of the server's remembered from its next start on. The database is closed: all of it is on the disk.
fn remember_syncs(victim: &Victim) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/faults/power.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(victim.preload())
        .arg(source)
        .status();
    assert!(built.unwrap().success());
    let database = victim.database();
    assert!(!beside(&database, "-wal").exists());
    fs::copy(&database, beside(&database, "-synced")).unwrap();
}

/// Leaves of each file what a disk may have after the power has gone.
fn cut(victim: &Victim) {
    victim.kill();
    let mut number = any_number() | 1;
    eprintln!("what is left is by {number}");
    for end in FILES {
        let file = beside(&victim.database(), end);
        let synced = fs::read(beside(&file, "-synced")).unwrap_or_default();
        let written = fs::read(&file).unwrap_or_default();
        let left = survivors(&synced, &written, &mut number);
        fs::write(&file, &left).unwrap();
        // What has survived once is on the disk.
        fs::write(beside(&file, "-synced"), left).unwrap();
    }
    fs::remove_file(beside(&victim.database(), "-shm")).ok();
}

/// Of each sector what was synced or what was written last, and either length.
fn survivors(synced: &[u8], written: &[u8], number: &mut u64) -> Vec<u8> {
    let length = if coin(number) { synced.len() } else { written.len() };
    let mut left = synced.to_vec();
    left.resize(length, 0);
    for (place, after) in left.chunks_mut(SECTOR).zip(written.chunks(SECTOR)) {
        let both = place.len().min(after.len());
        if place[..both] != after[..both] && coin(number) {
            place[..both].copy_from_slice(&after[..both]);
        }
    }
    left
}

/// Heads or tails, by `xorshift64` (Marsaglia, 2003).
fn coin(number: &mut u64) -> bool {
    *number ^= *number << 13;
    *number ^= *number >> 7;
    *number ^= *number << 17;
    *number & (1 << 32) != 0
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_power_goes_nothing_is_lost_that_was_answered() {
    let cuts = std::env::var(VARIABLE).map_or(CUTS, |cuts| cuts.parse().unwrap());
    let people: String = (0..cuts * 2).map(|n| Ledger::of(n).line()).collect();
    let victim = Victim::install(&format!("name,email,phone,password\n{people}")).await;
    remember_syncs(&victim);
    victim.start().await;
    let mut ledgers = Vec::new();
    for round in 0..cuts {
        let [mut one, mut other] = [0, 1].map(|n| Person::new(&victim, round * 2 + n));
        // By turns at the moment when a success was answered, and at any.
        let (heard_one, heard_other) = if round % 2 == 0 {
            let heard = other.reset().await;
            let done = one.reset().await;
            cut(&victim);
            assert_eq!(done, Reply::On("/reset/done".into()));
            (done, heard)
        } else {
            let after = Duration::from_millis(any_number() % LONGEST);
            let gone = async {
                tokio::time::sleep(after).await;
                cut(&victim);
            };
            let (one, other, ()) = tokio::join!(one.reset(), other.reset(), gone);
            (one, other)
        };
        victim.start().await;
        tokio::join!(one.finish(heard_one), other.finish(heard_other));
        ledgers.extend([one.ledger, other.ledger]);
    }
    end(&victim, &ledgers, cuts.into()).await;
}
