//! Kannel, a gateway for text messages that is asked by HTTP and speaks SMPP to a message centre: its two processes with a
//! configuration of their own, on free ports of this machine, and the centre behind them.

mod centre;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::scratch::Scratch;
use super::smtp::exim::{free_ports, skipped};
use centre::Centre;

const BEARERBOX: &str = "/usr/sbin/bearerbox";
const SMSBOX: &str = "/usr/sbin/smsbox";
/// Far longer than it takes, so that a test which hangs says so.
const PATIENCE: Duration = Duration::from_secs(20);

/// The gateway, ended with the test.
pub struct Kannel {
    scratch: Scratch,
    /// Keeps the queue and speaks to the centre.
    bearerbox: Child,
    /// Answers by HTTP.
    smsbox: Child,
    centre: Centre,
    http: u16,
}

impl Kannel {
    /// Starts it; nothing where it is not installed, which in CI is a failure.
    pub async fn start() -> Option<Self> {
        if !Path::new(BEARERBOX).exists() {
            return skipped("kannel is not installed: apt-get install kannel");
        }
        let scratch = Scratch::new();
        let centre = Centre::open().await;
        let [admin, boxes, http] = free_ports();
        let configuration = scratch.path("kannel.conf");
        fs::write(
            &configuration,
            text(scratch.dir(), [admin, boxes, http], centre.address.port()),
        )
        .unwrap();
        let owned = Command::new("chown")
            .args(["-R", "kannel"])
            .arg(scratch.dir())
            .status()
            .unwrap();
        if !owned.success() {
            return skipped("kannel runs as a user of its own, so only root can start it here");
        }
        let bearerbox = program(BEARERBOX, &configuration);
        listens(boxes).await;
        let smsbox = program(SMSBOX, &configuration);
        let kannel = Self {
            scratch,
            bearerbox,
            smsbox,
            centre,
            http,
        };
        listens(http).await;
        Some(kannel)
    }

    /// What the configuration of the portal says of it, with this password.
    pub fn section(&self, password: &str) -> String {
        format!(
            "[text]\nmethod = \"GET\"\nurl = \"http://127.0.0.1:{}/cgi-bin/sendsms?username=aikagi&password={password}\
             &charset=UTF-8&coding=2&to={{to}}&text={{text}}\"\n",
            self.http
        )
    }

    /// The password that it takes.
    pub const PASSWORD: &str = "hidden";

    /// The text messages that arrived at the centre for a number, as soon as there are so many.
    pub async fn arrived(&self, to: &str, expected: usize) -> Vec<String> {
        let wait = async {
            while self.centre.taken(to).len() < expected {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            let log = fs::read_to_string(self.scratch.path("smsbox.log")).unwrap_or_default();
            panic!("{} of {expected} messages arrived\n{log}", self.centre.taken(to).len());
        }
        self.centre.taken(to)
    }

    /// Lets what answers by HTTP hang: the kernel takes connections for it, and nobody says a word; or go on.
    pub fn hang(&self, hangs: bool) {
        signal(&self.smsbox, if hangs { "-STOP" } else { "-CONT" });
    }

    /// Ends what answers by HTTP.
    pub fn close(&mut self) {
        self.smsbox.kill().unwrap();
        self.smsbox.wait().unwrap();
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for process in [&mut self.smsbox, &mut self.bearerbox] {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

fn signal(process: &Child, signal: &str) {
    let told = Command::new("kill").args([signal, &process.id().to_string()]).status();
    assert!(told.unwrap().success());
}

/// Starts one of its programs as the user `kannel`.
fn program(path: &str, configuration: &Path) -> Child {
    Command::new("setpriv")
        .args(["--reuid=kannel", "--regid=nogroup", "--clear-groups", "--", path])
        .arg(configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn listens(port: u16) {
    let open = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, open)
        .await
        .expect("kannel does not start");
}

fn text(dir: &Path, [admin, boxes, http]: [u16; 3], centre: u16) -> String {
    let dir = dir.display();
    let password = Kannel::PASSWORD;
    format!(
        r#"
group = core
admin-port = {admin}
admin-password = {password}
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"
log-file = "{dir}/bearerbox.log"

group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = {centre}
transceiver-mode = true
smsc-username = aikagi
smsc-password = {password}
system-type = "aikagi"
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1
log-file = "{dir}/smsbox.log"

group = sendsms-user
username = aikagi
password = {password}
default-sender = Aikagi
max-messages = 9
concatenation = true
"#
    )
}
