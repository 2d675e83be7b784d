//! A house for a test, and browsers that visit it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use portal::moment::Moment;
use portal::presence::Search;
use serde_json::Value;
use server::assemble::Server;
use server::courier::mailbox::Mailbox;
use server::delivery::Delivery;
use server::http::address::Peer;
use server::store::SqlStore;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::cluster;

/// Where the house of a test is.
pub const ORIGIN: &str = "http://localhost:8099";

/// A house with the people of the demonstration.
pub struct House {
    pub router: Router,
    pub server: Server,
    pub mailbox: Arc<Mailbox>,
    pub folder: std::path::PathBuf,
    theatre: Arc<dyn app::api::demo::Theatre>,
    delivery: Delivery,
}

impl House {
    pub async fn open() -> Self {
        let folder = std::env::temp_dir().join(format!(
            "aikagi-test-{}",
            server::random::name(&server::random::SystemRandom).unwrap()
        ));
        let (stop, _) = watch::channel(false);
        let (server, (theatre, mailbox)) = server::demo::build(
            &folder,
            &cluster::database(&folder).await,
            8099,
            Arc::new(AtomicBool::new(false)),
            stop,
        )
        .await
        .unwrap();
        let (router, told) = server.router("pkg-test", Some((Arc::clone(&theatre), Arc::clone(&mailbox))));
        // Nobody listens: what the guard refuses is looked at by its status here.
        drop(told);
        let delivery = server.delivery();
        Self {
            router,
            server,
            mailbox,
            folder,
            theatre,
            delivery,
        }
    }

    pub fn store(&self) -> &SqlStore {
        &self.server.store
    }

    pub fn now(&self) -> Moment {
        self.server.portal.now()
    }

    pub fn later(&self, seconds: u64) {
        self.theatre.move_clock(seconds);
    }

    /// Delivers what waits, then gives the newest message to an address.
    pub async fn arrived(&self, to: &str) -> String {
        self.deliver().await;
        let letters = self.mailbox.list();
        letters
            .iter()
            .find(|letter| letter.parcel.to() == to)
            .map(|letter| letter.parcel.text().to_owned())
            .unwrap_or_default()
    }

    pub async fn deliver(&self) {
        while self.delivery.round().await.unwrap() > 0 {}
    }

    /// The code in the newest message to an address.
    pub async fn code(&self, to: &str) -> String {
        let text = self.arrived(to).await;
        if let Some((_, code)) = text.rsplit_once('#') {
            return code.to_owned();
        }
        let line = text
            .lines()
            .find(|line| matches!(line.len(), 9 | 11) && line.chars().all(|c| c.is_ascii_digit() || c == ' '));
        line.map_or_else(
            || text.chars().filter(char::is_ascii_digit).take(6).collect(),
            |line| line.replace(' ', ""),
        )
    }

    /// Events of the audit log with their outcomes, the newest first.
    pub async fn audit(&self) -> Vec<(String, String, String)> {
        let rows = self
            .store()
            .list_audit(&server::store::audit::Filter::All, None, 200)
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| (row.event, row.outcome, row.detail))
            .collect()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        cluster::forget(&self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An answer, read whole.
pub struct Heard {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// Where a deed leads, or the refusal.
    pub fn next(&self) -> String {
        match self.json() {
            Value::String(path) => path,
            other => other.to_string(),
        }
    }

    pub fn location(&self) -> &str {
        self.headers
            .get("location")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub address: [u8; 4],
}

impl Browser {
    pub fn new(house: &House) -> Self {
        Self::with(house.router.clone())
    }

    pub fn with(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            address: [203, 0, 113, 7],
        }
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Heard {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert("cookie", cookies.join("; ").parse().unwrap());
        }
        request
            .headers_mut()
            .entry("host")
            .or_insert("localhost:8099".parse().unwrap());
        request.extensions_mut().insert(Peer((self.address, 50_000).into()));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        super::markup::check(&parts.headers, &body);
        Heard {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Looks at a page as a browser does.
    pub async fn page(&mut self, path: &str) -> Heard {
        self.send(
            Request::get(path)
                .header("accept", "text/html")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Fetches a view.
    pub async fn view(&mut self, door: &str) -> Value {
        self.send(
            Request::get(format!("/api/{door}"))
                .header("accept", "application/json")
                .body(Body::empty())
                .unwrap(),
        )
        .await
        .json()
    }

    fn form(door: &str, fields: &[(&str, &str)], accept: &str) -> Request<Body> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        Request::post(door)
            .header("accept", accept)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("origin", ORIGIN)
            .body(Body::from(body.join("&")))
            .unwrap()
    }

    /// Posts a form by fetch.
    pub async fn post(&mut self, door: &str, fields: &[(&str, &str)]) -> Heard {
        self.send(Self::form(&format!("/api/{door}"), fields, "application/json"))
            .await
    }

    /// Posts a plain form.
    pub async fn submit(&mut self, door: &str, fields: &[(&str, &str)]) -> Heard {
        self.send(Self::form(&format!("/api/{door}"), fields, "text/html,*/*"))
            .await
    }

    /// Identifies an account, the work of the challenge done.
    pub async fn identify(&mut self, name: &str) -> Heard {
        let view = self.view("reset/view?step=identify").await;
        let challenge = &view["screen"]["identify"];
        let token = challenge["token"].as_str().unwrap();
        let bits = u8::try_from(challenge["bits"].as_u64().unwrap()).unwrap();
        let answer = Search::new(token, bits).advance(u32::MAX).unwrap();
        let key = view["key"].as_str().unwrap();
        self.post(
            "reset/identify",
            &[("user_name", name), ("token", token), ("answer", &answer), ("key", key)],
        )
        .await
    }

    /// A fresh key for a form of the reset: from the one step that every browser may look at.
    pub async fn key(&mut self) -> String {
        self.view("reset/view?step=identify").await["key"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn ask(&mut self, method: &str, whole: &str) -> Heard {
        let key = self.key().await;
        self.post(
            "reset/ask",
            &[
                ("method", method),
                ("whole_text", whole),
                ("whole_call", whole),
                ("whole_office", whole),
                ("whole_email", whole),
                ("key", &key),
            ],
        )
        .await
    }

    pub async fn verify(&mut self, code: &str) -> Heard {
        let key = self.key().await;
        self.post("reset/verify", &[("code", code), ("key", &key)]).await
    }

    pub async fn set(&mut self, password: &str) -> Heard {
        let key = self.key().await;
        self.post(
            "reset/set",
            &[("new_password", password), ("again", password), ("key", &key)],
        )
        .await
    }

    /// Proves twice as Ken Sato.
    pub async fn prove(&mut self, house: &House) {
        assert_eq!(self.identify("k.sato").await.next(), "/reset/choose");
        self.prove_both(house).await;
    }

    /// Proves twice, Ken Sato's name being given already.
    pub async fn prove_both(&mut self, house: &House) {
        assert_eq!(self.ask("email", "").await.next(), "/reset/code");
        assert_eq!(self.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
        assert_eq!(self.ask("text", "090 1234 5678").await.next(), "/reset/code");
        assert_eq!(self.verify(&house.code(PHONE).await).await.next(), "/reset/password");
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Heard {
        self.post("signin", &[("user_name", name), ("password", password)])
            .await
    }
}

/// Ken Sato's authentication email.
pub const EMAIL: &str = "ken.sato@example.net";
/// Ken Sato's authentication phone.
pub const PHONE: &str = "+819012345678";
/// Ken Sato's password.
pub const PASSWORD: &str = "quiet harbour 7130";
/// A password that nobody has.
pub const NEW_PASSWORD: &str = "sakoru bitami hudano 83";

fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}
