//! Calls for help that wait for a digest: nobody sends them, they are told of once, and they count as made.

use portal::moment::hours;
use portal::ports::{Account, CallForHelp, Change, Committed, HeldBack, Matter, Message, Recipient, Store as _};

use super::ground::{Ground, START, message};

fn call(account: &Account, name: &str, age: u64) -> Message {
    let matter = Matter::HelpWanted {
        name: name.into(),
        case: "stuck".into(),
        support: "ABCD-2345".into(),
    };
    Message {
        account: Some(account.id.clone()),
        at: START - hours(age),
        ..message(Recipient::HelpDesk, matter)
    }
}

fn tell(seen: u32) -> Vec<Change> {
    vec![Change::TellHeldBack { until: START, seen }]
}

#[tokio::test]
async fn what_is_held_back_is_not_sent_and_is_told_of_once_and_whole() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let held = [("a", 2), ("b", 1), ("c", 0)].map(|(name, age)| Change::HoldBack(call(&account, name, age)));
    ground.done(held.to_vec()).await;
    assert_eq!(ground.store.held_back(START - hours(3), 2).await.unwrap(), None);
    let named = |name: &str| CallForHelp {
        name: name.into(),
        case: "stuck".into(),
        support: "ABCD-2345".into(),
    };
    let found = HeldBack {
        since: START - hours(2),
        count: 3,
        first: vec![named("a"), named("b")],
    };
    assert_eq!(ground.store.held_back(START, 2).await.unwrap(), Some(found));
    assert_eq!(
        ground
            .count("select count(*) from outbox where state = 'waiting'")
            .await,
        0
    );
    for seen in [2, 4] {
        assert_eq!(ground.commit(tell(seen)).await, Committed::Stale, "{seen}");
    }
    ground.done(tell(3)).await;
    assert_eq!(ground.commit(tell(3)).await, Committed::Stale);
    assert_eq!(ground.store.held_back(START, 2).await.unwrap(), None);
    // In the end they are forgotten like every other message.
    ground.store.purge(START + hours(24 * 8)).await.unwrap();
    assert_eq!(ground.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn calls_are_counted_for_their_account_held_back_or_not_and_in_all_only_those_that_were_sent() {
    let ground = Ground::new().await;
    let (account, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    ground
        .done(vec![
            Change::Enqueue(call(&account, "a", 1)),
            Change::HoldBack(call(&account, "a", 0)),
            Change::Enqueue(call(&other, "b", 0)),
        ])
        .await;
    let at_most = async |account: Option<&Account>, age, most| {
        let account = account.map(|account| account.id.clone());
        let since = START - hours(age);
        let guard = Change::CallsAtMost { account, since, most };
        ground.commit(vec![guard]).await == Committed::Done
    };
    for is_told in [false, true] {
        assert!(
            at_most(Some(&account), 2, 2).await && !at_most(Some(&account), 2, 1).await,
            "{is_told}"
        );
        assert!(
            at_most(Some(&account), 1, 1).await,
            "its moment is not included: {is_told}"
        );
        assert!(at_most(None, 2, 2).await && !at_most(None, 2, 1).await, "{is_told}");
        let (mine, all) = ground
            .store
            .calls_for_help(&account.id, START - hours(2))
            .await
            .unwrap();
        assert_eq!((mine.len(), all.len()), (2, 2), "{is_told}");
        if !is_told {
            ground.done(tell(1)).await;
        }
    }
}
