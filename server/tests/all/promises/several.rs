//! Several servers on one `PostgreSQL` database: what is judged and counted holds over all of them.
//!
//! A file is one process's own, which `opening` looks at; there these tests have nothing to look at.

use std::sync::Arc;

use portal::limits::{Factor, Failures};
use portal::moment::{Moment, minutes};
use portal::ports::{Change, Committed, KeptAnswer, Keys, Matter, Recipient, Store as _};
use server::settings::Database;
use server::store::{CannotOpen, SqlStore};
use sqlx::Connection as _;
use tokio::task::JoinSet;

use super::ground::{Folder, Ground, START, entry, keyring, message, open};
use crate::cluster;
use crate::wire::soon;

/// A database with two servers on it; none where it is a file.
async fn two() -> Option<(Ground, [Arc<SqlStore>; 2])> {
    if !cluster::is_server() {
        return None;
    }
    let ground = Ground::new().await;
    let other = open(&ground.folder, &ground.keys).await;
    let stores = [Arc::clone(&ground.store), other];
    Some((ground, stores))
}

/// How many of so many that ask for the same on both servers get it.
async fn winners(stores: &[Arc<SqlStore>; 2], changes: &[Change], many: usize) -> usize {
    let mut asking = JoinSet::new();
    for number in 0..many {
        let (store, changes) = (Arc::clone(&stores[number % 2]), changes.to_vec());
        asking.spawn(async move { store.commit(changes).await.unwrap() });
    }
    let outcomes = asking.join_all().await;
    outcomes
        .into_iter()
        .filter(|outcome| *outcome == Committed::Done)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_failures_at_once_on_two_servers_are_fifty() {
    let Some((ground, stores)) = two().await else { return };
    let account = ground.person("h.tanaka").await;
    let mut failing = JoinSet::new();
    for number in 0..50 {
        let (store, account) = (Arc::clone(&stores[number % 2]), account.id.clone());
        failing.spawn(async move {
            loop {
                let before = store.failures(&account, Factor::Email).await.unwrap();
                let after = before.count(START);
                let change = Change::SaveFailures {
                    account: account.clone(),
                    factor: Factor::Email,
                    before,
                    after,
                };
                if store.commit(vec![change]).await.unwrap() == Committed::Done {
                    return;
                }
            }
        });
    }
    failing.join_all().await;
    let expected = (0..50).fold(Failures::default(), |failures, _| failures.count(START));
    let counted = stores[1].failures(&account.id, Factor::Email).await.unwrap();
    assert_eq!(counted, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_accepted_by_one_of_two_servers_and_once() {
    let Some((ground, stores)) = two().await else { return };
    let account = ground.person("h.tanaka").await;
    let code = ground.code(&account).await;
    assert_eq!(winners(&stores, &[Change::SpendCode(code.id)], 20).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_two_servers_replace_at_once_are_those_of_one_of_them() {
    let Some((ground, stores)) = two().await else { return };
    let account = ground.person("h.tanaka").await;
    let mut replacing = JoinSet::new();
    for number in 0..20 {
        let (store, account) = (Arc::clone(&stores[number % 2]), account.id.clone());
        let answer = |question: &str| KeptAnswer {
            question: question.into(),
            form: "1".into(),
            hash: format!("hash {number}"),
        };
        let answers = vec![answer("first"), answer("second"), answer("third")];
        let change = Change::SetAnswers {
            account,
            answers,
            at: START,
        };
        replacing.spawn(async move { store.commit(vec![change]).await.unwrap() });
    }
    let outcomes = replacing.join_all().await;
    assert!(
        outcomes.iter().all(|outcome| *outcome == Committed::Done),
        "{outcomes:?}"
    );
    assert_eq!(ground.count("select count(*) from answer").await, 3);
    assert_eq!(ground.count("select count(distinct hash) from answer").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_judged_by_counting_holds_over_two_servers() {
    let Some((ground, stores)) = two().await else { return };
    // Every message takes its time, so that all who do not wait for their turn count before the first one is done.
    let mut slow = ground.raw().await;
    for statement in [
        "create function dawdle() returns trigger language plpgsql as \
         'begin perform pg_sleep(0.05); return new; end'",
        "create trigger dawdle after insert on outbox for each row execute function dawdle()",
    ] {
        cluster::run(&mut slow, statement).await;
    }
    let since = START - minutes(1);
    let most = |most| Change::CallsAtMost {
        account: None,
        since,
        most,
    };
    let mut asking = JoinSet::new();
    for number in 0..20 {
        let store = Arc::clone(&stores[number % 2]);
        let matter = Matter::HelpWanted {
            name: "h.tanaka".into(),
            case: "stuck".into(),
            support: "ABCD-2345".into(),
        };
        let call = message(Recipient::HelpDesk, matter);
        let changes = vec![Change::Enqueue(call), most(3)];
        asking.spawn(async move { store.commit(changes).await.unwrap() });
    }
    let outcomes = asking.join_all().await;
    let made = outcomes
        .into_iter()
        .filter(|outcome| *outcome == Committed::Done)
        .count();
    assert_eq!(made, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_seal_at_once_make_one_chain() {
    let Some((ground, stores)) = two().await else { return };
    let mut writing = JoinSet::new();
    for number in 0..40 {
        let store = Arc::clone(&stores[number % 2]);
        writing.spawn(async move {
            store.commit(vec![Change::Record(entry(None))]).await.unwrap();
            store.seal_alone().await.unwrap();
        });
    }
    writing.join_all().await;
    stores[0].seal_alone().await.unwrap();
    let report = stores[1].verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.rows, report.unsealed.0), (40, 0));
    assert_eq!(ground.count("select max(seq) from audit").await, 40);
}

#[tokio::test]
async fn one_server_keeps_the_house_and_another_takes_over_when_it_falls_silent() {
    let Some((_ground, [one, other])) = two().await else {
        return;
    };
    let at = |seconds: u64| START + std::time::Duration::from_secs(seconds);
    let leads = async |store: &SqlStore, holder: &str, now: Moment| store.leads(now, holder).await.unwrap();
    assert!(leads(&one, "one", at(0)).await);
    assert!(!leads(&other, "other", at(10)).await);
    assert!(leads(&one, "one", at(10)).await);
    assert!(!leads(&other, "other", at(24)).await);
    assert!(leads(&other, "other", at(25)).await);
    assert!(!leads(&one, "one", at(26)).await);
    other.stop_leading("other").await.unwrap();
    assert!(leads(&one, "one", at(27)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_cut_are_replaced() {
    let Some((ground, [store, _])) = two().await else {
        return;
    };
    let name = cluster::name(ground.folder.path());
    let mut admin = ground.raw().await;
    for _ in 0..3 {
        cluster::run(
            &mut admin,
            format!(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                 where datname = '{name}' and usename = 'aikagi_serve'"
            ),
        )
        .await;
        store.commit(vec![Change::Record(entry(None))]).await.unwrap();
        store.policy().await.unwrap();
        store.ready().await.unwrap();
    }
    assert_eq!(ground.count("select count(*) from audit").await, 3);
}

#[tokio::test]
async fn the_role_that_serves_may_not_alter_what_was_recorded() {
    let Some((ground, [store, _])) = two().await else {
        return;
    };
    store.commit(vec![Change::Record(entry(None))]).await.unwrap();
    store.seal_alone().await.unwrap();
    let mut serving = ground.raw().await;
    cluster::run(&mut serving, "set role aikagi_serve").await;
    for deed in [
        "update audit set detail = 'x'",
        "delete from audit",
        "truncate audit",
        "delete from audit_anchor",
        "update audit_anchor set seq = 0",
        "update audit_retention set upto = 1",
        "drop trigger audit_is_never_altered on audit",
        "insert into _sqlx_migrations select * from _sqlx_migrations",
    ] {
        let refused = cluster::try_to_run(&mut serving, deed).await.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{deed}: {refused}"
        );
    }
    let early = cluster::try_to_run(&mut serving, "select retain_audit(1)")
        .await
        .unwrap_err();
    assert!(early.to_string().contains("anchor"), "{early}");
}

#[tokio::test]
async fn a_server_refuses_a_schema_that_is_not_its_own() {
    let Some((ground, [store, _])) = two().await else {
        return;
    };
    let refused =
        async |folder: &Folder| match SqlStore::of(&cluster::database(folder.path()).await, keyring() as Arc<dyn Keys>)
            .await
        {
            Ok(_) => panic!("it was opened"),
            Err(refused) => refused,
        };
    drop(store);
    let mut raw = ground.raw().await;
    cluster::run(
        &mut raw,
        "update _sqlx_migrations set version = 9999 where version = 16",
    )
    .await;
    let newer = refused(&ground.folder).await;
    assert!(matches!(newer, CannotOpen::NewerSchema { found: 9999, .. }), "{newer}");
    cluster::run(&mut raw, "delete from _sqlx_migrations where version > 8").await;
    let older = refused(&ground.folder).await;
    assert!(matches!(older, CannotOpen::OlderSchema { found: 8, .. }), "{older}");
    assert!(older.to_string().contains("aikagi migrate"), "{older}");
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let Some((ground, _)) = two().await else { return };
    let Database::Postgres(place) = cluster::database(ground.folder.path()).await else {
        panic!("no server")
    };
    // The tables of a copied database belong to the owner still.
    let before = ground.dump().await;
    SqlStore::migrate_server(&place).await.unwrap();
    assert_eq!(ground.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_migrate_at_once_one_waits_for_the_other() {
    let Some((ground, _)) = two().await else { return };
    let address = cluster::cluster().unwrap();
    let mut admin = cluster::connect(&address, "postgres").await;
    let name = format!("{}-empty", cluster::name(ground.folder.path()));
    let empty = format!("create database \"{name}\" template template0 encoding 'UTF8' owner aikagi_owner");
    cluster::run(&mut admin, empty).await;
    let Database::Postgres(place) = cluster::of_name(&address, &name) else {
        panic!("no server")
    };
    // The number is "aikagi" in ASCII.
    let mut first = cluster::connect(&address, &name).await;
    cluster::run(
        &mut first,
        format!("select pg_advisory_lock({})", 0x61_69_6b_61_67_69_i64),
    )
    .await;
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
                 and database = (select oid from pg_database where datname = current_database())";
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    let (migrated, ()) = tokio::join!(SqlStore::migrate_server(&place), async {
        soon("it waits", async || {
            let waiting: i64 = sqlx::query_scalar(waits).fetch_one(&mut first).await.unwrap();
            (waiting == 1).then_some(())
        })
        .await;
        let made: i64 = sqlx::query_scalar(tables).fetch_one(&mut first).await.unwrap();
        assert_eq!(made, 0, "nothing is done before");
        first.close().await.unwrap();
    });
    migrated.unwrap();
    let (one, other) = tokio::join!(SqlStore::migrate_server(&place), SqlStore::migrate_server(&place));
    one.unwrap();
    other.unwrap();
    let mut of_both = Vec::new();
    for database in [&name, &cluster::name(ground.folder.path())] {
        let mut raw = cluster::connect(&address, database).await;
        let done = "select count(*) from _sqlx_migrations where success";
        let done: i64 = sqlx::query_scalar(done).fetch_one(&mut raw).await.unwrap();
        of_both.push(done);
        raw.close().await.unwrap();
    }
    assert_eq!(of_both[0], of_both[1]);
    cluster::run(&mut admin, format!("drop database \"{name}\" with (force)")).await;
}
