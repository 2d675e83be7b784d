//! How long a message is a worker's own.

use std::sync::Arc;
use std::time::Duration;

use portal::method::ContactKind;
use portal::moment::{Moment, seconds};
use server::courier::Channel;
use tokio::sync::watch;

use super::{Post, Slow, until};

#[tokio::test]
async fn a_slow_courier_sends_once_however_many_workers_there_are() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(1, ContactKind::Email).await;
    let (stop, stopped) = watch::channel(false);
    let one = tokio::spawn(post.worker("one").run(stopped.clone()));
    until("it is under way", async || slow.begun() == 1).await;
    let other = tokio::spawn(post.worker("other").run(stopped));
    for _ in 0..6 {
        // Six times half a lease.
        post.clock.move_forward(seconds(30));
        until("its lease is prolonged", async || {
            let due = post.ground.count("select due from outbox").await;
            Moment::from_millis(due).since(post.now()) > seconds(50)
        })
        .await;
    }
    slow.gate.add_permits(2);
    until("it is delivered", async || {
        post.ground
            .count("select count(*) from outbox where state = 'delivered'")
            .await
            == 1
    })
    .await;
    stop.send(true).unwrap();
    one.await.unwrap();
    other.await.unwrap();
    assert_eq!(slow.begun(), 1);
}

#[tokio::test]
async fn a_message_is_let_go_only_where_it_cannot_be_kept_until_its_lease_is_nearly_over() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(1, ContactKind::Email).await;
    let (_stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    until("it is under way", async || slow.begun() == 1).await;
    let mut raw = post.ground.raw().await;
    sqlx::raw_sql("alter table outbox rename to away")
        .execute(&mut raw)
        .await
        .unwrap();
    post.clock.move_forward(seconds(30));
    // Tried a few times.
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(slow.under_way(), 1);
    post.clock.move_forward(seconds(10));
    until("sending is broken off", async || slow.under_way() == 0).await;
    working.abort();
}

#[tokio::test]
async fn a_message_that_somebody_else_has_is_let_go() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(1, ContactKind::Email).await;
    let (_stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    until("it is under way", async || slow.begun() == 1).await;
    // As if this process had been asleep for longer than its lease.
    sqlx::query("update outbox set attempts = attempts + 1, holder = 'other'")
        .execute(&mut post.ground.raw().await)
        .await
        .unwrap();
    let before = post.ground.dump().await;
    post.clock.move_forward(seconds(30));
    until("sending is broken off", async || slow.under_way() == 0).await;
    assert_eq!(post.ground.dump().await, before);
    working.abort();
}
