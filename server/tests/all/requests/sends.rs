//! How many messages may be asked for: by one destination, one network, one account.

use portal::moment::{Moment, seconds};

use super::browser::{Browser, EMAIL, House};
use super::codes::other;

#[tokio::test]
async fn a_third_walk_of_strangers_gets_no_code_while_two_are_under_way() {
    let house = House::open().await;
    let began = house.now();
    for n in 0..2 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, 100, n];
        browser.identify("k.sato").await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        house.later(31);
    }
    house.later(150);
    let mut third = Browser::new(&house);
    third.identify("k.sato").await;
    // Until the first of the two has run out.
    let heard = third.ask("text", "09012345678").await.json();
    let until = Moment::from_millis(heard["No"]["sends"]["until"].as_i64().unwrap());
    // The clock of the house goes on by itself while this is written down.
    assert!(until.since(began + seconds(300)) < seconds(30), "{until:?}");
    house.later(100);
    assert_eq!(third.ask("text", "09012345678").await.next(), "/reset/code");
}

#[tokio::test]
async fn a_code_that_was_tried_too_often_holds_no_place() {
    let house = House::open().await;
    for (n, method) in ["email", "text", "email"].into_iter().enumerate() {
        let mut browser = Browser::new(&house);
        browser.identify("k.sato").await;
        assert_eq!(browser.ask(method, "09012345678").await.next(), "/reset/code", "{n}");
        if n == 0 {
            let wrong = other(&house.code(EMAIL).await);
            for _ in 0..5 {
                browser.verify(&wrong).await;
            }
        }
        house.later(31);
    }
}

#[tokio::test]
async fn one_network_cannot_use_up_the_sends_of_a_destination() {
    let house = House::open().await;
    for n in 0..4 {
        let mut stranger = Browser::new(&house);
        stranger.identify("k.sato").await;
        let heard = stranger.ask("email", "").await.next();
        assert_eq!(heard == "/reset/code", n < 3, "{n}: {heard}");
        // A time of another day is told with its day.
        assert_eq!(heard.contains("\"is_long\":true"), n == 3, "{n}: {heard}");
        house.later(1_800);
    }
    let mut owner = Browser::new(&house);
    owner.address = [192, 0, 2, 1];
    owner.identify("k.sato").await;
    assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
}

#[tokio::test]
async fn of_ten_walks_that_ask_at_once_one_gets_a_message() {
    let house = House::open().await;
    let mut walks = Vec::new();
    for n in 0..10 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, 100, n];
        browser.identify("k.sato").await;
        walks.push(browser);
    }
    let mut asked = tokio::task::JoinSet::new();
    for mut browser in walks {
        asked.spawn(async move { browser.ask("email", "").await.next() });
    }
    let sent = asked
        .join_all()
        .await
        .into_iter()
        .filter(|next| next == "/reset/code")
        .count();
    assert_eq!(sent, 1);
    house.deliver().await;
    assert_eq!(house.mailbox.list().len(), 1);
}
