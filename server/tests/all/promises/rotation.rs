//! From one key to the next while people go on.

use std::sync::Arc;

use portal::audit::Event;
use portal::method::ContactKind;
use portal::ports::{Change, Contact, Store as _, Trust};
use server::assemble::{Server, Wiring};
use server::clock::SystemClock;
use server::courier::Couriers;
use server::courier::mailbox::Mailbox;
use server::keyring::Keyring;
use server::random::SystemRandom;
use server::settings::{Environment, Settings};
use server::store::audit::Filter;

use super::ground::{Folder, Ground, START, contact, open};

/// A store whose keys are in a file, as those of a real server.
async fn ground() -> Ground {
    let folder = Folder::new();
    let keys = Keyring::create(&folder.path().join("keyring.toml"), &SystemClock, &SystemRandom).unwrap();
    let keys = Arc::new(keys);
    let store = open(&folder, &keys).await;
    Ground { store, keys, folder }
}

fn rotate(ground: &Ground) -> String {
    Keyring::rotate(&ground.folder.path().join("keyring.toml"), &SystemClock, &SystemRandom).unwrap()
}

async fn many(ground: &Ground, count: usize) -> Vec<Contact> {
    let account = ground.person("h.tanaka").await;
    let contacts: Vec<_> = (0..count)
        .map(|n| {
            contact(
                &account,
                ContactKind::Email,
                &format!("h{n}@mail.example"),
                Trust::Pending,
            )
        })
        .collect();
    let changes = contacts.iter().cloned().map(Change::PutContact);
    ground.done(changes.collect()).await;
    contacts
}

async fn addresses(ground: &Ground, contacts: &[Contact]) -> Vec<String> {
    let mut found = Vec::new();
    for contact in contacts {
        let read = ground.store.contact_for_sending(&contact.id).await.unwrap().unwrap();
        found.push(read.address);
    }
    found
}

#[tokio::test]
async fn rows_move_to_the_newest_key_in_batches_and_a_crash_between_them_loses_nothing() {
    let mut ground = ground().await;
    let contacts = many(&ground, 620).await;
    let before = addresses(&ground, &contacts).await;
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 0);
    rotate(&ground);
    assert!(ground.keys.look_again().unwrap());
    assert!(!ground.keys.look_again().unwrap(), "it is read whenever somebody looks");
    assert_eq!(ground.keys.kids(), ["k1", "k2"]);
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 500);

    // The process is gone; another one goes on.
    ground.keys = Arc::new(Keyring::load(&ground.folder.path().join("keyring.toml")).unwrap());
    let ground = ground.reopen().await;
    assert_eq!(ground.store.under(&["k1".into()]).await.unwrap()[0].addresses, 120);
    assert_eq!(addresses(&ground, &contacts).await, before);
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 120);
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 0);
    assert_eq!(ground.store.under(&["k1".into()]).await.unwrap()[0].addresses, 0);
    assert_eq!(addresses(&ground, &contacts).await, before);
}

#[tokio::test]
async fn what_somebody_writes_meanwhile_is_never_written_over() {
    let ground = ground().await;
    let contacts = many(&ground, 200).await;
    for round in 0..4 {
        rotate(&ground);
        ground.keys.look_again().unwrap();
        let store = Arc::clone(&ground.store);
        let writing: Vec<Contact> = contacts
            .iter()
            .map(|contact| Contact {
                address: format!("{round}-{}", contact.address),
                ..contact.clone()
            })
            .collect();
        let expected: Vec<_> = writing.iter().map(|contact| contact.address.clone()).collect();
        let writer = tokio::spawn(async move {
            for contact in writing {
                store.commit(vec![Change::PutContact(contact)]).await.unwrap();
            }
        });
        while ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap() > 0 {}
        writer.await.unwrap();
        assert_eq!(addresses(&ground, &contacts).await, expected);
    }
}

#[tokio::test]
async fn rows_from_before_they_named_their_key_are_found() {
    let ground = ground().await;
    let contacts = many(&ground, 3).await;
    let mut raw = ground.raw().await;
    sqlx::query("update contact set kid = ''")
        .execute(&mut raw)
        .await
        .unwrap();
    assert_eq!(ground.store.under(&["k1".into()]).await.unwrap()[0].addresses, 3);
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 3);
    assert_eq!(ground.count("select count(*) from contact where kid = 'k1'").await, 3);
    assert_eq!(addresses(&ground, &contacts).await[0], "h0@mail.example");
}

#[tokio::test]
async fn a_row_that_cannot_be_opened_keeps_no_other_from_its_turn() {
    let ground = ground().await;
    let contacts = many(&ground, 3).await;
    let mut raw = ground.raw().await;
    sqlx::query("update contact set address = $2 where id = $1")
        .bind(contacts[0].id.as_str())
        .bind(b"\x02k1 altered".to_vec())
        .execute(&mut raw)
        .await
        .unwrap();
    rotate(&ground);
    ground.keys.look_again().unwrap();
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 2);
    assert_eq!(ground.store.under(&["k1".into()]).await.unwrap()[0].addresses, 1);
    // Those under a later key neither.
    rotate(&ground);
    ground.keys.look_again().unwrap();
    assert_eq!(ground.store.encrypt_anew(&ground.keys.kids()).await.unwrap(), 2);
    assert_eq!(ground.store.under(&["k2".into()]).await.unwrap()[0].addresses, 0);
}

#[tokio::test]
async fn names_that_nobody_has_are_answered_after_the_key_of_their_decoy_is_retired() {
    let ground = ground().await;
    let place = ground.folder.path().join("keyring.toml");
    rotate(&ground);
    ground.keys.look_again().unwrap();
    ground.store.renew_decoy().unwrap();
    Keyring::retire(&place, "k1").unwrap();
    assert!(ground.keys.look_again().unwrap());
    assert_eq!(ground.keys.kids(), ["k2"]);
    let nobody = portal::identity::AccountId::new("nobody");
    assert!(ground.store.contacts(&nobody).await.unwrap().is_empty());
    ground.store.ready().await.unwrap();
}

#[tokio::test]
async fn a_change_of_keys_is_recorded_once_and_those_of_the_beginning_never() {
    let ground = ground().await;
    let kids = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert!(!ground.store.record_keys(&kids(&["k1"]), START).await.unwrap());
    assert!(ground.store.record_keys(&kids(&["k1", "k2"]), START).await.unwrap());
    assert!(!ground.store.record_keys(&kids(&["k1", "k2"]), START).await.unwrap());
    assert!(ground.store.record_keys(&kids(&["k2"]), START).await.unwrap());
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::ChangeKeys), None, 9)
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.detail.as_str()).collect::<Vec<_>>(),
        ["k2", "k1 k2"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_takes_a_new_key_up_and_moves_to_it_by_itself() {
    let ground = ground().await;
    let contacts = many(&ground, 3).await;
    let text = "public_url = \"http://localhost:1\"\nkeyring = \"k\"\n[organisation]\nname.en = \"K\"\n";
    let clock = Arc::new(SystemClock);
    let server = Server::new(Wiring {
        settings: Settings::read(text, &ground.folder.path().join("aikagi.toml"), &Environment::default()).unwrap(),
        keyring: Arc::clone(&ground.keys),
        clock: Arc::clone(&clock) as _,
        store: Arc::clone(&ground.store),
        couriers: Couriers::to_mailbox(&Arc::new(Mailbox::new(clock))),
    })
    .unwrap();
    rotate(&ground);
    let (tell, told) = tokio::sync::watch::channel(false);
    let house = tokio::spawn(server.housekeeping().run(told));
    let moved = async {
        while ground.store.under(&["k1".into()]).await.unwrap()[0].addresses > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), moved)
        .await
        .expect("it stays with the old key");
    let _ = tell.send(true);
    house.await.unwrap();
    assert_eq!(ground.keys.kids(), ["k1", "k2"]);
    assert_eq!(addresses(&ground, &contacts).await[2], "h2@mail.example");
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::ChangeKeys), None, 9)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].seq.is_some());
}
