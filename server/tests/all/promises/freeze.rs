//! An account whose self-service is stopped: everything under way ends, and nothing of anybody else.

use portal::audit::Actor;
use portal::method::{ContactKind, Method};
use portal::moment::days;
use portal::ports::{Account, Change, Committed, Flow, FlowKind, Freeze, Store as _, Trust};

use super::ground::{Ground, START, carrying, code, flow, user};

/// Stops self-service for three days.
pub async fn freeze(ground: &Ground, account: &Account) {
    let freeze = Freeze {
        at: START,
        until: START + days(3),
    };
    let account = account.id.clone();
    ground.done(vec![Change::Freeze { account, freeze }]).await;
}

#[tokio::test]
async fn every_code_of_a_frozen_account_dies_and_those_of_others_live() {
    let ground = Ground::new().await;
    let (frozen, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    let mut asked = Vec::new();
    for account in [&frozen, &other] {
        for kind in [FlowKind::Recovery, FlowKind::Registration] {
            let contact = ground
                .contact(account, ContactKind::Email, "x@mail.example", Trust::Verified)
                .await;
            let flow = Flow { kind, ..flow(account) };
            let code = code(&flow, account, &contact, Method::Email);
            let open = Change::OpenFlow(flow.clone());
            ground
                .done(vec![
                    open,
                    Change::OpenCode(code.clone()),
                    Change::Enqueue(carrying(&code)),
                ])
                .await;
            asked.push((flow, code));
        }
    }
    freeze(&ground, &frozen).await;
    for (place, (flow, code)) in asked.into_iter().enumerate() {
        let is_of_other = place >= 2;
        let closed = ground.store.code(&code.id).await.unwrap().unwrap().closed;
        assert_eq!(closed, !is_of_other, "{place}");
        // A registration goes on with its session; it changes nothing.
        let found = ground.store.flow(flow.kind, &flow.holder).await.unwrap();
        assert_eq!(found.is_some(), place != 0, "{place}");
    }
    assert_eq!(
        ground
            .count("select count(*) from outbox where state = 'waiting'")
            .await,
        2
    );
    let after = ground.store.account(&frozen.id).await.unwrap().unwrap();
    assert_eq!(after.frozen_until(START + days(2)), Some(START + days(3)));
    assert_eq!(after.frozen_until(START + days(3)), None);
    let other = ground.store.account(&other.id).await.unwrap().unwrap();
    assert_eq!(other.frozen, None);
}

#[tokio::test]
async fn what_was_decided_before_a_freeze_is_not_done_after_it() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let flow = ground.flow(&account).await;
    freeze(&ground, &account).await;
    let still = Change::AccountIs {
        account: account.id.clone(),
        revision: account.revision,
    };
    assert_eq!(ground.commit(vec![still]).await, Committed::Stale);
    let next = Flow {
        version: flow.version + 1,
        ..flow
    };
    assert_eq!(ground.commit(vec![Change::SaveFlow(next)]).await, Committed::Stale);
}

#[tokio::test]
async fn self_service_is_allowed_again_once() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    freeze(&ground, &account).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = std::sync::Arc::clone(&ground.store);
        tries.spawn(async move {
            store
                .unfreeze(&user("h.tanaka"), Actor::Console, START + days(1))
                .await
                .unwrap()
        });
    }
    let lifted = tries
        .join_all()
        .await
        .into_iter()
        .filter(|lifted| *lifted == Some(true))
        .count();
    assert_eq!(lifted, 1);
    let after = ground.store.account(&account.id).await.unwrap().unwrap();
    assert_eq!(after.frozen_until(START + days(1)), None);
    // Links of before have had their say.
    assert_eq!(after.frozen.map(|freeze| freeze.at), Some(START + days(1)));
    assert_eq!(
        ground
            .count("select count(*) from audit where event = 'unfreeze'")
            .await,
        1
    );
}
