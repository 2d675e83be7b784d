//! What every browser sees: headers, cookies, addresses that lead nowhere.

use axum::body::Body;
use axum::http::Request;

use super::browser::{Browser, House, ORIGIN};

#[tokio::test]
async fn a_page_carries_its_policy_with_a_fresh_nonce_and_nothing_inline_without_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = browser.page("/reset").await;
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        let sources = policy.replace("'wasm-unsafe-eval'", "");
        assert!(sources.starts_with("default-src 'none'") && !sources.contains("unsafe"));
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        for script in page.body.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        }
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        assert_eq!(page.headers["x-frame-options"], "DENY");
        assert!(!page.headers.contains_key("server"));
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn cookies_are_opaque_and_for_this_site_alone() {
    let house = House::open().await;
    let page = Browser::new(&house).page("/reset").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("aikagi-flow="));
    assert!(cookie.contains("Path=/; HttpOnly; SameSite=Strict") && !cookie.contains("Domain"));
}

#[tokio::test]
async fn posts_from_elsewhere_are_refused() {
    let house = House::open().await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "null"),
        ("origin", "https://evil.example"),
    ] {
        let request = Request::post("/api/signin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(header, value)
            .body(Body::from("user_name=k.sato&password=x"))
            .unwrap();
        assert_eq!(
            Browser::new(&house).send(request).await.status,
            403,
            "{header}: {value}"
        );
    }
}

#[tokio::test]
async fn another_host_is_misdirected_and_shapes_no_link() {
    let house = House::open().await;
    let request = Request::get("/reset")
        .header("host", "evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(Browser::new(&house).send(request).await.status, 421);
    let request = Request::get("/reset")
        .header("x-forwarded-host", "evil.example")
        .body(Body::empty())
        .unwrap();
    assert!(!Browser::new(&house).send(request).await.body.contains("evil.example"));
}

#[tokio::test]
async fn what_is_nowhere_is_a_true_404() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for path in [
        "/api/nothing",
        "/pkg-0/aikagi.js",
        "/.well-known/nothing",
        "/x.php",
        "/admin.html",
        "/nowhere",
        "/demo/nothing",
    ] {
        assert_eq!(browser.page(path).await.status, 404, "{path}");
    }
    let page = browser.page("/.well-known/change-password").await;
    assert_eq!((page.status.as_u16(), page.location()), (303, "/change"));
}

#[tokio::test]
async fn without_a_demonstration_nothing_of_it_exists() {
    let house = House::open().await;
    let (router, _) = house.server.router("pkg-test", None);
    let mut browser = Browser::with(router);
    for path in [
        "/demo",
        "/demo/mailbox",
        "/demo/mailbox.json",
        "/api/demo/view",
        "/api/demo/mailbox/view",
    ] {
        assert_eq!(browser.page(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.post("demo/clock", &[("seconds", "60")]).await.status, 404);
}

#[tokio::test]
async fn a_form_with_arrays_or_doubles_is_refused() {
    let house = House::open().await;
    for body in [
        "user_name=a&user_name=b&password=x",
        "user_name[]=a&password=x",
        "user_name[0]=a&password=x",
    ] {
        let request = Request::post("/api/signin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", ORIGIN)
            .body(Body::from(body))
            .unwrap();
        assert_eq!(Browser::new(&house).send(request).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn health_tells_nothing_but_yes_or_no() {
    let house = House::open().await;
    for path in ["/healthz", "/readyz"] {
        let heard = Browser::new(&house).page(path).await;
        assert_eq!((heard.status.as_u16(), heard.body.as_str()), (204, ""), "{path}");
    }
}
