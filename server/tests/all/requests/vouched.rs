//! What an administrator filled in, confirmed by its owner.

use portal::account::UserName;
use portal::audit::Actor;
use portal::method::ContactKind;
use portal::moment::hours;
use portal::ports::{Change, Contact, Store as _, Trust};
use portal::upkeep::Demand;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, PASSWORD};

const RYO: (&str, &str) = ("r.ito", "copper bridge 5519");
const RYO_EMAIL: &str = "ryo.ito@example.net";
const RYO_PHONE: &str = "+819023456789";

async fn contact(house: &House, name: &str, kind: ContactKind) -> Contact {
    let name = UserName::parse(name).unwrap();
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    let contacts = house.store().contacts(&account.id).await.unwrap();
    contacts.into_iter().find(|contact| contact.kind == kind).unwrap()
}

async fn signed_in(house: &House) -> Browser {
    let mut browser = Browser::new(house);
    assert_eq!(browser.sign_in(RYO.0, RYO.1).await.next(), "/register");
    browser
}

#[tokio::test]
async fn what_was_filled_in_is_confirmed_by_one_press_and_a_code() {
    let house = House::open().await;
    let mut browser = signed_in(&house).await;
    let page = browser.page("/register").await.body;
    assert!(
        page.contains("Set up by your administrator, waiting for confirmation"),
        "{page}"
    );
    assert!(
        page.contains("Confirm: Authentication email") && page.contains("Replace"),
        "{page}"
    );
    for (kind, address, title) in [
        ("email", RYO_EMAIL, "Type the code we mailed you"),
        ("phone", RYO_PHONE, "Type the code we texted you"),
    ] {
        let before = contact(&house, RYO.0, ContactKind::from_word(kind).unwrap()).await;
        let heard = browser.submit("register/vouched", &[("kind", kind)]).await;
        assert_eq!((heard.status.as_u16(), heard.location()), (302, "/register/code"));
        let page = browser.page("/register/code").await.body;
        assert!(page.contains(title) && !page.contains(address), "masked: {page}");
        assert!(!page.contains("90 2345"), "masked: {page}");
        let code = house.code(address).await;
        assert_eq!(
            browser.post("register/verify", &[("code", &code)]).await.next(),
            "/register"
        );
        let after = contact(&house, RYO.0, before.kind).await;
        assert_eq!(
            (after.id, after.trust, after.added),
            (before.id, Trust::Verified, before.added)
        );
        let rows = house.audit().await;
        assert!(
            rows.contains(&("add_method".into(), "succeeded".into(), "confirmed".into())),
            "{rows:?}"
        );
        house.later(31);
    }
    let page = browser.page("/register").await.body;
    assert!(!page.contains("waiting for confirmation"), "{page}");
    assert_eq!(
        browser
            .submit("register/vouched", &[("kind", "email")])
            .await
            .location(),
        "/register/code"
    );
    assert_eq!(
        browser.page("/register/code").await.location(),
        "/register",
        "there is nothing to confirm any more"
    );
}

#[tokio::test]
async fn what_was_confirmed_since_an_administrator_asked_for_it_is_not_verified_once_more() {
    let house = House::open().await;
    let name = UserName::parse(RYO.0).unwrap();
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    house.later(60);
    let demand = house.server.portal.demand(&account, Demand::Register, Actor::Console);
    assert!(demand.await.unwrap());
    let mut browser = signed_in(&house).await;
    for (kind, address) in [("email", RYO_EMAIL), ("phone", RYO_PHONE)] {
        browser.post("register/vouched", &[("kind", kind)]).await;
        let code = house.code(address).await;
        browser.post("register/verify", &[("code", &code)]).await;
        house.later(31);
    }
    let page = browser.page("/register").await.body;
    assert!(!page.contains("Verify again"), "{page}");
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
}

#[tokio::test]
async fn another_way_or_another_address_can_be_taken_and_what_was_filled_in_stays_until_then() {
    let house = House::open().await;
    let mut browser = signed_in(&house).await;
    browser.post("register/vouched", &[("kind", "phone")]).await;
    house.later(31);
    assert_eq!(
        browser.post("register/again", &[("method", "call")]).await.next(),
        "/register/code"
    );
    house.later(31);
    assert_eq!(
        browser.post("register/leave", &[("back", "phone")]).await.next(),
        "/register/phone"
    );
    let phone = contact(&house, RYO.0, ContactKind::Phone).await;
    assert_eq!((phone.address.as_str(), phone.trust), (RYO_PHONE, Trust::Vouched));
}

#[tokio::test]
async fn a_wrong_code_confirms_nothing_and_without_a_fresh_proof_nothing_is_sent() {
    let house = House::open().await;
    let mut browser = signed_in(&house).await;
    browser.post("register/vouched", &[("kind", "email")]).await;
    let wrong = super::codes::other(&house.code(RYO_EMAIL).await);
    assert!(
        browser
            .post("register/verify", &[("code", &wrong)])
            .await
            .next()
            .contains("code")
    );
    assert_eq!(contact(&house, RYO.0, ContactKind::Email).await.trust, Trust::Vouched);
    house.later(15 * 60 + 1);
    let heard = browser.post("register/vouched", &[("kind", "phone")]).await;
    assert!(heard.next().contains("proof_too_old"), "{}", heard.body);
    for kind in ["mailbox", "", "fax"] {
        let next = browser.post("register/vouched", &[("kind", kind)]).await.next();
        assert!(next.contains("method"), "{kind}: {next}");
    }
}

#[tokio::test]
async fn what_is_not_confirmed_proves_nothing_where_methods_are_changed() {
    let house = House::open().await;
    // Registered by himself, and the phone then filled in anew by an administrator.
    let update = PersonUpdate {
        vouched: vec![(ContactKind::Phone, RYO_PHONE.into())],
        removed: vec![ContactKind::Email],
        ..PersonUpdate::default()
    };
    let name = UserName::parse("k.sato").unwrap();
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    // The password is all that is asked for: no code goes to what nobody has proved.
    assert_eq!(
        browser.post("register/prove", &[("password", PASSWORD)]).await.next(),
        "/register"
    );
    house.deliver().await;
    let sent = house
        .mailbox
        .list()
        .into_iter()
        .filter(|letter| letter.parcel.to() == RYO_PHONE && letter.parcel.text().contains('#'));
    assert_eq!(sent.count(), 0);
}

#[tokio::test]
async fn confirming_makes_nothing_less_seasoned_than_it_was() {
    let house = House::open().await;
    let name = UserName::parse("k.sato").unwrap();
    let update = PersonUpdate {
        vouched: vec![
            (ContactKind::Email, RYO_EMAIL.into()),
            (ContactKind::Phone, RYO_PHONE.into()),
        ],
        ..PersonUpdate::default()
    };
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    for kind in [ContactKind::Email, ContactKind::Phone] {
        let id = contact(&house, "k.sato", kind).await.id;
        house.store().commit(vec![Change::ConfirmContact(id)]).await.unwrap();
    }
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    let now = house.now();
    assert!(
        account.first_finish.unwrap() + hours(24) < now,
        "it is about contacts of after the first finish"
    );
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/choose");
    assert_ne!(contact(&house, "k.sato", ContactKind::Email).await.address, EMAIL);
}
