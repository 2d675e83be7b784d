//! `aikagi alive`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::Installation;

#[test]
fn a_health_check_believes_nobody_but_the_server() {
    let installation = Installation::new();
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = there.local_addr().unwrap().port();
    let text = std::fs::read_to_string(installation.config()).unwrap();
    let listen = "#listen = \"127.0.0.1:8080\"";
    assert!(text.contains(listen), "{text}");
    installation.configure(listen, &format!("listen = \"0.0.0.0:{port}\""));
    let answering = |answer: &'static str| {
        let there = there.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut stream = there.accept().unwrap().0;
            let mut asked = [0; 64];
            let length = stream.read(&mut asked).unwrap();
            assert!(asked[..length].starts_with(b"GET /healthz "));
            stream.write_all(answer.as_bytes()).unwrap();
        })
    };
    let server = answering("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(installation.run("alive").done(), "");
    server.join().unwrap();
    let stranger = answering("HTTP/1.1 200 OK\r\n\r\n");
    assert!(installation.run("alive").refused().contains("is not this server"));
    stranger.join().unwrap();
    drop(there);
    installation.run("alive").refused();
}
