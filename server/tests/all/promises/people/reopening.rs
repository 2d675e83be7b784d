//! What closed, or makes somebody wait, is opened by an administrator.

use super::*;

#[tokio::test]
async fn a_method_that_closed_is_reopened_by_an_administrator() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let name = user("h.tanaka");
    let reopen = async || {
        let reopened = ground.store.reopen_methods(&name, Actor::Console, START);
        reopened.await.unwrap()
    };
    let (mut closed, waits) = (Failures::default(), Failures::default().count(START));
    for _ in 0..FAILURES_TO_CLOSE {
        closed = closed.count(START);
    }
    for (factor, after) in [(Factor::Email, closed), (Factor::Phone, waits.clone())] {
        let before = Failures::default();
        let account = account.id.clone();
        ground
            .done(vec![Change::SaveFailures {
                account,
                factor,
                before,
                after,
            }])
            .await;
    }
    assert_eq!(reopen().await, Some(vec![Factor::Email]));
    assert_eq!(
        ground.store.failures(&account.id, Factor::Email).await.unwrap(),
        Failures::default()
    );
    assert_eq!(ground.store.failures(&account.id, Factor::Phone).await.unwrap(), waits);
    assert_eq!(reopen().await, Some(Vec::new()));
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::ReopenMethods), None, 9)
        .await
        .unwrap();
    assert_eq!((rows.len(), rows[0].detail.as_str()), (1, "email"));
    let nobody = user("nobody");
    let reopened = ground.store.reopen_methods(&nobody, Actor::Console, START);
    assert_eq!(reopened.await.unwrap(), None);
}

#[tokio::test]
async fn whoever_waits_is_let_in_by_an_administrator_in_their_own_browser_too() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let name = user("h.tanaka");
    let waits = (0..FREE_FAILURES).fold(Failures::default(), |failures, _| failures.count(START));
    let counters = [
        (Lane::Known, Factor::Questions),
        (Lane::Unknown, Factor::Email),
        // No bar: it goes on counting.
        (Lane::Known, Factor::Phone),
    ];
    for (lane, factor) in counters {
        let after = if factor == Factor::Phone {
            Failures::default().count(START)
        } else {
            waits.clone()
        };
        let save = Change::SaveFailures {
            account: lane.counter(&account.id),
            factor,
            before: Failures::default(),
            after,
        };
        ground.done(vec![save]).await;
    }
    let reopened = ground.store.reopen_methods(&name, Actor::Console, START).await;
    assert_eq!(reopened.unwrap(), Some(vec![Factor::Email, Factor::Questions]));
    for ((lane, factor), left) in counters.into_iter().zip([0, 0, 1]) {
        let failures = ground.store.failures(&lane.counter(&account.id), factor).await.unwrap();
        assert_eq!(failures.in_a_row, left, "{lane:?} {factor:?}");
    }
    // A wait that is over is none.
    let save = Change::SaveFailures {
        account: account.id.clone(),
        factor: Factor::Email,
        before: Failures::default(),
        after: waits,
    };
    ground.done(vec![save]).await;
    let later = ground
        .store
        .reopen_methods(&name, Actor::Console, START + seconds(30))
        .await;
    assert_eq!(later.unwrap(), Some(Vec::new()));
}
