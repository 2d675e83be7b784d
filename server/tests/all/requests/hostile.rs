//! What an attacker types: it breaks no answer, is nowhere taken for markup, a query or a header, and reaches nobody.

use std::time::Duration;

use server::courier::Parcel;

use super::browser::{Browser, EMAIL, Heard, House, NEW_PASSWORD, PASSWORD, PHONE};

/// For scripts, queries, templates, headers, terminals, paths, and for readers of numbers and of Unicode.
fn poison() -> Vec<String> {
    let mut poison: Vec<String> = [
        "\"><script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "'><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "' or '1'='1' --",
        "x'; drop table account; --",
        "{{7*7}} ${7*7} <%= 7*7 %> {name} {code} {organisation}",
        "a\r\nSet-Cookie: evil=1\r\nBcc: evil@evil.example\r\n\r\nevil",
        "\u{0}\u{1b}[2J\u{9b}31m\u{7f}",
        "\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}",
        "👩‍👩‍👧‍👦💥",
        "１２３４５６７８",
        "١٢٣٤٥٦",
        "%0d%0a%00../../../etc/passwd",
        "\\\\evil.example\\share",
        "//evil.example",
        "evil@evil.example,ken.sato@example.net",
        "-1",
        "99999999999999999999999999",
        "1e309",
        "null",
    ]
    .map(str::to_owned)
    .to_vec();
    poison.push("a".repeat(15_000));
    poison.push(format!("a{}", "\u{301}".repeat(2_000)));
    poison.push("\u{fdfa}".repeat(1_000));
    poison
}

/// Nothing typed is markup in what comes back, nothing leads out of the house, and no fault of ours is told.
fn assert_harmless(heard: &Heard, what: &str) {
    assert!(
        !heard.status.is_server_error(),
        "{what}: {} {}",
        heard.status,
        heard.body
    );
    assert!(!heard.body.contains("\"fault\""), "{what}: {}", heard.body);
    for markup in ["<script>alert(1)", "<img src=x", "href=\"javascript:"] {
        assert!(!heard.body.contains(markup), "{what}: {}", heard.body);
    }
    let location = heard.location();
    assert!(
        location.is_empty() || (location.starts_with('/') && !location.contains("evil")),
        "{what}: {location}"
    );
    for (name, value) in &heard.headers {
        let value = value.to_str().unwrap_or_default();
        assert!(!value.contains("evil"), "{what}: {name}: {value}");
    }
}

/// Puts every poison into every field of a form, by fetch and by plain form, and looks at the page that follows.
async fn poison_all(browser: &mut Browser, door: &str, fields: &[(&str, &str)]) {
    for poison in poison() {
        for field in 0..fields.len() {
            let mut typed = fields.to_vec();
            typed[field].1 = &poison;
            let start: String = poison.chars().take(20).collect();
            let what = format!("{door} {} {start:?}", typed[field].0);
            let heard = browser.post(door, &typed).await;
            assert_harmless(&heard, &what);
            let heard = browser.submit(door, &typed).await;
            assert_harmless(&heard, &what);
            if heard.status.is_redirection() {
                let location = heard.location().to_owned();
                assert_harmless(&browser.page(&location).await, &format!("{what} at {location}"));
            }
        }
    }
}

/// Nobody was written to but those who were meant; everybody's password is as it was; the log is sound.
async fn assert_unharmed(house: &House, reached: &[&str]) {
    house.deliver().await;
    for letter in house.mailbox.list() {
        assert!(reached.contains(&letter.parcel.to()), "{:?}", letter.parcel.to());
        if let Parcel::Mail { subject, .. } = &letter.parcel {
            assert!(!subject.contains(['\r', '\n']), "{subject:?}");
        }
    }
    house.later(90_000);
    for (name, password) in [("k.sato", PASSWORD), ("r.ito", "copper bridge 5519")] {
        let next = Browser::new(house).sign_in(name, password).await.next();
        assert_eq!(next, "/register", "{name}");
    }
    house.store().seal(house.now(), "test").await.unwrap();
    let report = house.store().verify_audit(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn poison_in_the_forms_that_everybody_sees_does_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for (door, fields) in [
        (
            "signin",
            vec![("user_name", "k.sato"), ("password", "x"), ("going", "register")],
        ),
        (
            "reset/identify",
            vec![("user_name", "k.sato"), ("token", "t"), ("answer", "1"), ("key", "k")],
        ),
        ("reset/ask", vec![("method", "email"), ("whole_text", ""), ("key", "k")]),
        ("reset/set", vec![("new_password", "p"), ("again", "p"), ("key", "k")]),
        ("reset/contact", vec![("key", "k")]),
        (
            "reset/questions",
            vec![("answer1", "x"), ("answer2", "y"), ("answer3", "z"), ("key", "k")],
        ),
        ("not-me/stop", vec![("token", "t")]),
        ("signout", vec![]),
    ] {
        poison_all(&mut browser, door, &fields).await;
    }
    for poison in poison() {
        assert_harmless(&browser.identify(&poison).await, &poison);
        assert_harmless(&browser.page("/reset/stopped").await, &poison);
    }
    assert_unharmed(&house, &[]).await;
}

#[tokio::test]
async fn poison_within_a_reset_proves_nothing_and_reaches_nobody() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    let ask = [
        ("method", "text"),
        ("whole_text", "1"),
        ("whole_call", "1"),
        ("key", "k"),
    ];
    poison_all(&mut browser, "reset/ask", &ask).await;
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    for (door, fields) in [
        ("reset/again", vec![("method", "text"), ("key", "k")]),
        ("reset/verify", vec![("code", "x"), ("key", "k")]),
    ] {
        poison_all(&mut browser, door, &fields).await;
    }
    assert_eq!(
        browser.view("reset/view?step=code").await["screen"]["code"]["turn"],
        1,
        "nothing is proved"
    );
    let mut last = Browser::new(&house);
    house.later(3_600);
    last.prove(&house).await;
    poison_all(&mut last, "reset/extend", &[("key", "k")]).await;
    // Whatever both entries have in common could be a password: one of them stays what it is.
    poison_all(
        &mut last,
        "reset/set",
        &[("new_password", "x"), ("again", NEW_PASSWORD), ("key", "k")],
    )
    .await;
    assert_unharmed(&house, &[EMAIL, PHONE, "k.sato@kitayama.example"]).await;
}

#[tokio::test]
async fn poison_in_the_forms_of_a_session_registers_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    for (door, fields) in [
        ("register/email", vec![("address", "x")]),
        (
            "register/phone",
            vec![("country", "JP"), ("number", "1"), ("way", "text")],
        ),
        ("register/again", vec![("method", "text")]),
        ("register/verify", vec![("code", "1")]),
        ("register/leave", vec![("back", "email")]),
        ("register/remove", vec![("kind", "email")]),
        ("register/prove", vec![("password", "x")]),
        ("register/finish", vec![]),
        ("register/vouched", vec![("kind", "email")]),
        ("register/verify-again", vec![("kind", "email")]),
        (
            "register/confirm",
            vec![("answer", "still_right"), ("going", "register")],
        ),
        (
            "register/questions",
            vec![("question1", "first-film"), ("answer1", "x")],
        ),
        ("change", vec![("current", "x"), ("new_password", "x"), ("again", "y")]),
    ] {
        poison_all(&mut browser, door, &fields).await;
    }
    let have = browser.view("register/view?page=/register").await["screen"]["have"].clone();
    assert_eq!(have, 0);
    assert_unharmed(&house, &["h.tanaka@kitayama.example"]).await;
}

#[tokio::test]
async fn a_form_as_long_as_a_book_is_not_read() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let book = "long ".repeat(20_000);
    for (door, field) in [
        ("signin", "password"),
        ("reset/identify", "user_name"),
        ("reset/ask", "whole_text"),
        ("reset/verify", "code"),
        ("reset/set", "new_password"),
        ("register/email", "address"),
        ("register/phone", "number"),
        ("change", "current"),
    ] {
        for heard in [
            browser.post(door, &[(field, &book)]).await,
            browser.submit(door, &[(field, &book)]).await,
        ] {
            assert_eq!(heard.status, 413, "{door}");
            assert!(heard.body.len() < 4_096 && !heard.body.contains("long long"), "{door}");
        }
    }
}

#[tokio::test]
async fn the_longest_and_strangest_passwords_that_fit_into_a_form_are_judged_quickly() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    for typed in [
        "a\u{301}".repeat(1_000),
        "\u{fdfa}".repeat(800),
        "aA0@".repeat(1_200),
        "\u{1F468}\u{200D}".repeat(300),
    ] {
        let judged = tokio::time::timeout(Duration::from_secs(10), browser.set(&typed)).await;
        assert!(judged.unwrap().next().contains("too_long"));
    }
}
