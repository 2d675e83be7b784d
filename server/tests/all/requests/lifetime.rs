//! How long a reset stays open, and what follows when it was left.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD};

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
    // To the mailbox at work and to the authentication e-mail, once each.
    assert_eq!(told, 2);
}
