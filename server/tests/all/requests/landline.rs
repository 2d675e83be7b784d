//! A phone that takes calls and no texts, or is of a country that is not served: nothing is offered that cannot arrive.

use portal::account::UserName;
use portal::audit::Actor;
use portal::method::ContactKind;
use portal::ports::{Committed, Store as _};
use server::store::people::PersonUpdate;

use super::browser::{Browser, House};

const LANDLINE: &str = "+81332249999";

/// Somebody at the choice of methods, with what is offered.
async fn choosing(house: &House, name: &str) -> (Browser, Vec<String>) {
    let mut browser = Browser::new(house);
    browser.identify(name).await;
    let view = browser.view("reset/view?step=choose").await;
    let choices = view["screen"]["choose"]["choices"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let methods = choices
        .iter()
        .map(|choice| choice["method"].as_str().unwrap().to_owned());
    (browser, methods.collect())
}

#[tokio::test]
async fn a_landline_is_called_and_never_texted_in_a_reset() {
    let house = House::open().await;
    let update = PersonUpdate {
        vouched: vec![(ContactKind::Phone, LANDLINE.into())],
        ..PersonUpdate::default()
    };
    let name = UserName::parse("k.sato").unwrap();
    let update = house.store().update_person(&name, update, Actor::Console, house.now());
    update.await.unwrap();
    let (mut browser, methods) = choosing(&house, "k.sato").await;
    assert_eq!(methods, ["call", "email"]);
    assert!(browser.ask("text", "03 3224 9999").await.next().contains("\"method\""));
    assert_eq!(browser.ask("call", "03 3224 9999").await.next(), "/reset/code");
    let code = browser.view("reset/view?step=code").await;
    assert_eq!(code["screen"]["code"]["code"]["other_way"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_landline_that_is_registered_by_a_call_gets_no_text_either() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let phone = [("country", "JP"), ("number", "03 3224 9999"), ("way", "call")];
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    house.later(31);
    let heard = browser.post("register/again", &[("method", "text")]).await.next();
    assert!(heard.contains("\"method\""), "{heard}");
    let heard = browser.post("register/again", &[("method", "call")]).await.next();
    assert_eq!(heard, "/register/code");
}

#[tokio::test]
async fn a_phone_of_a_country_that_is_not_served_any_more_counts_for_nothing() {
    let house = House::open().await;
    assert_eq!(choosing(&house, "k.sato").await.1, ["text", "call", "email"]);
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.countries = vec!["US".into()];
    policy.methods_required = 1;
    policy.methods = portal::method::Method::SENDING.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    assert_eq!(set.await.unwrap(), Committed::Done);
    assert_eq!(choosing(&house, "k.sato").await.1, ["email"]);
}
