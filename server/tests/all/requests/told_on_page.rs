//! What a page tells of the form before: a refusal that its browser gives back, a code that works no more, and where
//! somebody was going who had to register first.

use axum::body::Body;
use axum::http::Request;

use super::browser::{Browser, EMAIL, Heard, House};

/// Fetches a page as a document, with what was said of its form.
async fn page_with(browser: &mut Browser, path: &str, said: &str) -> Heard {
    let request = Request::get(path)
        .header("accept", "text/html")
        .header("x-refusal", said);
    browser.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_refusal_by_fetch_is_drawn_as_one_of_a_plain_form_and_not_kept() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let refused = browser.post("register/questions", &[]).await;
    assert_eq!(refused.status, 422);
    let told = page_with(&mut browser, "/register/questions", &refused.body).await.body;
    browser.submit("register/questions", &[]).await;
    let plain = browser.page("/register/questions").await.body;
    for expected in [
        "<title>Error: ",
        "Not everything fits yet",
        "id=\"question1-problem\"",
        "aria-invalid=\"true\"",
    ] {
        assert!(told.contains(expected), "{expected}");
        assert_eq!(
            told.matches(expected).count(),
            plain.matches(expected).count(),
            "{expected}"
        );
    }
    // The plain form left it behind in a cookie; the one by fetch did not.
    let mut other = Browser::new(&house);
    other.sign_in("h.tanaka", "first lantern 2041").await;
    page_with(&mut other, "/register/questions", &refused.body).await;
    let again = other.page("/register/questions").await.body;
    assert!(!again.contains("Not everything fits yet"));
}

#[tokio::test]
async fn what_is_no_refusal_is_not_told() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for said in ["", "{", "{\"No\":\"unheard_of\"}", "<script>alert(1)</script>"] {
        let page = page_with(&mut browser, "/signin", said).await;
        assert_eq!(page.status, 200);
        assert!(
            !page.body.contains("slip error") && !page.body.contains("alert(1)"),
            "{said}"
        );
    }
    let page = page_with(&mut browser, "/signin", "{\"No\":\"sign_in\"}").await.body;
    assert!(page.contains("slip error"));
}

#[tokio::test]
async fn a_code_that_works_no_more_is_said_to() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    assert!(browser.page("/reset/code").await.body.contains("It works until"));
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        browser.verify(wrong).await;
    }
    // Past the pause, within the life of a code.
    house.later(31);
    let page = browser.page("/reset/code").await.body;
    assert!(
        page.contains("It no longer works.") && !page.contains("It works until"),
        "{page}"
    );

    let mut later = Browser::new(&house);
    later.identify("t.yamamoto").await;
    later.ask("email", "").await;
    house.later(301);
    let page = later.page("/reset/code").await.body;
    assert!(page.contains("It no longer works."), "{page}");
}

#[tokio::test]
async fn who_was_going_to_change_the_password_gets_there_after_registering() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let fields = [
        ("user_name", "h.tanaka"),
        ("password", "first lantern 2041"),
        ("going", "change"),
    ];
    assert_eq!(browser.post("signin", &fields).await.next(), "/register?for=change");
    browser.page("/register?for=change").await;
    register(&house, &mut browser).await;
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/change");
    // Once.
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");

    // Forgotten with the next sign-in that is for something else.
    browser.page("/register?for=change").await;
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
}

async fn register(house: &House, browser: &mut Browser) {
    browser.post("register/email", &[("address", "hana@example.net")]).await;
    let code = house.code("hana@example.net").await;
    browser.post("register/verify", &[("code", &code)]).await;
    let phone = [("country", "JP"), ("number", "090 7000 1000"), ("way", "text")];
    browser.post("register/phone", &phone).await;
    let code = house.code("+819070001000").await;
    browser.post("register/verify", &[("code", &code)]).await;
}
