//! What administrators are told of one another.

use portal::account::{Role, UserName};
use portal::audit::Actor;
use portal::method::ContactKind;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};
use super::office::OFFICE;

#[tokio::test]
async fn every_administrator_is_told_of_the_reset_of_another_also_without_a_mailbox_of_the_account() {
    let house = House::open().await;
    for (name, removed) in [("k.sato", vec![ContactKind::Mailbox]), ("r.ito", vec![])] {
        let update = PersonUpdate {
            role: Some(Role::Administrator),
            removed,
            ..PersonUpdate::default()
        };
        let name = UserName::parse(name).unwrap();
        let update = house.store().update_person(&name, update, Actor::Console, house.now());
        update.await.unwrap();
    }
    let mut browser = Browser::new(&house);
    browser.identify("r.ito").await;
    browser.ask("email", "").await;
    browser.verify(&house.code("ryo.ito@example.net").await).await;
    browser.ask("text", "090 2345 6789").await;
    browser.verify(&house.code("+819023456789").await).await;
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    for address in [EMAIL, "a.watanabe@kitayama.example"] {
        let text = house.arrived(address).await;
        assert!(text.contains("r.ito"), "{address}: {text}");
    }
}

#[tokio::test]
async fn two_calls_are_never_enough_for_an_administrator() {
    let house = House::open().await;
    let name = UserName::parse("k.sato").unwrap();
    let make = async |role, phone: &str, removed: &[ContactKind]| {
        let phones = [(ContactKind::Office, OFFICE.0), (ContactKind::Phone, phone)];
        let update = PersonUpdate {
            role: Some(role),
            vouched: phones.map(|(kind, number)| (kind, number.to_owned())).into(),
            removed: removed.to_vec(),
            ..PersonUpdate::default()
        };
        let update = house.store().update_person(&name, update, Actor::Console, house.now());
        update.await.unwrap();
    };
    let offered = async || {
        let mut browser = Browser::new(&house);
        browser.identify("k.sato").await;
        browser.view("reset/view?step=choose").await.to_string()
    };
    make(Role::Person, PHONE, &[]).await;
    assert!(offered().await.contains("\"call\""));
    make(Role::Administrator, PHONE, &[]).await;
    let choices = offered().await;
    assert!(
        choices.contains("\"office_phone\"") && choices.contains("\"text\"") && !choices.contains("\"call\""),
        "{choices}"
    );
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    let heard = browser.ask("call", "090 1234 5678").await.next();
    assert!(heard.contains("\"method\""), "{heard}");
    // A landline takes no texts, so nothing is left beside the calls.
    make(Role::Administrator, "+81662010110", &[ContactKind::Email]).await;
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/stopped");
    make(Role::Person, "+81662010110", &[]).await;
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/choose");
}
