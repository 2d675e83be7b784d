//! A `PostgreSQL` cluster that lives as long as what is tried or measured on it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::process;

/// The user that Debian's package makes: `PostgreSQL` refuses to run as root.
const USER: &str = "postgres";

/// What may be lost with the power is thrown away anyway.
const OPTIONS: &str = "-c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
     -c max_connections=300";

/// Where it speaks, in its folder.
const LOG: &str = "data/log";

/// A cluster, stopped and removed when it is dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Who it runs as, where we are root.
    user: Option<(u32, u32)>,
}

impl Cluster {
    /// Starts one on a port of its own, with further options in the form of `-c name=value`.
    pub fn start(place: &Place, further: &str) -> Result<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("aikagi-cluster-{}", std::process::id()));
        fs::create_dir(&folder)?;
        let user = if number(place, "-u", None)? == 0 {
            let user = (number(place, "-u", Some(USER))?, number(place, "-g", Some(USER))?);
            chown(&folder, Some(user.0), Some(user.1))?;
            Some(user)
        } else {
            None
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cluster = Self {
            programs,
            folder,
            port,
            user,
        };
        let data = cluster.folder.join("data");
        let data = data
            .to_str()
            .context("the folder for temporary files has a strange name")?;
        cluster.call(
            "initdb",
            &["-D", data, "-U", USER, "-A", "trust", "-N", "--no-locale", "-E", "UTF8"],
        )?;
        let log = cluster.folder.join(LOG).display().to_string();
        let options = format!(
            "{OPTIONS} {further} -c port={port} -c unix_socket_directories={}",
            cluster.folder.display()
        );
        cluster.call("pg_ctl", &["-w", "-D", data, "-l", &log, "-o", &options, "start"])?;
        Ok(cluster)
    }

    /// The address of a database for its administrator; `postgres` is always there.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database.
    pub fn create(&self, database: &str) -> Result<()> {
        let port = self.port.to_string();
        self.call("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", USER, database])
    }

    /// What it has said so far.
    pub fn log(&self) -> Result<String> {
        fs::read_to_string(self.folder.join(LOG)).context("PostgreSQL's log")
    }

    fn call(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.folder);
        if let Some((user, group)) = self.user {
            use std::os::unix::process::CommandExt as _;
            command.uid(user).gid(group);
        }
        // Not read to the end: the server that `pg_ctl` starts keeps what it inherits.
        let told = fs::File::create(self.folder.join("told"))?;
        let status = command.stdout(told.try_clone()?).stderr(told).status()?;
        if !status.success() {
            let told = fs::read_to_string(self.folder.join("told")).unwrap_or_default();
            bail!("{program}: {told}");
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        if let Some(data) = data.to_str()
            && let Err(error) = self.call("pg_ctl", &["-w", "-m", "immediate", "-D", data, "stop"])
        {
            eprintln!("    {error:#}");
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the newest version keeps its programs; Debian leaves them out of the path.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .filter(|(_, programs)| is_there(programs))
        .collect();
    versions.sort();
    if let Some((_, programs)) = versions.pop() {
        return Ok(programs);
    }
    std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .find(|folder| is_there(folder))
        .context("PostgreSQL is not installed: on Debian, cargo xtask test --only setup installs it")
}

fn is_there(programs: &Path) -> bool {
    programs.join("initdb").exists() && programs.join("pg_ctl").exists()
}

fn number(place: &Place, which: &str, user: Option<&str>) -> Result<u32> {
    let told = process::read(process::program(place, "id").arg(which).args(user))?;
    Ok(told.trim().parse()?)
}
