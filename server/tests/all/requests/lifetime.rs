//! How long a reset stays open, and what follows when it was left.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};

#[tokio::test]
async fn a_walk_and_its_last_step_run_out() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    house.later(500);
    let key = browser.key().await;
    assert_eq!(
        browser.post("reset/extend", &[("key", &key)]).await.next(),
        "/reset/password"
    );
    house.later(500);
    assert!(browser.view("reset/view?step=password").await["screen"]["password"].is_object());
    house.later(101);
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn fifteen_minutes_are_all_there_is_before_the_last_step_whatever_is_done() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    house.later(240);
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    house.later(240);
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    let key = browser.key().await;
    browser.post("reset/another", &[("key", &key)]).await;
    house.later(240);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(browser.ask("call", "090 1234 5678").await.next(), "/reset/code");
    house.later(120);
    assert!(browser.view("reset/view?step=code").await["screen"]["code"].is_object());
    // The code would live for three more minutes. What it proves does not.
    let code = house.code(PHONE).await;
    house.later(61);
    for heard in [
        browser.verify(&code).await,
        browser.ask("email", "").await,
        browser.set(NEW_PASSWORD).await,
    ] {
        assert_eq!(
            (heard.status.as_u16(), heard.next()),
            (409, "{\"No\":\"flow_ended\"}".into())
        );
    }
    assert_eq!(browser.page("/reset/code").await.location(), "/reset/ended");
}

#[tokio::test]
async fn half_an_hour_is_all_there_is_however_often_more_time_is_taken() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let more = async |browser: &mut Browser| {
        let key = browser.key().await;
        browser.post("reset/extend", &[("key", &key)]).await.next()
    };
    let can_extend = async |browser: &mut Browser| {
        browser.view("reset/view?step=password").await["screen"]["password"]["can_extend"]
            .as_bool()
            .unwrap()
    };
    browser.identify("k.sato").await;
    house.later(780);
    browser.prove_both(&house).await;
    // Reached after 13 minutes, the last step is open until the 23rd.
    house.later(540);
    assert!(can_extend(&mut browser).await);
    assert_eq!(more(&mut browser).await, "/reset/password");
    // Until the 30th, not the 32nd; asking again gives nothing more, nor does a password that is refused.
    assert!(!can_extend(&mut browser).await);
    house.later(420);
    assert_eq!(more(&mut browser).await, "/reset/password");
    assert!(browser.set("too short").await.next().contains("too_short"));
    assert!(browser.view("reset/view?step=password").await["screen"]["password"].is_object());
    house.later(61);
    assert!(more(&mut browser).await.contains("flow_ended"));
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    assert_eq!(browser.page("/reset/password").await.location(), "/reset/ended");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn without_more_time_the_last_step_is_over_after_ten_minutes() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    house.later(540);
    let page = browser.page("/reset/password").await.body;
    assert!(page.contains("This step is open until"), "{page}");
    house.later(61);
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn the_owner_is_told_once_a_day_of_resets_that_were_begun_and_not_finished() {
    let house = House::open().await;
    for _ in 0..2 {
        let mut browser = Browser::new(&house);
        browser.identify("k.sato").await;
        browser.ask("email", "").await;
        assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
        house.later(901);
        house.server.portal.tell_unfinished().await.unwrap();
        house.deliver().await;
    }
    let told = house
        .mailbox
        .list()
        .into_iter()
        .filter(|letter| letter.parcel.text().contains("went no further"))
        .count();
    // To the mailbox at work and to the authentication email, once each.
    assert_eq!(told, 2);
}
