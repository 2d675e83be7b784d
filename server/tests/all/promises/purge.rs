//! Forgetting: what is over goes, what is not stays.

use portal::identity::AccountId;
use portal::limits::{Factor, Failures};
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, days, hours, minutes, seconds};
use portal::ports::{Change, Matter, Recipient, Session, Store as _};

use super::ground::{Ground, START, carrying, message, session};

#[tokio::test]
async fn a_flow_goes_a_day_after_its_end_with_its_codes_and_proofs() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    let proof =
        portal::method::proof::Proof::recorded(Method::Text, portal::identity::Channel::of_address("d"), true, START);
    ground.done(vec![Change::AddProof(code.flow.clone(), proof)]).await;
    let end = START + minutes(15) + hours(24);
    ground.store.purge(end).await.unwrap();
    assert!(ground.store.code(&code.id).await.unwrap().is_some());
    ground.store.purge(end + seconds(1)).await.unwrap();
    for table in [
        "select count(*) from flow",
        "select count(*) from code",
        "select count(*) from proof",
    ] {
        assert_eq!(ground.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn each_thing_goes_in_its_time() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let code = ground.code(&account).await;
    let idle = session(&account);
    let used = Session {
        seen: START + hours(13),
        ..session(&account)
    };
    let fresh = Session {
        opened: START + hours(13),
        seen: START + hours(13),
        ..session(&account)
    };
    let told = message(Recipient::Contact(code.contact.clone()), Matter::WasReset);
    ground
        .done(vec![
            Change::OpenSession(idle.clone()),
            Change::OpenSession(used.clone()),
            Change::OpenSession(fresh.clone()),
            Change::SpendChallenge {
                token: "c".into(),
                until: START + minutes(6),
            },
            Change::RecordSend {
                channel: "c".into(),
                network: "n".into(),
                account: account.id.clone(),
                lane: portal::limits::Lane::Unknown,
                method: Method::Email,
                prefix: None,
                code: portal::identity::CodeId::new("c"),
                unsent: false,
                at: START,
            },
            Change::Enqueue(carrying(&code)),
            Change::Enqueue(told.clone()),
        ])
        .await;
    ground.store.delivered(&told.id, START).await.unwrap();
    let counts = async || {
        let mut counts = Vec::new();
        for table in [
            "select count(*) from session",
            "select count(*) from challenge",
            "select count(*) from sent",
            "select count(*) from outbox",
        ] {
            counts.push(ground.count(table).await);
        }
        counts
    };
    assert_eq!(counts().await, [3, 1, 1, 2]);
    ground.store.purge(START + minutes(7)).await.unwrap();
    assert_eq!(counts().await, [3, 0, 1, 2]);
    ground.store.purge(START + hours(13)).await.unwrap();
    assert_eq!(counts().await, [1, 0, 1, 2]);
    assert_eq!(ground.store.session(&fresh.token).await.unwrap(), Some(fresh));
    ground.store.purge(START + hours(24)).await.unwrap();
    assert_eq!(counts().await, [0, 0, 1, 2]);
    ground.store.purge(START + hours(24) + seconds(1)).await.unwrap();
    assert_eq!(counts().await, [0, 0, 0, 2]);
    // A message that waits is not forgotten, however old.
    ground.store.purge(START + days(7) + seconds(1)).await.unwrap();
    assert_eq!(counts().await, [0, 0, 0, 1]);
    ground.store.drop_expired(START + days(8)).await.unwrap();
    ground.store.purge(START + days(16)).await.unwrap();
    assert_eq!(counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn wrong_passwords_are_forgotten_alike_for_people_and_for_nobody() {
    let ground = Ground::new().await;
    let person = ground.person("h.tanaka").await.id;
    let from_one_network = AccountId::new("h.tanaka@0123");
    let nobody = AccountId::new("name:0123");
    let failed = |at: Moment| Failures::default().count_sign_in("wrong".into(), at);
    let save = |account: &AccountId, factor, at| Change::SaveFailures {
        account: account.clone(),
        factor,
        before: Failures::default(),
        after: failed(at),
    };
    ground
        .done(vec![
            save(&person, Factor::Password, START),
            save(&nobody, Factor::Password, START),
            save(&person, Factor::Email, START),
            save(&from_one_network, Factor::WholeNumber, START),
        ])
        .await;
    ground.store.purge(START + hours(48)).await.unwrap();
    for account in [&person, &nobody] {
        assert_eq!(
            ground.store.failures(account, Factor::Password).await.unwrap(),
            failed(START)
        );
    }
    let numbers = || ground.store.failures(&from_one_network, Factor::WholeNumber);
    assert_eq!(numbers().await.unwrap(), failed(START));
    ground.store.purge(START + hours(48) + seconds(1)).await.unwrap();
    assert_eq!(numbers().await.unwrap(), Failures::default());
    for account in [&person, &nobody] {
        assert_eq!(
            ground.store.failures(account, Factor::Password).await.unwrap(),
            Failures::default()
        );
    }
    // What closes a method is counted until its owner proves again.
    assert_eq!(
        ground.store.failures(&person, Factor::Email).await.unwrap(),
        failed(START)
    );
}

#[tokio::test]
async fn what_was_watched_is_forgotten_after_two_days_and_what_is_kept_of_an_account_never() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let day = portal::limits::population::day(START);
    let raise = |name: &str, at| Change::RaiseAlarm {
        name: name.into(),
        at,
        since: at - hours(1),
    };
    let upkeep = portal::upkeep::Upkeep::default().put_off();
    ground
        .done(vec![
            Change::CountGuess { day, chance: 7 },
            Change::CountGuess {
                day: day + 2,
                chance: 9,
            },
            raise("names", START),
            raise("guessing", START + hours(1)),
            Change::SaveUpkeep(account.id.clone(), upkeep.clone()),
        ])
        .await;
    let counts = async || {
        let guessed = ground.count("select count(*) from guessed").await;
        (guessed, ground.count("select count(*) from alarm").await)
    };
    ground.store.purge(START + hours(48)).await.unwrap();
    assert_eq!(counts().await, (2, 2));
    ground.store.purge(START + hours(48) + seconds(1)).await.unwrap();
    assert_eq!(counts().await, (2, 1));
    let day_after = Moment::from_millis((day + 3) * 86_400_000);
    ground.store.purge(day_after).await.unwrap();
    assert_eq!(counts().await, (1, 0));
    assert_eq!(ground.store.guessed(day + 2).await.unwrap(), 9);
    ground.store.purge(START + days(4_000)).await.unwrap();
    assert_eq!(counts().await, (0, 0));
    let kept = ground.store.upkeep(&account.id).await.unwrap();
    assert_eq!(kept.skips, upkeep.skips);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_go_in_batches_and_a_person_writes_in_between() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for _ in 0..3 {
        let send = || Change::RecordSend {
            channel: "c".into(),
            network: "n".into(),
            account: account.id.clone(),
            lane: portal::limits::Lane::Unknown,
            method: Method::Email,
            prefix: None,
            code: portal::identity::CodeId::new("c"),
            unsent: false,
            at: START,
        };
        ground.done((0..700).map(|_| send()).collect()).await;
    }
    let purging = {
        let store = std::sync::Arc::clone(&ground.store);
        tokio::spawn(async move { store.purge(START + days(2)).await.unwrap() })
    };
    let phone = super::ground::contact(
        &account,
        ContactKind::Phone,
        "+819012345678",
        portal::ports::Trust::Verified,
    );
    ground.done(vec![Change::PutContact(phone)]).await;
    assert_eq!(purging.await.unwrap(), 2_100);
    assert_eq!(ground.store.purge(START + days(2)).await.unwrap(), 0);
}
