//! A server on this machine's loopback, with a folder of its own, gone when it is dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::sizes::FIRST_PAGE;
use super::visitor::Visitor;
use crate::place::Place;
use crate::process;
use crate::stopwatch::Stopwatch;

/// Past this a start is a failure, not a slow one.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Scratch {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
    took: Duration,
}

impl Scratch {
    /// Starts the shipped binary as a demo and waits for its first page.
    pub fn start(place: &Place) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "aikagi-bench-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        let address = free_address()?;
        let log = place.notes().join("bench.log");
        fs::create_dir_all(place.notes()).context("cannot make target/xtask")?;
        let log = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;

        let mut command = process::program(place, "target/release/aikagi");
        command
            .args(["demo", "--listen", &address.to_string(), "--dir"])
            .arg(&folder);
        command
            .stdout(log.try_clone().context("one log for both outputs")?)
            .stderr(Stdio::from(log));
        let watch = Stopwatch::start();
        let child = command.spawn().context("cannot start target/release/aikagi")?;
        let mut server = Self {
            child,
            address,
            folder,
            took: Duration::ZERO,
        };
        loop {
            if Visitor::arrive(address)
                .and_then(|mut visitor| visitor.page(FIRST_PAGE))
                .is_ok()
            {
                server.took = watch.read();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait().context("lost the server")? {
                bail!("the server ended with {status}; target/xtask/bench.log has its words");
            }
            if watch.read() > PATIENCE {
                bail!("no 200 on {FIRST_PAGE} within {PATIENCE:?}; target/xtask/bench.log has the server's words");
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// From the command to the first page.
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the folder is a temporary one.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An address nobody listens on. Somebody could take it before the server does; then the start fails and says so.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")?;
    listener.local_addr().context("a bound listener has an address")
}
