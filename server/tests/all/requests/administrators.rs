//! What administrators are told of one another.

use portal::account::{Role, UserName};
use portal::audit::Actor;
use portal::method::ContactKind;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD};

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
