//! What the guard does not let through, in the audit log.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use portal::audit::Event;
use server::store::audit::Filter;

use super::browser::{Browser, House};

/// A form that another site sent.
fn foreign() -> Request<Body> {
    Request::post("/api/signin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .body(Body::from("user_name=k.sato&password=x"))
        .unwrap()
}

/// Networks of the rows about other sites, the newest first.
async fn rows(house: &House) -> Vec<String> {
    let filter = Filter::Event(Event::CrossSite);
    let rows = house.store().list_audit(&filter, None, 200).await.unwrap();
    rows.into_iter().map(|row| row.network).collect()
}

#[tokio::test]
async fn a_stranger_cannot_fill_the_audit_log_with_refusals() {
    let house = House::open().await;
    let (router, refusals) = house.server.router("pkg-test", None);
    let written = tokio::spawn(refusals.write_down(Arc::clone(&house.server.store) as _));
    let mut browser = Browser::with(router);
    for _ in 0..50 {
        for network in [7, 8] {
            browser.address = [203, 0, network, 9];
            assert_eq!(browser.send(foreign()).await.status, 403);
        }
    }
    house.later(3_500);
    assert_eq!(browser.send(foreign()).await.status, 403);
    house.later(100);
    assert_eq!(browser.send(foreign()).await.status, 403);
    // No row calls a method that nothing here has another site.
    let put = Request::put("/").body(Body::empty()).unwrap();
    browser.address = [203, 0, 113, 9];
    assert_eq!(browser.send(put).await.status, 405);
    drop(browser);
    written.await.unwrap();
    assert_eq!(rows(&house).await, ["203.0.8.0/24", "203.0.8.0/24", "203.0.7.0/24"]);
}
