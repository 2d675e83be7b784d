//! What every answer wears.

use axum::http::{HeaderMap, HeaderName};

use super::house::{Ask, FORM, House, text};

#[tokio::test]
async fn every_answer_wears_the_same_headers() {
    let house = House::new();
    let asks = || {
        vec![
            Ask::get("/"),
            Ask::get("/healthz"),
            Ask::get("/nowhere"),
            Ask::get("/panic"),
            Ask::get("/talkative"),
            Ask::new("OPTIONS", "/"),
            Ask::new("POST", "/healthz")
                .with("content-type", FORM)
                .with("sec-fetch-site", "same-origin"),
            Ask::get("/").with("host", "evil.example"),
            Ask::form("a=1&a=2"),
            Ask::post("/", FORM, "a=1"),
        ]
    };
    for ask in asks() {
        let shown = format!("{} {}", ask.0.method(), ask.0.uri());
        let answer = house.ask(ask).await;
        let has = |name: &'static str| {
            answer
                .headers()
                .get(HeaderName::from_static(name))
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        assert!(
            has("content-security-policy").starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{shown}"
        );
        assert!(has("content-security-policy").ends_with("report-to csp"), "{shown}");
        assert_eq!(
            has("strict-transport-security"),
            "max-age=31536000; includeSubDomains",
            "{shown}"
        );
        assert_eq!(has("x-content-type-options"), "nosniff", "{shown}");
        assert_eq!(has("referrer-policy"), "same-origin", "{shown}");
        assert_eq!(has("x-frame-options"), "DENY", "{shown}");
        assert_eq!(has("cross-origin-opener-policy"), "same-origin", "{shown}");
        assert_eq!(has("cross-origin-resource-policy"), "same-origin", "{shown}");
        assert_eq!(has("cross-origin-embedder-policy"), "require-corp", "{shown}");
        assert!(
            has("permissions-policy").contains("publickey-credentials-get=(self)"),
            "{shown}"
        );
        assert!(has("permissions-policy").contains("camera=()"), "{shown}");
        assert_eq!(has("reporting-endpoints"), "csp=\"/csp-report\"", "{shown}");
        assert_eq!(has("cache-control"), "no-store", "{shown}");
        assert!(answer.headers().get("server").is_none(), "{shown}");
    }
    let local = House::at("http://localhost:8080");
    let answer = local.ask(Ask::get("/").with("host", "localhost:8080")).await;
    assert!(answer.headers().get("strict-transport-security").is_none());
}

#[tokio::test]
async fn what_a_handler_decided_stays() {
    let house = House::new();
    assert_eq!(
        house.ask(Ask::get("/cached")).await.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    let page = house.ask(Ask::get("/page")).await;
    assert_eq!(page.headers().get_all("content-security-policy").iter().count(), 1);
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("'nonce-abc'")
    );
    assert_eq!(house.ask(Ask::get("/moved")).await.headers()["location"], "/");
}

#[tokio::test]
async fn a_refusal_is_a_small_page_in_both_languages() {
    let house = House::new();
    let answer = house.ask(Ask::post("/", FORM, "a=1")).await;
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let headers: &HeaderMap = answer.headers();
    assert!(!headers.contains_key("set-cookie"));
    let page = text(answer).await;
    assert!(
        page.contains("This form did not come from a page of this site") && page.contains("受け付けませんでした"),
        "{page}"
    );
    assert!(
        page.contains("<a href=\"/\">") && !page.contains("<script") && !page.contains("style"),
        "{page}"
    );
}
