//! What the guard lets through, and what it does not.

use axum::body::Body;
use server::http::address::Client;
use server::http::guard::{Refused, Why};

use super::house::{Ask, Endless, FORM, House, text};

#[tokio::test]
async fn only_listed_methods_are_answered() {
    let house = House::new();
    assert_eq!(house.status(Ask::get("/")).await, 200);
    assert_eq!(house.status(Ask::new("HEAD", "/")).await, 200);
    for method in [
        "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "TRACK", "PROPFIND", "get",
    ] {
        let answer = house
            .ask(
                Ask::new(method, "/")
                    .with("origin", "https://evil.example")
                    .with("access-control-request-method", "POST"),
            )
            .await;
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "GET, HEAD, POST", "{method}");
        assert!(
            !answer
                .headers()
                .keys()
                .any(|name| name.as_str().starts_with("access-control")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_form_is_taken_from_our_own_pages_only() {
    const OURS: &str = "https://reset.example.org";
    let sites = [
        None,
        Some("same-origin"),
        Some("same-site"),
        Some("cross-site"),
        Some("none"),
        Some("Same-Origin"),
        Some(""),
    ];
    let origins = [
        None,
        Some(OURS),
        Some("null"),
        Some("https://evil.example"),
        Some("http://reset.example.org"),
        Some("https://reset.example.org:8443"),
        Some("https://RESET.example.org"),
        Some(""),
    ];
    let kinds = [
        FORM,
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
    ];
    for site in sites {
        for origin in origins {
            for kind in kinds {
                for method in ["POST", "GET", "HEAD"] {
                    let house = House::new();
                    let mut ask = Ask::post("/", kind, "a=1");
                    *ask.0.method_mut() = method.parse().unwrap();
                    if let Some(site) = site {
                        ask = ask.with("sec-fetch-site", site);
                    }
                    if let Some(origin) = origin {
                        ask = ask.with("origin", origin);
                    }
                    let ours = matches!(
                        (site, origin),
                        (Some("same-origin"), None | Some(OURS)) | (None, Some(OURS))
                    );
                    let expected = match (method, ours, kind) {
                        ("GET" | "HEAD", ..) | (_, true, FORM) => 200,
                        (_, true, _) => 415,
                        (_, false, _) => 403,
                    };
                    assert_eq!(house.status(ask).await, expected, "{method} {site:?} {origin:?} {kind}");
                    let told = house.reasons();
                    assert_eq!(told.contains(&Why::CrossSite), expected == 403, "{told:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_header_that_comes_twice_counts_as_foreign() {
    let house = House::new();
    assert_eq!(
        house
            .status(Ask::form("a=1").and("origin", "https://evil.example"))
            .await,
        403
    );
    assert_eq!(
        house.status(Ask::form("a=1").and("sec-fetch-site", "cross-site")).await,
        403
    );
    assert_eq!(
        house.status(Ask::form("a=1").and("content-type", "text/plain")).await,
        415
    );
    assert_eq!(house.status(Ask::get("/").and("host", "evil.example")).await, 421);
}

#[tokio::test]
async fn a_form_passes_unchanged() {
    let house = House::new();
    let body = "name=%E6%97%A5&code=12+34";
    assert_eq!(text(house.ask(Ask::form(body)).await).await, body);
    let charset = format!("{FORM}; charset=UTF-8");
    assert_eq!(
        text(house.ask(Ask::form(body).with("content-type", &charset)).await).await,
        body
    );
    assert_eq!(house.status(Ask::form("")).await, 200);
    assert_eq!(
        house
            .status(Ask::form(body).with("content-type", &format!("{FORM}; charset=utf-16")))
            .await,
        415
    );
    assert_eq!(house.status(Ask::form(body).without("content-type")).await, 415);
    assert_eq!(
        house.status(Ask::form(body).with("content-encoding", "gzip")).await,
        415
    );
    assert_eq!(house.reasons(), [Why::ContentType; 3]);
}

#[tokio::test]
async fn forms_that_can_be_read_in_two_ways_are_refused() {
    let house = House::new();
    for body in ["a=1&a=2", "to[]=1", "a=%FF", "a=%ED%A0%80", "a=%zz"] {
        assert_eq!(house.status(Ask::form(body)).await, 400, "{body}");
    }
}

#[tokio::test]
async fn only_our_own_host_is_answered_for() {
    let house = House::new();
    for host in [
        "evil.example",
        "reset.example.org.evil.example",
        "reset.example.org:8080",
        "127.0.0.1",
        "",
    ] {
        assert_eq!(house.status(Ask::get("/").with("host", host)).await, 421, "{host}");
        assert_eq!(
            house.status(Ask::get("/healthz").with("host", host)).await,
            200,
            "{host}"
        );
    }
    assert_eq!(
        house.status(Ask::get("/").with("host", "RESET.example.org:443")).await,
        200
    );
    assert_eq!(house.status(Ask::get("/").without("host")).await, 421);
    assert_eq!(house.status(Ask::get("https://evil.example/")).await, 421);
    assert_eq!(
        house
            .status(Ask::get("/").with("x-forwarded-host", "evil.example"))
            .await,
        200
    );
    let local = House::at("http://localhost:8080");
    assert_eq!(local.status(Ask::get("/").with("host", "localhost:8080")).await, 200);
    assert_eq!(local.status(Ask::get("/").with("host", "localhost")).await, 421);
}

#[tokio::test]
async fn a_cookie_of_ours_comes_once() {
    let house = House::new();
    for (cookies, status) in [
        ("__Host-aikagi-session=a; theirs=b; theirs=c", 200),
        ("__Host-aikagi-session=a; __Host-aikagi-flow=b", 200),
        ("__Host-aikagi-session=a; __Host-aikagi-session=a", 400),
        ("__Host-aikagi-session=a;x=1;__Host-aikagi-session=b", 400),
        ("aikagi-flow=a; aikagi-flow", 400),
        ("__Host-aikagi-session=a; __host-AIKAGI-session=b", 400),
    ] {
        assert_eq!(
            house.status(Ask::get("/").with("cookie", cookies)).await,
            status,
            "{cookies}"
        );
    }
    let split = Ask::get("/")
        .with("cookie", "__Host-aikagi-session=a")
        .and("cookie", "__Host-aikagi-session=b");
    assert_eq!(house.status(split).await, 400);
}

#[tokio::test]
async fn sizes_are_bounded() {
    let house = House::new();
    let path = |n: usize| format!("/?{}", "a".repeat(n - 2));
    assert_eq!(house.status(Ask::get(&path(4_096))).await, 200);
    assert_eq!(house.status(Ask::get(&path(4_097))).await, 414);
    let body = |n: usize| format!("a={}", "x".repeat(n - 2));
    assert_eq!(house.status(Ask::form(body(16_384))).await, 200);
    assert_eq!(house.status(Ask::form(body(16_385))).await, 413);
    assert_eq!(
        house.status(Ask::form("a=1").with("content-length", "16385")).await,
        413
    );
    let report = |n: usize| {
        Ask::post("/csp-report", "application/csp-report", "x".repeat(n)).with("sec-fetch-site", "same-origin")
    };
    assert_eq!(house.status(report(8_192)).await, 200);
    assert_eq!(house.status(report(8_193)).await, 413);
}

#[tokio::test]
async fn reports_have_their_own_types() {
    let house = House::new();
    let report = |kind| Ask::post("/csp-report", kind, "{}");
    for kind in ["application/csp-report", "application/reports+json"] {
        // Chromium sends the one kind with both headers, the other with `Origin` alone.
        assert_eq!(
            house.status(report(kind).with("sec-fetch-site", "same-origin")).await,
            200
        );
        assert_eq!(
            house
                .status(report(kind).with("origin", "https://reset.example.org"))
                .await,
            200
        );
        assert_eq!(
            house.status(report(kind).with("sec-fetch-site", "cross-site")).await,
            403
        );
        assert_eq!(house.status(report(kind)).await, 403);
        assert_eq!(house.status(Ask::form("{}").with("content-type", kind)).await, 415);
    }
    assert_eq!(
        house.status(report(FORM).with("sec-fetch-site", "same-origin")).await,
        415
    );
}

#[tokio::test(start_paused = true)]
async fn one_network_sends_no_more_reports_than_anybody_needs_and_none_of_them_is_read() {
    let house = House::new();
    let report = |from: &str| {
        Ask::post("/csp-report", "application/csp-report", "{}")
            .with("sec-fetch-site", "same-origin")
            .with("x-forwarded-for", from)
    };
    for _ in 0..10 {
        assert_eq!(house.status(report("203.0.113.9")).await, 200);
    }
    let mut unread = report("203.0.113.9");
    *unread.0.body_mut() = Body::new(Endless);
    let started = tokio::time::Instant::now();
    let refused = house.ask(unread).await;
    assert_eq!((refused.status().as_u16(), started.elapsed().as_secs()), (429, 0));
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(house.reasons(), [Why::TooManyReports]);

    assert_eq!(house.status(report("203.0.113.10")).await, 200);
    assert_eq!(house.status(Ask::form("a=1")).await, 200);
    tokio::time::advance(std::time::Duration::from_secs(10)).await;
    assert_eq!(house.status(report("203.0.113.9")).await, 200);
    assert_eq!(house.status(report("203.0.113.9")).await, 429);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let house = House::new();
    let started = tokio::time::Instant::now();
    let answer = house.ask(Ask::form(Body::new(Endless))).await;
    assert_eq!(answer.status(), 408);
    assert_eq!(started.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_is_not_waited_for() {
    let house = House::new();
    let started = tokio::time::Instant::now();
    let answer = house.ask(Ask::get("/slow")).await;
    assert_eq!(answer.status(), 504);
    assert_eq!(started.elapsed().as_secs(), 20);
    let page = text(answer).await;
    // It may have been: a handler that is cut off has perhaps sent its commit.
    assert!(
        page.contains("may have been done") && !page.contains("nothing was changed"),
        "{page}"
    );
}

#[tokio::test]
async fn whoever_is_turned_away_for_now_reads_when_to_come_again() {
    let house = House::new();
    let form = |accept: &str| {
        let mut ask = Ask::form("a=1").with("accept", accept);
        *ask.0.uri_mut() = "/busy".parse().unwrap();
        ask
    };
    let plain = house.ask(form("text/html,*/*")).await;
    assert_eq!(
        (plain.status().as_u16(), &plain.headers()["retry-after"]),
        (503, &"5".parse().unwrap())
    );
    assert!(!plain.headers().contains_key("location"), "{plain:?}");
    let page = text(plain).await;
    assert!(
        page.contains("nothing was changed") && page.contains("混み合って"),
        "{page}"
    );

    let fetched = house.ask(form("application/json")).await;
    assert_eq!(
        (fetched.status().as_u16(), &fetched.headers()["retry-after"]),
        (503, &"5".parse().unwrap())
    );
    assert_eq!(text(fetched).await, "\"said to a script\"");
}

#[tokio::test]
async fn a_panic_is_one_bad_answer_and_no_more() {
    let house = House::new();
    let answer = house.ask(Ask::get("/panic")).await;
    assert_eq!(answer.status(), 500);
    assert!(!text(answer).await.contains("on purpose"));
    assert_eq!(house.status(Ask::get("/")).await, 200);
}

#[tokio::test]
async fn the_client_is_known_to_handlers_and_to_whoever_hears_of_refusals() {
    let house = House::new();
    let forwarded = Ask::get("/who").with("x-forwarded-for", "1.2.3.4, 203.0.113.9");
    assert_eq!(text(house.ask(forwarded).await).await, "203.0.113.9");
    let refused = Ask::post("/", FORM, "a=1").with("x-forwarded-for", "203.0.113.9");
    assert_eq!(house.status(refused).await, 403);
    let told = house.refused.lock().unwrap().clone();
    assert_eq!(
        told,
        [Refused {
            why: Why::CrossSite,
            client: Client::new("203.0.113.9".parse().unwrap()),
        }]
    );
}
