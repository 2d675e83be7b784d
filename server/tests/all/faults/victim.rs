//! The server that is killed: a process of its own over a file of its own, asked over the wire.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use portal::moment::Moment;
use portal::ports::Clock;
use reqwest::Client;
use reqwest::redirect::Policy;
use server::assemble::{Server, Wiring};
use server::clock::SystemClock;
use server::clock::steady::{self, SteadyClock};
use server::courier::{Couriers, install_tls};
use server::keyring::Keyring;
use server::point::{Point, TARGET};
use server::settings::Settings;
use server::store::SqlStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use super::sink::Sink;
use crate::outer::scratch::Scratch;
use crate::requests::browser::{Browser, ORIGIN};
use crate::wire::{carry, soon};

const FOLDER: &str = "AIKAGI_VICTIM_FOLDER";
/// How long a restart may take until the server is ready.
pub const READY: Duration = Duration::from_secs(5);

const POLICY: &str = r#"{"enabled":"everyone","methods_required":2,"methods":["email","text"],
    "spending":{"texts_a_minute":10000,"texts_a_day":100000,"calls_a_minute":1,"calls_a_day":1,"to_prefix_an_hour":100000}}"#;

/// The process itself.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as a process of its own, for the tests that kill it"]
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
async fn a_server_that_may_be_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let killer = Killer(folder.join("armed"));
    let told = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(std::io::stderr)
        .with_filter(EnvFilter::new("debug,sqlx=warn,hyper=warn,lettre=warn"));
    tracing_subscriber::registry().with(told).with(killer).init();
    install_tls();
    let settings = Settings::load(&folder.join("etc/aikagi.toml")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let keyring = Arc::new(Keyring::load(&settings.keyring).unwrap());
    let (began, wall) = (Instant::now(), Moved(folder.join("moved")));
    let clock = Arc::new(SteadyClock::new(Box::new(wall), Box::new(move || began.elapsed())));
    let store = SqlStore::of(&settings.database, Arc::clone(&keyring) as _)
        .await
        .unwrap();
    let store = Arc::new(store.with_clock(Arc::clone(&clock) as _));
    tokio::spawn(steady::watch(Arc::clone(&clock), Arc::clone(&store) as _));
    let listener = tokio::net::TcpListener::bind(settings.listen).await.unwrap();
    let server = Server::new(Wiring {
        couriers: Couriers::new(&settings).unwrap(),
        settings,
        keyring,
        clock,
        store,
    })
    .unwrap();
    let (_tell, told) = tokio::sync::watch::channel(false);
    server.serve_site("pkg-test", listener, None, told).await.unwrap();
}

/// The clock of a machine that somebody moves by as many milliseconds as stand in a file.
struct Moved(PathBuf);

impl Clock for Moved {
    fn now(&self) -> Moment {
        let by = std::fs::read_to_string(&self.0).ok();
        let by: i64 = by.and_then(|by| by.parse().ok()).unwrap_or_default();
        Moment::from_millis(SystemClock.now().millis() + by)
    }
}

/// Ends the process, without a word to anybody, at the point whose name stands in a file.
struct Killer(PathBuf);

impl<S: tracing::Subscriber> Layer<S> for Killer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut here = Here(String::new());
        event.record(&mut here);
        if std::fs::read_to_string(&self.0).is_ok_and(|armed| armed == here.0) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}

struct Here(String);

impl Visit for Here {
    fn record_str(&mut self, _: &Field, value: &str) {
        value.clone_into(&mut self.0);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// A server and what is beside it.
pub struct Victim {
    pub scratch: Scratch,
    pub sink: Sink,
    address: SocketAddr,
    process: Mutex<Option<Child>>,
    client: Client,
}

impl Victim {
    /// Installed with these people, a file to import, and not started.
    pub async fn install(people: &str) -> Self {
        install_tls();
        let victim = Self {
            scratch: Scratch::new(),
            sink: Sink::open().await,
            address: TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(),
            process: Mutex::default(),
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
        };
        victim.aikagi(&["init", victim.scratch.path("etc").to_str().unwrap()]);
        let text = format!(
            "public_url = \"{ORIGIN}\"\nlisten = \"{}\"\nkeyring = \"keyring.toml\"\ndata_dir = \"data\"\n\
             trusted_proxies = [\"127.0.0.0/8\"]\n[organisation]\nname.en = \"Kitayama\"\n\
             [mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none-for-loopback-only\"\nfrom = \"no-reply@example.org\"\n\
             [text]\nurl = \"http://{}/\"\nbody = '{{\"id\":\"{{id}}\",\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\n",
            victim.address,
            victim.sink.mail.port(),
            victim.sink.texts,
        );
        let config = victim.scratch.path("etc/aikagi.toml");
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap().to_owned();
        for (name, text) in [("people.csv", people), ("policy.json", POLICY)] {
            std::fs::write(victim.scratch.path(name), text).unwrap();
        }
        let file = |name: &str| victim.scratch.path(name).to_str().unwrap().to_owned();
        victim.aikagi(&["migrate", "--config", &config]);
        victim.aikagi(&["people", "--config", &config, "import", &file("people.csv")]);
        victim.aikagi(&["policy", "--config", &config, "set", &file("policy.json")]);
        victim
    }

    fn aikagi(&self, words: &[&str]) {
        let done = Command::new(env!("CARGO_BIN_EXE_aikagi"))
            .current_dir(self.scratch.dir())
            .args(words)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{words:?}: {said}");
    }

    /// Starts it, and gives how long it took until it was ready.
    #[expect(clippy::disallowed_methods, reason = "it is about real time")]
    pub async fn start(&self) -> Duration {
        let log = File::options().append(true).create(true).open(self.log()).unwrap();
        let name = "faults::victim::a_server_that_may_be_killed";
        let began = Instant::now();
        // Where a file may not grow, a write is to fail: the signal that would end the process is for programs of old. The
        // log goes through a pipe, which may grow.
        let mut command = Command::new("bash");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\" 2> >(exec cat >&2)"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(FOLDER, self.scratch.dir())
            .stdout(Stdio::null())
            .stderr(log);
        if self.preload().exists() {
            command.env("LD_PRELOAD", self.preload());
        }
        *self.process.lock().unwrap() = Some(command.spawn().unwrap());
        soon("it is ready", async || {
            assert!(self.is_alive(), "{}", std::fs::read_to_string(self.log()).unwrap());
            (self.status("/readyz").await == Some(204)).then_some(())
        })
        .await;
        began.elapsed()
    }

    /// A library whose functions stand before those of the system, where there is one.
    pub fn preload(&self) -> PathBuf {
        self.scratch.path("preload.so")
    }

    pub fn log(&self) -> PathBuf {
        self.scratch.path("log")
    }

    pub fn database(&self) -> PathBuf {
        self.scratch.path("etc/data/aikagi.db")
    }

    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::new(Keyring::load(&self.scratch.path("etc/keyring.toml")).unwrap())
    }

    pub fn pid(&self) -> u32 {
        self.process.lock().unwrap().as_ref().unwrap().id()
    }

    /// What an address answers; none where nobody does.
    pub async fn status(&self, path: &str) -> Option<u16> {
        let asked = self
            .client
            .get(format!("http://{}{path}", self.address))
            .header("host", "localhost:8099")
            .send();
        asked.await.ok().map(|answer| answer.status().as_u16())
    }

    /// Has it die when it reaches a point.
    pub fn arm(&self, point: Point) {
        std::fs::write(self.scratch.path("armed"), point.word()).unwrap();
    }

    /// Moves the clock of its machine, by so many milliseconds from the true one.
    pub fn move_clock(&self, by: i64) {
        // At once: it is read at any moment.
        let whole = self.scratch.path("moving");
        std::fs::write(&whole, by.to_string()).unwrap();
        std::fs::rename(whole, self.scratch.path("moved")).unwrap();
    }

    pub fn is_alive(&self) -> bool {
        let mut process = self.process.lock().unwrap();
        process
            .as_mut()
            .is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Waits until it has died of what it was armed with.
    pub async fn dies(&self) {
        soon("it reaches the point", async || (!self.is_alive()).then_some(())).await;
        std::fs::remove_file(self.scratch.path("armed")).unwrap();
    }

    /// Ends it at once.
    pub fn kill(&self) {
        if let Some(mut child) = self.process.lock().unwrap().take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// Waits until every message is sent.
    pub async fn has_sent_all(&self) {
        soon("every message is sent", async || {
            let waiting = "select count(*) from outbox where state = 'waiting'";
            (self.number(waiting).await == 0).then_some(())
        })
        .await;
    }

    /// A number that a statement finds in the database, by a connection of a stranger.
    pub async fn number(&self, statement: &'static str) -> i64 {
        let file = SqliteConnectOptions::new().filename(self.database());
        let mut raw = file.connect().await.unwrap();
        let number = sqlx::query_scalar(statement).fetch_one(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        number
    }

    /// A browser in a network of its own.
    pub fn browser(&self, n: u16) -> Browser {
        let (address, client) = (self.address, self.client.clone());
        let router = Router::new().fallback(move |request: Request| carry(client.clone(), address, request));
        let mut browser = Browser::with(router);
        let [high, low] = n.to_be_bytes();
        browser.address = [11, high, low, 7];
        browser
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.kill();
    }
}
