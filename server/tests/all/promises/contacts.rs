//! Contacts: sealed for their row, replaced by what was proved, and told before they go.

use portal::method::ContactKind::{Email, Mailbox, Phone};
use portal::moment::{minutes, seconds};
use portal::ports::{Change, Committed, Matter, Recipient, Store as _, Trust};

use super::ground::{Ground, START, contact, message};

#[tokio::test]
async fn a_contact_comes_back_as_it_was_put() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let mail = ground.contact(&account, Email, "h@mail.example", Trust::Vouched).await;
    assert_eq!(ground.store.contacts(&account.id).await.unwrap(), vec![mail.clone()]);
    let moved = portal::ports::Contact {
        address: "other@mail.example".into(),
        trust: Trust::Verified,
        ..mail
    };
    ground.done(vec![Change::PutContact(moved.clone())]).await;
    assert_eq!(ground.store.contacts(&account.id).await.unwrap(), vec![moved]);
}

#[tokio::test]
async fn a_contact_of_another_account_or_kind_is_not_replaced() {
    let ground = Ground::new().await;
    let (account, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    let mail = ground.contact(&account, Email, "h@mail.example", Trust::Verified).await;
    let stolen = portal::ports::Contact {
        account: other.id.clone(),
        ..mail.clone()
    };
    assert_eq!(ground.commit(vec![Change::PutContact(stolen)]).await, Committed::Stale);
    let changed = portal::ports::Contact {
        kind: Mailbox,
        ..mail.clone()
    };
    assert_eq!(ground.commit(vec![Change::PutContact(changed)]).await, Committed::Stale);
    assert_eq!(ground.store.contacts(&account.id).await.unwrap(), vec![mail]);
}

#[tokio::test]
async fn an_address_moved_to_another_row_cannot_be_read() {
    let ground = Ground::new().await;
    let (account, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    let mine = ground
        .contact(&account, Email, "mine@mail.example", Trust::Verified)
        .await;
    ground
        .contact(&other, Email, "theirs@mail.example", Trust::Verified)
        .await;
    let mut raw = ground.raw().await;
    sqlx::raw_sql("create table kept as select id, address from contact")
        .execute(&mut raw)
        .await
        .unwrap();
    let swap = "update contact set address = (select kept.address from kept where kept.id <> contact.id)";
    sqlx::raw_sql(swap).execute(&mut raw).await.unwrap();
    assert!(ground.store.contacts(&account.id).await.is_err());
    assert!(ground.store.contacts(&other.id).await.is_err());
    assert!(ground.store.contact_for_sending(&mine.id).await.is_err());
}

#[tokio::test]
async fn a_proved_contact_replaces_what_was_proved_before_but_not_what_is_vouched_for() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let vouched = ground.contact(&account, Phone, "+81311111111", Trust::Vouched).await;
    let old = ground.contact(&account, Phone, "+819022222222", Trust::Verified).await;
    let mail = ground.contact(&account, Email, "h@mail.example", Trust::Verified).await;
    let new = ground.contact(&account, Phone, "+819033333333", Trust::Pending).await;
    let at = START + minutes(2);
    ground
        .done(vec![Change::VerifyContact {
            contact: new.id.clone(),
            at,
        }])
        .await;
    let left = ground.store.contacts(&account.id).await.unwrap();
    let ids: Vec<_> = left.iter().map(|one| &one.id).collect();
    assert_eq!(left.len(), 3);
    assert!(ids.contains(&&vouched.id) && ids.contains(&&mail.id) && ids.contains(&&new.id));
    assert!(!ids.contains(&&old.id));
    let proved = left.iter().find(|one| one.id == new.id).unwrap();
    assert_eq!((proved.trust, proved.added), (Trust::Verified, at));
    assert_eq!(
        ground.commit(vec![Change::VerifyContact { contact: new.id, at }]).await,
        Committed::Stale
    );
}

#[tokio::test]
async fn a_contact_that_goes_can_still_be_told_so() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let mail = ground.contact(&account, Email, "h@mail.example", Trust::Verified).await;
    let told = message(
        Recipient::Contact(mail.id.clone()),
        Matter::MethodRemoved { kind: Email.into() },
    );
    ground
        .done(vec![
            Change::Enqueue(told.clone()),
            Change::RemoveContact(mail.id.clone()),
        ])
        .await;
    assert!(ground.store.contacts(&account.id).await.unwrap().is_empty());
    ground.store.purge(START + seconds(1)).await.unwrap();
    let found = ground.store.contact_for_sending(&mail.id).await.unwrap().unwrap();
    assert_eq!(found.address, "h@mail.example");
    ground.store.delivered(&told.id, START + seconds(2)).await.unwrap();
    ground.store.purge(START + seconds(3)).await.unwrap();
    assert_eq!(ground.store.contact_for_sending(&mail.id).await.unwrap(), None);
    assert_eq!(ground.count("select count(*) from contact").await, 0);
}

#[tokio::test]
async fn what_was_never_proved_can_be_dropped_and_nothing_else_with_it() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    ground.contact(&account, Phone, "+819011111111", Trust::Pending).await;
    let mail = ground.contact(&account, Email, "p@mail.example", Trust::Pending).await;
    let own = ground.contact(&account, Phone, "+819022222222", Trust::Verified).await;
    ground
        .done(vec![Change::DropPending {
            account: account.id.clone(),
            kind: Phone,
        }])
        .await;
    let mut left: Vec<_> = ground
        .store
        .contacts(&account.id)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.id)
        .collect();
    left.sort();
    let mut expected = vec![mail.id, own.id];
    expected.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn what_an_account_can_prove_moves_its_revision_on() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let revision = async || ground.store.account(&account.id).await.unwrap().unwrap().revision;
    let pending = contact(&account, Phone, "+819011111111", Trust::Pending);
    ground.done(vec![Change::PutContact(pending.clone())]).await;
    assert_eq!(revision().await, account.revision);
    ground
        .done(vec![Change::VerifyContact {
            contact: pending.id.clone(),
            at: START,
        }])
        .await;
    assert_eq!(revision().await, account.revision + 1);
    ground.done(vec![Change::RemoveContact(pending.id)]).await;
    assert_eq!(revision().await, account.revision + 2);
}

#[tokio::test]
async fn nobody_has_no_contacts() {
    let ground = Ground::new().await;
    let nobody = portal::identity::AccountId::new("name:0123");
    assert!(ground.store.contacts(&nobody).await.unwrap().is_empty());
}
