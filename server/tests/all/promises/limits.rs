//! Counters: compared whole, and told by whom they are about.

use portal::limits::{Factor, Failures, Lane};
use portal::method::Method;
use portal::moment::seconds;
use portal::ports::{Change, Committed, Store as _};

use super::ground::{Ground, START};

fn failures(n: u32) -> Failures {
    (0..n).fold(Failures::default(), |failures, _| failures.count(START))
}

#[tokio::test]
async fn failures_are_compared_in_every_field() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let stored = Failures {
        last_wrong: Some("digest".into()),
        ..failures(7)
    };
    let save = |before: &Failures, after: &Failures| Change::SaveFailures {
        account: account.id.clone(),
        factor: Factor::Password,
        before: before.clone(),
        after: after.clone(),
    };
    let none = Failures::default();
    ground.done(vec![save(&none, &none)]).await;
    ground.done(vec![save(&none, &stored)]).await;
    let others = [
        none.clone(),
        Failures {
            in_a_row: 6,
            ..stored.clone()
        },
        Failures {
            day_began: START - seconds(1),
            ..stored.clone()
        },
        Failures {
            in_the_day: 6,
            ..stored.clone()
        },
        Failures {
            wait_until: START,
            ..stored.clone()
        },
        Failures {
            last_wrong: Some("another".into()),
            ..stored.clone()
        },
        Failures {
            last_wrong: None,
            ..stored.clone()
        },
    ];
    for before in &others {
        for after in [&none, &failures(8)] {
            assert_eq!(
                ground.commit(vec![save(before, after)]).await,
                Committed::Stale,
                "{before:?}"
            );
        }
    }
    ground.done(vec![save(&stored, &none)]).await;
    assert_eq!(
        ground.store.failures(&account.id, Factor::Password).await.unwrap(),
        none
    );
}

#[tokio::test]
async fn a_name_that_nobody_has_can_have_failures() {
    let ground = Ground::new().await;
    let account = portal::identity::AccountId::new("name:0123");
    let save = Change::SaveFailures {
        account: account.clone(),
        factor: Factor::Password,
        before: failures(0),
        after: failures(1),
    };
    ground.done(vec![save]).await;
    assert_eq!(
        ground.store.failures(&account, Factor::Password).await.unwrap(),
        failures(1)
    );
}

#[tokio::test]
async fn sends_are_told_by_destination_network_and_account() {
    let ground = Ground::new().await;
    let (account, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    let send = |channel: &str, network: &str, account: &portal::ports::Account, age| Change::RecordSend {
        channel: channel.into(),
        network: network.into(),
        account: account.id.clone(),
        lane: Lane::Unknown,
        method: Method::Email,
        prefix: None,
        code: portal::identity::CodeId::new("c"),
        unsent: false,
        at: START - seconds(age),
    };
    ground
        .done(vec![
            send("a", "here", &account, 5),
            send("a", "there", &account, 60),
            send("a", "here", &other, 600),
            send("b", "here", &account, 7),
        ])
        .await;
    let sends = ground.store.sends("a", "here", START - seconds(600)).await.unwrap();
    let told: Vec<_> = sends
        .iter()
        .map(|sent| (START.since(sent.at).as_secs(), sent.same_network))
        .collect();
    assert_eq!(told, [(5, true), (60, false)]);
    assert_eq!(
        ground
            .store
            .sends("a", "here", START - seconds(601))
            .await
            .unwrap()
            .len(),
        3
    );
    let mine = ground.store.sends_for(&account.id, START - seconds(30)).await.unwrap();
    let lane = Lane::Unknown;
    assert_eq!(mine, [(START - seconds(5), lane), (START - seconds(7), lane)]);
}
