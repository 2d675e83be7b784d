//! A load balancer before several servers: every request goes to the next one that says it is ready.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::outer::scratch::Scratch;
use crate::outer::smtp::exim::{free_ports, skipped};

const PROGRAM: &str = "/usr/sbin/haproxy";
/// How long it waits for an answer of a server.
pub const TIMEOUT: Duration = Duration::from_secs(8);
/// The header with the name of the server that answered: `s0`, `s1`.
pub const SERVED_BY: &str = "x-served-by";

/// A balancer, ended with the test.
pub struct Haproxy {
    process: Child,
    _scratch: Scratch,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Haproxy {
    /// Whether there is one; in CI it is a failure where there is none.
    pub fn is_there() -> bool {
        Path::new(PROGRAM).exists() || skipped::<()>("haproxy is not installed: apt-get install haproxy").is_some()
    }

    /// Starts one before servers on these ports.
    pub fn start(servers: &[u16]) -> Self {
        let scratch = Scratch::new();
        let [port] = free_ports();
        let mut text = format!(
            "global\n  maxconn 500\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 60s\n  \
             timeout server {}s\n  timeout check 1s\n  option redispatch 1\n  option forwardfor\n\
             frontend front\n  bind 127.0.0.1:{port}\n  default_backend servers\n\
             backend servers\n  balance roundrobin\n  option httpchk GET /readyz\n  \
             http-response set-header {SERVED_BY} %s\n",
            TIMEOUT.as_secs()
        );
        for (n, port) in servers.iter().enumerate() {
            writeln!(text, "  server s{n} 127.0.0.1:{port} check inter 500ms fall 2 rise 1").unwrap();
        }
        let config = scratch.path("haproxy.cfg");
        fs::write(&config, text).unwrap();
        let log = fs::File::create(scratch.path("log")).unwrap();
        let process = Command::new(PROGRAM)
            .args(["-db", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Self {
            process: process.unwrap(),
            _scratch: scratch,
            address: ([127, 0, 0, 1], port).into(),
        }
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
