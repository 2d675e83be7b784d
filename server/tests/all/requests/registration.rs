//! Registering, replacing, deleting; signing in first.

use app::words::{Word, Words};
use portal::account::{Language, UserName};
use portal::method::ContactKind;
use portal::ports::{Change, Committed, Store as _};

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};

/// Proves the password, then by a code to the email that is registered.
pub async fn prove(house: &House, browser: &mut Browser) {
    let asked = browser.post("register/prove", &[("password", PASSWORD)]).await;
    assert_eq!(asked.next(), "/register/code");
    let proved = browser
        .post("register/verify", &[("code", &house.code(EMAIL).await)])
        .await;
    assert_eq!(proved.next(), "/register");
}

#[tokio::test]
async fn a_password_alone_replaces_and_deletes_nothing() {
    let house = House::open().await;
    let mut thief = Browser::new(&house);
    thief.sign_in("k.sato", PASSWORD).await;
    for round in 0..2 {
        let email = thief
            .post("register/email", &[("address", "thief@other.example")])
            .await;
        assert!(email.next().contains("proof_too_old"), "{round}: {}", email.body);
        let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
        assert!(
            thief
                .post("register/phone", &phone)
                .await
                .next()
                .contains("proof_too_old")
        );
        assert!(
            thief
                .post("register/remove", &[("kind", "email")])
                .await
                .next()
                .contains("proof_too_old")
        );
        // The password again is not enough either; and what it asks for is shown masked.
        assert_eq!(
            thief.post("register/prove", &[("password", PASSWORD)]).await.next(),
            "/register/code"
        );
        assert!(!thief.page("/register/code").await.body.contains(EMAIL));
        house.later(31);
    }
    house.deliver().await;
    assert!(house.mailbox.list().iter().all(|letter| letter.parcel.to() == EMAIL));
}

#[tokio::test]
async fn a_password_that_must_be_changed_registers_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("y.kobayashi", "given by the desk 1").await;
    for (door, fields) in [
        ("register/email", vec![("address", "yu@example.net")]),
        ("register/finish", vec![]),
    ] {
        let heard = browser.post(door, &fields).await;
        assert!(heard.next().contains("change_first"), "{door}: {}", heard.body);
    }
    assert_eq!(browser.page("/register/email").await.location(), "/change");
}

#[tokio::test]
async fn a_newcomer_registers_and_can_reset_afterwards() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    assert_eq!(
        browser.sign_in("h.tanaka", "first lantern 2041").await.next(),
        "/register"
    );
    assert!(
        browser
            .post("register/finish", &[])
            .await
            .next()
            .contains("too_few_methods")
    );
    assert_eq!(
        browser
            .post("register/email", &[("address", "hana@example.net")])
            .await
            .next(),
        "/register/code"
    );
    assert_eq!(
        browser
            .post("register/verify", &[("code", &house.code("hana@example.net").await)])
            .await
            .next(),
        "/register"
    );
    let phone = [("country", "JP"), ("number", "090-8765-4321"), ("way", "call")];
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    assert_eq!(
        browser
            .post("register/verify", &[("code", &house.code("+819087654321").await)])
            .await
            .next(),
        "/register"
    );
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    // Told to what was known before.
    assert!(
        house
            .mailbox
            .list()
            .iter()
            .any(|letter| letter.parcel.to() == "h.tanaka@kitayama.example")
    );
    let mut later = Browser::new(&house);
    house.later(31);
    assert_eq!(later.identify("h.tanaka").await.next(), "/reset/choose");
    later.ask("email", "").await;
    later.verify(&house.code("hana@example.net").await).await;
    later.ask("call", "090 8765 4321").await;
    assert_eq!(
        later.verify(&house.code("+819087654321").await).await.next(),
        "/reset/password"
    );
    assert_eq!(later.set(NEW_PASSWORD).await.next(), "/reset/done");
}

#[tokio::test]
async fn the_own_mailbox_is_no_authentication_email() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    for address in [
        "h.tanaka@kitayama.example",
        "H.Tanaka+x@Kitayama.Example",
        "somebody@mail.kitayama.example",
    ] {
        assert!(
            browser
                .post("register/email", &[("address", address)])
                .await
                .next()
                .contains("own_mailbox"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_with_its_reason() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    for (number, country, reason) in [
        ("", "JP", "missing"),
        ("📱", "JP", "malformed"),
        ("090 1234 5678 x5", "JP", "extension"),
        ("090 12", "JP", "impossible"),
        ("+49 1512 3456789", "JP", "other_country"),
        ("090 1234 5678", "ZZ", "country_not_served"),
        ("03 3224 9999", "JP", "no_texts"),
        ("900 555 0123", "US", "kind"),
    ] {
        let heard = browser
            .post(
                "register/phone",
                &[("country", country), ("number", number), ("way", "text")],
            )
            .await;
        assert!(
            heard.status == 422 && heard.next().contains(reason),
            "{number}: {}",
            heard.body
        );
    }
    house.deliver().await;
    assert!(house.mailbox.list().is_empty());
}

#[tokio::test]
async fn an_address_that_was_not_proved_is_never_used() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("m.suzuki", "paper crane 8842").await;
    browser
        .post(
            "register/phone",
            &[("country", "JP"), ("number", "090 8765 4321"), ("way", "text")],
        )
        .await;
    let mut stranger = Browser::new(&house);
    assert_eq!(stranger.identify("m.suzuki").await.next(), "/reset/stopped");
}

#[tokio::test]
async fn replacing_later_asks_for_the_password_again_and_tells_the_old_address() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    house.later(360);
    assert!(
        browser
            .post("register/email", &[("address", "ken@other.example")])
            .await
            .next()
            .contains("proof_too_old")
    );
    assert!(
        browser
            .post("register/remove", &[("kind", "email")])
            .await
            .next()
            .contains("proof_too_old")
    );
    assert!(
        browser
            .post("register/prove", &[("password", "wrong")])
            .await
            .next()
            .contains("current_password")
    );
    prove(&house, &mut browser).await;
    assert_eq!(
        browser
            .post("register/email", &[("address", "ken@other.example")])
            .await
            .next(),
        "/register/code"
    );
    browser
        .post("register/verify", &[("code", &house.code("ken@other.example").await)])
        .await;
    assert!(house.arrived(EMAIL).await.contains("added or replaced"));
    // Below the requirement nothing is deleted.
    assert!(
        browser
            .post("register/remove", &[("kind", "phone")])
            .await
            .next()
            .contains("too_few_methods")
    );
}

#[tokio::test]
async fn whoever_hears_of_a_reset_only_where_codes_arrive_is_told_so() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let word = Words::of(Language::En, 0).say(Word::RegisterToldAlone);
    browser.sign_in("k.sato", PASSWORD).await;
    assert!(!browser.page("/register").await.body.contains(word));
    let name = UserName::parse("k.sato").unwrap();
    let (_, contacts) = house.store().person(&name).await.unwrap().unwrap();
    let mailbox = contacts
        .into_iter()
        .find(|one| one.kind == ContactKind::Mailbox)
        .unwrap();
    let removed = house.store().commit(vec![Change::RemoveContact(mailbox.id)]).await;
    assert_eq!(removed.unwrap(), Committed::Done);
    assert!(browser.page("/register").await.body.contains(word));
}

#[tokio::test]
async fn a_contact_added_later_needs_an_older_one_beside_it_for_a_day() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    for (door, fields, to) in [
        (
            "register/email",
            vec![("address", "ken@other.example")],
            "ken@other.example",
        ),
        (
            "register/phone",
            vec![("country", "JP"), ("number", "090 8765 4321"), ("way", "text")],
            "+819087654321",
        ),
    ] {
        assert_eq!(browser.post(door, &fields).await.next(), "/register/code");
        browser
            .post("register/verify", &[("code", &house.code(to).await)])
            .await;
    }
    // Both are new: whoever just took over a session cannot reset with them.
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/stopped");
    house.later(86_400);
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/choose");
}

#[tokio::test]
async fn pages_of_signed_in_people_lead_others_to_the_sign_in() {
    let house = House::open().await;
    for (path, to) in [
        ("/register", "/signin"),
        ("/register/email", "/signin"),
        ("/change", "/signin"),
    ] {
        let page = Browser::new(&house).page(path).await;
        assert_eq!(page.status, 302, "{path}");
        assert!(page.location().starts_with(to), "{path}: {}", page.location());
    }
    assert_eq!(
        Browser::new(&house)
            .post("register/email", &[("address", "x@example.net")])
            .await
            .status,
        401
    );
}
