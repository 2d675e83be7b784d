//! Browsers that their owners have said are theirs: what strangers do elsewhere does not count there.

use portal::limits::{FAILURES_TO_CLOSE, Factor};

use super::browser::{Browser, EMAIL, Heard, House, NEW_PASSWORD, PASSWORD, PHONE};
use super::closed::failed;
use super::codes::other;

const DEVICE: &str = "aikagi-device";

/// Signs in with the box ticked.
async fn sign_in_here(browser: &mut Browser, name: &str, password: &str) -> Heard {
    let form = [("user_name", name), ("password", password), ("device", "own")];
    browser.post("signin", &form).await
}

/// Ken Sato's own browser, signed out.
async fn own(house: &House) -> Browser {
    let mut browser = Browser::new(house);
    assert_eq!(sign_in_here(&mut browser, "k.sato", PASSWORD).await.next(), "/register");
    browser.cookies.retain(|name, _| name == DEVICE);
    assert_eq!(browser.cookies.len(), 1);
    browser
}

/// A browser somewhere.
fn stranger(house: &House, n: u8) -> Browser {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, n, 7];
    browser
}

async fn wrong_passwords(house: &House) {
    for n in 0..10 {
        assert_eq!(
            stranger(house, n).sign_in("k.sato", &format!("wrong {n}")).await.status,
            422
        );
    }
}

#[tokio::test]
async fn strangers_make_nobody_wait_who_signs_in_at_a_known_device() {
    let house = House::open().await;
    let mut owner = own(&house).await;
    wrong_passwords(&house).await;
    assert_eq!(stranger(&house, 99).sign_in("k.sato", PASSWORD).await.status, 429);
    assert_eq!(owner.sign_in("k.sato", PASSWORD).await.next(), "/register");
    // What is wrong there counts there.
    for n in 0..10 {
        assert_eq!(owner.sign_in("k.sato", &format!("mistyped {n}")).await.status, 422);
    }
    assert_eq!(owner.sign_in("k.sato", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_browser_is_known_only_where_somebody_said_so_and_only_for_the_account_it_was_said_of() {
    let house = House::open().await;
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    assert!(!owner.cookies.contains_key(DEVICE));
    let mut another = Browser::new(&house);
    sign_in_here(&mut another, "h.tanaka", "first lantern 2041").await;
    // A wrong password earns nothing, and nor does a cookie that somebody made up.
    let mut guesser = stranger(&house, 200);
    assert_eq!(sign_in_here(&mut guesser, "k.sato", "wrong").await.status, 422);
    assert!(!guesser.cookies.contains_key(DEVICE));
    guesser.cookies.insert(DEVICE.into(), "0".repeat(64));
    for n in 0..9 {
        stranger(&house, n).sign_in("k.sato", &format!("wrong {n}")).await;
    }
    for browser in [&mut owner, &mut another, &mut guesser] {
        assert_eq!(browser.sign_in("k.sato", PASSWORD).await.status, 429);
    }
}

#[tokio::test]
async fn several_accounts_may_know_one_browser_and_a_copy_of_its_older_cookie_is_worth_nothing() {
    let house = House::open().await;
    let mut browser = own(&house).await;
    let copy = browser.clone();
    sign_in_here(&mut browser, "h.tanaka", "first lantern 2041").await;
    assert_ne!(browser.cookies[DEVICE], copy.cookies[DEVICE]);
    wrong_passwords(&house).await;
    assert_eq!(copy.clone().sign_in("k.sato", PASSWORD).await.status, 429);
    assert_eq!(browser.sign_in("k.sato", PASSWORD).await.next(), "/register");
}

#[tokio::test]
async fn its_cookie_lives_four_hundred_days_from_when_it_was_used_last() {
    let house = House::open().await;
    let mut browser = own(&house).await;
    house.later(399 * 86_400);
    let heard = browser.sign_in("k.sato", PASSWORD).await;
    let renewed = heard.headers.get_all("set-cookie").iter().find(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with(DEVICE) && cookie.contains("Max-Age=34560000") && cookie.contains("HttpOnly")
    });
    assert!(renewed.is_some(), "{:?}", heard.headers);
    house.later(399 * 86_400);
    house.store().purge(house.now()).await.unwrap();
    wrong_passwords(&house).await;
    assert_eq!(browser.sign_in("k.sato", PASSWORD).await.status, 200);
    house.later(401 * 86_400);
    house.store().purge(house.now()).await.unwrap();
    wrong_passwords(&house).await;
    assert_eq!(browser.sign_in("k.sato", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn after_a_reset_no_browser_is_known_but_the_one_that_asked_for_it() {
    for asks in [true, false] {
        let house = House::open().await;
        let before = own(&house).await;
        let mut resetting = before.clone();
        resetting.prove(&house).await;
        let key = resetting.key().await;
        let mut form = vec![("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
        form.extend(asks.then_some(("device", "own")));
        let lost = resetting.clone();
        assert_eq!(resetting.post("reset/set", &form).await.next(), "/reset/done");
        // Where the answer was lost, it is heard again, cookie and all.
        let mut again = lost.clone();
        assert_eq!(again.post("reset/set", &form).await.next(), "/reset/done");
        assert_eq!(again.cookies[DEVICE], resetting.cookies[DEVICE]);
        wrong_passwords(&house).await;
        let expected = if asks { 200 } else { 429 };
        assert_eq!(
            resetting.sign_in("k.sato", NEW_PASSWORD).await.status,
            expected,
            "{asks}"
        );
        assert_eq!(
            before.clone().sign_in("k.sato", NEW_PASSWORD).await.status,
            429,
            "{asks}"
        );
    }
}

#[tokio::test]
async fn after_a_change_the_other_browsers_are_known_no_more() {
    let house = House::open().await;
    let mut here = Browser::new(&house);
    sign_in_here(&mut here, "k.sato", PASSWORD).await;
    let there = own(&house).await;
    let copy = here.clone();
    let form = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(here.post("change", &form).await.next(), "/change/done");
    wrong_passwords(&house).await;
    assert_eq!(here.sign_in("k.sato", NEW_PASSWORD).await.status, 200);
    for mut browser in [there, copy] {
        assert_eq!(browser.sign_in("k.sato", NEW_PASSWORD).await.status, 429);
    }
}

#[tokio::test]
async fn a_method_closes_for_strangers_only() {
    let house = House::open().await;
    let mut owner = own(&house).await;
    failed(&house, "k.sato", Factor::Email, FAILURES_TO_CLOSE).await;
    let mut elsewhere = stranger(&house, 1);
    elsewhere.identify("k.sato").await;
    assert_eq!(elsewhere.ask("email", "").await.next(), r#"{"No":"closed"}"#);
    owner.identify("k.sato").await;
    let view = owner.view("reset/view?step=choose").await;
    assert!(!view.to_string().contains("closed"), "{view}");
    assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
    let code = house.code(EMAIL).await;
    assert!(owner.verify(&other(&code)).await.next().contains("\"left\":4"));
    assert_eq!(owner.verify(&code).await.next(), "/reset/choose");
}

#[tokio::test]
async fn wrong_codes_of_strangers_make_nobody_wait_at_a_known_device() {
    let house = House::open().await;
    let mut owner = own(&house).await;
    let mut elsewhere = stranger(&house, 1);
    elsewhere.identify("k.sato").await;
    elsewhere.ask("email", "").await;
    let code = house.code(EMAIL).await;
    for _ in 0..5 {
        elsewhere.verify(&other(&code)).await;
    }
    assert!(elsewhere.ask("email", "").await.next().contains("wait"));
    // Neither for the wait nor for the message that was sent a moment ago.
    owner.identify("k.sato").await;
    assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
    assert_eq!(owner.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
}

#[tokio::test]
async fn strangers_use_up_neither_the_messages_nor_the_places_of_a_known_device() {
    let house = House::open().await;
    let mut owner = own(&house).await;
    for n in 0..10 {
        let mut elsewhere = stranger(&house, n);
        elsewhere.identify("k.sato").await;
        assert_eq!(elsewhere.ask("email", "").await.next(), "/reset/code", "{n}");
        house.later(if n < 8 { 1_900 } else { 31 });
    }
    let mut elsewhere = stranger(&house, 99);
    elsewhere.identify("k.sato").await;
    // Ten messages to the address, and two of the three places.
    for method in ["email", "text"] {
        assert!(
            elsewhere.ask(method, "09012345678").await.next().contains("sends"),
            "{method}"
        );
    }
    owner.identify("k.sato").await;
    assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
    // From one network, and not only thrice a day.
    for _ in 0..4 {
        house.later(3_700);
        owner.identify("k.sato").await;
        assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
    }
}

#[tokio::test]
async fn wrong_numbers_from_many_networks_are_counted_together_but_not_with_those_of_a_known_device() {
    let house = House::open().await;
    let mut owner = own(&house).await;
    for n in 0..25 {
        let mut elsewhere = stranger(&house, n);
        elsewhere.identify("k.sato").await;
        for digit in 0..4 {
            let number = format!("090 1234 {n:02}{digit}9");
            assert!(
                elsewhere.ask("text", &number).await.next().contains("whole_number"),
                "{n}"
            );
        }
    }
    let mut elsewhere = stranger(&house, 99);
    elsewhere.identify("k.sato").await;
    assert!(elsewhere.ask("text", "090 1234 5678").await.next().contains("wait"));
    owner.identify("k.sato").await;
    assert_eq!(owner.ask("text", "090 1234 5678").await.next(), "/reset/code");
    assert_eq!(owner.verify(&house.code(PHONE).await).await.next(), "/reset/choose");
    house.later(86_400);
    elsewhere.identify("k.sato").await;
    assert_eq!(elsewhere.ask("text", "090 1234 5678").await.next(), "/reset/code");
}

#[tokio::test]
async fn however_many_browsers_an_account_knows_their_starts_are_counted_together() {
    let house = House::open().await;
    let mut browsers = [own(&house).await, own(&house).await];
    for n in 0..61 {
        browsers[n % 2].identify("nobody.here").await;
    }
    let bits = async |browser: &mut Browser| {
        browser.view("reset/view?step=identify").await["screen"]["identify"]["bits"].clone()
    };
    for mut browser in browsers {
        assert_eq!(bits(&mut browser).await, 17);
    }
    assert_eq!(bits(&mut Browser::new(&house)).await, 16);
}

#[tokio::test]
async fn the_box_is_empty_says_what_it_does_and_stays_as_it_was_left_without_scripts() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.page("/signin").await.body;
    let tick = |page: &str| {
        page.split("<input")
            .find(|input| input.contains("checkbox"))
            .unwrap()
            .to_owned()
    };
    assert!(page.contains("This is my device") && page.contains("Not for a device that others use"));
    assert!(
        !tick(&page).split('>').next().unwrap().contains("checked"),
        "{}",
        tick(&page)
    );
    let form = [("user_name", "k.sato"), ("password", "wrong"), ("device", "own")];
    assert_eq!(browser.submit("signin", &form).await.location(), "/signin");
    let page = browser.page("/signin").await.body;
    assert!(
        tick(&page).split('>').next().unwrap().contains("checked"),
        "{}",
        tick(&page)
    );
    let form = [("user_name", "k.sato"), ("password", PASSWORD), ("device", "own")];
    assert_eq!(browser.submit("signin", &form).await.location(), "/register");
    assert!(browser.cookies.contains_key(DEVICE));
    let mut resetting = Browser::new(&house);
    resetting.prove(&house).await;
    assert!(
        resetting
            .page("/reset/password")
            .await
            .body
            .contains("This is my device")
    );
}
