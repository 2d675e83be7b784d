//! The server by its settings, as a process of its own, with a mail server and a gateway for texts beside it: what it logs,
//! and that people go on while its keys change, and after it was started anew.

mod balanced;
mod database;
mod files;
mod haproxy;
mod keys;
mod log;
mod postgres;
mod restart;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;
use server::assemble::{Server, Wiring};
use server::clock::SystemClock;
use server::courier::{Couriers, install_tls};
use server::http::accept::{self, Bounds};
use server::http::address::TrustedProxies;
use server::keyring::Keyring;
use server::settings::Settings;
use server::store::SqlStore;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use super::Installation;
use crate::outer::smtp::exim::{Exim, free_ports};
use crate::outer::smtp::section;
use crate::requests::browser::{Browser, ORIGIN};
use crate::wire::{PATIENCE, carry, soon};

const CONFIG: &str = "AIKAGI_SERVED_CONFIG";

/// The process of the tests below.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as a process of its own, for the tests that ask it over the wire"]
async fn a_server_by_its_settings() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let settings = Settings::load(Path::new(&config)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    server::cli::log(settings.log);
    install_tls();
    let keyring = Arc::new(Keyring::load(&settings.keyring).unwrap());
    let store = SqlStore::of(&settings.database, Arc::clone(&keyring) as _).await;
    let listener = TcpListener::bind(settings.listen).await.unwrap();
    let server = Server::new(Wiring {
        couriers: Couriers::new(&settings).unwrap(),
        settings,
        keyring,
        clock: Arc::new(SystemClock),
        store: Arc::new(store.unwrap()),
    })
    .unwrap();
    let (tell, told) = tokio::sync::watch::channel(false);
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    tokio::spawn(async move {
        terminate.recv().await;
        let _ = tell.send(true);
    });
    server.serve_site("pkg-test", listener, None, told).await.unwrap();
}

/// A gateway that takes texts, or answers with another status.
#[derive(Clone)]
struct Gateway {
    status: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<(String, String)>>>,
    address: SocketAddr,
}

impl Gateway {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            status: Arc::new(AtomicU16::new(200)),
            taken: Arc::default(),
            address: listener.local_addr().unwrap(),
        };
        let here = gateway.clone();
        let router = Router::new().fallback(async move |body: String| here.take(&body));
        let (proxies, bounds) = (TrustedProxies::default(), Bounds::default());
        tokio::spawn(accept::serve(listener, router, proxies, bounds, std::future::pending()));
        gateway
    }

    fn take(&self, body: &str) -> StatusCode {
        let status = StatusCode::from_u16(self.status.load(Ordering::SeqCst)).unwrap();
        if status.is_success() {
            let said: Value = serde_json::from_str(body).unwrap();
            let text = |name: &str| said[name].as_str().unwrap().to_owned();
            self.taken.lock().unwrap().push((text("to"), text("text")));
        }
        status
    }

    /// The code in the newest text to a number, as soon as there is one that was not there before.
    async fn code(&self, to: &str, before: &[String]) -> String {
        soon("a text arrives", async || {
            let taken = self.taken.lock().unwrap();
            let (_, text) = taken.iter().rev().find(|(number, _)| number == to)?;
            let code = text.rsplit_once('#')?.1.to_owned();
            (!before.contains(&code)).then_some(code)
        })
        .await
    }
}

/// The configuration of a server on this port, with what is beside it.
fn settings(port: u16, mail: &Exim, texts: &Gateway) -> String {
    format!(
        "public_url = \"{ORIGIN}\"\nlisten = \"127.0.0.1:{port}\"\nkeyring = \"keyring.toml\"\ndata_dir = \"data\"\n\
         trusted_proxies = [\"127.0.0.0/8\"]\n[organisation]\nname.en = \"Kitayama\"\n\
         [log]\nformat = \"json\"\nlevel = \"trace\"\n[mail]\nfrom = \"no-reply@example.org\"\n{}\
         [text]\nurl = \"http://{}/\"\nheaders = {{ Authorization = \"Bearer marker-of-the-gateway\" }}\n\
         body = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\n",
        section(mail),
        texts.address
    )
}

/// Starts a server by its settings; what it says goes to the end of a file.
fn spawn(config: &Path, log: &Path) -> Child {
    run(Command::new(std::env::current_exe().unwrap()), config, log)
}

/// The same, by a command that runs this program as it is told to.
fn run(mut program: Command, config: &Path, log: &Path) -> Child {
    let log = std::fs::File::options().append(true).create(true).open(log);
    let name = "outer::cli::served::a_server_by_its_settings";
    let process = program
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(CONFIG, config)
        .stdout(Stdio::null())
        .stderr(log.unwrap())
        .spawn();
    process.unwrap()
}

/// Codes in the mails to an address.
async fn codes(mail: &Exim, to: &str) -> Vec<String> {
    let envelope = format!("Envelope-to: {to}");
    let mails = mail.arrived(0).await;
    let lines = mails.iter().filter(|mail| mail.contains(&envelope)).flat_map(|mail| {
        let lines = mail.lines().filter(|line| line.len() == 9);
        lines.filter(|line| line.chars().all(|c| c.is_ascii_digit() || c == ' '))
    });
    lines.map(|code| code.replace(' ', "")).collect()
}

/// A server and what is beside it.
struct Served {
    installation: Installation,
    address: SocketAddr,
    log: PathBuf,
    process: Option<Child>,
    mail: Exim,
    texts: Gateway,
}

impl Served {
    /// An installation with these people, as a file to import; where a mail server can be had.
    async fn start(people: &str, policy: &str) -> Option<Self> {
        install_tls();
        let mail = Exim::start().await?;
        let texts = Gateway::open().await;
        let [port] = free_ports();
        let installation = Installation::new();
        std::fs::write(installation.config(), settings(port, &mail, &texts)).unwrap();
        let people = installation.file("people.csv", people);
        installation.run(&format!("people import {people}")).done();
        installation.type_in("policy set -", policy).done();
        let mut served = Self {
            address: ([127, 0, 0, 1], port).into(),
            log: installation.scratch.path("log"),
            installation,
            process: None,
            mail,
            texts,
        };
        served.serve().await;
        Some(served)
    }

    /// Starts the process.
    async fn serve(&mut self) {
        self.process = Some(spawn(&self.installation.config(), &self.log));
        self.is_up().await;
    }

    /// Waits until it serves.
    async fn is_up(&self) {
        soon("it serves", async || TcpStream::connect(self.address).await.ok()).await;
    }

    /// Tells it to stop, and waits until it has.
    fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        let told = Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
        assert!(told.unwrap().success());
        let status = process.wait().unwrap();
        assert!(
            status.success(),
            "{status}\n{}",
            std::fs::read_to_string(&self.log).unwrap()
        );
    }

    /// A browser that comes over the wire, through a proxy that says where from.
    fn browser(&self) -> Browser {
        // A connection for each request: one that is kept may be closed by the server just when it is used again.
        let client = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0);
        let (address, client) = (self.address, client.build().unwrap());
        Browser::with(Router::new().fallback(move |request: Request| carry(client.clone(), address, request)))
    }

    /// The code in the newest mail to an address, as soon as there is one that was not there before.
    async fn code(&self, to: &str, before: &[String]) -> String {
        soon("a mail arrives", async || {
            let mut codes = codes(&self.mail, to).await.into_iter();
            codes.find(|code| !before.contains(code))
        })
        .await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().ok();
            process.wait().ok();
        }
    }
}
