//! Gateways for text messages and calls, against a real HTTP server.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use portal::account::Language;
use server::courier::http::HttpGateway;
use server::courier::{Courier as _, Parcel, Undelivered};
use server::settings::{Environment, Settings};
use tokio::net::TcpListener;

use super::smtp::exim::Exim;

/// A request as it arrived.
#[derive(Clone, Debug)]
struct Arrived {
    method: Method,
    query: String,
    headers: HeaderMap,
    body: String,
}

#[derive(Clone, Default)]
struct Service {
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

async fn take(
    State(service): State<Service>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: axum::http::Uri,
    body: Bytes,
) -> Response {
    service.arrived.lock().unwrap().push(Arrived {
        method,
        query: query.unwrap_or_default(),
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    match uri.path().trim_start_matches('/') {
        "moved" => (StatusCode::FOUND, [("location", "/200")]).into_response(),
        "accepted" => r#"{"messages":[{"status":"0","cost":1}]}"#.into_response(),
        "rejected" => r#"{"messages":[{"status":"4"}]}"#.into_response(),
        "endless" => "x".repeat(100_000).into_response(),
        status => StatusCode::from_bytes(status.as_bytes()).unwrap().into_response(),
    }
}

impl Service {
    async fn start() -> (Self, String) {
        let service = Self::default();
        let router = Router::new().fallback(take).with_state(service.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let proxies = server::http::address::TrustedProxies::default();
        tokio::spawn(server::http::accept::serve(
            listener,
            router,
            proxies,
            server::http::accept::Bounds::default(),
            std::future::pending(),
        ));
        (service, origin)
    }

    fn last(&self) -> Arrived {
        self.arrived.lock().unwrap().last().unwrap().clone()
    }
}

/// The gateway of a `[text]` section.
fn gateway(section: &str) -> HttpGateway {
    let text = format!("public_url = \"https://reset.example.org\"\n[text]\n{section}");
    let settings = Settings::read(&text, Path::new("aikagi.toml"), &Environment::new())
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    HttpGateway::new(&settings.text.unwrap()).unwrap()
}

fn json(origin: &str, path: &str) -> String {
    format!("url = \"{origin}/{path}\"\nbody = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"ref\":\"{{id}}\"}}'\n")
}

fn parcel() -> Parcel {
    Parcel::Text {
        to: "+819012345678".into(),
        text: "コード: \"123456\"\n@reset.example.org #123456".into(),
    }
}

#[tokio::test]
async fn json_arrives_as_it_was_meant() {
    let (service, origin) = Service::start().await;
    let gateway = gateway(&format!(
        "{}headers = {{ Authorization = \"Bearer hidden\" }}\n",
        json(&origin, "201")
    ));
    gateway.deliver(&parcel(), "m-17").await.unwrap();
    let arrived = service.last();
    assert_eq!(arrived.method, Method::POST);
    assert_eq!(arrived.headers["content-type"], "application/json");
    assert_eq!(arrived.headers["authorization"], "Bearer hidden");
    let said: HashMap<String, String> = serde_json::from_str(&arrived.body).unwrap();
    assert_eq!(
        (said["to"].as_str(), said["text"].as_str(), said["ref"].as_str()),
        (parcel().to(), parcel().text(), "m-17")
    );
}

#[tokio::test]
async fn a_form_and_a_query_arrive_as_they_were_meant() {
    let (service, origin) = Service::start().await;
    let form = gateway(&format!(
        "url = \"{origin}/200\"\nheaders = {{ Content-Type = \"application/x-www-form-urlencoded\" }}\nbody = \"To={{to}}&Body={{text}}\"\n"
    ));
    form.deliver(&parcel(), "m").await.unwrap();
    let pairs: Vec<_> = url::form_urlencoded::parse(service.last().body.as_bytes())
        .into_owned()
        .map(|(_, value)| value)
        .collect();
    assert_eq!(pairs, [parcel().to(), parcel().text()]);

    let query = gateway(&format!(
        "method = \"GET\"\nurl = \"{origin}/202?user=a&to={{to}}&text={{text}}&lang={{language}}\"\n"
    ));
    let call = Parcel::Call {
        to: "+819012345678".into(),
        text: "1, 2, 3".into(),
        language: Language::Ja,
    };
    query.deliver(&call, "m").await.unwrap();
    let arrived = service.last();
    assert_eq!(arrived.method, Method::GET);
    let pairs: Vec<_> = url::form_urlencoded::parse(arrived.query.as_bytes())
        .into_owned()
        .map(|(_, value)| value)
        .collect();
    assert_eq!(pairs, ["a", "+819012345678", "1, 2, 3", "ja"]);
}

/// What is expected of an outcome.
type Expected = fn(&Undelivered) -> bool;

#[tokio::test]
async fn what_the_gateway_says_decides_what_becomes_of_the_message() {
    let (service, origin) = Service::start().await;
    let never = |outcome: &_| matches!(outcome, Undelivered::Never(_));
    let later = |outcome: &_| matches!(outcome, Undelivered::Later(_));
    let away = |outcome: &_| matches!(outcome, Undelivered::Away(_));
    let told: [(&str, Expected); 9] = [
        ("400", never),
        ("422", never),
        ("401", away),
        ("403", away),
        ("404", away),
        ("429", later),
        ("500", away),
        ("503", away),
        ("moved", away),
    ];
    for (path, is_expected) in told {
        let outcome = gateway(&json(&origin, path)).deliver(&parcel(), "m").await.unwrap_err();
        assert!(is_expected(&outcome), "{path}: {outcome}");
        assert!(
            !outcome.to_string().contains("123456") && !outcome.to_string().contains("+81"),
            "{outcome}"
        );
    }
    let asked = service.arrived.lock().unwrap().len();
    assert_eq!(asked, 9, "a redirect was followed, or a message sent twice");
}

#[tokio::test]
async fn a_success_that_is_none_is_seen_in_the_answer() {
    let (_service, origin) = Service::start().await;
    let rule = "success = { status = [\"200-299\"], json = \"/messages/0/status\", equals = \"0\" }\n";
    let with = |path: &str| gateway(&format!("{}{rule}", json(&origin, path)));
    assert_eq!(with("accepted").deliver(&parcel(), "m").await, Ok(()));
    for path in ["rejected", "200"] {
        let outcome = with(path).deliver(&parcel(), "m").await;
        assert!(matches!(outcome, Err(Undelivered::Later(_))), "{path}: {outcome:?}");
    }
    let outcome = with("endless").deliver(&parcel(), "m").await;
    assert!(matches!(outcome, Err(Undelivered::Away(_))), "{outcome:?}");
    let number = format!(
        "{}success = {{ json = \"/messages/0/cost\", equals = \"1\" }}\n",
        json(&origin, "accepted")
    );
    assert_eq!(gateway(&number).deliver(&parcel(), "m").await, Ok(()));
}

#[tokio::test]
async fn a_gateway_that_is_away_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let outcome = gateway(&json(&origin, "")).deliver(&parcel(), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away(format!("{origin}: cannot be reached"))));
}

#[tokio::test]
async fn a_gateway_that_takes_connections_and_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let gateway = gateway(&json(&origin, ""));
    // The seconds pass at once.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let outcome = gateway.deliver(&parcel(), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away(format!("{origin}: too slow"))));
    assert!(began.elapsed() <= Duration::from_secs(11), "{:?}", began.elapsed());
}

#[tokio::test]
async fn https_is_asked_with_a_trusted_certificate_only() {
    // A server with a certificate that nobody vouches for. That it is one for mail would show only after the handshake.
    let Some(exim) = Exim::start().await else { return };
    let origin = format!("https://localhost:{}", exim.tls);
    let outcome = gateway(&json(&origin, "200")).deliver(&parcel(), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away(format!("{origin}: cannot be reached"))));
    // One that speaks no TLS at all.
    let (service, origin) = Service::start().await;
    let origin = origin.replace("http:", "https:");
    let outcome = gateway(&json(&origin, "200")).deliver(&parcel(), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away(format!("{origin}: cannot be reached"))));
    assert!(service.arrived.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_mail_does_not_go_by_text_message() {
    let (_service, origin) = Service::start().await;
    let mail = Parcel::Mail {
        to: "t@example.org".into(),
        subject: "s".into(),
        text: "x".into(),
    };
    assert_eq!(
        gateway(&json(&origin, "200")).deliver(&mail, "m").await,
        Err(Undelivered::NoSuchChannel)
    );
}
