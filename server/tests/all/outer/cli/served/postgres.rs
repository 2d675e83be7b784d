//! A `PostgreSQL` cluster of one test: with TLS, passwords and two roles, on a port of its own. It can be restarted.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use sqlx::AnyConnection;
use url::Url;

use crate::cluster;
use crate::outer::scratch::Scratch;
use crate::outer::smtp::exim::{certificates, free_ports, skipped};

/// What a crash of the machine would lose is thrown away anyway; a crash of the server loses nothing.
const OPTIONS: &str = "-c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=100 -c ssl=on";
/// The password of all three roles.
pub const PASSWORD: &str = "marker-of-the-database";

/// A cluster, stopped with the test.
pub struct Postgres {
    scratch: Scratch,
    programs: PathBuf,
    /// Who it runs as, where we are root.
    user: Option<(u32, u32)>,
    /// Where it listens.
    pub port: u16,
    /// The authority that its certificate comes from.
    pub ca: PathBuf,
}

impl Postgres {
    /// Starts one with an empty database; nothing where it is not installed, which in CI is a failure.
    pub async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            return skipped("PostgreSQL is not installed: apt-get install postgresql openssl");
        };
        let scratch = Scratch::new();
        certificates(scratch.dir());
        fs::write(scratch.path("password"), PASSWORD).unwrap();
        let user = (id(&["-u"])? == 0).then(|| (id(&["-u", "postgres"]).unwrap(), id(&["-g", "postgres"]).unwrap()));
        if let Some((user, group)) = user {
            for file in ["", "server.key", "password"] {
                chown(scratch.path(file), Some(user), Some(group)).unwrap();
            }
        }
        let [port] = free_ports();
        let postgres = Self {
            programs,
            user,
            port,
            ca: scratch.path("ca.pem"),
            scratch,
        };
        let password = postgres.at("password");
        let how = [
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "-N",
            "--no-locale",
            "-E",
            "UTF8",
            "--pwfile",
            &password,
        ];
        postgres.call("initdb", &how);
        postgres.go_on();
        let mut admin = postgres.admin("postgres").await;
        for statement in [
            format!("create role aikagi_owner login password '{PASSWORD}'"),
            format!("create role aikagi login password '{PASSWORD}'"),
            "create database aikagi owner aikagi_owner".to_owned(),
        ] {
            cluster::run(&mut admin, statement).await;
        }
        Some(postgres)
    }

    /// Ends it at once, as a crash would.
    pub fn crash(&self) {
        self.call("pg_ctl", &["-w", "-m", "immediate", "stop"]);
    }

    /// Starts it anew.
    pub fn go_on(&self) {
        let (log, folder) = (self.at("log"), self.scratch.dir().display());
        let options = format!(
            "{OPTIONS} -c port={} -c unix_socket_directories={folder} -c ssl_cert_file={folder}/server.pem \
             -c ssl_key_file={folder}/server.key",
            self.port
        );
        self.call("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
    }

    /// The section of the configuration that leads here.
    pub fn section(&self) -> String {
        format!(
            "[database]\nurl = \"postgres://aikagi@127.0.0.1:{}/aikagi\"\npassword = \"{PASSWORD}\"\n\
             migrate_user = \"aikagi_owner\"\nmigrate_password = \"{PASSWORD}\"\nsecurity = \"tls\"\nca = \"{}\"\n",
            self.port,
            self.ca.display()
        )
    }

    /// A connection of the administrator.
    pub async fn admin(&self, database: &str) -> AnyConnection {
        let address = format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/", self.port);
        cluster::connect(&Url::parse(&address).unwrap(), database).await
    }

    /// A number that a statement finds in the database of the servers.
    pub async fn count(&self, statement: &'static str) -> i64 {
        let mut admin = self.admin("aikagi").await;
        sqlx::query_scalar(statement).fetch_one(&mut admin).await.unwrap()
    }

    fn at(&self, file: &str) -> String {
        self.scratch.path(file).display().to_string()
    }

    fn call(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).arg("-D").arg(self.at("data"));
        command.current_dir(self.scratch.dir());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // Not read to the end: the server that `pg_ctl` starts keeps what it inherits.
        let told = fs::File::create(self.scratch.path("told")).unwrap();
        let status = command.stdout(told.try_clone().unwrap()).stderr(told).status().unwrap();
        let told = fs::read_to_string(self.scratch.path("told")).unwrap_or_default();
        assert!(status.success() || std::thread::panicking(), "{program}: {told}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.scratch.path("data/postmaster.pid").exists() {
            self.crash();
        }
    }
}

/// Where the newest version keeps its programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

fn id(arguments: &[&str]) -> Option<u32> {
    let told = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(told.stdout).ok()?.trim().parse().ok()
}
