//! Two servers as processes of their own on one `PostgreSQL` database, behind a load balancer that gives each request to
//! the other one.

mod codes;
mod journeys;
mod outages;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http_body_util::BodyExt as _;
use reqwest::Client;
use reqwest::redirect::Policy;
use server::courier::install_tls;
use server::store::outbox::LEASE;
use tokio::net::TcpStream;

use super::haproxy::{Haproxy, SERVED_BY};
use super::postgres::Postgres;
use super::{Gateway, PATIENCE, carry, codes, settings, soon, spawn};
use crate::outer::cli::{Installation, say};
use crate::outer::scratch::Scratch;
use crate::outer::smtp::exim::{Exim, free_ports};
use crate::requests::browser::{Browser, NEW_PASSWORD};

const POLICY: &str = r#"{"enabled":"everyone","methods_required":1,"methods":["email"]}"#;

/// One of the two.
struct Running {
    config: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    process: Child,
}

impl Running {
    async fn start(config: PathBuf, log: PathBuf, port: u16) -> Self {
        let process = spawn(&config, &log);
        let running = Self {
            config,
            log,
            address: ([127, 0, 0, 1], port).into(),
            process,
        };
        soon("it serves", async || TcpStream::connect(running.address).await.ok()).await;
        running
    }

    /// Tells the process something: `-KILL`, `-STOP`, `-CONT`.
    fn signal(&self, which: &str) {
        let told = Command::new("kill")
            .args([which, &self.process.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    /// Starts it anew after it was killed.
    async fn again(&mut self) {
        self.process.wait().unwrap();
        self.process = spawn(&self.config, &self.log);
        soon("it serves again", async || TcpStream::connect(self.address).await.ok()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Both, and what is around them.
struct Balanced {
    servers: [Running; 2],
    balancer: Haproxy,
    mail: Exim,
    postgres: Postgres,
    /// The servers that answered something.
    answered: Arc<Mutex<BTreeSet<String>>>,
    _texts: Gateway,
    _installation: Installation,
}

impl Balanced {
    /// With so many people; none where something that it needs cannot be had.
    async fn start(people: usize) -> Option<Self> {
        install_tls();
        if !Haproxy::is_there() {
            return None;
        }
        let (mail, postgres) = (Exim::start().await?, Postgres::start().await?);
        let texts = Gateway::open().await;
        let installation = Installation {
            scratch: Scratch::new(),
        };
        let folder = installation.scratch.path("etc");
        say(&["init".as_ref(), folder.as_os_str()], "").done();
        let ports: [u16; 2] = free_ports();
        let configs = ports.map(|port| {
            let config = folder.join(format!("aikagi-{port}.toml"));
            let text = settings(port, &mail, &texts).replace("[log]", &format!("{}[log]", postgres.section()));
            std::fs::write(&config, text.replace("\"trace\"", "\"debug\"")).unwrap();
            config
        });
        std::fs::copy(&configs[0], installation.config()).unwrap();
        installation.run("migrate").done();
        let lines = (0..people).map(|n| format!("person{n},{},first lantern of {n} 2041\n", address(n)));
        let file = std::iter::once("name,email,password\n".to_owned()).chain(lines);
        let file = installation.file("people.csv", &file.collect::<String>());
        installation.run(&format!("people import {file}")).done();
        installation.type_in("policy set -", POLICY).done();
        let [one, other] = configs;
        let log = |n: usize| installation.scratch.path(&format!("log{n}"));
        let servers = [
            Running::start(one, log(0), ports[0]).await,
            Running::start(other, log(1), ports[1]).await,
        ];
        let balanced = Self {
            servers,
            balancer: Haproxy::start(&ports),
            mail,
            postgres,
            answered: Arc::default(),
            _texts: texts,
            _installation: installation,
        };
        balanced.both_answer().await;
        Some(balanced)
    }

    /// Waits until the balancer gives requests to both.
    async fn both_answer(&self) {
        self.answered.lock().unwrap().clear();
        let mut browser = self.patient(0);
        soon("both answer", async || {
            browser.key().await;
            (self.answered.lock().unwrap().len() == 2).then_some(())
        })
        .await;
    }

    /// A browser of a person, in a network of its own, that hears every answer as it comes.
    fn browser(&self, n: usize) -> Browser {
        self.by(n, self.balancer.address, Duration::ZERO)
    }

    /// The same, of a person who tries once more, with the same form, where no server answers.
    fn patient(&self, n: usize) -> Browser {
        self.by(n, self.balancer.address, PATIENCE)
    }

    /// A browser that asks one server past the balancer, with the cookies of another.
    fn beside(&self, other: &Browser, server: usize) -> Browser {
        let mut browser = self.by(0, self.servers[server].address, Duration::ZERO);
        browser.cookies.clone_from(&other.cookies);
        browser
    }

    fn by(&self, n: usize, address: SocketAddr, patience: Duration) -> Browser {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let answered = Arc::clone(&self.answered);
        let mut browser = Browser::with(Router::new().fallback(move |request: Request| {
            let (client, answered) = (client.clone(), Arc::clone(&answered));
            async move {
                let mut response = insist(client, address, request, patience).await;
                if let Some(name) = response.headers().get(SERVED_BY) {
                    answered.lock().unwrap().insert(name.to_str().unwrap().to_owned());
                } else if response.status().is_server_error() {
                    // The balancer's own page is not to be judged as one of ours.
                    response.headers_mut().clear();
                }
                response
            }
        }));
        browser.address = [198, 51, 100, u8::try_from(n).unwrap()];
        browser
    }

    /// The code that a person gets, as soon as it is there.
    async fn code(&self, n: usize) -> String {
        let address = address(n);
        // What a server held that was killed is the other's when its lease is over.
        // Not by `soon`: that this can go to another thread is more than the compiler sees there.
        let coming = async {
            loop {
                if let Some(code) = codes(&self.mail, &address).await.pop() {
                    return code;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let arrived = tokio::time::timeout(LEASE + PATIENCE, coming).await;
        arrived.unwrap_or_else(|_| panic!("no mail comes to {address}"))
    }

    /// A browser that waits for the code of a person.
    async fn awaiting(&self, n: usize) -> (Browser, String) {
        let mut browser = self.patient(n);
        self.begin(&mut browser, n).await;
        let code = self.code(n).await;
        (browser, code)
    }

    async fn begin(&self, browser: &mut Browser, n: usize) {
        let name = format!("person{n}");
        let mut next = browser.identify(&name).await.next();
        if next.contains("challenge") {
            // The answer that was lost had been to a challenge which is answered once.
            next = browser.identify(&name).await.next();
        }
        assert_eq!(next, "/reset/choose");
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    }

    /// The rest of a reset.
    async fn finish(&self, browser: &mut Browser, n: usize) {
        let code = self.code(n).await;
        assert_eq!(browser.verify(&code).await.next(), "/reset/password");
        assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    }

    /// A whole reset, and signing in by the new password.
    async fn reset(&self, n: usize) {
        let mut browser = self.patient(n);
        self.begin(&mut browser, n).await;
        self.finish(&mut browser, n).await;
        let signed_in = browser.sign_in(&format!("person{n}"), NEW_PASSWORD).await;
        assert_eq!(signed_in.next(), "/register");
    }
}

/// The authentication email of a person.
fn address(n: usize) -> String {
    format!("person{n}@mail.example")
}

/// Carries a request, again for so long as there is no server that can answer it.
async fn insist(client: Client, to: SocketAddr, request: Request, patience: Duration) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let began = tokio::time::Instant::now();
    loop {
        let again = Request::from_parts(parts.clone(), body.clone().into());
        let response = carry(client.clone(), to, again).await;
        if !response.status().is_server_error() || began.elapsed() > patience {
            return response;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
