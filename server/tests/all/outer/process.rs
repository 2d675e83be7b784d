//! The server as a process of its own: told to stop with requests under way, and short of files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use server::assemble::{Server, Wiring};
use server::clock::SystemClock;
use server::courier::Couriers;
use server::courier::mailbox::Mailbox;
use server::keyring::Keyring;
use server::random::SystemRandom;
use server::settings::{Environment, Settings};
use server::store::SqlStore;
use tokio::signal::unix::{SignalKind, signal};

use super::scratch::Scratch;

const FOLDER: &str = "AIKAGI_PROCESS_FOLDER";
const PORT: &str = "AIKAGI_PROCESS_PORT";

/// The process of the tests below.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as a process of its own, for the tests that end it"]
async fn a_server_until_it_is_told_to_stop() {
    let (Ok(folder), Ok(port)) = (std::env::var(FOLDER), std::env::var(PORT)) else {
        return;
    };
    let folder = Path::new(&folder);
    let keyring = Arc::new(Keyring::ephemeral(&SystemRandom).unwrap());
    let store = SqlStore::open(&folder.join("aikagi.db"), Arc::clone(&keyring) as _).await;
    let text = format!("public_url = \"http://localhost:{port}\"\nkeyring = \"k\"\n[organisation]\nname.en = \"K\"\n");
    let clock = Arc::new(SystemClock);
    let server = Server::new(Wiring {
        settings: Settings::read(&text, &folder.join("aikagi.toml"), &Environment::default()).unwrap(),
        keyring,
        clock: Arc::clone(&clock) as _,
        store: Arc::new(store.unwrap()),
        couriers: Couriers::to_mailbox(&Arc::new(Mailbox::new(clock))),
    })
    .unwrap();
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    let (tell, told) = tokio::sync::watch::channel(false);
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    tokio::spawn(async move {
        terminate.recv().await;
        let _ = tell.send(true);
    });
    let metrics = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("metrics {}", metrics.local_addr().unwrap());
    tokio::spawn(server.show_metrics(metrics, told.clone()));
    println!("serving");
    server.serve_site("pkg-test", listener, None, told).await.unwrap();
    println!("ended");
}

struct Process {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
    address: SocketAddr,
    metrics: SocketAddr,
}

impl Process {
    /// Starts it with at most so many open files.
    fn start(scratch: &Scratch, files: u32) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let name = "outer::process::a_server_until_it_is_told_to_stop";
        let mut child = Command::new("sh")
            .args([
                "-c",
                &format!("ulimit -n {files}; exec \"$0\" --exact {name} --ignored --nocapture"),
            ])
            .arg(std::env::current_exe().unwrap())
            .env(FOLDER, scratch.dir())
            .env(PORT, address.port().to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self {
            child,
            said,
            address,
            metrics: address,
        };
        let told = process.until("metrics ");
        process.metrics = told.trim().rsplit(' ').next().unwrap().parse().unwrap();
        process.until("serving");
        process
    }

    fn until(&mut self, word: &str) -> String {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            let length = self.said.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended before it said {word}");
        }
        line
    }

    fn terminate(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    /// Ticks of the processor that it has used.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn answer(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.read_to_string(&mut answer).ok();
    answer
}

fn is_alive(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(ask).is_ok() && answer(&mut stream).starts_with("HTTP/1.1 204")
}

#[test]
fn metrics_are_read_on_an_address_of_their_own_and_nowhere_else() {
    let scratch = Scratch::new();
    let process = Process::start(&scratch, 1_024);
    assert!(is_alive(process.address));
    let port = process.address.port();
    let ask = |address: SocketAddr, path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        answer(&mut stream)
    };
    let read = ask(process.metrics, "/metrics");
    assert!(read.starts_with("HTTP/1.1 200"), "{read}");
    let line = "aikagi_requests_total{route=\"health\",status=\"204\"} 1\n";
    assert!(read.contains(line), "{read}");
    let public = ask(process.address, "/metrics");
    assert!(!public.contains("aikagi_requests"), "{public}");
    assert!(ask(process.metrics, "/healthz").starts_with("HTTP/1.1 404"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
fn a_server_that_is_told_to_stop_answers_what_is_under_way_and_leaves_a_closed_database() {
    let scratch = Scratch::new();
    let mut process = Process::start(&scratch, 1_024);
    let port = process.address.port();
    let body = "name=h.tanaka&password=correct+horse";
    let head = format!(
        "POST /api/sign_in HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut under_way: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(process.address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body.as_bytes()[..9]).unwrap();
            stream
        })
        .collect();
    // Those before it were taken in their order.
    assert!(is_alive(process.address));
    let told = Instant::now();
    process.terminate();
    while TcpStream::connect(process.address).is_ok() {
        assert!(told.elapsed() < Duration::from_secs(5), "it goes on taking connections");
        std::thread::sleep(Duration::from_millis(10));
    }
    for stream in &mut under_way {
        stream.write_all(&body.as_bytes()[9..]).unwrap();
    }
    let failed = under_way.iter_mut().filter_map(|stream| {
        let answer = answer(stream);
        (!answer.starts_with("HTTP/1.1 ")).then_some(answer)
    });
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<String>::new());
    process.until("ended");
    let status = process.child.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(told.elapsed() < Duration::from_secs(20), "{:?}", told.elapsed());
    let log = scratch.path("aikagi.db-wal");
    assert!(
        std::fs::metadata(&log).map_or(true, |log| log.len() == 0),
        "writes are not in the file"
    );
    assert!(
        std::fs::read(scratch.path("aikagi.db.lock")).unwrap().is_empty(),
        "it is not known to be closed"
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
fn a_server_that_is_short_of_files_waits_without_spinning_and_serves_again() {
    let scratch = Scratch::new();
    let process = Process::start(&scratch, 256);
    let mut held = Vec::new();
    for from in 2..5 {
        for _ in 0..100 {
            held.push(from_address(from, process.address));
        }
    }
    std::thread::sleep(Duration::from_millis(300));
    let before = process.ticks();
    std::thread::sleep(Duration::from_secs(2));
    // A hundred ticks are a second of one processor.
    let used = process.ticks() - before;
    assert!(used < 60, "{used} ticks in two seconds");
    drop(held);
    let began = Instant::now();
    while !is_alive(process.address) {
        assert!(began.elapsed() < Duration::from_secs(15), "it does not come back");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A connection from another address of this machine, as from another person.
fn from_address(last: u8, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    })
}
