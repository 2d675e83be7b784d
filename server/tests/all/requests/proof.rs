//! Another proof before something changes: when it is asked for, what it says, and where it leads.

use portal::account::UserName;
use portal::audit::Actor;
use portal::identity::ContactId;
use portal::method::{ContactKind, Method};
use portal::ports::{Account, Change, Contact, Store as _, Trust};
use server::courier::Channel;
use server::courier::mailbox::Outage;

use super::browser::{Browser, EMAIL, House, PASSWORD, PHONE};
use super::registration::prove;

/// Ken Sato, with the contacts he has proved.
async fn ken(house: &House) -> (Account, Vec<Contact>) {
    let name = UserName::parse("k.sato").unwrap();
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    let mut contacts = house.store().contacts(&account.id).await.unwrap();
    contacts.retain(|contact| contact.trust == Trust::Verified);
    (account, contacts)
}

#[tokio::test]
async fn it_is_asked_for_before_something_is_typed_and_leads_back_to_where_that_is_done() {
    for (form, view, errand) in [
        ("/register/email", "register/change/view?page=/register/email", "email"),
        ("/register/phone", "register/phone/view", "phone"),
        (
            "/register/remove/phone",
            "register/change/view?page=/register/remove/phone",
            "remove-phone",
        ),
    ] {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        browser.sign_in("k.sato", PASSWORD).await;
        let proof = format!("/register/prove?for={errand}");
        let led = browser.page(form).await;
        assert_eq!((led.status.as_u16(), led.location()), (302, &*proof), "{form}");
        assert_eq!(browser.view(view).await["No"], "proof_too_old", "{form}");
        let page = browser.page(&proof).await.body;
        assert!(page.contains(&format!("name=\"going\" value=\"{errand}\"")), "{page}");
        assert!(page.contains("we ask for your password and a code"), "{page}");
        assert!(!page.contains("A while has passed"), "{page}");
        // A wrong password forgets neither where somebody was going.
        let fields = [("password", "wrong"), ("going", errand)];
        assert_eq!(
            browser.submit("register/prove", &fields).await.location(),
            "/register/prove"
        );
        let page = browser.page("/register/prove").await.body;
        assert!(page.contains(&format!("name=\"going\" value=\"{errand}\"")), "{page}");
        let fields = [("password", PASSWORD), ("going", errand)];
        assert_eq!(
            browser.submit("register/prove", &fields).await.location(),
            "/register/code"
        );
        let code = house.code(EMAIL).await;
        assert_eq!(
            browser.submit("register/verify", &[("code", &code)]).await.location(),
            form
        );
        assert_eq!(browser.page(form).await.status, 200, "{form}");
        assert!(!browser.view(view).await["screen"].is_null(), "{form}");
    }
}

#[tokio::test]
async fn a_newcomer_whose_sign_in_is_long_ago_goes_on_with_the_password_alone() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    assert_eq!(browser.page("/register/phone").await.status, 200);
    house.later(901);
    assert_eq!(
        browser.page("/register/phone").await.location(),
        "/register/prove?for=phone"
    );
    let page = browser.page("/register/prove?for=phone").await.body;
    assert!(
        page.contains("we ask for your password.") && !page.contains("a code"),
        "{page}"
    );
    let fields = [("password", "first lantern 2041"), ("going", "phone")];
    assert_eq!(browser.post("register/prove", &fields).await.next(), "/register/phone");
    assert_eq!(browser.page("/register/phone").await.status, 200);
}

#[tokio::test]
async fn the_owner_is_told_that_somebody_wants_to_change_the_methods() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    browser.post("register/prove", &[("password", PASSWORD)]).await;
    let mail = house.arrived(EMAIL).await;
    assert!(
        mail.contains("wants to change the verification methods of k.sato"),
        "{mail}"
    );
    assert!(mail.contains("somebody knows your password"), "{mail}");
    assert_eq!(browser.view("register/code/view").await["screen"][0], "proving");
    let page = browser.page("/register/code").await.body;
    assert!(page.contains("Before something changes · Step 2 of 2"), "{page}");
    assert!(
        page.contains("Cancel") && !page.contains("Use another address"),
        "{page}"
    );
    assert_eq!(
        browser.post("register/leave", &[("back", "")]).await.next(),
        "/register"
    );
    // A contact that is set up says what it said.
    house.later(31);
    prove(&house, &mut browser).await;
    browser
        .post("register/email", &[("address", "ken@other.example")])
        .await;
    assert_eq!(browser.view("register/code/view").await["screen"][0], "registration");
    let page = browser.page("/register/code").await.body;
    assert!(
        page.contains("Authentication email · Step 2 of 2") && page.contains("Use another address"),
        "{page}"
    );
    assert!(
        house
            .arrived("ken@other.example")
            .await
            .contains("You are registering this mailbox")
    );
}

#[tokio::test]
async fn a_method_that_the_policy_no_longer_allows_does_not_stand_in_the_way() {
    let house = House::open().await;
    let (_, contacts) = ken(&house).await;
    let email = contacts
        .iter()
        .find(|contact| contact.kind == ContactKind::Email)
        .unwrap();
    let gone = Change::RemoveContact(email.id.clone());
    house.store().commit(vec![gone]).await.unwrap();
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods = vec![Method::Email];
    policy.methods_required = 1;
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    house.later(301);
    let fields = [("password", PASSWORD), ("going", "email")];
    assert_eq!(browser.post("register/prove", &fields).await.next(), "/register/email");
    let begun = browser
        .post("register/email", &[("address", "ken@other.example")])
        .await;
    assert_eq!(begun.next(), "/register/code");
}

#[tokio::test]
async fn while_mails_fail_the_code_goes_to_the_phone() {
    let house = House::open().await;
    house.mailbox.fail(Channel::Mail, Some(Outage::Away));
    for name in ["t.yamamoto", "r.ito"] {
        let mut browser = Browser::new(&house);
        browser.identify(name).await;
        browser.ask("email", "").await;
        house.deliver().await;
    }
    house.later(121);
    house.deliver().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    assert_eq!(
        browser.post("register/prove", &[("password", PASSWORD)]).await.next(),
        "/register/code"
    );
    let text = house.arrived(PHONE).await;
    assert!(
        text.contains("your code for changing your verification methods"),
        "{text}"
    );
    let code = [("code", &*house.code(PHONE).await)];
    assert_eq!(browser.post("register/verify", &code).await.next(), "/register");
}

#[tokio::test]
async fn what_can_be_deleted_is_offered_for_it_though_no_more_than_enough_is_there() {
    let house = House::open().await;
    let (account, contacts) = ken(&house).await;
    let email = contacts
        .iter()
        .find(|contact| contact.kind == ContactKind::Email)
        .unwrap();
    let vouched = Contact {
        id: ContactId::new("vouched"),
        address: "ken@other.example".into(),
        trust: Trust::Vouched,
        account: account.id,
        ..email.clone()
    };
    let put = Change::PutContact(vouched);
    house.store().commit(vec![put]).await.unwrap();
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let view = browser.view("register/view?page=x").await["screen"].clone();
    assert_eq!((&view["have"], &view["required"]), (&2.into(), &2.into()));
    let can = ["phone", "email"].map(|kind| {
        let lines = view["lines"].as_array().unwrap().iter();
        lines.clone().find(|line| line["means"] == kind).unwrap()["can_remove"].clone()
    });
    assert_eq!(can, [false, true], "{view}");
    prove(&house, &mut browser).await;
    for (kind, told) in [("phone", "too_few_methods"), ("email", "/register")] {
        let removed = browser.post("register/remove", &[("kind", kind)]).await;
        assert!(removed.next().contains(told), "{kind}: {}", removed.body);
    }
}
