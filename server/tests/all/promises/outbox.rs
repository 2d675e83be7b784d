//! The outbox: at least once, in order, and given up in the open.

use portal::audit::Event;
use portal::identity::{AccountId, ContactId};
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, days, hours, minutes, seconds};
use portal::ports::{Change, Matter, Message, Recipient, Store as _, Trust};
use server::store::audit::Filter;
use server::store::outbox::LEASE;

use super::ground::{Ground, START, carrying, code, message};

async fn due(ground: &Ground, now: Moment) -> Vec<Message> {
    let taken = ground.store.lease_due(now, "worker", 10).await.unwrap();
    taken.into_iter().map(|outgoing| outgoing.message).collect()
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
            kind: ContactKind::Phone,
        },
        Matter::MethodRemoved {
            kind: ContactKind::Email,
        },
        Matter::Unfinished,
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
    assert_eq!(ground.store.lease_due(START, "one", 10).await.unwrap()[0].attempts, 1);
    assert!(due(&ground, START + LEASE - seconds(1)).await.is_empty());
    assert_eq!(
        ground.store.lease_due(START + LEASE, "two", 10).await.unwrap()[0].attempts,
        2
    );
}

#[tokio::test]
async fn a_delivered_message_stays_delivered() {
    let ground = Ground::new().await;
    let one = notice("a");
    ground.done(vec![Change::Enqueue(one.clone())]).await;
    ground.store.delivered(&one.id, START).await.unwrap();
    let before = ground.dump().await;
    ground.store.postpone(&one.id, START, "late").await.unwrap();
    ground.store.bury(&one.id, "late").await.unwrap();
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
        .postpone(&first.id, START + minutes(5), "busy")
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
        .postpone(&notice.id, START + hours(1), "busy")
        .await
        .unwrap();
    let carrying = carrying(&code);
    ground.done(vec![Change::Enqueue(carrying.clone())]).await;
    assert_eq!(due(&ground, START).await, [carrying]);
}

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
    assert_eq!(ground.store.backlog().await.unwrap(), (1, Some(START)));
}

#[tokio::test]
async fn however_many_ran_out_all_of_them_are_dropped() {
    let ground = Ground::new().await;
    ground
        .done((0..1_100).map(|_| Change::Enqueue(notice("a"))).collect())
        .await;
    assert_eq!(ground.store.drop_expired(START + days(2)).await.unwrap(), 1_100);
    assert_eq!(ground.store.backlog().await.unwrap(), (0, None));
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
        .bury(&lost.id, "the mail server answered 550")
        .await
        .unwrap();
    ground.store.discard(&empty.id, "tells nothing").await.unwrap();
    let dead = ground.store.dead_letters(0, 100).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (&dead[0].id, dead[0].what.as_str(), dead[0].attempts),
        (&lost.id, "was_reset", 1)
    );
    assert_eq!(dead[0].reason, "the mail server answered 550");
    assert!(ground.store.dead_letters(dead[0].key, 100).await.unwrap().is_empty());
    assert_eq!(ground.store.backlog().await.unwrap(), (0, None));
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
    ground.store.bury(&messages[1].id, "refused").await.unwrap();
    ground.store.discard(&messages[2].id, "dead").await.unwrap();
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
async fn a_method_fails_after_two_postponed_codes_until_one_gets_through_or_two_minutes_pass() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let phone = ground
        .contact(&account, ContactKind::Phone, "+819012345678", Trust::Verified)
        .await;
    let mut messages = Vec::new();
    for method in [Method::Text, Method::Text, Method::Text, Method::Call] {
        let flow = ground.flow(&account).await;
        let code = code(&flow, &account, &phone, method);
        messages.push(carrying(&code));
        ground
            .done(vec![Change::OpenCode(code.clone()), Change::Enqueue(carrying(&code))])
            .await;
    }
    let ids: Vec<_> = ground.store.lease_due(START, "w", 10).await.unwrap();
    assert_eq!(ids.len(), 1, "one line for one contact");
    let raw = async |query: &'static str| sqlx::query(query).execute(&mut ground.raw().await).await.unwrap();
    let failing = async |now| ground.store.failing(now).await.unwrap();
    // A recipient that is refused says nothing about the method.
    ground.store.bury(&ids[0].message.id, "refused").await.unwrap();
    assert!(failing(START).await.is_empty());
    let next = ground.store.lease_due(START, "w", 10).await.unwrap();
    ground
        .store
        .postpone(&next[0].message.id, START + seconds(2), "down")
        .await
        .unwrap();
    assert!(failing(START).await.is_empty());
    raw("update outbox set failed = 1800000000000 where method = 'text' and state = 'waiting'").await;
    assert_eq!(failing(START).await, [Method::Text]);
    assert_eq!(failing(START + seconds(119)).await, [Method::Text]);
    assert!(failing(START + seconds(120)).await.is_empty());
    ground.store.delivered(&next[0].message.id, START).await.unwrap();
    assert!(failing(START).await.is_empty());
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
