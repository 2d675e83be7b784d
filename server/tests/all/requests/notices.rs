//! What owners are told of proofs that were right after many that were wrong.

use portal::limits::{FREE_FAILURES, FREE_SIGN_INS, Factor};

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::closed::failed;
use super::codes::awaiting;

const MAILBOX: &str = "k.sato@kitayama.example";

/// How many notices of that kind have arrived at an address.
async fn told(house: &House, to: &str) -> usize {
    house.deliver().await;
    let letters = house.mailbox.list().into_iter();
    letters
        .filter(|letter| letter.parcel.to() == to && letter.parcel.text().contains("attempts in a row were wrong"))
        .count()
}

/// The details of the rows of an event that succeeded, the newest first.
async fn details(house: &House, event: &str) -> Vec<String> {
    let rows = house.audit().await.into_iter();
    rows.filter(|row| row.0 == event && row.1 == "succeeded")
        .map(|row| row.2)
        .collect()
}

#[tokio::test]
async fn the_owner_is_told_of_a_right_code_after_many_wrong_ones() {
    let house = House::open().await;
    failed(&house, "k.sato", Factor::Email, FREE_FAILURES).await;
    let mut browser = awaiting(&house).await;
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    assert_eq!((told(&house, MAILBOX).await, told(&house, EMAIL).await), (1, 1));
    let text = house.arrived(MAILBOX).await;
    assert!(
        text.contains("k.sato, 5 attempts") && text.contains("Authentication email"),
        "{text}"
    );
    assert_eq!(details(&house, "verify").await, ["after_failures"]);
}

#[tokio::test]
async fn the_owner_is_told_of_a_right_password_after_many_wrong_ones() {
    let house = House::open().await;
    failed(&house, "k.sato", Factor::Password, FREE_SIGN_INS).await;
    Browser::new(&house).sign_in("k.sato", PASSWORD).await;
    assert_eq!(told(&house, MAILBOX).await, 1);
    let text = house.arrived(MAILBOX).await;
    assert!(
        text.contains("k.sato, 10 attempts") && text.contains("Password"),
        "{text}"
    );
    // The failures are forgiven, and so is the next success.
    Browser::new(&house).sign_in("k.sato", PASSWORD).await;
    assert_eq!(details(&house, "sign_in").await, ["", "after_failures"]);
    assert_eq!(told(&house, MAILBOX).await, 1);
}

#[tokio::test]
async fn the_owner_is_told_of_a_right_password_after_many_wrong_ones_by_somebody_who_is_signed_in() {
    for is_change in [false, true] {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        browser.sign_in("k.sato", PASSWORD).await;
        failed(&house, "k.sato", Factor::Password, FREE_SIGN_INS).await;
        let event = if is_change {
            let fields = [
                ("current", PASSWORD),
                ("new_password", NEW_PASSWORD),
                ("again", NEW_PASSWORD),
            ];
            assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
            "change"
        } else {
            browser.post("register/prove", &[("password", PASSWORD)]).await;
            "sign_in"
        };
        assert_eq!(details(&house, event).await[0], "after_failures");
        assert_eq!(told(&house, MAILBOX).await, 1);
    }
}

#[tokio::test]
async fn a_few_mistakes_are_nothing_to_tell_of() {
    let house = House::open().await;
    failed(&house, "k.sato", Factor::Email, FREE_FAILURES - 1).await;
    failed(&house, "k.sato", Factor::Password, FREE_SIGN_INS - 1).await;
    Browser::new(&house).sign_in("k.sato", PASSWORD).await;
    let mut browser = awaiting(&house).await;
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    assert_eq!(told(&house, MAILBOX).await, 0);
    assert_eq!(details(&house, "sign_in").await, [""]);
}

#[tokio::test]
async fn the_owner_is_told_once_a_day_and_every_such_success_is_a_row() {
    let house = House::open().await;
    for (round, notices) in [(1, 1), (2, 1), (3, 2)] {
        failed(&house, "k.sato", Factor::Password, FREE_SIGN_INS).await;
        Browser::new(&house).sign_in("k.sato", PASSWORD).await;
        assert_eq!(details(&house, "sign_in").await, vec!["after_failures"; round]);
        assert_eq!(told(&house, MAILBOX).await, notices, "{round}");
        house.later(43_201);
    }
}
