//! Queries and forms that no page of ours sends: refused as such, never as a fault of ours.

use axum::body::Body;
use axum::http::Request;

use super::browser::{Browser, Heard, House, PASSWORD};

/// Doors that fields belong to, and what a script sends them.
const DOORS: [(&str, &[(&str, &str)]); 13] = [
    ("signin", &[("user_name", "k.sato"), ("password", PASSWORD)]),
    (
        "reset/identify",
        &[("user_name", "k.sato"), ("token", "t"), ("answer", "0"), ("key", "k")],
    ),
    ("reset/ask", &[("method", "email"), ("key", "k")]),
    ("reset/again", &[("method", "email"), ("key", "k")]),
    ("reset/another", &[("key", "k")]),
    ("reset/verify", &[("code", "123456"), ("key", "k")]),
    ("reset/extend", &[("key", "k")]),
    ("reset/set", &[("new_password", "p"), ("again", "p"), ("key", "k")]),
    ("reset/contact", &[("key", "k")]),
    ("register/email", &[("address", "a@b.example")]),
    (
        "register/phone",
        &[("country", "JP"), ("number", "09012345678"), ("way", "text")],
    ),
    ("register/verify", &[("code", "123456")]),
    ("change", &[("current", "c"), ("new_password", "p"), ("again", "p")]),
];

fn fetch(address: &str) -> Request<Body> {
    Request::get(address)
        .header("accept", "application/json")
        .body(Body::empty())
        .unwrap()
}

fn is_small_page(heard: &Heard) -> bool {
    heard.headers["content-type"] == "text/html; charset=utf-8" && heard.body.contains("could not be read")
}

#[tokio::test]
async fn a_query_that_can_be_read_in_two_ways_is_refused_before_any_page_or_door() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for address in [
        "/api/reset/view?step=%FF",
        "/api/reset/view?step=%C0%AF",
        "/api/reset/view?step=%ED%A0%80",
        "/api/reset/view?step=%4",
        "/api/reset/view?step[]=identify",
        "/api/reset/view?step%5B0%5D=identify",
        "/api/reset/view?step=identify&step=choose",
        "/api/reset/view?step=identify&%73tep=choose",
        "/api/register/view?page=%FF",
        "/reset?a=%FF",
        "/?a=1&a=2",
        "/nowhere?a[]=1",
        "/healthz?a=%FF",
    ] {
        let heard = browser.send(fetch(address)).await;
        assert_eq!(heard.status, 400, "{address}");
        assert!(is_small_page(&heard), "{address}: {}", heard.body);
        assert!(!heard.headers.contains_key("set-cookie"), "{address}");
    }
    for address in ["/?", "/signin?for=change", "/reset?utm_source=a%20b&x", "/reset?a=1&"] {
        assert_eq!(browser.page(address).await.status, 200, "{address}");
    }
    // As the library writes it by which our own pages ask.
    let view = browser.send(fetch("/api/reset/view?step=identify&")).await;
    assert_eq!(view.status, 200, "{}", view.body);
}

#[tokio::test]
async fn a_view_that_is_asked_for_in_other_words_is_no_fault_of_ours() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for address in [
        "/api/reset/view",
        "/api/reset/view?",
        "/api/reset/view?step=",
        "/api/reset/view?step=nowhere",
        "/api/reset/view?Step=identify",
        "/api/register/view",
    ] {
        let heard = browser.send(fetch(address)).await;
        assert_eq!(
            (heard.status.as_u16(), heard.body.as_str()),
            (400, "{\"No\":\"malformed\"}"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_form_that_lacks_a_field_is_no_fault_of_ours() {
    let house = House::open().await;
    for (door, fields) in DOORS {
        let mut browser = Browser::new(&house);
        for without in 0..fields.len() {
            let mut lacking = fields.to_vec();
            let (name, _) = lacking.remove(without);
            let heard = browser.post(door, &lacking).await;
            assert_eq!(
                (heard.status.as_u16(), heard.body.as_str()),
                (400, "{\"No\":\"malformed\"}"),
                "{door} without {name}"
            );
            let heard = browser.submit(door, &lacking).await;
            assert_eq!(heard.status, 400, "{door} without {name}");
            assert!(
                is_small_page(&heard) && heard.location().is_empty(),
                "{door} without {name}: {}",
                heard.body
            );
        }
        // The same with nothing lacking gets as far as the service.
        let heard = browser.post(door, fields).await;
        assert!(
            heard.status != 400 && heard.status != 500,
            "{door}: {} {}",
            heard.status,
            heard.body
        );
    }
    assert!(house.audit().await.iter().all(|(event, ..)| event != "code_sent"));
}

#[tokio::test]
async fn a_number_that_is_none_is_no_fault_of_ours() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for seconds in ["", "soon", "-1", "1e3", "99999999999999999999"] {
        let heard = browser.post("demo/clock", &[("seconds", seconds)]).await;
        assert_eq!(heard.status, 400, "{seconds:?}");
    }
}

#[tokio::test]
async fn a_field_that_a_door_does_not_know_changes_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let fields = [
        ("user_name", "k.sato"),
        ("password", PASSWORD),
        ("role", "administrator"),
        ("account", "someone-else"),
        ("must_change", "false"),
    ];
    let heard = browser.post("signin", &fields).await;
    assert_eq!((heard.status.as_u16(), heard.next().as_str()), (200, "/register"));
}
