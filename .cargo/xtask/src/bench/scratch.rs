//! A server on this machine's loopback, and the folder that it works in: both gone when they are dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::sizes::FIRST_PAGE;
use super::visitor::Visitor;
use crate::place::Place;
use crate::process;
use crate::stopwatch::Stopwatch;

/// What is measured.
const BINARY: &str = "target/release/aikagi";
/// Past this a start or an end is a failure, not a slow one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Scratch {
    child: Child,
    address: SocketAddr,
    /// The port of its public address.
    public: u16,
    took: Duration,
}

/// A folder with settings, keys and a database.
pub struct Installation(PathBuf);

impl Scratch {
    /// Starts a server on an installation, and waits for its first page.
    pub fn serve(place: &Place, installation: &Installation) -> Result<Self> {
        let address = free_address()?;
        Self::start(place, installation, address, address.port())
    }

    /// Starts another server on the same installation, with the same public address, as behind a load balancer.
    pub fn serve_beside(&self, place: &Place, installation: &Installation) -> Result<Self> {
        Self::start(place, installation, free_address()?, self.public)
    }

    fn start(place: &Place, installation: &Installation, address: SocketAddr, public: u16) -> Result<Self> {
        fs::create_dir_all(place.notes()).context("cannot make target/xtask")?;
        let log = place.notes().join("bench.log");
        let log = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;

        let mut command = process::program(place, BINARY);
        command.args(["serve", "--config"]).arg(installation.settings());
        command.env("AIKAGI_LISTEN", address.to_string());
        command.env("AIKAGI_PUBLIC_URL", format!("http://localhost:{public}"));
        command
            .stdout(log.try_clone().context("one log for both outputs")?)
            .stderr(Stdio::from(log));
        let watch = Stopwatch::start();
        let child = command.spawn().with_context(|| format!("cannot start {BINARY}"))?;
        let mut server = Self {
            child,
            address,
            public,
            took: Duration::ZERO,
        };
        loop {
            if Visitor::arrive_as(address, public)
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

    /// The port of its public address.
    pub fn public(&self) -> u16 {
        self.public
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
        // Asked first: after an end that it does not expect, the next start looks for damage. What fails here is tried
        // again the hard way, and beyond that nothing can be done.
        let mut ask = Command::new("kill");
        let asked = ask.arg(self.child.id().to_string()).status();
        let watch = Stopwatch::start();
        while asked.as_ref().is_ok_and(ExitStatus::success) && watch.read() < PATIENCE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Installation {
    /// With the settings that `aikagi init` writes and an empty database.
    pub fn empty(place: &Place) -> Result<Self> {
        let installation = Self::init(place)?;
        installation.run(place, &["migrate"])?;
        Ok(installation)
    }

    /// With settings of its own, and people in the form that `aikagi people import` reads.
    pub fn of(place: &Place, settings: &str, people: &str) -> Result<Self> {
        let installation = Self::init(place)?;
        fs::write(installation.settings(), settings).context("cannot write the settings")?;
        installation.run(place, &["migrate"])?;
        installation.give(place, &["people", "import"], people)?;
        Ok(installation)
    }

    /// As `aikagi init` leaves it.
    fn init(place: &Place) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("aikagi-bench-{}-{number}", std::process::id()));
        let installation = Self(folder);
        process::read(process::program(place, BINARY).arg("init").arg(&installation.0))?;
        Ok(installation)
    }

    /// Another policy, in the form that `aikagi policy set` reads.
    pub fn decide(&self, place: &Place, policy: &str) -> Result<()> {
        self.give(place, &["policy", "set"], policy)
    }

    /// Adds so many accounts that nobody uses: copies of the first, written straight into the database, since a password
    /// made up for each would be hashed for hours.
    pub fn crowd(&self, place: &Place, accounts: u32) -> Result<()> {
        if accounts == 0 {
            return Ok(());
        }
        let database = self.0.join("data/aikagi.db");
        let sql = |text: &str| {
            let mut command = process::program(place, "sqlite3");
            process::read(command.arg(&database).arg(text)).context("Debian's package sqlite3 is wanted for this")
        };
        let columns = sql("select name from pragma_table_info('account') order by cid")?;
        let columns: Vec<&str> = columns.split_whitespace().collect();
        let values: Vec<_> = columns
            .iter()
            .map(|column| match *column {
                "id" => "lower(hex(randomblob(16)))".to_owned(),
                "name" | "skeleton" => "'crowd.' || n.i".to_owned(),
                other => format!("a.{other}"),
            })
            .collect();
        sql(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {accounts}) insert into account ({}) \
             select {} from n, (select * from account limit 1) a; analyze;",
            columns.join(", "),
            values.join(", ")
        ))
        .map(drop)
    }

    /// A command of the server's that reads a file.
    fn give(&self, place: &Place, command: &[&str], text: &str) -> Result<()> {
        let file = self.0.join("given");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        let file = file
            .to_str()
            .context("the folder for temporary files is not plain text")?;
        self.run(place, &[command, &[file]].concat())
    }

    /// A command of the server's, to its end.
    fn run(&self, place: &Place, arguments: &[&str]) -> Result<()> {
        let mut command = process::program(place, BINARY);
        // The settings of the real address are not needed for this.
        command.args(arguments).env("AIKAGI_PUBLIC_URL", "http://localhost");
        command.env("AIKAGI_CONFIG", self.settings());
        process::read(&mut command).map(drop)
    }

    fn settings(&self) -> PathBuf {
        self.0.join("aikagi.toml")
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // A temporary one: what is left of it does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An address nobody listens on. Somebody could take it before the server does; then the start fails and says so.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")?;
    listener.local_addr().context("a bound listener has an address")
}
