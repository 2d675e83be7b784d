//! What is sent no more: it ran out, or nobody takes it.

use super::*;

#[tokio::test]
async fn what_ran_out_is_dropped_and_holds_nobody_up() {
    let ground = Ground::new().await;
    let (early, late) = (
        notice("a"),
        Message {
            expires: START + days(3),
            ..notice("a")
        },
    );
    ground
        .done(vec![Change::Enqueue(early), Change::Enqueue(late.clone())])
        .await;
    assert_eq!(due(&ground, START + days(2)).await, [late]);
    assert_eq!(ground.store.drop_expired(START + days(2)).await.unwrap(), 1);
    assert_eq!(ground.store.drop_expired(START + days(2)).await.unwrap(), 0);
    assert_eq!(waiting(&ground).await, [(Channel::Mail, 1, START)]);
}

#[tokio::test]
async fn what_ran_out_unsent_is_a_dead_letter_and_a_code_is_in_the_audit_log_under_its_support_code() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    let (unsent, empty) = (carrying(&code), message(Recipient::HelpDesk, Matter::Nothing));
    ground
        .done(vec![Change::Enqueue(unsent.clone()), Change::Enqueue(empty)])
        .await;
    ground.store.drop_expired(START + days(2)).await.unwrap();
    let dead = ground.store.dead_letters(0, 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (&dead[0].id, dead[0].attempts, dead[0].reason.as_str()),
        (&unsent.id, 0, "not sent in time")
    );
    let rows = ground
        .store
        .list_audit(&Filter::Support("ABCD-2345".into()), None, 9)
        .await
        .unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.event.as_str(), row.outcome.as_str()))
        .collect();
    assert_eq!(rows, [("deliver", "failed")]);
}

#[tokio::test]
async fn however_many_ran_out_all_of_them_are_dropped() {
    let ground = Ground::new().await;
    ground
        .done((0..1_100).map(|_| Change::Enqueue(notice("a"))).collect())
        .await;
    assert_eq!(ground.store.drop_expired(START + days(2)).await.unwrap(), 1_100);
    assert_eq!(waiting(&ground).await, []);
}

#[tokio::test]
async fn what_is_given_up_is_seen_and_what_tells_nothing_is_not() {
    let ground = Ground::new().await;
    let (lost, empty) = (notice("a"), message(Recipient::HelpDesk, Matter::Nothing));
    ground
        .done(vec![Change::Enqueue(lost.clone()), Change::Enqueue(empty.clone())])
        .await;
    due(&ground, START).await;
    ground
        .store
        .bury(&after(&lost, 1), "the mail server answered 550")
        .await
        .unwrap();
    ground.store.discard(&after(&empty, 1), "tells nothing").await.unwrap();
    let dead = ground.store.dead_letters(0, 100).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (&dead[0].id, dead[0].what.as_str(), dead[0].attempts),
        (&lost.id, "was_reset", 1)
    );
    assert_eq!(dead[0].reason, "the mail server answered 550");
    assert!(ground.store.dead_letters(dead[0].key, 100).await.unwrap().is_empty());
    assert_eq!(waiting(&ground).await, []);
}
