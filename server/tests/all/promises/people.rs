//! People, as an administrator keeps them.

mod reopening;

use portal::account::{Language, Role, Unfit};
use portal::audit::{Actor, Event};
use portal::limits::{FAILURES_TO_CLOSE, FREE_FAILURES, Factor, Failures, Lane};
use portal::method::ContactKind;
use portal::moment::{days, seconds};
use portal::policy::Policy;
use portal::ports::{Change, Committed, Store as _, Trust};
use server::store::Breakdown;
use server::store::audit::Filter;
use server::store::people::{Adding, Expiry, NewPerson, PersonUpdate};

use super::ground::{Ground, START, person, session, user};

#[tokio::test]
async fn a_person_is_added_with_their_contacts_and_an_audit_row() {
    let ground = Ground::new().await;
    let new = NewPerson {
        mailbox: Some("h.tanaka@corp.example".into()),
        vouched: vec![(ContactKind::Phone, "+819012345678".into())],
        must_change: true,
        expires: Some(START + days(30)),
        ..person("h.tanaka")
    };
    let adding = ground.store.add_person(new, Actor::Console, START).await.unwrap();
    let (account, contacts) = ground.store.person(&user("H.Tanaka")).await.unwrap().unwrap();
    assert_eq!(adding, Adding::Added(account.id.clone()));
    assert_eq!(
        (account.epoch, account.must_change, account.expires),
        (1, true, Some(START + days(30)))
    );
    assert_eq!(
        (account.groups.as_slice(), account.language),
        (["staff".to_owned()].as_slice(), Language::Ja)
    );
    let mut told: Vec<_> = contacts
        .iter()
        .map(|one| (one.kind, one.address.as_str(), one.trust))
        .collect();
    told.sort_by_key(|one| one.0);
    assert_eq!(
        told,
        [
            (ContactKind::Mailbox, "h.tanaka@corp.example", Trust::Vouched),
            (ContactKind::Phone, "+819012345678", Trust::Vouched)
        ]
    );
    let rows = ground
        .store
        .list_audit(&Filter::Subject(account.id), None, 9)
        .await
        .unwrap();
    assert_eq!(
        (rows.len(), rows[0].event.as_str(), rows[0].actor.as_str()),
        (1, "add_account", "console")
    );
}

#[tokio::test]
async fn a_name_is_given_once_and_never_to_somebody_who_only_looks_the_same() {
    let ground = Ground::new().await;
    ground.person("armin").await;
    let before = ground.dump().await;
    for (name, expected) in [
        ("armin", Adding::NameTaken),
        ("ARMIN", Adding::NameTaken),
        ("аrmin", Adding::LooksLike("armin".into())),
        ("armın", Adding::LooksLike("armin".into())),
        ("arrnin", Adding::LooksLike("armin".into())),
        ("h.tаnaka", Adding::Unfit(Unfit::MixedScripts)),
        ("r00t", Adding::Unfit(Unfit::Reserved("root"))),
    ] {
        assert_eq!(
            ground
                .store
                .add_person(person(name), Actor::Console, START)
                .await
                .unwrap(),
            expected,
            "{name}"
        );
    }
    assert_eq!(ground.dump().await, before);
    ground.person("amin").await;
    let administrator = NewPerson {
        role: Role::Administrator,
        ..person("root")
    };
    let added = ground.store.add_person(administrator, Actor::Console, START).await;
    assert!(matches!(added.unwrap(), Adding::Added(_)));
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let ground = Ground::new().await;
    let before = ground.person("h.tanaka").await;
    let update = PersonUpdate {
        role: Some(Role::Administrator),
        disabled: Some(true),
        expires: Some(Expiry::At(START + days(1))),
        vouched: vec![(ContactKind::Mailbox, "new@corp.example".into())],
        ..PersonUpdate::default()
    };
    let name = user("h.tanaka");
    assert_eq!(
        ground
            .store
            .update_person(&name, update, Actor::Console, START)
            .await
            .unwrap(),
        Committed::Done
    );
    let (after, contacts) = ground.store.person(&name).await.unwrap().unwrap();
    assert!(after.revision > before.revision);
    let expected = portal::ports::Account {
        role: Role::Administrator,
        disabled: true,
        expires: Some(START + days(1)),
        revision: after.revision,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(contacts.len(), 1);
    let rows = ground
        .store
        .list_audit(&Filter::Subject(after.id), None, 1)
        .await
        .unwrap();
    assert_eq!(rows[0].event, "change_account");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&rows[0].detail).unwrap(),
        serde_json::json!({
            "role": { "old": "person", "new": "administrator" },
            "disabled": { "old": false, "new": true },
            "expires": { "old": null, "new": START + days(1) },
            "mailbox": "added",
        })
    );
    let again = PersonUpdate {
        expires: Some(Expiry::Never),
        ..PersonUpdate::default()
    };
    ground
        .store
        .update_person(&name, again, Actor::Console, START)
        .await
        .unwrap();
    assert_eq!(ground.store.person(&name).await.unwrap().unwrap().0.expires, None);
    let unknown = user("nobody");
    let nobody = ground
        .store
        .update_person(&unknown, PersonUpdate::default(), Actor::Console, START);
    assert_eq!(nobody.await.unwrap(), Committed::Stale);
}

#[tokio::test]
async fn a_password_given_by_an_administrator_ends_what_the_old_one_opened() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let code = ground.code(&account).await;
    let opened = session(&account);
    ground.done(vec![Change::OpenSession(opened.clone())]).await;
    let update = PersonUpdate {
        hash: Some("hash-1".into()),
        must_change: Some(true),
        ..PersonUpdate::default()
    };
    ground
        .store
        .update_person(&user("h.tanaka"), update, Actor::Console, START + days(1))
        .await
        .unwrap();
    let after = ground.store.account(&account.id).await.unwrap().unwrap();
    assert_eq!(
        (after.hash.as_deref(), after.must_change, after.epoch),
        (Some("hash-1"), true, account.epoch + 1)
    );
    assert_eq!(after.password_set, START + days(1));
    assert_eq!(ground.store.history(&account.id, 5).await.unwrap(), ["hash-0"]);
    assert_eq!(ground.store.session(&opened.token).await.unwrap(), None);
    assert!(ground.store.code(&code.id).await.unwrap().unwrap().closed);
}

#[tokio::test]
async fn a_password_given_by_an_administrator_is_told_and_forgives_as_a_reset_does() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    ground
        .contact(&account, ContactKind::Mailbox, "h@corp.example", Trust::Vouched)
        .await;
    let fail = async |factor, failures| {
        let change = Change::SaveFailures {
            account: account.id.clone(),
            factor,
            before: Failures::default(),
            after: failures,
        };
        ground.done(vec![change]).await;
    };
    let failed = Failures::default().count(START);
    for factor in [Factor::Password, Factor::History, Factor::Phone] {
        fail(factor, failed.clone()).await;
    }
    let update = PersonUpdate {
        hash: Some("hash-1".into()),
        ..PersonUpdate::default()
    };
    ground
        .store
        .update_person(&user("h.tanaka"), update, Actor::Console, START)
        .await
        .unwrap();
    for (factor, left) in [
        (Factor::Password, Failures::default()),
        (Factor::History, Failures::default()),
        (Factor::Phone, failed),
    ] {
        assert_eq!(ground.store.failures(&account.id, factor).await.unwrap(), left);
    }
    assert_eq!(
        ground
            .count("select count(*) from outbox where what = 'was_reset' and contact is not null")
            .await,
        1
    );
}

#[tokio::test]
async fn a_phone_that_its_owner_proved_is_replaced_or_removed_by_an_administrator_and_hears_of_it() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let stolen = ground
        .contact(&account, ContactKind::Phone, "+819000000001", Trust::Verified)
        .await;
    ground
        .contact(&account, ContactKind::Email, "h@mail.example", Trust::Verified)
        .await;
    let set = async |update| {
        let name = user("h.tanaka");
        let set = ground.store.update_person(&name, update, Actor::Console, START);
        assert_eq!(set.await.unwrap(), Committed::Done);
        let (_, contacts) = ground.store.person(&name).await.unwrap().unwrap();
        let phones = contacts.into_iter().filter(|one| one.kind == ContactKind::Phone);
        phones.map(|one| one.address).collect::<Vec<_>>()
    };
    let replaced = PersonUpdate {
        vouched: vec![(ContactKind::Phone, "+819000000002".into())],
        ..PersonUpdate::default()
    };
    assert_eq!(set(replaced).await, ["+819000000002"]);
    let told = sqlx::query_scalar::<_, i64>(
        "select count(*) from outbox where what = 'method_added' and contact = $1 and account = $2",
    );
    let told = told.bind(stolen.id.as_str()).bind(account.id.as_str());
    assert_eq!(told.fetch_one(&mut ground.raw().await).await.unwrap(), 1);
    let removed = PersonUpdate {
        removed: vec![ContactKind::Phone],
        ..PersonUpdate::default()
    };
    assert!(set(removed).await.is_empty());
    assert_eq!(
        ground
            .count("select count(*) from outbox where what = 'method_removed'")
            .await,
        2
    );
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::ChangeAccount), None, 9)
        .await
        .unwrap();
    let details: Vec<_> = rows.iter().map(|row| row.detail.as_str()).collect();
    assert_eq!(details, [r#"{"phone":"removed"}"#, r#"{"phone":"replaced"}"#]);
}

#[tokio::test]
async fn people_are_listed_by_name_page_by_page() {
    let ground = Ground::new().await;
    for name in ["delta", "alpha", "charlie", "bravo", "echo"] {
        ground.person(name).await;
    }
    let names = async |after: &str| {
        let page = ground.store.people(after, 2).await.unwrap();
        page.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["alpha", "bravo"]);
    assert_eq!(names("bravo").await, ["charlie", "delta"]);
    assert_eq!(names("delta").await, ["echo"]);
    assert!(names("echo").await.is_empty());
}

#[tokio::test]
async fn a_policy_is_set_with_what_it_changed_in_the_audit_log() {
    let ground = Ground::new().await;
    let policy = Policy {
        methods_required: 1,
        own_domains: vec!["corp.example".into()],
        ..Policy::default()
    };
    assert_eq!(
        ground
            .store
            .set_policy(&policy, 1, Actor::Console, START)
            .await
            .unwrap(),
        Committed::Done
    );
    assert_eq!(ground.store.policy().await.unwrap(), (policy.clone(), 2));
    let rows = ground
        .store
        .list_audit(&Filter::Event(Event::SetPolicy), None, 9)
        .await
        .unwrap();
    assert_eq!(
        rows[0].detail,
        r#"{"methods_required":{"new":1,"old":2},"own_domains":{"new":["corp.example"],"old":[]}}"#
    );
    let before = ground.dump().await;
    assert_eq!(
        ground
            .store
            .set_policy(&policy, 1, Actor::Console, START)
            .await
            .unwrap(),
        Committed::Stale
    );
    let mistaken = Policy {
        methods_required: 9,
        ..policy
    };
    let refused = ground.store.set_policy(&mistaken, 2, Actor::Console, START).await;
    assert!(matches!(refused, Err(Breakdown::Policy)));
    assert_eq!(ground.dump().await, before);
}
