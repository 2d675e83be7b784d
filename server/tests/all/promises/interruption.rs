//! Requests that are dropped, and processes that are killed, leave nothing half done.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use portal::moment::seconds;
use portal::ports::{Change, Matter, Recipient, Store as _};

use crate::cluster;

use super::ground::{Folder, Ground, START, entry, keyring, message, open, session};

/// One deed: three rows that belong together.
fn deed(account: &portal::ports::Account) -> Vec<Change> {
    vec![
        Change::OpenSession(session(account)),
        Change::Enqueue(message(Recipient::HelpDesk, Matter::WasReset)),
        Change::Record(entry(Some(account.id.clone()))),
    ]
}

async fn rows(ground: &Ground) -> [i64; 3] {
    [
        ground.count("select count(*) from session").await,
        ground.count("select count(*) from outbox").await,
        ground.count("select count(*) from audit where event = 'verify'").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_request_leaves_nothing_half_done_and_nobody_waiting() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for n in 0..200_u64 {
        let store = Arc::clone(&ground.store);
        let changes = deed(&account);
        let task = tokio::spawn(async move { store.commit(changes).await });
        for _ in 0..n % 23 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
    }
    ground.done(deed(&account)).await;
    let [sessions, messages, entries] = rows(&ground).await;
    assert!(sessions >= 1);
    assert_eq!((sessions, sessions), (messages, entries));
}

const PLACE: &str = "AIKAGI_PROMISE_FOLDER";

/// The process that is killed in the test below: commits without end, and says so after each one.
#[tokio::test]
#[ignore = "runs as a process of its own, for the test that kills it"]
async fn a_process_that_commits_until_it_is_killed() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let store = cluster::open(place.as_ref(), keyring()).await;
    let adding = store
        .add_person(super::ground::person("h.tanaka"), portal::audit::Actor::Console, START)
        .await;
    let server::store::people::Adding::Added(id) = adding.unwrap() else {
        panic!("the place is not empty")
    };
    let account = store.account(&id).await.unwrap().unwrap();
    loop {
        store.commit(deed(&account)).await.unwrap();
        println!("committed");
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_killed_process_and_what_was_not_is_whole_or_absent() {
    let folder = Folder::new();
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "promises::interruption::a_process_that_commits_until_it_is_killed",
        ])
        .env(PLACE, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = 0;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        told += i64::from(line.unwrap().ends_with("committed"));
        if told == 50 {
            // SIGKILL: no handler runs, no buffer is written out.
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
    assert!(told >= 50);
    let keys = keyring();
    let ground = Ground {
        store: open(&folder, &keys).await,
        keys,
        folder,
    };
    let [sessions, messages, entries] = rows(&ground).await;
    assert!(sessions >= told && sessions <= told + 1, "{sessions} of {told}");
    assert_eq!((sessions, sessions), (messages, entries));
    ground.store.seal(START + seconds(1), "sealer").await.unwrap();
    ground.store.ready().await.unwrap();
}
