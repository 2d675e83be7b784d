//! The office phone: set by an administrator, seen by its owner, called in a reset, and told of nothing.

use portal::account::UserName;
use portal::audit::Actor;
use portal::method::{ContactKind, Method};
use portal::ports::{Contact, Store as _};
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};
use super::registration::prove;

/// A landline, and how it is typed.
pub const OFFICE: (&str, &str) = ("+81332249999", "03 3224 9999");

/// Ken Sato's office phone becomes this number.
pub async fn set_office(house: &House, number: &str) {
    change(house, vec![(ContactKind::Office, number.into())], vec![]).await;
}

async fn change(house: &House, vouched: Vec<(ContactKind, String)>, removed: Vec<ContactKind>) {
    let update = PersonUpdate {
        vouched,
        removed,
        ..PersonUpdate::default()
    };
    let name = ken();
    let update = house.store().update_person(&name, update, Actor::Console, house.now());
    update.await.unwrap();
}

fn ken() -> UserName {
    UserName::parse("k.sato").unwrap()
}

async fn contacts(house: &House) -> Vec<Contact> {
    house.store().person(&ken()).await.unwrap().unwrap().1
}

async fn allow(house: &House, methods: &[Method]) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods = methods.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
}

async fn offered(browser: &mut Browser) -> Vec<String> {
    let view = browser.view("reset/view?step=choose").await;
    let choices = view["screen"]["choose"]["choices"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    choices
        .iter()
        .map(|choice| choice["method"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_office_phone_and_an_email_lead_to_a_new_password_and_the_whole_number_comes_first() {
    let house = House::open().await;
    change(
        &house,
        vec![(ContactKind::Office, OFFICE.0.into())],
        vec![ContactKind::Phone],
    )
    .await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(offered(&mut browser).await, ["office_phone", "email"]);
    let page = browser.page("/reset/choose").await.body;
    assert!(
        page.contains("Call my office phone") && page.contains("whole_office"),
        "{page}"
    );
    for whole in ["", "03 3224 9998", "090 1234 5678"] {
        let heard = browser.ask("office_phone", whole).await.next();
        assert!(!heard.starts_with('/'), "{whole}: {heard}");
    }
    assert_eq!(house.arrived(OFFICE.0).await, "", "nothing was sent");
    assert_eq!(browser.ask("office_phone", OFFICE.1).await.next(), "/reset/code");
    let page = browser.page("/reset/code").await.body;
    assert!(page.contains("Enter the code from the call"), "{page}");
    let code = house.code(OFFICE.0).await;
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/password");
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    house.deliver().await;
    let letters = house.mailbox.list();
    let calls = letters.iter().filter(|letter| letter.parcel.to() == OFFICE.0);
    assert_eq!(calls.count(), 1, "the code, and no notice");
}

#[tokio::test]
async fn one_number_is_one_channel_whatever_it_is_called() {
    let house = House::open().await;
    change(
        &house,
        vec![(ContactKind::Office, PHONE.into())],
        vec![ContactKind::Email],
    )
    .await;
    let mut browser = Browser::new(&house);
    let told = browser.identify("k.sato").await.next();
    assert_ne!(told, "/reset/choose", "one channel is not enough for two proofs");
    set_office(&house, OFFICE.0).await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
}

#[tokio::test]
async fn its_owner_sees_it_and_can_neither_delete_replace_nor_confirm_it() {
    let house = House::open().await;
    set_office(&house, OFFICE.0).await;
    let before = contacts(&house).await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let page = browser.page("/register").await.body;
    assert!(
        page.contains("Office phone") && page.contains("Set by your administrator."),
        "{page}"
    );
    assert!(
        !page.contains("3224") && !page.contains(": Office phone"),
        "masked, without a deed: {page}"
    );
    prove(&house, &mut browser).await;
    house.later(31);
    for (door, fields) in [
        ("register/remove", vec![("kind", "office_phone")]),
        ("register/vouched", vec![("kind", "office_phone")]),
        ("register/verify-again", vec![("kind", "office_phone")]),
        (
            "register/phone",
            vec![("country", "JP"), ("number", "03 3224 9998"), ("way", "office_phone")],
        ),
        ("register/again", vec![("method", "office_phone")]),
    ] {
        let heard = browser.post(door, &fields).await;
        assert!(
            heard.next().contains("\"method\"") || door == "register/again",
            "{door}: {}",
            heard.body
        );
    }
    assert_eq!(contacts(&house).await, before);
    assert_eq!(house.arrived(OFFICE.0).await, "", "nothing was sent");
}

#[tokio::test]
async fn an_office_phone_is_no_extra_proof_for_changing_anything() {
    let house = House::open().await;
    change(
        &house,
        vec![(ContactKind::Office, OFFICE.0.into())],
        vec![ContactKind::Phone, ContactKind::Email],
    )
    .await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let proved = browser.post("register/prove", &[("password", PASSWORD)]).await;
    assert_ne!(proved.next(), "/register/code");
    assert_eq!(house.arrived(OFFICE.0).await, "");
}

#[tokio::test]
async fn a_policy_can_do_without() {
    let house = House::open().await;
    set_office(&house, OFFICE.0).await;
    allow(&house, &[Method::Text, Method::Call, Method::Email]).await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert_eq!(offered(&mut browser).await, ["text", "call", "email"]);
    assert!(
        browser
            .ask("office_phone", OFFICE.1)
            .await
            .next()
            .contains("\"method\"")
    );
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    assert!(!owner.page("/register").await.body.contains("Office phone"));
}

#[tokio::test]
async fn calls_to_an_office_use_the_budget_of_calls() {
    let house = House::open().await;
    set_office(&house, OFFICE.0).await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.spending.calls_a_minute = 1;
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("office_phone", OFFICE.1).await.next(), "/reset/code");
    let mut other = Browser::new(&house);
    other.identify("t.yamamoto").await;
    let view = other.view("reset/view?step=choose").await;
    let choices = view["screen"]["choose"]["choices"].as_array().unwrap();
    let down: Vec<_> = choices
        .iter()
        .filter(|choice| choice["hurdle"] == "down")
        .map(|choice| choice["method"].as_str().unwrap())
        .collect();
    assert_eq!(down, ["call", "office_phone"]);
}
