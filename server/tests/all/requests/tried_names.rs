//! Somebody who tries out user names: administrators hear of it, and nobody else feels anything.

use super::browser::{Browser, House, PASSWORD};

/// What administrators were told of.
async fn alarms(house: &House) -> usize {
    house.server.portal.watch().await.unwrap();
    house
        .audit()
        .await
        .into_iter()
        .filter(|row| row.0 == "alarm" && row.2 == "names")
        .count()
}

/// So many names that nobody has, from the addresses of one network.
async fn unknown(house: &House, most: u8) {
    for n in 0..most {
        let mut browser = Browser::new(house);
        browser.address = [198, 51, 100, n];
        if n % 2 == 0 {
            browser.identify(&format!("nobody{n}")).await;
        } else {
            browser.sign_in(&format!("nobody{n}"), "wrong").await;
        }
    }
}

/// So many names that somebody has, each from a network of its own.
async fn known(house: &House, most: u8) {
    for n in 0..most {
        let mut browser = Browser::new(house);
        browser.address = [192, 0, n, 1];
        browser.identify("k.sato").await;
    }
}

#[tokio::test]
async fn more_than_a_hundred_unknown_names_from_one_network_are_told_of_once_an_hour() {
    let house = House::open().await;
    known(&house, 120).await;
    unknown(&house, 100).await;
    assert_eq!(alarms(&house).await, 0);
    let mut one_more = Browser::new(&house);
    one_more.address = [198, 51, 100, 200];
    one_more.identify("nobody.more").await;
    assert_eq!(alarms(&house).await, 1);
    assert_eq!(alarms(&house).await, 1);
    house.deliver().await;
    let letters = house.mailbox.list();
    let told: Vec<&str> = letters.iter().map(|letter| letter.parcel.text()).collect();
    assert!(told.iter().any(|text| text.contains("198.51.100.0")), "{told:?}");
    // Ten minutes later they say nothing any more.
    house.later(3_601);
    assert_eq!(alarms(&house).await, 1);
}

#[tokio::test]
async fn where_most_names_are_unknown_it_is_told_of_but_not_for_a_few() {
    let house = House::open().await;
    unknown(&house, 30).await;
    assert_eq!(alarms(&house).await, 0);
    known(&house, 30).await;
    assert_eq!(alarms(&house).await, 0, "half of them are somebody's");
    unknown(&house, 1).await;
    assert_eq!(alarms(&house).await, 1);
}

#[tokio::test]
async fn people_who_mistype_their_password_are_no_unknown_names() {
    let house = House::open().await;
    for n in 0..60 {
        let mut browser = Browser::new(&house);
        browser.address = [192, 0, n, 1];
        browser.sign_in("k.sato", "caps lock is on").await;
    }
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
    assert_eq!(alarms(&house).await, 0);
}

#[tokio::test]
async fn unknown_names_of_a_network_are_counted_over_ten_minutes() {
    for (later, expected) in [(540, 1), (660, 0)] {
        let house = House::open().await;
        unknown(&house, 100).await;
        house.later(later);
        // As many others, so that the share of the unknown says nothing.
        known(&house, 120).await;
        let mut one_more = Browser::new(&house);
        one_more.address = [198, 51, 100, 200];
        one_more.identify("nobody.more").await;
        assert_eq!(alarms(&house).await, expected, "{later}");
    }
}

#[tokio::test]
async fn the_share_of_unknown_names_is_looked_at_over_fifteen_minutes() {
    for (later, expected) in [(840, 1), (960, 0)] {
        let house = House::open().await;
        unknown(&house, 31).await;
        house.later(later);
        known(&house, 20).await;
        assert_eq!(alarms(&house).await, expected, "{later}");
    }
}
