//! What changes elsewhere while a reset is under way, and what a reset changes elsewhere.

use portal::account::UserName;
use portal::audit::Actor;
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
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
}

#[tokio::test]
async fn an_administrator_proves_twice_even_where_one_is_enough_for_others() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
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
