//! The same walk with scripts off: plain forms, redirects, what was typed kept.

use portal::policy::AccountMessages;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};
use super::office::{OFFICE, set_office};
use super::uniform::tell;

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
    assert!(
        page.contains("<bdi aria-hidden=\"true\">k•••••@e•••.net") && page.contains("ending in .net"),
        "{page}"
    );
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
    change_language(
        &mut browser,
        "/signin",
        "to_language=ja&user_name=k.sato&password=secret-marker-word",
    )
    .await;
    let page = follow(&mut browser, "/signin").await;
    assert!(page.contains("<html lang=\"ja\"") && page.contains("サインイン") && page.contains("value=\"k.sato\""));
    assert!(!page.contains("secret-marker-word"));
    assert!(browser.cookies.values().all(|value| !value.contains("secret-marker")));

    browser.identify("k.sato").await;
    let picked = |page: &str| {
        let radios = page.split("<input type=\"radio\"").skip(1);
        let tags = radios.map(|rest| rest.split('>').next().unwrap().to_owned());
        tags.filter(|tag| tag.contains("checked")).collect::<Vec<_>>()
    };
    let before = picked(&follow(&mut browser, "/reset/choose").await);
    assert!(before.len() == 1 && !before[0].contains("value=\"call\""), "{before:?}");
    let typed = "to_language=en&method=call&whole_call=090+1111+2222";
    change_language(&mut browser, "/reset/choose", typed).await;
    let page = follow(&mut browser, "/reset/choose").await;
    let after = picked(&page);
    assert!(after.len() == 1 && after[0].contains("value=\"call\""), "{page}");
    assert!(page.contains("value=\"090 1111 2222\""), "{page}");
    set_office(&house, OFFICE.0).await;
    let typed = "to_language=ja&method=office_phone&whole_office=03+3224+1111";
    change_language(&mut browser, "/reset/choose", typed).await;
    let page = follow(&mut browser, "/reset/choose").await;
    assert!(page.contains("value=\"03 3224 1111\""), "{page}");
    // Where nothing is told of an account, the address is typed as well.
    tell(&house, AccountMessages::Uniform).await;
    browser.identify("k.sato").await;
    let typed = "to_language=en&method=email&whole_email=ken.sato%40example.net";
    change_language(&mut browser, "/reset/choose", typed).await;
    let page = follow(&mut browser, "/reset/choose").await;
    assert!(page.contains("value=\"ken.sato@example.net\""), "{page}");
}

/// Presses the button of another language on a page, with what is typed there.
async fn change_language(browser: &mut Browser, page: &str, typed: &'static str) {
    let request = axum::http::Request::post("/language")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("referer", format!("http://localhost:8099{page}"))
        .body(axum::body::Body::from(typed))
        .unwrap();
    let heard = browser.send(request).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (303, page));
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
