//! The database is held by another process, or there is no room for it: whoever wants to write is told to come back, what
//! only reads goes on, and all is well again without a restart.

use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::kills::end;
use super::person::{Ledger, Person, Reply};
use super::victim::Victim;
use crate::wire::soon;

/// The server waits 5 s for the connection that writes, which may be waiting itself, and 5 s more for the lock, before it
/// says that it is busy; and some air for a loaded machine.
const TOO_LONG: u64 = 11;
const LONGEST_WAIT: Duration = Duration::from_secs(TOO_LONG + 3);

async fn ready() -> Victim {
    let people: String = (0..4).map(|n| Ledger::of(n).line()).collect();
    let victim = Victim::install(&format!("name,email,phone,password\n{people}")).await;
    victim.start().await;
    victim
}

/// Resets a password and judges everything: all is well again.
async fn is_well(victim: &Victim, mut ledgers: Vec<Ledger>) {
    let mut person = Person::new(victim, 3);
    let reply = person.reset().await;
    assert_eq!(reply, Reply::On("/reset/done".into()));
    person.finish(reply).await;
    ledgers.push(person.ledger);
    soon("it is ready", async || {
        (victim.status("/readyz").await == Some(204)).then_some(())
    })
    .await;
    end(victim, &ledgers, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
async fn a_lock_held_by_another_is_waited_for_and_one_held_too_long_is_told_as_busy() {
    let victim = ready().await;
    let mut other = SqliteConnectOptions::new()
        .filename(victim.database())
        .connect()
        .await
        .unwrap();
    let mut person = Person::new(&victim, 0);
    for (held, status) in [(1, 422), (TOO_LONG, 503)] {
        sqlx::query("begin immediate").execute(&mut other).await.unwrap();
        let began = Instant::now();
        let (told, ()) = tokio::join!(person.guess(), async {
            tokio::time::sleep(Duration::from_secs(held)).await;
            assert_eq!(victim.status("/healthz").await, Some(204));
            assert_eq!(victim.status("/reset").await, Some(200));
            sqlx::query("rollback").execute(&mut other).await.unwrap();
        });
        assert_eq!(told, status, "held for {held} s");
        assert!(began.elapsed() < LONGEST_WAIT, "{:?}", began.elapsed());
    }
    other.close().await.unwrap();
    is_well(&victim, vec![person.ledger]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_for_a_write_nothing_is_half_done_and_with_room_again_all_is_well() {
    let victim = ready().await;
    let mut person = Person::new(&victim, 0);
    assert_eq!(person.guess().await, 422);
    // No file may grow: what a full disk does, for this process alone.
    limit(&victim, "0:unlimited");
    let refused = person.guess().await;
    assert_eq!(refused, 503);
    let mut reset = Person::new(&victim, 1);
    let told = reset.reset().await;
    assert_eq!(told, Reply::Refused(503), "{}", log(&victim));
    assert_eq!(victim.status("/healthz").await, Some(204));
    assert_eq!(victim.status("/reset").await, Some(200));
    soon("it says that it is not ready", async || {
        (victim.status("/readyz").await == Some(503)).then_some(())
    })
    .await;
    limit(&victim, "unlimited:unlimited");
    assert_eq!(person.guess().await, 422);
    reset.finish(Reply::Refused(503)).await;
    is_well(&victim, vec![person.ledger, reset.ledger]).await;
}

/// The last that the server said.
fn log(victim: &Victim) -> String {
    let log = std::fs::read_to_string(victim.log()).unwrap();
    log.lines().rev().take(8).collect::<Vec<_>>().join("\n")
}

/// Limits the size of the files that the server writes.
fn limit(victim: &Victim, bytes: &str) {
    let pid = victim.pid().to_string();
    let limited = Command::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={bytes}")])
        .status()
        .unwrap();
    assert!(limited.success(), "prlimit: {limited}");
}
