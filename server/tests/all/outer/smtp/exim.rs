//! Exim with a configuration of its own, in a directory of its own, on free ports of this machine.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::super::scratch::Scratch;

const PROGRAM: &str = "/usr/sbin/exim4";
/// Far longer than it takes, so that a test which hangs says so.
const PATIENCE: Duration = Duration::from_secs(20);

/// How everything is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuses {
    /// For good: 550.
    Always,
    /// For now: 451, as a server does that wants to see a sender again.
    ForNow,
}

impl Refuses {
    /// The file that says so.
    const fn file(self) -> &'static str {
        match self {
            Self::Always => "refuse-always",
            Self::ForNow => "refuse-for-now",
        }
    }
}

/// A mail server, ended with the test.
pub struct Exim {
    scratch: Scratch,
    process: Child,
    /// Its address.
    pub host: String,
    /// The port with STARTTLS.
    pub starttls: u16,
    /// The port with TLS from the first byte.
    pub tls: u16,
    /// The port on which it offers no encryption, as if somebody in between had stripped it.
    pub plain: u16,
    /// The password of `aikagi`.
    pub password: String,
    /// The authority that its certificate comes from.
    pub ca: PathBuf,
}

impl Exim {
    /// Starts it; nothing where it is not installed, which in CI is a failure.
    pub async fn start() -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            return skipped("exim is not installed: apt-get install exim4-daemon-light openssl");
        }
        let scratch = Scratch::new();
        let dir = scratch.dir();
        for part in ["spool", "log", "mail"] {
            fs::create_dir(dir.join(part)).unwrap();
        }
        let [starttls, tls, plain] = free_ports();
        let password = server::random::name(&server::random::SystemRandom).unwrap();
        certificates(dir);
        let config = dir.join("exim.conf");
        fs::write(&config, configuration(dir, [starttls, tls, plain], &password)).unwrap();
        // Exim gives up root: its user must be able to enter, and nobody else needs to.
        let owned = Command::new("chown")
            .args(["-R", "Debian-exim:Debian-exim"])
            .arg(dir)
            .status()
            .unwrap();
        if !owned.success() {
            return skipped("exim gives up root for Debian-exim, so only root can start it here");
        }
        let root = Command::new("chown").arg("root:root").arg(&config).status().unwrap();
        assert!(root.success());
        fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();

        let errors = fs::File::create(dir.join("errors")).unwrap();
        let process = Command::new(PROGRAM)
            .arg("-C")
            .arg(&config)
            .args(["-bdf", "-q30s"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .process_group(0)
            .spawn()
            .unwrap();
        let ca = scratch.path("ca.pem");
        let exim = Self {
            scratch,
            process,
            host: "127.0.0.1".into(),
            starttls,
            tls,
            plain,
            password,
            ca,
        };
        exim.ready().await;
        Some(exim)
    }

    async fn ready(&self) {
        let open = async {
            for port in [self.starttls, self.tls, self.plain] {
                while tokio::net::TcpStream::connect((self.host.as_str(), port))
                    .await
                    .is_err()
                {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        };
        let opened = tokio::time::timeout(PATIENCE, open).await;
        let errors = || fs::read_to_string(self.scratch.path("errors")).unwrap_or_default();
        assert!(opened.is_ok(), "exim does not start: {}", errors());
    }

    /// From now on everything is refused for good (550), or for now (451); or nothing any more.
    pub fn refuse(&self, how: Option<Refuses>) {
        for one in [Refuses::Always, Refuses::ForNow] {
            let file = self.scratch.path(one.file());
            if how == Some(one) {
                fs::write(file, "").unwrap();
            } else {
                fs::remove_file(file).ok();
            }
        }
    }

    /// Lets it hang: the kernel takes connections for it, and nobody says a word; or go on.
    pub fn hang(&self, hangs: bool) {
        let signal = if hangs { "-STOP" } else { "-CONT" };
        self.signal(signal);
    }

    fn signal(&self, signal: &str) {
        // It and the processes that it started for single connections.
        Command::new("kill")
            .args([signal, "--", &format!("-{}", self.process.id())])
            .status()
            .ok();
    }

    /// How often it refused something.
    pub fn refusals(&self) -> usize {
        let log = fs::read_to_string(self.scratch.path("log/mainlog")).unwrap_or_default();
        log.matches("rejected RCPT").count()
    }

    /// The mails that arrived, as soon as there are so many.
    pub async fn arrived(&self, expected: usize) -> Vec<String> {
        let read = || -> Vec<String> {
            let new = self.scratch.path("mail/new");
            let files = fs::read_dir(new).into_iter().flatten().flatten();
            files
                .map(|file| String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned())
                .collect()
        };
        let wait = async {
            while read().len() < expected {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            let log = fs::read_to_string(self.scratch.path("log/mainlog")).unwrap_or_default();
            panic!("{} of {expected} mails arrived\n{log}", read().len());
        }
        read()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        // None may write into the directory that goes.
        self.signal("-KILL");
        self.process.wait().ok();
    }
}

/// Says so and goes on; in CI nothing is skipped.
pub fn skipped<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    println!("skipped: {why}");
    None
}

/// Ports that nobody listens on.
pub fn free_ports<const N: usize>() -> [u16; N] {
    // All at once, so that they differ.
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.each_ref().map(|listener| listener.local_addr().unwrap().port())
}

/// An authority of its own, and a certificate for 127.0.0.1 from it.
pub fn certificates(dir: &Path) {
    let extensions = dir.join("extensions");
    let mut file = fs::File::create(&extensions).unwrap();
    writeln!(
        file,
        "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE"
    )
    .unwrap();
    let openssl = |line: &str| {
        let done = Command::new("openssl")
            .args(line.split(' '))
            .current_dir(dir)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "openssl {line}");
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=aikagi-test-authority",
    );
    openssl(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
    );
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile extensions",
    );
}

fn configuration(dir: &Path, [starttls, tls, plain]: [u16; 3], password: &str) -> String {
    let dir = dir.display();
    format!(
        r"
primary_hostname = mail.example.org
domainlist local_domains = example.org
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/exim.pid
daemon_smtp_ports = {starttls} : {tls} : {plain}
local_interfaces = 127.0.0.1
tls_on_connect_ports = {tls}
tls_alpn = smtp : esmtp : h2 : http/1.1
tls_certificate = {dir}/server.pem
tls_privatekey = {dir}/server.key
tls_advertise_hosts = ${{if eq{{$received_port}}{{{plain}}}{{}}{{*}}}}
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}{{}}}}
acl_smtp_rcpt = check
never_users =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
qualify_domain = example.org
prod_requires_admin = false

begin acl
check:
  deny    message = no such person: $local_part@$domain
          local_parts = nobody
  defer   message = come back later, $local_part@$domain
          local_parts = later
  deny    message = nobody here wants that
          condition = ${{if exists{{{dir}/refuse-always}}}}
  defer   message = come back later
          condition = ${{if exists{{{dir}/refuse-for-now}}}}
  accept  condition = ${{if eq{{$received_port}}{{{plain}}}}}
  accept  authenticated = *
  deny    message = sign in first

begin routers
everybody:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {dir}/mail
  maildir_format
  envelope_to_add
  user = Debian-exim
  group = Debian-exim

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{aikagi}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
"
    )
}
