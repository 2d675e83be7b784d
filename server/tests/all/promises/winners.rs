//! Many at once, one winner.

use std::sync::Arc;

use portal::identity::Channel;
use portal::limits::{Factor, Failures};
use portal::method::proof::Proof;
use portal::method::{ContactKind, Method};
use portal::moment::{minutes, seconds};
use portal::policy::Policy;
use portal::ports::{Change, Committed, Recipient, Store as _, Trust};
use server::courier::Channel as Courier;

use super::ground::{Ground, START, contact, entry, fresh, message, session};

/// Commits as many at once as are asked for; how many were done.
async fn race(ground: &Ground, runners: usize, changes: impl Fn(usize) -> Vec<Change>) -> usize {
    let mut tasks = tokio::task::JoinSet::new();
    for runner in 0..runners {
        let (store, changes) = (Arc::clone(&ground.store), changes(runner));
        tasks.spawn(async move { store.commit(changes).await.unwrap() });
    }
    tasks
        .join_all()
        .await
        .into_iter()
        .filter(|committed| *committed == Committed::Done)
        .count()
}

fn failures(n: u32) -> Failures {
    (0..n).fold(Failures::default(), |failures, _| failures.count(START))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_spends_a_code() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    assert_eq!(race(&ground, 50, |_| vec![Change::SpendCode(code.id.clone())]).await, 1);
    assert_eq!(ground.commit(vec![Change::SpendCode(code.id)]).await, Committed::Stale);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_tries_is_counted_for_what_was_seen() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    assert_eq!(
        race(&ground, 50, |_| vec![Change::CountTry {
            code: code.id.clone(),
            seen: 0
        }])
        .await,
        1
    );
    assert_eq!(ground.store.code(&code.id).await.unwrap().unwrap().tries, 1);
    assert_eq!(
        race(&ground, 16, |_| vec![Change::CountTry {
            code: code.id.clone(),
            seen: 1
        }])
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_spends_a_challenge() {
    let ground = Ground::new().await;
    let spend = |_| {
        vec![Change::SpendChallenge {
            token: "challenge".into(),
            until: START + minutes(6),
        }]
    };
    assert_eq!(race(&ground, 50, spend).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_moves_a_flow_on() {
    let ground = Ground::new().await;
    let mut flow = ground.flow(&ground.person("h.tanaka").await).await;
    flow.version = 2;
    assert_eq!(race(&ground, 16, |_| vec![Change::SaveFlow(flow.clone())]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_tabs_opens_the_flow_of_a_cookie() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let open = |_| {
        let mut flow = super::ground::flow(&account);
        flow.holder = "the same cookie".into();
        vec![Change::OpenFlow(flow)]
    };
    assert_eq!(race(&ground, 16, open).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_is_counted_exactly_once() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for (before, after) in [(0, 1), (1, 2), (2, 3), (3, 0), (0, 1)] {
        let save = |_| {
            vec![Change::SaveFailures {
                account: account.id.clone(),
                factor: Factor::Email,
                before: failures(before),
                after: failures(after),
            }]
        };
        assert_eq!(race(&ground, 16, save).await, 1, "{before} to {after}");
        assert_eq!(
            ground.store.failures(&account.id, Factor::Email).await.unwrap(),
            failures(after)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_sets_the_password() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let set = |runner| {
        vec![
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::SetPassword {
                account: account.id.clone(),
                hash: format!("hash-of-{runner}"),
                epoch: account.epoch,
                at: START,
                keep: 5,
            },
            Change::Record(entry(Some(account.id.clone()))),
        ]
    };
    let entries = ground.count("select count(*) from audit").await;
    assert_eq!(race(&ground, 50, set).await, 1);
    let after = ground.store.account(&account.id).await.unwrap().unwrap();
    assert_eq!((after.epoch, after.revision), (account.epoch + 1, account.revision + 1));
    assert_eq!(ground.count("select count(*) from former_password").await, 1);
    assert_eq!(ground.count("select count(*) from audit").await, entries + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_hashes_replaces_the_old_one() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let rehash = |runner| {
        vec![Change::Rehash {
            account: account.id.clone(),
            before: "hash-0".into(),
            after: format!("newer-{runner}"),
        }]
    };
    assert_eq!(race(&ground, 16, rehash).await, 1);
    let after = ground.store.account(&account.id).await.unwrap().unwrap();
    assert_eq!(after.epoch, account.epoch);
    assert!(after.hash.unwrap().starts_with("newer-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_verifies_a_contact_and_one_removes_it() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let pending = ground
        .contact(&account, ContactKind::Phone, "+819012345678", Trust::Pending)
        .await;
    let verify = |_| {
        vec![Change::VerifyContact {
            contact: pending.id.clone(),
            at: START,
        }]
    };
    assert_eq!(race(&ground, 16, verify).await, 1);
    assert_eq!(
        race(&ground, 16, |_| vec![Change::RemoveContact(pending.id.clone())]).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_proofs_of_a_channel_counts() {
    let ground = Ground::new().await;
    let flow = ground.flow(&ground.person("h.tanaka").await).await;
    let proof = Proof::recorded(Method::Text, Channel::of_address("digest"), true, START);
    assert_eq!(
        race(&ground, 16, |_| vec![Change::AddProof(flow.id.clone(), proof.clone())]).await,
        1
    );
    assert_eq!(ground.store.proofs(&flow.id).await.unwrap(), vec![proof]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_sessions_gets_a_cookie() {
    let ground = Ground::new().await;
    let session = session(&ground.person("h.tanaka").await);
    assert_eq!(
        race(&ground, 16, |_| vec![Change::OpenSession(session.clone())]).await,
        1
    );
    assert_eq!(ground.store.session(&session.token).await.unwrap(), Some(session));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_sets_the_policy_and_the_others_learn_that_it_moved_on() {
    let ground = Ground::new().await;
    let mut tasks = tokio::task::JoinSet::new();
    for days in 1..=16 {
        let store = Arc::clone(&ground.store);
        tasks.spawn(async move {
            let policy = Policy {
                password_days: days,
                ..Policy::default()
            };
            store
                .set_policy(&policy, 1, portal::audit::Actor::Console, START)
                .await
                .unwrap()
        });
    }
    let done = tasks
        .join_all()
        .await
        .into_iter()
        .filter(|committed| *committed == Committed::Done)
        .count();
    assert_eq!(done, 1);
    assert_eq!(ground.commit(vec![Change::PolicyIs(1)]).await, Committed::Stale);
    ground.done(vec![Change::PolicyIs(2)]).await;
    assert_eq!(ground.store.policy().await.unwrap().1, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_cannot_be_removed_twice_on_one_reading_of_the_account() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let mail = ground
        .contact(&account, ContactKind::Email, "a@mail.example", Trust::Verified)
        .await;
    let phone = ground
        .contact(&account, ContactKind::Phone, "+819012345678", Trust::Verified)
        .await;
    let read = ground.store.account(&account.id).await.unwrap().unwrap();
    let contacts = [mail.id, phone.id];
    let remove = |runner: usize| {
        vec![
            Change::AccountIs {
                account: read.id.clone(),
                revision: read.revision,
            },
            Change::RemoveContact(contacts[runner % 2].clone()),
        ]
    };
    assert_eq!(race(&ground, 16, remove).await, 1);
    assert_eq!(ground.store.contacts(&account.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_taken_by_one_of_sixteen_workers() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for _ in 0..20 {
        let to = contact(&account, ContactKind::Email, "x@mail.example", Trust::Verified);
        ground
            .done(vec![Change::Enqueue(message(
                Recipient::Contact(to.id),
                portal::ports::Matter::WasReset,
            ))])
            .await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&ground.store);
        tasks.spawn(async move {
            let mut taken = Vec::new();
            // Whoever meets others at the same rows goes with fewer, and comes again.
            for _ in 0..4 {
                taken.extend(store.lease_due(START, &fresh(), Courier::Mail, 3).await.unwrap());
            }
            taken
        });
    }
    let taken: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let different: std::collections::BTreeSet<_> = taken.iter().map(|one| one.message.id.clone()).collect();
    assert_eq!((taken.len(), different.len()), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_seals_and_another_takes_over_when_it_falls_silent() {
    let ground = Ground::new().await;
    let record = async || ground.done(vec![Change::Record(entry(None))]).await;
    let seal = async |holder: &str, after| ground.store.seal(START + seconds(after), holder).await.unwrap();
    let token = async || {
        ground
            .count("select token from lease where name = 'audit sealer'")
            .await
    };
    for _ in 0..30 {
        record().await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&ground.store);
        tasks.spawn(async move {
            let holder = fresh();
            store.seal(START, &holder).await.unwrap();
            holder
        });
    }
    let holders = tasks.join_all().await;
    let holder: String = sqlx::query_scalar("select holder from lease")
        .fetch_one(&mut ground.raw().await)
        .await
        .unwrap();
    assert!(holders.contains(&holder));
    assert_eq!(
        (ground.count("select max(seq) from audit").await, token().await),
        (30, 1)
    );

    record().await;
    assert_eq!(seal("other", 5).await, 0);
    assert_eq!((seal(&holder, 5).await, token().await), (1, 1));
    record().await;
    assert_eq!(seal("other", 14).await, 0);
    assert_eq!((seal("other", 15).await, token().await), (1, 2));
    // Its own lease ran out as well: somebody else may have had it in between.
    record().await;
    assert_eq!((seal("other", 40).await, token().await), (1, 3));
}
