//! When a channel counts as down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use portal::method::{ContactKind, Method};
use portal::moment::{minutes, seconds};
use server::courier::mailbox::Outage;
use server::courier::{Channel, Courier, Parcel, Undelivered};

use super::Post;

#[tokio::test]
async fn a_channel_is_down_when_it_fails_several_recipients_for_half_a_minute_and_until_one_gets_through() {
    let post = Post::open(|couriers| couriers).await;
    post.mailbox.fail(Channel::Mail, Some(Outage::Away));
    post.notices(2, ContactKind::Email).await;
    post.try_for(seconds(20)).await;
    assert!(post.failing().await.is_empty(), "it may pass by itself");
    post.try_for(seconds(20)).await;
    assert_eq!(post.failing().await, [Method::Email]);
    post.mailbox.fail(Channel::Mail, None);
    post.try_for(minutes(3)).await;
    assert_eq!(post.mailbox.list().len(), 2);
    assert!(post.failing().await.is_empty());
    // What failed before that does not make the next failure an old one.
    post.mailbox.fail(Channel::Mail, Some(Outage::Away));
    post.notices(2, ContactKind::Mailbox).await;
    post.try_for(seconds(20)).await;
    assert!(post.failing().await.is_empty());
}

#[tokio::test]
async fn a_channel_that_was_not_tried_for_minutes_is_given_another_chance() {
    let post = Post::open(|couriers| couriers).await;
    post.mailbox.fail(Channel::Text, Some(Outage::Away));
    post.notices(2, ContactKind::Phone).await;
    post.try_for(seconds(150)).await;
    assert_eq!(post.failing().await, [Method::Text]);
    post.clock.move_forward(minutes(3));
    assert!(post.failing().await.is_empty());
}

#[tokio::test]
async fn recipients_who_are_put_off_or_refused_say_nothing_about_the_channel() {
    for outage in [Outage::Later, Outage::Never] {
        let post = Post::open(|couriers| couriers).await;
        post.mailbox.fail(Channel::Mail, Some(outage));
        post.notices(5, ContactKind::Email).await;
        post.try_for(minutes(4)).await;
        assert!(post.failing().await.is_empty(), "{outage:?}");
    }
}

#[tokio::test]
async fn one_recipient_alone_takes_no_channel_down() {
    let post = Post::open(|couriers| couriers).await;
    post.mailbox.fail(Channel::Mail, Some(Outage::Away));
    let told = post.notices(1, ContactKind::Email).await;
    post.notice(&told[0].id).await;
    post.try_for(minutes(4)).await;
    assert!(post.failing().await.is_empty());
}

/// A mail server that is away until it is up, and counts who knocks.
#[derive(Default)]
struct Knocked {
    times: AtomicUsize,
    is_up: AtomicBool,
}

#[async_trait]
impl Courier for Knocked {
    async fn deliver(&self, _: &Parcel, _: &str) -> Result<(), Undelivered> {
        self.times.fetch_add(1, Ordering::SeqCst);
        if self.is_up.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(Undelivered::Away("cannot be reached".into()))
        }
    }
}

#[tokio::test]
async fn a_channel_that_is_down_is_tried_by_one_message_now_and_then_and_all_follow_the_first_that_gets_through() {
    let mail = Arc::new(Knocked::default());
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&mail) as _)).await;
    post.notices(30, ContactKind::Email).await;
    post.try_for(seconds(60)).await;
    assert_eq!(post.failing().await, [Method::Email]);
    let before = mail.times.load(Ordering::SeqCst);
    for _ in 0..60 {
        // Several servers look at the same time.
        for worker in ["one", "other"] {
            post.worker(worker).round().await.unwrap();
        }
        post.clock.move_forward(seconds(1));
    }
    let knocks = mail.times.load(Ordering::SeqCst) - before;
    assert!((5..=7).contains(&knocks), "{knocks} in a minute");
    assert_eq!(post.failing().await, [Method::Email]);
    // By then a message that was tried is not due for minutes.
    post.try_for(minutes(30)).await;

    mail.is_up.store(true, Ordering::SeqCst);
    post.clock.move_forward(seconds(10));
    post.worker("one").round().await.unwrap();
    assert!(post.failing().await.is_empty(), "one got through");
    // Without it some would wait for minutes.
    for _ in 0..8 {
        post.worker("one").round().await.unwrap();
    }
    let delivered = "select count(*) from outbox where state = 'delivered'";
    assert_eq!(post.ground.count(delivered).await, 30);
}
