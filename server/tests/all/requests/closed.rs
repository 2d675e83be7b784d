//! A method that closes after too many wrong codes: in a reset and in a registration alike.

use portal::account::UserName;
use portal::limits::{FAILURES_TO_CLOSE, Factor, Failures};
use portal::ports::{Change, Store as _};

use super::browser::{Browser, EMAIL, House};
use super::codes::{awaiting, other};

/// So many wrong codes in a row, the last of them long ago.
pub async fn failed(house: &House, name: &str, factor: Factor, in_a_row: u32) {
    let account = house
        .store()
        .account_named(&UserName::parse(name).unwrap())
        .await
        .unwrap()
        .unwrap();
    let save = Change::SaveFailures {
        account: account.id,
        factor,
        before: Failures::default(),
        after: Failures {
            in_a_row,
            in_the_day: 1,
            ..Failures::default()
        },
    };
    house.store().commit(vec![save]).await.unwrap();
}

/// Somebody who registers a phone, and the code that was sent there.
async fn registering(house: &House) -> (Browser, String) {
    let mut browser = Browser::new(house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    (browser, house.code("+819087654321").await)
}

#[tokio::test]
async fn the_hundredth_wrong_code_of_a_reset_closes_the_method_and_the_owner_is_told() {
    let house = House::open().await;
    failed(&house, "k.sato", Factor::Email, FAILURES_TO_CLOSE - 1).await;
    let mut browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    assert!(browser.verify(&other(&code)).await.next().contains("\"left\":4"));
    let told = house.arrived("k.sato@kitayama.example").await;
    assert!(told.contains("Many wrong codes"), "{told}");
    // The page counts nothing down: waiting does not help.
    let view = browser.view("reset/view?step=code").await;
    assert_eq!(view["screen"]["code"]["code"]["hurdle"], "closed");
    let page = browser.page("/reset/code").await.body;
    assert!(
        page.contains("This method is closed") && !page.contains("You can go on at"),
        "{page}"
    );
    // However long one waits, and whichever code is typed.
    for typed in [code.clone(), other(&code)] {
        assert_eq!(browser.verify(&typed).await.next(), r#"{"No":"closed"}"#);
    }
    house.later(90_000);
    let mut later = Browser::new(&house);
    later.identify("k.sato").await;
    assert_eq!(later.ask("email", "").await.next(), r#"{"No":"closed"}"#);
}

#[tokio::test]
async fn the_hundredth_wrong_code_of_a_registration_closes_the_method_and_the_owner_is_told() {
    let house = House::open().await;
    failed(&house, "h.tanaka", Factor::Phone, FAILURES_TO_CLOSE - 1).await;
    let (mut browser, code) = registering(&house).await;
    let wrong = browser.post("register/verify", &[("code", &other(&code))]).await;
    assert!(wrong.next().contains("\"left\":4"), "{}", wrong.body);
    // The right code is told the same as a wrong one, and proves nothing.
    for typed in [&code, &other(&code)] {
        let heard = browser.post("register/verify", &[("code", typed)]).await;
        assert_eq!(heard.next(), r#"{"No":"closed"}"#);
    }
    let page = browser.page("/register/code").await.body;
    assert!(
        page.contains("This method is closed") && !page.contains("A short pause"),
        "{page}"
    );
    let told = house.arrived("h.tanaka@kitayama.example").await;
    assert!(told.contains("Many wrong codes"), "{told}");
    // The owner opens it again by signing in.
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    house.later(31);
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    let code = house.code("+819087654321").await;
    assert_eq!(
        browser.post("register/verify", &[("code", &code)]).await.next(),
        "/register"
    );
}
