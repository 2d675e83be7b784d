//! One-time codes as a stranger, an owner and a hurry would use them.

use super::browser::{Browser, EMAIL, House, PASSWORD, PHONE};

/// A code of the same length that is wrong.
pub fn other(code: &str) -> String {
    let last = code.chars().last().and_then(|c| c.to_digit(10)).unwrap();
    format!("{}{}", &code[..code.len() - 1], (last + 1) % 10)
}

/// Somebody who was sent a code by mail.
pub async fn awaiting(house: &House) -> Browser {
    let mut browser = Browser::new(house);
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    browser
}

#[tokio::test]
async fn a_code_works_only_once() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");
    let mut second = awaiting_again(&house).await;
    assert!(second.verify(&code).await.next().contains("\"code\""));
}

async fn awaiting_again(house: &House) -> Browser {
    house.later(31);
    awaiting(house).await
}

#[tokio::test]
async fn failures_are_counted_for_the_account_whatever_the_browser() {
    let house = House::open().await;
    for round in 0..5 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, round, 7];
        browser.identify("K.SATO").await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        let wrong = other(&house.code(EMAIL).await);
        let heard = browser.verify(&wrong).await.next();
        assert!(heard.contains("\"code\""), "{heard}");
        house.later(1_801);
    }
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    // The fifth failure was half an hour ago, so that asking is allowed again; the sixth waits a minute.
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let wrong = other(&house.code(EMAIL).await);
    browser.verify(&wrong).await;
    let right = house.code(EMAIL).await;
    assert!(
        browser.verify(&right).await.next().contains("wait"),
        "right and wrong get the same answer while waiting"
    );
    assert!(browser.verify(&wrong).await.next().contains("wait"));
}

#[tokio::test]
async fn sending_again_kills_the_code_before_and_forgives_nothing() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let first = house.code(EMAIL).await;
    browser.verify(&other(&first)).await;
    let key = browser.key().await;
    let soon = browser.post("reset/again", &[("method", "email"), ("key", &key)]).await;
    assert_eq!(soon.status, 429);
    assert!(soon.next().contains("sends"));
    house.later(31);
    let key = browser.key().await;
    assert_eq!(
        browser
            .post("reset/again", &[("method", "email"), ("key", &key)])
            .await
            .next(),
        "/reset/code"
    );
    let second = house.code(EMAIL).await;
    assert_ne!(first, second);
    assert!(browser.verify(&first).await.next().contains("\"code\""));
    assert_eq!(browser.verify(&second).await.next(), "/reset/choose");
}

#[tokio::test]
async fn a_code_runs_out_after_five_minutes() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    house.later(300);
    assert!(browser.verify(&code).await.next().contains("code_expired"));
}

#[tokio::test]
async fn full_width_digits_and_spaces_are_understood_and_anything_else_is_a_failed_try() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    assert!(browser.verify(&format!("{code}\n")).await.next().contains("\"left\":4"));
    let wide: String = code
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    let spaced = format!(" {}　-{}", &wide[..12], &wide[12..]);
    assert_eq!(browser.verify(&spaced).await.next(), "/reset/choose");
}

#[tokio::test]
async fn the_field_of_a_code_takes_what_a_phone_fills_in() {
    let house = House::open().await;
    let mut newcomer = Browser::new(&house);
    newcomer.sign_in("h.tanaka", "first lantern 2041").await;
    newcomer
        .post("register/email", &[("address", "hana@example.net")])
        .await;
    for (mut browser, page) in [(awaiting(&house).await, "/reset/code"), (newcomer, "/register/code")] {
        let page = browser.page(page).await.body;
        let field = page.split('<').find(|tag| tag.contains("name=\"code\"")).unwrap();
        assert!(
            field.contains("autocomplete=\"one-time-code\"") && field.contains("inputmode=\"numeric\""),
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_code_for_registering_never_resets_and_the_other_way_round() {
    let house = House::open().await;
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    super::registration::prove(&house, &mut owner).await;
    house.later(31);
    assert_eq!(
        owner
            .post("register/email", &[("address", "ken@other.example")])
            .await
            .next(),
        "/register/code"
    );
    let registering = house.code("ken@other.example").await;
    let mut stranger = awaiting(&house).await;
    assert!(stranger.verify(&registering).await.next().contains("\"code\""));
    let resetting = house.code(EMAIL).await;
    assert!(
        owner
            .post("register/verify", &[("code", &resetting)])
            .await
            .next()
            .contains("\"code\"")
    );
}

#[tokio::test]
async fn a_text_and_a_call_to_one_number_share_their_failures() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("text", "09012345678").await;
    let code = house.code(PHONE).await;
    for _ in 0..5 {
        browser.verify(&other(&code)).await;
    }
    let key = browser.key().await;
    let heard = browser
        .post(
            "reset/ask",
            &[
                ("method", "call"),
                ("whole_text", ""),
                ("whole_call", "09012345678"),
                ("key", &key),
            ],
        )
        .await;
    assert!(heard.next().contains("wait"), "{}", heard.body);
}

#[tokio::test]
async fn nothing_is_sent_to_a_number_that_was_not_typed_whole() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert!(browser.ask("text", "").await.next().contains("missing"));
    for wrong in ["78", "090 1234 5679", "+1 202 555 0143", "x"] {
        assert!(
            browser.ask("text", wrong).await.next().contains("whole_number"),
            "{wrong}"
        );
    }
    // The fifth wrong number makes one wait, and the right one is not told apart.
    browser.ask("text", "1").await;
    assert!(browser.ask("text", "090 1234 5678").await.next().contains("wait"));
    house.deliver().await;
    assert!(house.mailbox.list().is_empty());
}

#[tokio::test]
async fn at_a_hundred_wrong_codes_the_method_closes_until_the_owner_signs_in() {
    let house = House::open().await;
    for failures in 0..100 {
        house.later(90_000);
        let mut browser = Browser::new(&house);
        browser.identify("k.sato").await;
        let asked = browser.ask("email", "").await.next();
        assert_eq!(asked, "/reset/code", "after {failures}");
        let wrong = other(&house.code(EMAIL).await);
        let heard = browser.verify(&wrong).await.next();
        assert!(heard.contains("code"), "{heard}");
    }
    house.deliver().await;
    house.later(90_000);
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert!(browser.ask("email", "").await.next().contains("closed"));
    // The owner is told, and opens it by signing in.
    assert!(
        house
            .arrived("k.sato@kitayama.example")
            .await
            .contains("closed until you sign in")
    );
    Browser::new(&house).sign_in("k.sato", PASSWORD).await;
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
}
