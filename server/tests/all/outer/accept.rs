//! The accept loop under people who never finish their sentence.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use server::http::accept::{Bounds, serve};
use server::http::address::{Peer, TrustedProxies};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// Longer than anything here takes, so that a test which hangs says so.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than the buffers of a connection take.
const LARGE: usize = 64 * 1_024 * 1_024;

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(bounds: Bounds, proxies: &[&str]) -> Server {
    let (began, hold) = (tokio::sync::watch::channel(0).0, Duration::from_millis(300));
    let router = Router::new()
        .route(
            "/",
            get(async |Extension(peer): Extension<Peer>| peer.0.ip().to_string()),
        )
        .route("/large", get(async || vec![b'x'; LARGE]))
        .route(
            "/slow",
            get(async move || {
                began.send_modify(|n| *n += 1);
                tokio::time::sleep(hold).await;
                "done"
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let proxies = TrustedProxies::new(proxies.iter().map(|net| net.parse().unwrap()).collect());
    let ended = tokio::spawn(serve(
        listener,
        router,
        proxies,
        bounds,
        async move { drop(stopped.await) },
    ));
    Server { address, stop, ended }
}

fn bounds() -> Bounds {
    Bounds {
        head: Duration::from_millis(200),
        farewell: Duration::from_secs(5),
        ..Bounds::default()
    }
}

/// Everything that comes back on a connection until it is closed.
async fn all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the connection stays open")
        .ok();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    all(&mut stream).await
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_request_arrives_with_the_address_of_its_socket() {
    let server = start(bounds(), &[]).await;
    let answer = ask(server.address, PLAIN).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("127.0.0.1"),
        "{answer}"
    );
    assert!(!answer.to_lowercase().contains("\r\nserver:"), "{answer}");
}

#[tokio::test]
async fn heads_that_never_end_are_cut_off_while_others_are_served() {
    let server = start(bounds(), &["127.0.0.0/8"]).await;
    let mut halves = Vec::new();
    for n in 0..300 {
        let mut half = TcpStream::connect(server.address).await.unwrap();
        let begin: &[u8] = if n % 2 == 0 {
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "
        } else {
            b""
        };
        half.write_all(begin).await.unwrap();
        halves.push(half);
    }
    assert!(
        ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"),
        "others wait for the slow ones"
    );
    for mut half in halves {
        assert_eq!(all(&mut half).await, "");
    }
}

#[tokio::test]
async fn dripping_does_not_buy_time() {
    let server = start(bounds(), &[]).await;
    let mut drip = TcpStream::connect(server.address).await.unwrap();
    let dripped = async {
        while drip.write_all(b"X").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, dripped).await.expect("the connection stays open");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let one_place = Bounds {
        write: Duration::from_millis(200),
        head: PATIENCE,
        connections: 1,
        ..bounds()
    };
    let server = start(one_place, &[]).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    // Served as soon as the only place is free again.
    assert!(ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"));
    assert!(all(&mut stream).await.len() < LARGE);

    let large = PLAIN.replace("GET /", "GET /large");
    assert!(ask(server.address, &large).await.len() > LARGE);
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_kept() {
    let server = start(bounds(), &[]).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut first = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut first)).await.unwrap().unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let mut rest = [0; 512];
        drop(timeout(Duration::from_millis(30), stream.read(&mut rest)).await);
    }
    assert_eq!(all(&mut stream).await, "");
}

#[tokio::test]
async fn too_many_lines_and_too_large_heads_are_refused() {
    let server = start(bounds(), &[]).await;
    let lines = |n: usize| "X: a\r\n".repeat(n);
    let with = |more: &str| format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n");
    assert!(ask(server.address, &with(&lines(62))).await.starts_with("HTTP/1.1 200"));
    assert!(ask(server.address, &with(&lines(63))).await.starts_with("HTTP/1.1 431"));
    assert!(
        ask(server.address, &with(&format!("X: {}\r\n", "a".repeat(17_000))))
            .await
            .starts_with("HTTP/1.1 431")
    );
    assert!(
        ask(server.address, "nonsense\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400")
    );
    let preface = ask(server.address, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(
        preface.is_empty() || preface.starts_with("HTTP/1.1 4"),
        "HTTP/2 is spoken: {preface}"
    );
}

#[tokio::test]
async fn one_address_gets_no_more_than_its_share_unless_it_is_a_proxy() {
    let few = Bounds {
        per_address: 2,
        head: PATIENCE,
        ..bounds()
    };
    let server = start(few, &[]).await;
    let _first = TcpStream::connect(server.address).await.unwrap();
    let second = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(ask(server.address, PLAIN).await, "");
    drop(second);
    let until_served = async { while ask(server.address, PLAIN).await.is_empty() {} };
    timeout(PATIENCE, until_served)
        .await
        .expect("a closed connection still counts");

    let server = start(few, &["127.0.0.0/8"]).await;
    let _many: Vec<_> = connected(server.address, 5).await;
    assert!(ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"));
}

async fn connected(address: SocketAddr, n: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..n {
        all.push(TcpStream::connect(address).await.unwrap());
    }
    all
}

#[tokio::test]
async fn beyond_the_last_place_one_waits_and_is_served() {
    let server = start(
        Bounds {
            connections: 1,
            ..bounds()
        },
        &[],
    )
    .await;
    let _holder = TcpStream::connect(server.address).await.unwrap();
    let asked = Instant::now();
    // The holder says nothing and is cut off; then the next is served, and not before.
    assert!(ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"));
    assert!(asked.elapsed() >= bounds().head * 3 / 4, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn one_address_has_two_hundred_places_of_ten_thousand() {
    let server = start(Bounds::default(), &[]).await;
    assert_eq!(Bounds::default().connections, 10_000);
    let mut held = connected(server.address, 199).await;
    assert!(ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"));
    held.extend(connected(server.address, 1).await);
    let refused = async { while !ask(server.address, PLAIN).await.is_empty() {} };
    timeout(PATIENCE, refused).await.expect("there is no end of places");
}

#[tokio::test]
async fn what_is_under_way_is_finished_at_the_end_and_nothing_new_is_taken() {
    let server = start(
        Bounds {
            head: PATIENCE,
            ..bounds()
        },
        &[],
    )
    .await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    server.stop.send(()).unwrap();
    assert!(all(&mut slow).await.ends_with("done"));
    all(&mut idle).await;
    timeout(PATIENCE, server.ended)
        .await
        .expect("the server does not end")
        .unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn who_never_ends_is_cut_off_at_the_end() {
    let server = start(
        Bounds {
            head: PATIENCE,
            farewell: Duration::from_millis(50),
            ..bounds()
        },
        &[],
    )
    .await;
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
    assert!(ask(server.address, PLAIN).await.starts_with("HTTP/1.1 200"));
    server.stop.send(()).unwrap();
    timeout(Duration::from_secs(2), server.ended)
        .await
        .expect("the server does not end")
        .unwrap();
    assert_eq!(all(&mut half).await, "");
}
