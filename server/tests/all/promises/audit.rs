//! The audit log: nothing can be changed, and what was changed all the same is found.

use std::sync::Arc;

use portal::audit::{Actor, Entry, Event};
use portal::identity::AccountId;
use portal::moment::{days, seconds};
use portal::ports::Change;
use server::store::audit::{Anchor, Filter, Finding};

use super::ground::{Ground, START, entry};
use super::tampering::after;

/// A log of so many sealed rows.
pub async fn log(rows: i64) -> Ground {
    let ground = Ground::new().await;
    for n in 0..rows {
        let at = START + seconds(n.unsigned_abs());
        ground
            .done(vec![Change::Record(Entry {
                at,
                ..entry(Some(AccountId::new(format!("name:{n}"))))
            })])
            .await;
    }
    ground.store.seal(START, "sealer").await.unwrap();
    ground
}

#[tokio::test]
async fn an_untouched_log_is_sound() {
    let ground = log(1_100).await;
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.rows, report.unsealed), (1_100, (0, None)));
    assert_eq!(report.head.as_ref().map(Anchor::seq), Some(1_100));
    assert_eq!(ground.store.anchor(START).await.unwrap(), report.head);
    assert_eq!(ground.store.anchor(START).await.unwrap(), report.head);
}

#[tokio::test]
async fn an_empty_log_is_sound_and_has_no_anchor() {
    let ground = Ground::new().await;
    assert!(ground.store.verify_audit(None).await.unwrap().is_sound());
    assert_eq!(ground.store.anchor(START).await.unwrap(), None);
}

#[tokio::test]
async fn rows_that_are_not_sealed_yet_are_told() {
    let ground = log(3).await;
    let at = START + seconds(9);
    ground.done(vec![Change::Record(Entry { at, ..entry(None) })]).await;
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound());
    assert_eq!(report.unsealed, (1, Some(at)));
    assert_eq!(ground.store.seal(START, "sealer").await.unwrap(), 1);
    assert_eq!(ground.store.verify_audit(None).await.unwrap().unsealed, (0, None));
}

#[tokio::test]
async fn retention_takes_the_oldest_rows_only_and_leaves_an_anchor() {
    let ground = log(10).await;
    ground.store.anchor(START).await.unwrap();
    let removed = ground
        .store
        .retain_audit(START + seconds(4), Actor::Console, START + days(9))
        .await
        .unwrap();
    assert_eq!(removed, 4);
    assert_eq!(ground.count("select min(seq) from audit").await, 5);
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    let told = ground
        .store
        .list_audit(&Filter::Event(Event::Retention), None, 9)
        .await
        .unwrap();
    assert_eq!((told.len(), told[0].actor.as_str()), (1, "console"));
    assert!(told[0].detail.starts_with("4 "));
    // Anchors of what is gone say nothing, but the last of it left its link.
    let anchor = |seq, link: char| -> Anchor { format!("{seq}:{}", link.to_string().repeat(64)).parse().unwrap() };
    let report = ground.store.verify_audit([anchor(2, 'a')]).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    let report = ground.store.verify_audit([anchor(4, 'a')]).await.unwrap();
    assert_eq!(report.findings, [Finding::Anchor { seq: 4 }]);
    // What retention left is guarded as before.
    let report = after(&ground, "delete from audit where seq = 5").await;
    assert_eq!(report.findings, [Finding::Missing { from: 5, to: 5 }]);
}

#[tokio::test]
async fn a_log_that_retention_emptied_goes_on_where_it_ended() {
    let ground = log(1_200).await;
    assert_eq!(
        ground
            .store
            .retain_audit(START + days(1), Actor::System, START + days(2))
            .await
            .unwrap(),
        1_200
    );
    ground.store.seal(START, "sealer").await.unwrap();
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(ground.count("select min(seq) from audit").await, 1_201);
    assert_eq!(
        ground
            .store
            .retain_audit(START + days(1), Actor::System, START + days(2))
            .await
            .unwrap(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sealers_give_every_row_one_place_without_gaps() {
    let ground = log(0).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16 {
        let store = Arc::clone(&ground.store);
        tasks.spawn(async move {
            for _ in 0..10 {
                use portal::ports::Store as _;
                store.commit(vec![Change::Record(entry(None))]).await.unwrap();
                store.seal(START, &format!("sealer {n}")).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    ground.store.seal(START + seconds(60), "last").await.unwrap();
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.head.map(|head| head.seq()), Some(160));
}

#[tokio::test]
async fn the_log_is_listed_newest_first_page_by_page() {
    let ground = log(7).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = ground.store.list_audit(&Filter::All, after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.key);
        seen.extend(page.into_iter().map(|row| row.subject));
    }
    assert_eq!(
        seen,
        ["name:6", "name:5", "name:4", "name:3", "name:2", "name:1", "name:0"]
    );
    let one = ground
        .store
        .list_audit(&Filter::Subject(AccountId::new("name:2")), None, 9)
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(
        (one[0].event.as_str(), one[0].outcome.as_str(), one[0].seq),
        ("verify", "failed", Some(3))
    );
    assert_eq!(
        ground
            .store
            .list_audit(&Filter::Support("ABCD-2345".into()), None, 900)
            .await
            .unwrap()
            .len(),
        7
    );
    assert!(
        ground
            .store
            .list_audit(&Filter::Event(Event::SignIn), None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}
