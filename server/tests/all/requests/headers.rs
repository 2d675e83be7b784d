//! The headers of real answers, whole: pages, doors, files, refusals.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;

use super::browser::{Browser, House, ORIGIN, PASSWORD};

/// The content policy without the nonce of a page.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
                      base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri /csp-report; report-to csp";

/// Whatever can be asked for by address.
const ADDRESSES: [&str; 9] = [
    "/",
    "/signin",
    "/reset",
    "/nowhere",
    "/healthz",
    "/api/reset/view?step=identify",
    "/api/nothing",
    "/pkg-0/aikagi.css",
    "/.well-known/change-password",
];

fn ask(method: &str, address: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(address)
        .header("accept", "text/html,*/*")
}

#[tokio::test]
async fn the_whole_content_policy_stands_on_every_answer() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for address in ADDRESSES {
        let heard = browser.page(address).await;
        assert_eq!(heard.headers.get_all("content-security-policy").iter().count(), 1);
        let policy = heard.headers["content-security-policy"].to_str().unwrap();
        let bare = match policy.split_once("'nonce-") {
            None => policy.to_owned(),
            Some((before, rest)) => format!("{before}{}", rest.split_once("' ").unwrap().1),
        };
        assert_eq!(bare, POLICY, "{address}");
    }
}

#[tokio::test]
async fn no_permission_is_given_but_those_that_signing_in_needs() {
    let house = House::open().await;
    let heard = Browser::new(&house).page("/").await;
    let policy = heard.headers["permissions-policy"].to_str().unwrap();
    let (ours, others): (BTreeSet<&str>, BTreeSet<&str>) = policy.split(", ").partition(|one| !one.ends_with("=()"));
    assert_eq!(
        ours,
        BTreeSet::from([
            "otp-credentials=(self)",
            "publickey-credentials-create=(self)",
            "publickey-credentials-get=(self)",
        ])
    );
    for closed in [
        "camera",
        "microphone",
        "geolocation",
        "payment",
        "usb",
        "display-capture",
        "storage-access",
    ] {
        assert!(others.contains(format!("{closed}=()").as_str()), "{closed}");
    }
}

#[tokio::test]
async fn no_other_site_may_read_an_answer() {
    let house = House::open().await;
    for address in ADDRESSES {
        for method in ["GET", "HEAD", "OPTIONS", "POST"] {
            for origin in ["https://evil.example", "null", ORIGIN] {
                let request = ask(method, address)
                    .header("origin", origin)
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "content-type")
                    .body(Body::empty())
                    .unwrap();
                let heard = Browser::new(&house).send(request).await;
                let told: Vec<_> = heard
                    .headers
                    .keys()
                    .filter(|name| name.as_str().starts_with("access-control-"))
                    .collect();
                assert!(told.is_empty(), "{method} {address} for {origin}: {told:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_sign_in_leads_to_pages_of_ours_wherever_somebody_was_going() {
    let house = House::open().await;
    for going in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "register\r\nlocation: //evil.example",
        "/change",
        "signout",
    ] {
        let fields = [("user_name", "k.sato"), ("password", PASSWORD), ("going", going)];
        let heard = Browser::new(&house).post("signin", &fields).await;
        assert_eq!(heard.next(), "/register", "{going}");
        let heard = Browser::new(&house).submit("signin", &fields).await;
        assert_eq!((heard.status.as_u16(), heard.location()), (302, "/register"), "{going}");
        // Refused, it goes on to the form again, and leads nowhere else either.
        let wrong = [("user_name", "k.sato"), ("password", "x"), ("going", going)];
        let mut browser = Browser::new(&house);
        assert_eq!(browser.submit("signin", &wrong).await.location(), "/signin", "{going}");
        assert!(!browser.page("/signin").await.body.contains("href=\"//evil"), "{going}");
        house.later(86_400);
    }
    let fields = [("user_name", "k.sato"), ("password", PASSWORD), ("going", "change")];
    assert_eq!(Browser::new(&house).post("signin", &fields).await.next(), "/change");
}
