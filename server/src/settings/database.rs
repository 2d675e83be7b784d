//! Where everything is stored: a file on a local disk, or a `PostgreSQL` server.

use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::mistake::Wrong;
use super::public_url::is_loopback;
use super::secret::Secret;
use super::section::Section;

/// The directory of the sockets as it stands in an address: the first octet of an absolute path.
const SOCKET: &str = "%2F";

/// Where everything is stored.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file on a local disk.
    Sqlite(PathBuf),
    /// A database that several servers share.
    Postgres(Box<Postgres>),
}

/// A `PostgreSQL` database, and who we are there.
#[derive(Clone, Debug)]
pub struct Postgres {
    /// Its address with the name of the role that serves, without any password.
    url: Url,
    /// The password of that role; none where the server asks for none.
    password: Option<Secret>,
    /// Who owns the tables and changes them; none where that is the role that serves.
    owner: Option<(String, Option<Secret>)>,
    security: Security,
    /// Certificates of an authority of the operator's own (PEM).
    ca: Option<PathBuf>,
}

/// How the connection to the database is protected. Never "if it can".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// Encrypted, and the certificate is for the name of the server.
    Tls,
    /// Not at all, which only a server on the same machine is good for.
    NoneForLoopbackOnly,
}

impl Postgres {
    /// The address as an operator may read it.
    pub fn shown(&self) -> &str {
        self.url.as_str()
    }

    /// The name of the role that serves.
    pub fn role(&self) -> &str {
        self.url.username()
    }

    /// The address for the role that serves, with everything that the driver needs. Not to be shown.
    pub fn for_serving(&self) -> Url {
        self.complete(None, self.password.as_ref())
    }

    /// The address for the role that owns the tables. Not to be shown.
    pub fn for_migrating(&self) -> Url {
        match &self.owner {
            Some((name, password)) => self.complete(Some(name), password.as_ref()),
            None => self.for_serving(),
        }
    }

    /// Whether the tables belong to another role than the one that serves.
    pub const fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    fn complete(&self, user: Option<&str>, password: Option<&Secret>) -> Url {
        let mut url = self.url.clone();
        // What has a host takes a name and a password, and `read` has seen to the host.
        if let Some(user) = user {
            let _ = url.set_username(user);
        }
        let _ = url.set_password(password.map(Secret::expose));
        let mut query = url.query_pairs_mut();
        query.append_pair("application_name", "aikagi");
        match self.security {
            Security::Tls => query.append_pair("sslmode", "verify-full"),
            Security::NoneForLoopbackOnly => query.append_pair("sslmode", "disable"),
        };
        if let Some(ca) = &self.ca {
            query.append_pair("sslrootcert", &ca.to_string_lossy());
        }
        drop(query);
        url
    }
}

/// Reads `database = "sqlite:…"` or the section `[database]`. Nothing where there is neither, or a mistake was recorded.
pub(super) fn read(top: &Section<'_>, beside: &Path) -> Option<Database> {
    if top.is_text("database") {
        return top.read("database", |text| file(text, beside)).map(Database::Sqlite);
    }
    let section = top.section("database");
    if !section.is_there() {
        return None;
    }
    let url = section.need("url", "\"postgres://aikagi@db.example.org/aikagi\"", |text| {
        if text.starts_with("sqlite:") {
            file(text, beside).map(Place::File)
        } else {
            server(text).map(Place::Server)
        }
    });
    let password = section.read("password", secret);
    let owner = section.read("migrate_user", |text| Ok(text.to_owned()));
    let owner_password = section.read("migrate_password", secret);
    if owner.is_none() && owner_password.is_some() {
        let wrong = Wrong::new("has no user").hint("add: migrate_user = \"…\"");
        section.complain("migrate_password", wrong);
    }
    let is_near = matches!(&url, Some(Place::Server(url)) if is_near(url));
    let usual = if is_near {
        Security::NoneForLoopbackOnly
    } else {
        Security::Tls
    };
    let security = section
        .read("security", |text| match text {
            "tls" => Ok(Security::Tls),
            "none-for-loopback-only" => Ok(Security::NoneForLoopbackOnly),
            _ => Err(Wrong::new("is \"tls\" or \"none-for-loopback-only\"")),
        })
        .unwrap_or(usual);
    if security == Security::NoneForLoopbackOnly && matches!(url, Some(Place::Server(_))) && !is_near {
        let wrong = Wrong::new("is for a database on this machine only");
        section.complain("security", wrong.hint("for another machine: security = \"tls\""));
    }
    let ca = section.read("ca", |text| authority(&beside.join(text)));
    if matches!(url, Some(Place::File(_))) {
        for key in ["password", "migrate_user", "migrate_password", "security", "ca"] {
            if section.has(key) {
                section.complain(key, Wrong::new("is for a PostgreSQL database, and this one is a file"));
            }
        }
    }
    section.finish();
    Some(match url? {
        Place::File(place) => Database::Sqlite(place),
        Place::Server(url) => Database::Postgres(Box::new(Postgres {
            url,
            password,
            owner: owner.map(|name| (name, owner_password)),
            security,
            ca,
        })),
    })
}

/// What an address names.
enum Place {
    File(PathBuf),
    Server(Url),
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "read as the other settings are, which can be wrong"
)]
fn secret(text: &str) -> Result<Secret, Wrong> {
    Ok(Secret::new(text))
}

fn file(text: &str, beside: &Path) -> Result<PathBuf, Wrong> {
    let hint = "for example: database = \"sqlite:/var/lib/aikagi/aikagi.db\"";
    let path = text.strip_prefix("sqlite:").ok_or_else(|| {
        let wrong = Wrong::new("must begin with sqlite:");
        if text.starts_with("postgres") {
            wrong.hint("a PostgreSQL database has a section: [database] and below it url = \"postgres://…\"")
        } else {
            wrong.hint(hint)
        }
    })?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains('?') || path.starts_with(':') {
        return Err(Wrong::new("is the path of a file after sqlite: and nothing else").hint(hint));
    }
    Ok(beside.join(path))
}

fn server(text: &str) -> Result<Url, Wrong> {
    let wrong = |what: &str| Wrong::new(what).hint("for example: url = \"postgres://aikagi@db.example.org/aikagi\"");
    let url = Url::parse(text).map_err(|_| wrong("is no address of a database"))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(wrong("must begin with postgres:// or sqlite:"));
    }
    if url.password().is_some() {
        return Err(Wrong::new("must not hold a password").hint("set the variable AIKAGI_DATABASE_PASSWORD"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong(
            "names no host; for a socket on this machine: postgres://aikagi@%2Frun%2Fpostgresql/aikagi",
        ));
    }
    if url.username().is_empty() {
        return Err(wrong("names no role before an @"));
    }
    if url.username().contains('%') {
        return Err(wrong(
            "has a role whose name needs more than plain letters, digits and _",
        ));
    }
    if url.path().trim_matches('/').is_empty() || url.path()[1..].contains('/') {
        return Err(wrong("must end with the name of the database"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "must end with the name of the database: the rest has keys of its own",
        ));
    }
    Ok(url)
}

/// Whether the database is on this machine.
fn is_near(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    host.get(..SOCKET.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(SOCKET))
        || Host::parse(host).is_ok_and(|host| is_loopback(&host))
}

fn authority(path: &Path) -> Result<PathBuf, Wrong> {
    super::mail::certificates(path)?;
    // The driver reads the file itself, by a path that has to be a text.
    match path.to_str() {
        Some(_) => Ok(path.to_owned()),
        None => Err(Wrong::new("is no path that can be written")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(url: &str, ca: Option<&str>) -> Postgres {
        Postgres {
            ca: ca.map(PathBuf::from),
            password: Some(Secret::new("p@ss/w?rd")),
            owner: Some(("owner".into(), None)),
            security: Security::Tls,
            url: server(url).unwrap(),
        }
    }

    #[test]
    fn the_driver_is_told_everything_and_people_no_password() {
        let postgres = complete(
            "postgres://aikagi@db.example.org:6432/kagi",
            Some("/etc/ca with space.pem"),
        );
        assert_eq!(
            postgres.for_serving().as_str(),
            "postgres://aikagi:p%40ss%2Fw%3Frd@db.example.org:6432/kagi?application_name=aikagi\
             &sslmode=verify-full&sslrootcert=%2Fetc%2Fca+with+space.pem"
        );
        assert!(
            postgres
                .for_migrating()
                .as_str()
                .starts_with("postgres://owner@db.example.org:6432/kagi?")
        );
        assert_eq!(postgres.shown(), "postgres://aikagi@db.example.org:6432/kagi");
        assert!(!format!("{postgres:?}").contains("p@ss"));
    }

    #[test]
    fn only_this_machine_is_near() {
        for url in [
            "postgres://a@%2Frun%2Fpostgresql/d",
            "postgres://a@localhost/d",
            "postgres://a@[::1]/d",
        ] {
            assert!(server(url).is_ok_and(|url| is_near(&url)), "{url}");
        }
        assert!(!server("postgres://a@db.example.org/d").is_ok_and(|url| is_near(&url)));
    }
}
