//! The same walk with scripts off: plain forms, redirects, what was typed kept.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};

/// The value of a hidden field in a page.
pub fn hidden(page: &str, name: &str) -> String {
    let at = page
        .find(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    let field = &page[at..at + page[at..].find('>').unwrap()];
    let value = field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().to_owned()
}

/// Looks at a page that is there.
pub async fn follow(browser: &mut Browser, location: &str) -> String {
    let page = browser.page(location).await;
    assert_eq!(page.status, 200, "{location}");
    page.body
}

#[tokio::test]
async fn the_whole_walk_works_without_scripts() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = follow(&mut browser, "/reset").await;
    let (token, key) = (hidden(&page, "token"), hidden(&page, "key"));
    let fields = [
        ("user_name", "k.sato"),
        ("token", token.as_str()),
        ("answer", ""),
        ("key", key.as_str()),
    ];

    // Too early: back to the page, with the name, the reason, and the same ticket.
    let early = browser.submit("reset/identify", &fields).await;
    assert_eq!((early.status.as_u16(), early.location()), (302, "/reset"));
    let page = follow(&mut browser, "/reset").await;
    assert!(
        page.contains("value=\"k.sato\"") && page.contains("works from"),
        "{page}"
    );
    assert_eq!(hidden(&page, "token"), token);

    house.later(11);
    let heard = browser.submit("reset/identify", &fields).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/choose"));
    let page = follow(&mut browser, "/reset/choose").await;
    assert!(
        page.contains("+81 •• •••• ••78") && page.contains("k•••••@e•••.net"),
        "{page}"
    );

    let key = hidden(&page, "key");
    let heard = browser
        .submit(
            "reset/ask",
            &[
                ("method", "text"),
                ("whole_text", "090 1111 2222"),
                ("whole_call", ""),
                ("key", &key),
            ],
        )
        .await;
    assert_eq!(heard.location(), "/reset/choose");
    let page = follow(&mut browser, "/reset/choose").await;
    assert!(
        page.contains("value=\"090 1111 2222\"") && page.contains("not the number on record"),
        "{page}"
    );

    let key = hidden(&page, "key");
    let heard = browser
        .submit(
            "reset/ask",
            &[
                ("method", "text"),
                ("whole_text", "090 1234 5678"),
                ("whole_call", ""),
                ("key", &key),
            ],
        )
        .await;
    assert_eq!(heard.location(), "/reset/code");
    let code = house.code(PHONE).await;
    let page = follow(&mut browser, "/reset/code").await;
    assert!(!page.contains(&code));
    let key = hidden(&page, "key");
    let heard = browser
        .submit("reset/verify", &[("code", "000 000"), ("key", &key)])
        .await;
    assert_eq!(heard.location(), "/reset/code");
    let page = follow(&mut browser, "/reset/code").await;
    assert!(page.contains("4 more tries") && !page.contains("000 000"), "{page}");
    let heard = browser
        .submit("reset/verify", &[("code", &code), ("key", &hidden(&page, "key"))])
        .await;
    assert_eq!(heard.location(), "/reset/choose");

    let page = follow(&mut browser, "/reset/choose").await;
    let heard = browser
        .submit("reset/ask", &[("method", "email"), ("key", &hidden(&page, "key"))])
        .await;
    assert_eq!(heard.location(), "/reset/code");
    let page = follow(&mut browser, "/reset/code").await;
    let heard = browser
        .submit(
            "reset/verify",
            &[("code", &house.code(EMAIL).await), ("key", &hidden(&page, "key"))],
        )
        .await;
    assert_eq!(heard.location(), "/reset/password");

    let page = follow(&mut browser, "/reset/password").await;
    let key = hidden(&page, "key");
    let heard = browser
        .submit(
            "reset/set",
            &[("new_password", "short"), ("again", "short"), ("key", &key)],
        )
        .await;
    assert_eq!(heard.location(), "/reset/password");
    let page = follow(&mut browser, "/reset/password").await;
    assert!(page.contains("at least 15") && !page.contains("\"short\""), "{page}");
    let heard = browser
        .submit(
            "reset/set",
            &[
                ("new_password", NEW_PASSWORD),
                ("again", NEW_PASSWORD),
                ("key", &hidden(&page, "key")),
            ],
        )
        .await;
    assert_eq!(heard.location(), "/reset/done");
    let page = follow(&mut browser, "/reset/done").await;
    assert!(page.contains("has been reset"));
    assert!(!page.contains(NEW_PASSWORD));
}

#[tokio::test]
async fn changing_the_language_keeps_the_step_and_what_was_typed_but_no_secret() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let mut request = axum::http::Request::post("/language")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("referer", "http://localhost:8099/signin")
        .body(axum::body::Body::from(
            "to_language=ja&user_name=k.sato&password=secret-marker-word",
        ))
        .unwrap();
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    let heard = browser.send(request).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (303, "/signin"));
    let page = follow(&mut browser, "/signin").await;
    assert!(page.contains("<html lang=\"ja\"") && page.contains("サインイン") && page.contains("value=\"k.sato\""));
    assert!(!page.contains("secret-marker-word"));
    assert!(browser.cookies.values().all(|value| !value.contains("secret-marker")));
}

#[tokio::test]
async fn a_forged_error_in_an_address_changes_no_page() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser
        .page("/signin?__path=%2Fapi%2Fsignin&__err=eyJObyI6InNpZ25faW4ifQ")
        .await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("do not go together"));
}

#[tokio::test]
async fn every_page_is_finished_html_in_both_languages() {
    let house = House::open().await;
    for (language, lang) in [("en", "lang=\"en\""), ("ja", "lang=\"ja\"")] {
        let mut browser = Browser::new(&house);
        browser.cookies.insert("aikagi-language".into(), language.into());
        for path in ["/", "/signin", "/reset", "/reset/ended", "/demo", "/demo/mailbox"] {
            let page = follow(&mut browser, path).await;
            assert!(page.contains(lang) && page.contains("<h1"), "{path}: {page}");
            assert!(!page.contains(" style=\""), "{path}");
        }
    }
}
