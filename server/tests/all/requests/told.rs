//! Whoever stops being a way to reach somebody hears of it there.

use portal::audit::Actor;
use portal::method::Method;
use portal::ports::Store as _;

use super::browser::{Browser, EMAIL, House, PASSWORD, PHONE};
use super::registration::prove;

/// What arrived at an address after so many letters.
async fn since(house: &House, before: usize, to: &str) -> Vec<String> {
    house.deliver().await;
    let letters = house.mailbox.list();
    let new = letters.iter().take(letters.len() - before);
    new.filter(|letter| letter.parcel.to() == to)
        .map(|letter| letter.parcel.text().to_owned())
        .collect()
}

/// A house where one method is enough, and a browser in which Ken Sato may change what he has.
async fn changing() -> (House, Browser) {
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = Method::SENDING.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    (house, browser)
}

#[tokio::test]
async fn what_is_removed_is_told_where_it_was() {
    for (kind, to) in [("email", EMAIL), ("phone", PHONE)] {
        let (house, mut browser) = changing().await;
        let before = house.mailbox.list().len();
        assert_eq!(
            browser.post("register/remove", &[("kind", kind)]).await.next(),
            "/register"
        );
        let told = since(&house, before, to).await;
        assert!(told.len() == 1 && told[0].contains("was removed"), "{kind}: {told:?}");
    }
}

#[tokio::test]
async fn what_is_replaced_is_told_where_it_was_and_not_where_it_is() {
    let (house, mut browser) = changing().await;
    let before = house.mailbox.list().len();
    let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    let code = house.code("+819087654321").await;
    let verified = browser.post("register/verify", &[("code", &code)]).await;
    assert_eq!(verified.next(), "/register");
    let told = since(&house, before, PHONE).await;
    assert!(told.len() == 1 && told[0].contains("method was added"), "{told:?}");
    let there = since(&house, before, "+819087654321").await;
    assert!(there.len() == 1 && there[0].contains(&code), "{there:?}");
}
