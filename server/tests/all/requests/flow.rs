//! The reset as a walk: order, binding, nothing skipped.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};

#[tokio::test]
async fn a_person_forgets_and_gets_back_in() {
    let house = House::open().await;
    let mut elsewhere = Browser::new(&house);
    elsewhere.sign_in("k.sato", PASSWORD).await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    // The old password is gone, the new one works; completing signed nobody in.
    assert_eq!(Browser::new(&house).sign_in("k.sato", PASSWORD).await.status, 422);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
    assert!(!browser.cookies.contains_key("aikagi-session"));
    // Sessions from before are dead.
    assert_eq!(elsewhere.view("register/view?page=x").await["No"], "session_ended");
    // Every address is told, also the one that was not used.
    assert!(house.arrived("k.sato@kitayama.example").await.contains("was reset"));
    assert!(house.arrived(EMAIL).await.contains("was reset"));
    let report = {
        house.store().seal(house.now(), "test").await.unwrap();
        house.store().verify_audit(None).await.unwrap()
    };
    assert!(report.is_sound() && report.unsealed.0 == 0, "{report:?}");
}

#[tokio::test]
async fn a_form_of_a_step_ahead_is_a_violation_and_five_end_the_walk() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    for _ in 0..5 {
        let heard = browser.set(NEW_PASSWORD).await;
        assert_eq!(
            (heard.status.as_u16(), heard.next().contains("step_ahead")),
            (409, true)
        );
    }
    assert!(browser.ask("email", "").await.next().contains("flow_ended"));
    let violations = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, ..)| event == "step_violation")
        .count();
    assert_eq!(violations, 5);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn one_proof_is_not_enough_and_switching_makes_none() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    browser.verify(&house.code(EMAIL).await).await;
    // Try another way and come back: the second step is as unproved as before.
    browser.ask("text", "09012345678").await;
    let key = browser.key().await;
    browser.post("reset/another", &[("key", &key)]).await;
    assert!(
        browser.ask("email", "").await.next().contains("method"),
        "a channel proves once"
    );
    assert!(browser.set(NEW_PASSWORD).await.next().contains("step_ahead"));
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        2
    );
}

#[tokio::test]
async fn a_form_of_an_earlier_step_leads_to_the_current_one() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    for heard in [browser.ask("email", "").await, browser.verify("12345678").await] {
        assert_eq!(heard.next(), "/reset/password");
    }
    let page = browser.page("/reset/code").await;
    assert_eq!((page.status.as_u16(), page.location()), (302, "/reset/password"));
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_eq!(browser.set("another password 99 here").await.next(), "/reset/done");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn a_walk_belongs_to_the_browser_that_began_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let mut other = Browser::new(&house);
    other.page("/reset").await;
    assert!(other.verify(&code).await.next().contains("flow_ended"));
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");
}

#[tokio::test]
async fn a_cookie_from_before_a_gate_does_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.page("/reset").await;
    let planted = browser.clone();
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let before = browser.clone();
    browser.verify(&house.code(EMAIL).await).await;
    for mut thief in [planted, before] {
        let heard = thief.ask("text", "090 1234 5678").await;
        assert!(
            heard.next() == "/reset/choose" || heard.next().contains("flow_ended"),
            "{}",
            heard.body
        );
        assert_ne!(thief.cookies["aikagi-flow"], browser.cookies["aikagi-flow"]);
        house.deliver().await;
        assert!(house.mailbox.list().iter().all(|letter| letter.parcel.to() != PHONE));
    }
}

#[tokio::test]
async fn another_name_forgets_what_was_proved_and_the_same_name_keeps_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    browser.verify(&house.code(EMAIL).await).await;
    assert_eq!(browser.identify("K.Sato").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        2
    );
    assert_eq!(browser.identify("r.ito").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        1
    );
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        1
    );
}

#[tokio::test]
async fn looking_changes_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let before = house.audit().await;
    for path in [
        "/",
        "/reset",
        "/reset/choose",
        "/reset/code",
        "/reset/password",
        "/reset/done",
        "/contact",
        "/register",
        "/change",
    ] {
        browser.page(path).await;
    }
    assert_eq!(house.audit().await, before);
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
}
