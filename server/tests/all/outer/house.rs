//! A guarded house to send requests to, and requests as a stranger would put them together.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Extension;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use server::http::address::{Client, Peer, TrustedProxies};
use server::http::guard::{Guard, Refused, Why, content_policy};
use server::settings::PublicUrl;
use tower::ServiceExt as _;

/// The type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A guarded house with a few rooms, and what the guard told about refusals.
pub struct House {
    router: Router,
    pub refused: Arc<Mutex<Vec<Refused>>>,
}

impl House {
    pub fn at(public_url: &str) -> Self {
        let refused = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&refused);
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let guard = Guard::new(
            PublicUrl::parse(public_url).unwrap(),
            proxies,
            Arc::new(move |one| told.lock().unwrap().push(one)),
        );
        let router = Router::new()
            .route("/", get(async || "home").post(async |body: Bytes| body))
            .route("/healthz", get(async || "well"))
            .route("/csp-report", post(async |body: Bytes| body))
            .route(
                "/who",
                get(async |Extension(client): Extension<Client>| client.address().to_string()),
            )
            .route("/slow", get(async || tokio::time::sleep(Duration::from_mins(1)).await))
            .route("/panic", get(panics))
            .route("/busy", post(busy).get(busy))
            .route(
                "/cached",
                get(async || ([(header::CACHE_CONTROL, "public, max-age=31536000, immutable")], "x")),
            )
            .route(
                "/page",
                get(async || ([(header::CONTENT_SECURITY_POLICY, content_policy(Some("abc")))], "x")),
            )
            .route(
                "/moved",
                get(async || (StatusCode::FOUND, [(header::LOCATION, "/?__path=%2Fx&__err=e")])),
            )
            .route("/talkative", get(async || ([(header::SERVER, "axum")], "x")));
        Self {
            router: guard.before(router),
            refused,
        }
    }

    pub fn new() -> Self {
        Self::at("https://reset.example.org")
    }

    pub async fn ask(&self, request: Ask) -> Response<Body> {
        self.router.clone().oneshot(request.0).await.unwrap()
    }

    pub async fn status(&self, request: Ask) -> u16 {
        self.ask(request).await.status().as_u16()
    }

    pub fn reasons(&self) -> Vec<Why> {
        self.refused.lock().unwrap().iter().map(|one| one.why).collect()
    }
}

/// A door that has too much to do: its status, and where the page framework leads a plain form.
async fn busy() -> impl IntoResponse {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::LOCATION, "/reset")],
        "\"said to a script\"",
    )
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

/// A body of which nothing comes.
pub struct Endless;

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

/// A request under construction.
pub struct Ask(pub Request<Body>);

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = path.parse().unwrap();
        request.extensions_mut().insert(Peer("10.0.0.1:4711".parse().unwrap()));
        Self(request).with("host", "reset.example.org")
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A form as a browser sends it from a page of ours.
    pub fn form(body: impl Into<Body>) -> Self {
        Self::post("/", FORM, body)
            .with("sec-fetch-site", "same-origin")
            .with("origin", "https://reset.example.org")
    }

    /// A body of this type without a word on where from.
    pub fn post(path: &str, kind: &str, body: impl Into<Body>) -> Self {
        let mut ask = Self::new("POST", path).with("content-type", kind);
        *ask.0.body_mut() = body.into();
        ask
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }
}

pub async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
