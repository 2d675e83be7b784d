//! A house that is reached by https, as a real one is: how its cookies are written, and which are read.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use portal::account::{Language, Role, UserName};
use portal::audit::Actor;
use portal::ports::{Hashing as _, Password};
use server::assemble::{Server, Wiring};
use server::clock::MovingClock;
use server::courier::Couriers;
use server::courier::mailbox::Mailbox;
use server::keyring::Keyring;
use server::random::{SystemRandom, name};
use server::settings::{Environment, Settings};
use server::store::people::NewPerson;

use super::browser::{Browser, Heard, PASSWORD};

use crate::cluster;

const HOST: &str = "reset.example.org";
const ORIGIN: &str = "https://reset.example.org";

/// A house on https with Ken Sato in it.
struct House {
    router: Router,
    folder: PathBuf,
}

impl House {
    async fn open() -> Self {
        let folder = std::env::temp_dir().join(format!("aikagi-https-{}", name(&SystemRandom).unwrap()));
        std::fs::create_dir(&folder).unwrap();
        let keyring = Arc::new(Keyring::ephemeral(&SystemRandom).unwrap());
        let clock = Arc::new(MovingClock::new());
        let store = cluster::open(&folder, Arc::clone(&keyring) as _).await;
        let settings =
            format!("public_url = \"{ORIGIN}\"\nkeyring = \"k\"\norganisation.name.en = \"Kitayama University\"\n");
        let server = Server::new(Wiring {
            settings: Settings::read(&settings, &folder.join("aikagi.toml"), &Environment::default()).unwrap(),
            keyring,
            clock: Arc::clone(&clock) as _,
            store: Arc::new(store.with_clock(Arc::clone(&clock) as _)),
            couriers: Couriers::to_mailbox(&Arc::new(Mailbox::new(clock))),
        })
        .unwrap();
        let hash = server.hashing.hash(&Password::typed(PASSWORD)).await.unwrap();
        let person = NewPerson {
            name: UserName::parse("k.sato").unwrap(),
            display: "Ken Sato".into(),
            role: Role::Person,
            groups: Vec::new(),
            managed_elsewhere: false,
            disabled: false,
            expires: None,
            must_change: false,
            hash: Some(hash),
            mailbox: None,
            language: Language::En,
            vouched: Vec::new(),
        };
        let now = server.portal.now();
        server.store.add_person(person, Actor::Console, now).await.unwrap();
        let (router, told) = server.router("pkg-test", None);
        drop(told);
        Self { router, folder }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        cluster::forget(&self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn page(address: &str) -> Request<Body> {
    Request::get(address)
        .header("host", HOST)
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap()
}

fn form(address: &str, body: &'static str) -> Request<Body> {
    Request::post(address)
        .header("host", HOST)
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap()
}

/// The cookies that an answer sets, each whole.
fn set(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// Every kind of cookie that there is: an answer for each.
async fn every_cookie(browser: &mut Browser) -> Vec<Heard> {
    let mut answers = Vec::new();
    for request in [
        page("/reset"),
        form("/language", "to_language=ja"),
        form("/api/signin", "user_name=k.sato&password=wrong"),
        form("/api/signin", "user_name=k.sato&password=quiet+harbour+7130"),
        form("/api/signout", ""),
    ] {
        answers.push(browser.send(request).await);
    }
    answers
}

#[tokio::test]
async fn every_cookie_is_bound_to_this_host_and_to_https() {
    let house = House::open().await;
    let mut names = BTreeSet::new();
    for heard in every_cookie(&mut Browser::with(house.router.clone())).await {
        assert_eq!(
            heard.headers["strict-transport-security"],
            "max-age=31536000; includeSubDomains"
        );
        for cookie in set(&heard.headers) {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            names.insert(name.to_owned());
            let attributes: BTreeSet<&str> = attributes.split("; ").collect();
            for wanted in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
                assert!(attributes.contains(wanted), "{cookie}");
            }
            let others: Vec<_> = attributes
                .iter()
                .filter(|one| !["Path=/", "Secure", "HttpOnly", "SameSite=Strict"].contains(one))
                .collect();
            assert!(others.iter().all(|one| one.starts_with("Max-Age=")), "{cookie}");
            assert!(cookie.len() < 4_096, "{} bytes", cookie.len());
            assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{cookie}");
        }
    }
    let expected = ["flow", "language", "said", "session"].map(|name| format!("__Host-aikagi-{name}"));
    assert_eq!(names, BTreeSet::from(expected));
}

#[tokio::test]
async fn a_cookie_that_a_neighbour_could_have_set_is_not_read() {
    let house = House::open().await;
    let mut owner = Browser::with(house.router.clone());
    owner
        .send(form("/api/signin", "user_name=k.sato&password=quiet+harbour+7130"))
        .await;
    assert_eq!(owner.send(page("/register")).await.status, 200);
    let mut other = Browser::with(house.router.clone());
    for name in ["aikagi-session", "__Secure-aikagi-session", "__host-aikagi-session"] {
        other.cookies = [(name.to_owned(), owner.cookies["__Host-aikagi-session"].clone())].into();
        let heard = other.send(page("/register")).await;
        assert_eq!((heard.status.as_u16(), heard.location()), (302, "/signin"), "{name}");
    }
}

#[tokio::test]
async fn redirects_name_no_scheme_and_no_host() {
    let house = House::open().await;
    let mut browser = Browser::with(house.router.clone());
    for heard in every_cookie(&mut browser).await {
        assert!(
            heard.location().is_empty() || (heard.location().starts_with('/') && !heard.location().starts_with("//")),
            "{}",
            heard.location()
        );
    }
}
