//! When a channel counts as down.

use portal::method::{ContactKind, Method};
use portal::moment::{minutes, seconds};
use server::courier::Channel;
use server::courier::mailbox::Outage;

use super::Post;

#[tokio::test]
async fn a_channel_is_down_when_it_fails_several_recipients_for_minutes_and_until_one_gets_through() {
    let post = Post::open(|couriers| couriers).await;
    post.mailbox.fail(Channel::Mail, Some(Outage::Away));
    post.notices(2, ContactKind::Email).await;
    post.try_for(seconds(60)).await;
    assert!(post.failing().await.is_empty(), "a minute may pass by itself");
    post.try_for(seconds(90)).await;
    assert_eq!(post.failing().await, [Method::Email]);
    post.mailbox.fail(Channel::Mail, None);
    post.try_for(minutes(3)).await;
    assert_eq!(post.mailbox.list().len(), 2);
    assert!(post.failing().await.is_empty());
    // What failed before that does not make the next failure an old one.
    post.mailbox.fail(Channel::Mail, Some(Outage::Away));
    post.notices(2, ContactKind::Mailbox).await;
    post.try_for(seconds(60)).await;
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
