//! Housekeeping: what is done now and then without being asked.

use portal::audit::Event;
use portal::moment::days;
use portal::ports::{Change, Clock as _};
use server::store::audit::Filter;
use tokio::sync::watch;

use super::delivery::{Post, until};
use super::ground::entry;

#[tokio::test]
async fn rows_of_the_audit_log_go_when_they_are_older_than_it_is_kept() {
    let post = Post::open(|couriers| couriers).await;
    post.ground.done(vec![Change::Record(entry(None))]).await;
    post.clock.move_forward(days(1));
    let mut later = entry(None);
    later.at = later.at + days(1);
    post.ground.done(vec![Change::Record(later)]).await;
    // Two years, less the day by which the second row is younger.
    post.clock.move_forward(days(729) + days(1) / 2);
    // Somebody was there of late, so that the clock is believed.
    let mut of_late = entry(None);
    of_late.at = post.clock.now();
    post.ground.done(vec![Change::Record(of_late)]).await;
    let (stop, stopped) = watch::channel(false);
    let keeping = tokio::spawn(post.server.housekeeping().run(stopped));
    until("the old row is removed", async || {
        post.ground
            .count("select count(*) from audit where event = 'verify'")
            .await
            == 2
    })
    .await;
    stop.send(true).unwrap();
    keeping.await.unwrap();
    let report = post.ground.store.verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    let told = post
        .ground
        .store
        .list_audit(&Filter::Event(Event::Retention), None, 9)
        .await
        .unwrap();
    assert_eq!((told.len(), told[0].actor.as_str()), (1, "system"));
}

#[tokio::test]
async fn nothing_is_removed_by_a_clock_that_is_years_ahead_of_the_log() {
    let post = Post::open(|couriers| couriers).await;
    post.ground.done(vec![Change::Record(entry(None))]).await;
    post.clock.move_forward(days(1_000));
    let (stop, stopped) = watch::channel(false);
    let keeping = tokio::spawn(post.server.housekeeping().run(stopped));
    until("it is sealed", async || {
        post.ground
            .count("select count(*) from audit where seq is not null")
            .await
            == 1
    })
    .await;
    stop.send(true).unwrap();
    keeping.await.unwrap();
    assert_eq!(
        post.ground
            .count("select count(*) from audit where event = 'verify'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_stop_leaves_nothing_unsealed_and_the_next_sealer_need_not_wait() {
    let post = Post::open(|couriers| couriers).await;
    let (stop, stopped) = watch::channel(false);
    let keeping = tokio::spawn(post.server.housekeeping().run(stopped));
    post.ground.done(vec![Change::Record(entry(None))]).await;
    stop.send(true).unwrap();
    keeping.await.unwrap();
    let sealed = "select count(*) from audit where seq is not null";
    assert_eq!(post.ground.count(sealed).await, 1);
    post.ground.done(vec![Change::Record(entry(None))]).await;
    assert_eq!(post.ground.store.seal(post.clock.now(), "next").await.unwrap(), 1);
    // Whoever has the database to itself waits for no lease.
    post.ground.done(vec![Change::Record(entry(None))]).await;
    assert_eq!(post.ground.store.seal_alone().await.unwrap(), 1);
}
