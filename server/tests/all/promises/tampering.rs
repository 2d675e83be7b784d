//! An intruder in the database: what they change in the audit log is found.

use portal::ports::Change;
use server::store::audit::{Finding, Report};
use sqlx::AnyConnection;

use crate::cluster;

use super::audit::log;
use super::ground::{Ground, START, entry};

/// An intruder who owns the database: the triggers are the first to go.
async fn intruder(ground: &Ground) -> AnyConnection {
    let mut raw = ground.raw().await;
    if cluster::is_server() {
        cluster::run(
            &mut raw,
            "alter table audit disable trigger user; alter table audit_anchor disable trigger user",
        )
        .await;
        return raw;
    }
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

pub async fn after(ground: &Ground, deed: &'static str) -> Report {
    cluster::run(&mut intruder(ground).await, deed).await;
    ground.store.verify_audit(None).await.unwrap()
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
    let anchor = ground.store.anchor(START).await.unwrap().unwrap();
    let report = after(&ground, "delete from audit where seq > 3; delete from audit_anchor").await;
    assert!(report.is_sound());
    let report = ground.store.verify_audit(Some(anchor.clone())).await.unwrap();
    assert_eq!(report.findings, [Finding::Truncated { known: 5, last: 3 }]);
    // Filling up the gap with other rows does not help.
    ground
        .done(vec![Change::Record(entry(None)), Change::Record(entry(None))])
        .await;
    ground.store.seal(START, "sealer").await.unwrap();
    let report = ground.store.verify_audit(Some(anchor.clone())).await.unwrap();
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
        // What replaces a row there is an update, and refused as one.
        if cluster::is_server() && deed.starts_with("insert or replace") {
            continue;
        }
        let refused = cluster::try_to_run(&mut raw, deed).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{deed}: {refused}");
    }
    assert_eq!(ground.dump().await, before);
}

#[tokio::test]
async fn a_row_that_the_sealer_was_made_to_put_in_the_place_of_another_is_found() {
    for put_back in [
        "insert into audit select * from kept where seq = 5",
        "update kept set prev = (select link from audit where seq = 4); insert into audit select * from kept where seq = 5",
    ] {
        let ground = log(5).await;
        let taken_out = "create table kept as select * from audit where seq = 5; delete from audit where seq >= 4";
        after(&ground, taken_out).await;
        ground.done(vec![Change::Record(entry(None))]).await;
        ground.store.seal(START, "sealer").await.unwrap();
        sqlx::raw_sql("update kept set number = 99")
            .execute(&mut ground.raw().await)
            .await
            .unwrap();
        sqlx::raw_sql(put_back).execute(&mut ground.raw().await).await.unwrap();
        let report = ground.store.verify_audit(None).await.unwrap();
        assert_eq!(report.findings, [Finding::Reordered { seq: 5 }], "{put_back}");
    }
}
