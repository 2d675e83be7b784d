//! What changes elsewhere while a reset is under way, and what a reset changes elsewhere.

use portal::account::UserName;
use portal::audit::Actor;
use portal::method::ContactKind;
use portal::ports::Committed;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD};

#[tokio::test]
async fn what_changed_in_between_is_judged_when_the_password_is_set() {
    let house = House::open().await;
    let name = UserName::parse("k.sato").unwrap();
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let update = PersonUpdate {
        disabled: Some(true),
        ..PersonUpdate::default()
    };
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    let update = PersonUpdate {
        disabled: Some(false),
        ..PersonUpdate::default()
    };
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    // It is over, whatever follows: the page of the password leads there, and the same name begins anew.
    assert_eq!(browser.page("/reset/password").await.location(), "/reset/ended");
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(turn(&mut browser).await, (1, 2));
}

/// Which proof is the next, of how many.
async fn turn(browser: &mut Browser) -> (u64, u64) {
    let view = browser.view("reset/view?step=choose").await;
    let number = |field: &str| view["screen"]["choose"][field].as_u64().unwrap();
    (number("turn"), number("required"))
}

#[tokio::test]
async fn an_administrator_proves_twice_even_where_one_is_enough_for_others() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = portal::method::Method::SENDING.to_vec();
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
    let mut person = Browser::new(&house);
    person.identify("m.suzuki").await;
    person.ask("email", "").await;
    assert_eq!(
        person
            .verify(&house.code("misaki.suzuki@example.net").await)
            .await
            .next(),
        "/reset/password"
    );
    let mut administrator = Browser::new(&house);
    administrator.identify("a.watanabe").await;
    administrator.ask("email", "").await;
    assert_eq!(
        administrator
            .verify(&house.code("aoi.watanabe@example.net").await)
            .await
            .next(),
        "/reset/choose"
    );
}

#[tokio::test]
async fn a_policy_that_asks_for_more_in_between_is_kept_to() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = portal::method::Method::SENDING.to_vec();
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/password");
    policy.methods_required = 2;
    house
        .store()
        .set_policy(&policy, version + 1, Actor::Console, house.now())
        .await
        .unwrap();
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    assert_eq!(browser.page("/reset/password").await.location(), "/reset/ended");
    assert_eq!(browser.page("/reset/ended").await.status, 200);
    browser.identify("k.sato").await;
    assert_eq!(turn(&mut browser).await, (1, 2));
}

#[tokio::test]
async fn nothing_is_sent_in_a_walk_of_which_more_is_asked_by_now() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods = portal::method::Method::SENDING.to_vec();
    let (mut browser, mut again) = (Browser::new(&house), Browser::new(&house));
    for (version, required) in [(version, 1), (version + 1, 2)] {
        policy.methods_required = required;
        let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
        assert_eq!(set.await.unwrap(), Committed::Done);
        if required == 1 {
            browser.identify("k.sato").await;
            again.identify("k.sato").await;
        }
    }
    assert!(browser.ask("email", "").await.next().contains("flow_ended"));
    assert_eq!(browser.page("/reset/choose").await.location(), "/reset/ended");
    house.deliver().await;
    assert!(house.mailbox.list().is_empty());
    // Nor is such a walk kept for whoever gives the same name again.
    again.identify("k.sato").await;
    assert_eq!(turn(&mut again).await, (1, 2));
}

#[tokio::test]
async fn whose_phone_is_replaced_while_a_code_is_awaited_chooses_anew() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    let update = PersonUpdate {
        vouched: vec![(ContactKind::Phone, "+819087654321".into())],
        ..PersonUpdate::default()
    };
    let name = UserName::parse("k.sato").unwrap();
    let update = house.store().update_person(&name, update, Actor::Console, house.now());
    update.await.unwrap();
    assert_eq!(browser.page("/reset/code").await.location(), "/reset/choose");
    assert_eq!(browser.ask("text", "090 8765 4321").await.next(), "/reset/code");
}

#[tokio::test]
async fn a_reset_ends_the_other_walks_and_codes_of_the_account() {
    let house = House::open().await;
    let mut other = Browser::new(&house);
    other.identify("k.sato").await;
    other.ask("email", "").await;
    let code = house.code(EMAIL).await;
    house.later(31);
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    browser.set(NEW_PASSWORD).await;
    assert!(other.verify(&code).await.next().contains("flow_ended"));
}
