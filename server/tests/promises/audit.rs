//! The audit log: nothing can be changed, and what was changed all the same is found.

use std::sync::Arc;

use portal::audit::{Actor, Entry, Event};
use portal::identity::AccountId;
use portal::moment::{days, seconds};
use portal::ports::Change;
use server::store::audit::{Filter, Finding, Report};
use sqlx::sqlite::SqliteConnection;

use crate::ground::{Ground, START, entry};

/// A log of so many sealed rows.
async fn log(rows: i64) -> Ground {
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

/// An intruder who owns the database: the triggers are the first to go.
async fn intruder(ground: &Ground) -> SqliteConnection {
    let mut raw = ground.raw().await;
    sqlx::raw_sql(
        "drop trigger audit_is_never_replaced; drop trigger audit_is_never_altered; \
         drop trigger audit_goes_only_by_retention; drop trigger audit_anchor_is_never_altered; \
         drop trigger audit_anchor_goes_only_by_retention",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    raw
}

async fn after(ground: &Ground, deed: &'static str) -> Report {
    sqlx::raw_sql(deed).execute(&mut intruder(ground).await).await.unwrap();
    ground.store.verify_audit(None).await.unwrap()
}

#[tokio::test]
async fn an_untouched_log_is_sound() {
    let ground = log(1_100).await;
    let report = ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.rows, report.unsealed), (1_100, (0, None)));
    assert_eq!(report.head.as_ref().map(|head| head.0), Some(1_100));
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
async fn an_altered_row_is_found_in_every_column() {
    for deed in [
        "update audit set at = at + 1 where seq = 3",
        "update audit set actor = 'system' where seq = 3",
        "update audit set subject = 'name:7' where seq = 3",
        "update audit set network = '' where seq = 3",
        "update audit set agent = '' where seq = 3",
        "update audit set event = 'sign_in' where seq = 3",
        "update audit set outcome = 'succeeded' where seq = 3",
        "update audit set method = 'text' where seq = 3",
        "update audit set flow = 'x' where seq = 3",
        "update audit set support = 'x' where seq = 3",
        "update audit set detail = 'x' where seq = 3",
        "update audit set id = 'x' where seq = 3",
    ] {
        let ground = log(5).await;
        let report = after(&ground, deed).await;
        assert!(
            matches!(report.findings[..], [Finding::Altered { seq: Some(3), .. }]),
            "{deed}: {report:?}"
        );
    }
}

#[tokio::test]
async fn an_altered_code_of_a_row_is_found() {
    let ground = log(5).await;
    let report = after(&ground, "update audit set mac = zeroblob(32) where seq = 3").await;
    assert!(report.findings.contains(&Finding::Reordered { seq: 3 }), "{report:?}");
    assert!(
        report
            .findings
            .iter()
            .any(|found| matches!(found, Finding::Altered { seq: Some(3), .. }))
    );
}

#[tokio::test]
async fn an_altered_row_is_found_before_it_is_sealed() {
    let ground = log(2).await;
    ground.done(vec![Change::Record(entry(None))]).await;
    let report = after(&ground, "update audit set detail = 'x' where seq is null").await;
    assert!(
        matches!(report.findings[..], [Finding::Altered { seq: None, .. }]),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_deleted_row_is_found() {
    let ground = log(9).await;
    let report = after(&ground, "delete from audit where seq in (3, 4, 7)").await;
    assert_eq!(
        report.findings,
        [Finding::Missing { from: 3, to: 4 }, Finding::Missing { from: 7, to: 7 }]
    );
}

#[tokio::test]
async fn a_cut_off_beginning_is_found() {
    let ground = log(5).await;
    let report = after(&ground, "delete from audit where seq <= 2").await;
    assert_eq!(report.findings, [Finding::Missing { from: 1, to: 2 }]);
}

#[tokio::test]
async fn a_gap_that_was_closed_up_is_found() {
    let ground = log(5).await;
    let report = after(
        &ground,
        "delete from audit where seq = 3; update audit set seq = seq - 1 where seq > 3",
    )
    .await;
    assert_eq!(
        report.findings,
        [Finding::Reordered { seq: 3 }, Finding::Reordered { seq: 4 }]
    );
}

#[tokio::test]
async fn swapped_rows_are_found() {
    let swap_places = "update audit set seq = -1 where seq = 2; update audit set seq = 2 where seq = 4; \
         update audit set seq = 4 where seq = -1";
    let swap_contents = "create table kept as select * from audit; \
         update audit set id = 'x' where seq = 2; \
         update audit set (id, at, subject, mac) = (select id, at, subject, mac from kept where seq = 2) where seq = 4; \
         update audit set (id, at, subject, mac) = (select id, at, subject, mac from kept where seq = 4) where seq = 2";
    for deed in [swap_places, swap_contents] {
        let ground = log(5).await;
        let report = after(&ground, deed).await;
        for seq in [2, 4] {
            assert!(report.findings.contains(&Finding::Reordered { seq }), "{report:?}");
        }
        assert!(
            !report
                .findings
                .iter()
                .any(|found| matches!(found, Finding::Altered { .. })),
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn a_cut_off_end_is_found_by_the_anchor_in_the_database() {
    let ground = log(5).await;
    ground.store.anchor(START).await.unwrap();
    let report = after(&ground, "delete from audit where seq > 3").await;
    assert_eq!(report.findings, [Finding::Truncated { known: 5, last: 3 }]);
}

#[tokio::test]
async fn a_cut_off_end_is_found_by_an_anchor_told_outside_when_the_intruder_took_the_others() {
    let ground = log(5).await;
    let (seq, link) = ground.store.anchor(START).await.unwrap().unwrap();
    let report = after(&ground, "delete from audit where seq > 3; delete from audit_anchor").await;
    assert!(report.is_sound());
    let report = ground.store.verify_audit(Some((seq, &link))).await.unwrap();
    assert_eq!(report.findings, [Finding::Truncated { known: 5, last: 3 }]);
    // Filling up the gap with other rows does not help.
    ground
        .done(vec![Change::Record(entry(None)), Change::Record(entry(None))])
        .await;
    ground.store.seal(START, "sealer").await.unwrap();
    let report = ground.store.verify_audit(Some((seq, &link))).await.unwrap();
    assert_eq!(report.findings, [Finding::Anchor { seq: 5 }]);
}

#[tokio::test]
async fn an_altered_anchor_is_found() {
    let ground = log(5).await;
    ground.store.anchor(START).await.unwrap();
    let report = after(&ground, "update audit_anchor set seq = 3").await;
    assert_eq!(report.findings, [Finding::Anchor { seq: 3 }]);
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_a_row() {
    let ground = log(3).await;
    ground.done(vec![Change::Record(entry(None))]).await;
    ground.store.anchor(START).await.unwrap();
    let before = ground.dump().await;
    let mut raw = ground.raw().await;
    for deed in [
        "update audit set detail = 'x' where seq = 2",
        "update audit set detail = 'x' where seq is null",
        "update audit set seq = 4, prev = x'00', link = x'00', detail = 'x' where seq is null",
        "update audit set seq = 9 where seq = 2",
        "update audit set seq = null where seq = 2",
        "delete from audit where seq = 1",
        "delete from audit where seq is null",
        "delete from audit",
        "insert or replace into audit select * from audit where seq = 2",
        "insert or replace into audit (number, id, at, actor, subject, network, agent, event, outcome, method, flow, \
         support, detail, mac) select number, 'x', at, '', '', '', '', '', '', '', '', '', '', x'00' from audit",
        "insert into audit (id, at, actor, subject, network, agent, event, outcome, method, flow, support, detail, \
         mac, seq) values ('x', 0, '', '', '', '', '', '', '', '', '', '', x'00', 4)",
        "update audit_anchor set seq = 2",
        "delete from audit_anchor",
    ] {
        let refused = sqlx::raw_sql(deed).execute(&mut raw).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{deed}: {refused}");
    }
    assert_eq!(ground.dump().await, before);
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
    assert_eq!(report.head.map(|head| head.0), Some(160));
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
