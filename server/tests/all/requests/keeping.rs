//! The worker that keeps the house, beside a server that works.

use std::time::Duration;

use server::store::audit::Report;
use sqlx::Row as _;
use tokio::sync::watch;

use crate::cluster;

use super::browser::{Browser, House, PASSWORD};

/// Looks again and again until it holds, for so long.
async fn within(patience: Duration, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(patience, wait).await;
    assert!(waited.is_ok(), "not within {patience:?}: {what}");
}

async fn report(house: &House) -> Report {
    house.store().verify_audit(None).await.unwrap()
}

async fn count(house: &House, query: &'static str) -> i64 {
    sqlx::query(query)
        .fetch_one(&mut cluster::raw(&house.folder).await)
        .await
        .unwrap()
        .get(0)
}

/// Lets time pass for whoever waits, but not for the clock.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn what_is_written_is_sealed_at_once_and_anchored_every_five_minutes() {
    let house = House::open().await;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(house.server.housekeeping().run(stopped));
    let two = Duration::from_secs(2);
    within(two, "sealed at the beginning", async || {
        report(&house).await.unsealed.0 == 0
    })
    .await;
    let mut browser = Browser::new(&house);
    for round in 0..3 {
        let before = report(&house).await.rows;
        browser.sign_in("k.sato", "wrong").await;
        within(two, "sealed", async || {
            let report = report(&house).await;
            report.rows > before && report.unsealed.0 == 0
        })
        .await;
        assert!(report(&house).await.is_sound(), "{round}");
    }

    let anchors = "select count(*) from audit_anchor where kind = 'head'";
    assert_eq!(count(&house, anchors).await, 0);
    pass(Duration::from_secs(301)).await;
    within(two, "anchored", async || count(&house, anchors).await == 1).await;
    pass(Duration::from_secs(301)).await;
    browser.sign_in("k.sato", "wrong").await;
    within(two, "anchored again", async || report(&house).await.unsealed.0 == 0).await;
    pass(Duration::from_secs(301)).await;
    within(two, "anchored again", async || count(&house, anchors).await >= 2).await;
    assert!(report(&house).await.is_sound());

    // Told to end, it leaves nothing unsealed.
    browser.sign_in("k.sato", "wrong").await;
    stop.send(true).unwrap();
    working.await.unwrap();
    assert_eq!(report(&house).await.unsealed.0, 0);
}

#[tokio::test]
async fn what_has_run_out_is_removed() {
    let house = House::open().await;
    Browser::new(&house).sign_in("k.sato", PASSWORD).await;
    let sessions = "select count(*) from session";
    assert_eq!(count(&house, sessions).await, 1);
    let (stop, stopped) = watch::channel(false);
    house.later(13 * 3_600);
    let working = tokio::spawn(house.server.housekeeping().run(stopped));
    within(Duration::from_secs(5), "removed", async || {
        count(&house, sessions).await == 0
    })
    .await;
    stop.send(true).unwrap();
    working.await.unwrap();
}
