//! What the operator decides: one TOML file, with environment variables for what must not stand in a file.
//!
//! `AIKAGI_` and the key with its sections, in capitals, replaces any key of the file: `AIKAGI_MAIL_PASSWORD` stands for
//! `password` under `[mail]`. Everything is read into types here; whoever gets a [`Settings`] has nothing left to check.
//! Every mistake is told at once, with its line and a way out. Secrets are never shown, in no message either.

mod audit;
mod database;
mod example;
mod gateway;
mod hashing;
mod limits;
mod log;
mod mail;
mod metrics;
mod mistake;
mod organisation;
mod public_url;
mod reader;
mod secret;
mod section;
mod template;

use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

use ipnet::IpNet;
use jiff::tz::TimeZone;
use portal::account::Language;
use toml_edit::Document;

pub use self::audit::{AuditSettings, KEEP_DAYS};
pub use self::database::{Database, Postgres};
pub use self::gateway::{Gateway, GatewayMethod, Success};
pub use self::hashing::HashingSettings;
pub use self::limits::LimitSettings;
pub use self::log::{Log, LogFormat};
pub use self::mail::{Mail, Security};
pub(crate) use self::mistake::meant;
pub use self::mistake::{Mistake, Mistakes, Place, Wrong};
pub use self::organisation::{Organisation, Wording};
pub use self::public_url::PublicUrl;
pub use self::reader::Environment;
use self::reader::Reader;
pub use self::secret::Secret;
use self::section::Section;
pub use self::template::{Filling, Template};

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address under which people reach the portal.
    pub public_url: PublicUrl,
    /// The address it listens on.
    pub listen: SocketAddr,
    /// Where it keeps its own files.
    pub data_dir: PathBuf,
    /// Where everything is stored.
    pub database: Database,
    /// The file with the secret keys.
    pub keyring: PathBuf,
    /// In which time zone times are shown.
    pub time_zone: TimeZone,
    /// Whose portal it is.
    pub organisation: Organisation,
    /// How mail is sent; none where it is not.
    pub mail: Option<Mail>,
    /// How text messages are sent.
    pub text: Option<Gateway>,
    /// How calls are made.
    pub voice: Option<Gateway>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How passwords are hashed.
    pub hashing: HashingSettings,
    /// What is expected of networks.
    pub limits: LimitSettings,
    /// How long the audit log is kept.
    pub audit: AuditSettings,
    /// Where metrics are read; none where they are not.
    pub metrics: Option<SocketAddr>,
    /// What is logged, and how.
    pub log: Log,
}

impl Settings {
    /// Reads the file and the environment of the process.
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        // Variables that are no Unicode cannot be ours.
        let environment =
            std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&text, path, &environment.collect()),
            Err(cause) => {
                let wrong =
                    Wrong::new(format!("cannot be read: {cause}")).hint("`aikagi init` writes one to begin with");
                let mistake = Mistake::new(Place::File, None, wrong);
                Err(Mistakes::new(&path.display().to_string(), vec![mistake]))
            }
        }
    }

    /// Reads the text of a file that stands at `path` (relative paths in it start from there) and an environment.
    pub fn read(text: &str, path: &Path, environment: &Environment) -> Result<Self, Mistakes> {
        let shown = path.display().to_string();
        let reader = Reader::new(text, environment);
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                // Its own `Display` would show the line, and the line may hold a password.
                reader.record(reader.line(error.span()), None, Wrong::new(error.message()));
                return Err(Mistakes::new(&shown, reader.finish()));
            }
        };
        let settings = everything(
            Section::root(&reader, document.as_table()),
            path.parent().unwrap_or(Path::new("")),
        );
        match (settings, reader.finish()) {
            (Some(settings), mistakes) if mistakes.is_empty() => Ok(settings),
            (_, mistakes) => Err(Mistakes::new(&shown, mistakes)),
        }
    }

    /// Whom messages tell people to turn to, never nobody: the organisation's line of help, without one the help desk,
    /// without any the portal itself, which leads to the administrators.
    pub fn whom_to_tell(&self, language: Language) -> String {
        let desk = self.mail.as_ref().and_then(|mail| mail.help_desk.first());
        match (&self.organisation.help, desk) {
            (Some(help), _) => help.of(language).to_owned(),
            (None, Some(desk)) => desk.clone(),
            (None, None) => self.public_url.origin().to_owned(),
        }
    }

    /// A file with every key, explained, for a beginning.
    pub fn commented_example() -> String {
        example::EXAMPLE.to_owned()
    }
}

/// Reads every key, also after a mistake. Nothing only where a mistake was recorded.
fn everything(top: Section<'_>, beside: &Path) -> Option<Settings> {
    let file = |text: &str| {
        if text.is_empty() {
            Err(Wrong::new("is empty"))
        } else {
            Ok(beside.join(text))
        }
    };

    let public_url = top.need("public_url", "\"https://reset.example.org\"", PublicUrl::parse);
    let listen = top.read("listen", |text| {
        let wrong = || Wrong::new("is not an address with a port").hint("for example: listen = \"127.0.0.1:8080\"");
        text.parse().map_err(|_| wrong())
    });
    let data_dir = top.read("data_dir", file).unwrap_or_else(|| beside.join("data"));
    let database = database::read(&top, beside);
    let keyring = top.read("keyring", file).unwrap_or_else(|| beside.join("keyring.toml"));
    let database = database.unwrap_or_else(|| Database::Sqlite(data_dir.join("aikagi.db")));
    let folders = [
        ("data_dir", Some(data_dir.as_path())),
        (
            "the folder of the database",
            match &database {
                Database::Sqlite(file) => file.parent(),
                Database::Postgres(_) => None,
            },
        ),
    ];
    let beside_it = folders
        .into_iter()
        .find(|(_, folder)| folder.is_some_and(|folder| lies_in(&keyring, folder)));
    if let Some((folder, _)) = beside_it {
        let wrong = Wrong::new(format!(
            "must not lie in {folder}: one copied folder would hold the lock and the key"
        ));
        top.complain(
            "keyring",
            wrong.hint("for example: keyring = \"/etc/aikagi/keyring.toml\""),
        );
    }
    let time_zone = top
        .read("time_zone", time_zone)
        .unwrap_or_else(|| TimeZone::get("Asia/Tokyo").expect("the time zones are compiled in"));
    let trusted_proxies = top.list("trusted_proxies", network);

    let organisation = organisation::read(top.section("organisation"));
    let mail = mail::read(top.section("mail"), beside);
    let text = gateway::read(top.section("text"));
    let voice = gateway::read(top.section("voice"));
    let hashing = hashing::read(top.section("hashing"));
    let limits = limits::read(top.section("limits"));
    let audit = audit::read(top.section("audit"));
    let metrics = metrics::read(top.section("metrics"));
    let log = log::read(top.section("log"));
    top.finish();

    Some(Settings {
        public_url: public_url?,
        listen: listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
        database,
        data_dir,
        keyring,
        time_zone,
        organisation,
        mail,
        text,
        voice,
        trusted_proxies,
        hashing,
        limits,
        audit,
        metrics,
        log,
    })
}

fn time_zone(text: &str) -> Result<TimeZone, Wrong> {
    TimeZone::get(text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let meant = mistake::meant(text, known.iter().map(String::as_str)).unwrap_or("Asia/Tokyo");
        Wrong::new("is not a time zone of the IANA database").hint(format!("for example: time_zone = \"{meant}\""))
    })
}

fn network(text: &str) -> Result<IpNet, Wrong> {
    let single = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| single()).map_err(|_| {
        Wrong::new("is a list of networks").hint("for example: trusted_proxies = [\"10.0.0.0/24\", \"::1\"]")
    })
}

/// Whether a file lies in a directory, as far as paths tell; links are followed where they exist already.
fn lies_in(file: &Path, directory: &Path) -> bool {
    // The folder of a path without one is this one.
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let plain = |path: &Path| -> PathBuf {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut plain = PathBuf::new();
        for part in whole.components() {
            match part {
                Component::ParentDir => drop(plain.pop()),
                Component::CurDir => {}
                part => plain.push(part),
            }
        }
        plain
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| plain(path));
    plain(file).starts_with(plain(directory)) || real(file).starts_with(real(directory))
}
