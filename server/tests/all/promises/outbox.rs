//! The outbox: at least once, in order, and given up in the open.

mod given_up;

use portal::audit::Event;
use portal::identity::{AccountId, ContactId};
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, days, hours, minutes, seconds};
use portal::ports::{Change, Committed, Matter, Message, Recipient, Store as _, Trust};
use server::courier::Channel;
use server::store::audit::Filter;
use server::store::outbox::{LEASE, Obstacle, Outgoing};

use crate::cluster;

use super::ground::{Ground, START, carrying, code, message};

async fn due(ground: &Ground, now: Moment) -> Vec<Message> {
    let taken = leased(ground, now, Channel::Mail).await;
    taken.into_iter().map(|outgoing| outgoing.message).collect()
}

async fn leased(ground: &Ground, now: Moment, channel: Channel) -> Vec<Outgoing> {
    ground.store.lease_due(now, "worker", channel, 10).await.unwrap()
}

/// What waits in each lane.
async fn waiting(ground: &Ground) -> Vec<(Channel, u64, Moment)> {
    let backlog = ground.store.backlog().await.unwrap();
    backlog
        .into_iter()
        .map(|lane| (lane.channel, lane.messages, lane.oldest))
        .collect()
}

/// A message that was not taken out yet, or has been `attempts` times.
fn after(message: &Message, attempts: u32) -> Outgoing {
    Outgoing {
        message: message.clone(),
        attempts,
        is_probe: false,
    }
}

fn notice(to: &str) -> Message {
    message(Recipient::Contact(ContactId::new(to)), Matter::WasReset)
}

#[tokio::test]
async fn a_message_comes_out_as_it_went_in() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let matters = [
        Matter::Nothing,
        Matter::WasReset,
        Matter::WasChanged,
        Matter::MethodAdded {
            kind: ContactKind::Phone.into(),
        },
        Matter::MethodRemoved {
            kind: ContactKind::Email.into(),
        },
        Matter::Unfinished,
        Matter::Invitation { is_reminder: true },
        Matter::Closed,
        Matter::AdministratorReset { name: "admin".into() },
        Matter::HelpWanted {
            name: "h.tanaka".into(),
            case: "stuck".into(),
            support: "ABCD-2345".into(),
        },
    ];
    let mut sent = Vec::new();
    for (n, matter) in matters.into_iter().enumerate() {
        let to = if n % 2 == 0 {
            Recipient::HelpDesk
        } else {
            Recipient::Contact(ContactId::new(n.to_string()))
        };
        let mut one = message(to, matter);
        one.account = Some(if n == 0 {
            account.id.clone()
        } else {
            AccountId::new(format!("name:{n}"))
        });
        sent.push(one);
    }
    ground.done(sent.iter().cloned().map(Change::Enqueue).collect()).await;
    assert_eq!(due(&ground, START).await, sent);
}

#[tokio::test]
async fn a_message_is_taken_again_when_its_worker_fell_silent() {
    let ground = Ground::new().await;
    ground.done(vec![Change::Enqueue(notice("a"))]).await;
    assert_eq!(leased(&ground, START, Channel::Mail).await[0].attempts, 1);
    assert!(due(&ground, START + LEASE - seconds(1)).await.is_empty());
    assert_eq!(leased(&ground, START + LEASE, Channel::Mail).await[0].attempts, 2);
}

#[tokio::test]
async fn a_message_stays_with_a_worker_who_prolongs_its_lease() {
    let ground = Ground::new().await;
    ground.done(vec![Change::Enqueue(notice("a"))]).await;
    let held = leased(&ground, START, Channel::Mail).await.remove(0);
    let prolonged = ground.store.prolong(&held, START + seconds(40)).await.unwrap();
    assert_eq!(prolonged, Committed::Done);
    assert!(due(&ground, START + LEASE).await.is_empty());
    assert_eq!(due(&ground, START + seconds(40) + LEASE).await.len(), 1);
}

#[tokio::test]
async fn who_lost_a_message_to_another_worker_says_nothing_more_about_it() {
    let ground = Ground::new().await;
    ground.done(vec![Change::Enqueue(notice("a"))]).await;
    let lost = leased(&ground, START, Channel::Mail).await.remove(0);
    let held = leased(&ground, START + LEASE, Channel::Mail).await.remove(0);
    let before = ground.dump().await;
    let now = START + LEASE;
    assert_eq!(ground.store.prolong(&lost, now).await.unwrap(), Committed::Stale);
    ground
        .store
        .postpone(&lost, now, Obstacle::Channel, "late")
        .await
        .unwrap();
    ground.store.bury(&lost, "late").await.unwrap();
    ground.store.discard(&lost, "late").await.unwrap();
    assert_eq!(ground.dump().await, before);
    assert_eq!(ground.store.prolong(&held, now).await.unwrap(), Committed::Done);
    // But that it was handed over is true whoever says so.
    ground.store.delivered(&lost.message.id, now).await.unwrap();
    assert_eq!(ground.store.prolong(&held, now).await.unwrap(), Committed::Stale);
}

#[tokio::test]
async fn what_is_given_back_can_be_taken_at_once() {
    let ground = Ground::new().await;
    let (mine, other) = (notice("a"), notice("b"));
    ground.done(vec![Change::Enqueue(mine.clone())]).await;
    let held = leased(&ground, START, Channel::Mail).await.remove(0);
    ground.done(vec![Change::Enqueue(other)]).await;
    ground
        .store
        .lease_due(START, "another", Channel::Mail, 10)
        .await
        .unwrap();
    let back = ground.store.give_back("worker", Channel::Mail, START).await.unwrap();
    assert_eq!(back, 1);
    assert_eq!(ground.store.prolong(&held, START).await.unwrap(), Committed::Stale);
    assert_eq!(due(&ground, START).await, [mine]);
}

#[tokio::test]
async fn every_message_waits_in_the_lane_of_its_channel() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let phone = ground
        .contact(&account, ContactKind::Phone, "+819012345678", Trust::Verified)
        .await;
    let box_ = ground
        .contact(&account, ContactKind::Mailbox, "h@corp.example", Trust::Vouched)
        .await;
    let mail = ground.code(&account).await;
    let texted = code(&ground.flow(&account).await, &account, &phone, Method::Text);
    let called = code(&ground.flow(&account).await, &account, &phone, Method::Call);
    let lanes = [
        (
            Channel::Mail,
            vec![
                carrying(&mail),
                notice(box_.id.as_str()),
                message(Recipient::HelpDesk, Matter::Nothing),
            ],
        ),
        (Channel::Text, vec![carrying(&texted), notice(phone.id.as_str())]),
        (Channel::Call, vec![carrying(&called)]),
    ];
    ground
        .done(vec![Change::OpenCode(texted), Change::OpenCode(called)])
        .await;
    // All of them go to lines of their own but the two codes to one phone.
    for (_, messages) in &lanes {
        ground
            .done(messages.iter().cloned().map(Change::Enqueue).collect())
            .await;
    }
    for (channel, messages) in lanes {
        let found = leased(&ground, START, channel).await;
        for one in &found {
            ground.store.delivered(&one.message.id, START).await.unwrap();
        }
        let found: Vec<_> = found.into_iter().map(|one| one.message).collect();
        assert_eq!(found, messages, "{}", channel.word());
    }
}

#[tokio::test]
async fn a_delivered_message_stays_delivered() {
    let ground = Ground::new().await;
    let one = notice("a");
    ground.done(vec![Change::Enqueue(one.clone())]).await;
    ground.store.delivered(&one.id, START).await.unwrap();
    let before = ground.dump().await;
    let one_again = after(&one, 0);
    ground
        .store
        .postpone(&one_again, START, Obstacle::Channel, "late")
        .await
        .unwrap();
    ground.store.bury(&one_again, "late").await.unwrap();
    ground.store.delivered(&one.id, START + hours(1)).await.unwrap();
    assert_eq!(ground.dump().await, before);
    assert!(due(&ground, START + days(1)).await.is_empty());
}

#[tokio::test]
async fn notices_to_one_recipient_go_out_in_their_order() {
    let ground = Ground::new().await;
    let (first, second, other) = (notice("a"), notice("a"), notice("b"));
    ground
        .done(
            [&first, &second, &other]
                .map(|one| Change::Enqueue(one.clone()))
                .to_vec(),
        )
        .await;
    assert_eq!(due(&ground, START).await, [first.clone(), other.clone()]);
    ground
        .store
        .postpone(&after(&first, 1), START + minutes(5), Obstacle::Recipient, "busy")
        .await
        .unwrap();
    assert!(due(&ground, START + seconds(30)).await.is_empty());
    assert_eq!(due(&ground, START + minutes(5)).await, [other, first.clone()]);
    ground.store.delivered(&first.id, START + minutes(5)).await.unwrap();
    assert_eq!(due(&ground, START + minutes(5)).await, [second]);
}

#[tokio::test]
async fn a_code_does_not_wait_behind_a_notice() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    let notice = message(Recipient::Contact(code.contact.clone()), Matter::Closed);
    ground.done(vec![Change::Enqueue(notice.clone())]).await;
    assert_eq!(due(&ground, START).await, std::slice::from_ref(&notice));
    ground
        .store
        .postpone(&after(&notice, 1), START + hours(1), Obstacle::Recipient, "busy")
        .await
        .unwrap();
    let carrying = carrying(&code);
    ground.done(vec![Change::Enqueue(carrying.clone())]).await;
    assert_eq!(due(&ground, START).await, [carrying]);
}

#[tokio::test]
async fn looking_for_what_is_due_takes_no_write_lock_while_all_of_it_waits_behind_something() {
    let ground = Ground::new().await;
    let (first, second) = (notice("a"), notice("a"));
    ground
        .done(vec![Change::Enqueue(first.clone()), Change::Enqueue(second)])
        .await;
    assert_eq!(due(&ground, START).await, std::slice::from_ref(&first));
    ground
        .store
        .postpone(&after(&first, 1), START + hours(1), Obstacle::Channel, "down")
        .await
        .unwrap();
    let mut raw = ground.raw().await;
    cluster::hold_up(&mut raw, "outbox").await;
    // With a lock it would wait for five seconds, and fail.
    assert!(due(&ground, START + minutes(5)).await.is_empty());
}

#[tokio::test]
async fn how_a_code_fared_stands_in_the_audit_log() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let codes = [
        ground.code(&account).await,
        ground.code(&account).await,
        ground.code(&account).await,
    ];
    let messages = codes.clone().map(|code| carrying(&code));
    ground
        .done(messages.iter().cloned().map(Change::Enqueue).collect())
        .await;
    ground.store.delivered(&messages[0].id, START).await.unwrap();
    ground.store.bury(&after(&messages[1], 0), "refused").await.unwrap();
    ground.store.discard(&after(&messages[2], 0), "dead").await.unwrap();
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::Deliver), None, 10)
        .await
        .unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.outcome.as_str(), row.flow.as_str(), row.method.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("failed", codes[1].flow.as_str(), "email"),
            ("succeeded", codes[0].flow.as_str(), "email")
        ]
    );
    assert!(
        rows.iter()
            .all(|row| row.subject == account.id.as_str() && row.actor == "system")
    );
}

#[tokio::test]
async fn only_calls_that_were_made_count_as_calls_for_help() {
    let ground = Ground::new().await;
    let (mine, other) = (AccountId::new("name:1"), AccountId::new("name:2"));
    let wanted = || Matter::HelpWanted {
        name: "x".into(),
        case: "stuck".into(),
        support: "ABCD-2345".into(),
    };
    let call = |account: &AccountId, matter, age| {
        let at = START - hours(age);
        Change::Enqueue(Message {
            account: Some(account.clone()),
            at,
            ..message(Recipient::HelpDesk, matter)
        })
    };
    ground
        .done(vec![
            call(&mine, wanted(), 1),
            call(&mine, Matter::Nothing, 2),
            call(&mine, wanted(), 30),
            call(&other, wanted(), 3),
        ])
        .await;
    let (about_me, in_all) = ground.store.calls_for_help(&mine, START - days(1)).await.unwrap();
    assert_eq!(about_me, [START - hours(1)]);
    assert_eq!(in_all, [START - hours(1), START - hours(3)]);
}
