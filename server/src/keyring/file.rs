//! The keyring on disk: a small TOML file that only its owner can read.
//!
//! It must not lie where the database does: a copy of the one alone shall be worth nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::ports::{Clock, Fault, Random};
use toml_edit::{Document, Item, Table};
use zeroize::Zeroizing;

use super::{Derived, Holds, Key, Keyring, Ring, SHORTEST_SECRET};

/// The secret in the documentation's sample. Whoever copies it has a key that everybody knows.
const SAMPLE: &[u8; 32] = b"aikagi sample never use this key";
/// Longest name of a key, in bytes.
const LONGEST_KID: usize = 32;
/// More than any keyring needs, so that a wrong path is not read into memory whole.
const LARGEST_FILE: u64 = 64 * 1_024;

/// Why there is no keyring. Never holds a secret.
#[derive(Debug)]
pub enum Trouble {
    /// There is a file already; it may be the only key to somebody's data.
    Exists(PathBuf),
    /// There is none.
    Missing(PathBuf),
    /// Others than its owner may read, write or run it; the mode it has.
    TooOpen(PathBuf, u32),
    /// It cannot be read or written.
    Unreadable(PathBuf, io::Error),
    /// What it says is no keyring: the line, and why.
    Malformed(PathBuf, usize, String),
    /// No randomness for a new key.
    NoRandomness(Fault),
    /// Another command is changing it.
    Changing(PathBuf),
    /// Its digests are of another key than those in use: it belongs to another database.
    Another(PathBuf),
    /// There is no such key, or it cannot be retired; why.
    NotRetired(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{}: there is a keyring already, and it is not overwritten",
                path.display()
            ),
            Self::Missing(path) => write!(f, "{}: there is no keyring; `aikagi init` makes one", path.display()),
            Self::TooOpen(path, mode) => write!(
                f,
                "{path}: mode {mode:04o} lets others use the keyring; run `chmod 600 {path}`",
                path = path.display()
            ),
            Self::Unreadable(path, cause) => write!(f, "{}: {cause}", path.display()),
            Self::Malformed(path, line, why) => write!(f, "{}:{line}: {why}", path.display()),
            Self::Changing(path) => write!(f, "{}: another command is changing it", path.display()),
            Self::Another(path) => write!(
                f,
                "{}: this keyring is not the one in use with keys added; it is not used",
                path.display()
            ),
            Self::NotRetired(why) => f.write_str(why),
            Self::NoRandomness(cause) => write!(f, "no randomness for a new key: {cause}"),
        }
    }
}

impl std::error::Error for Trouble {}

impl Keyring {
    /// Writes a new keyring with one key, readable by its owner only, and loads it.
    pub fn create(path: &Path, clock: &dyn Clock, random: &dyn Random) -> Result<Self, Trouble> {
        let text = Zeroizing::new(format!(
            "# The secret keys of Aikagi. Whoever has this file and the database can read every contact.\n\
             # Keep a copy in a safe place, apart from the backups of the database: without it they are worth nothing.\n\
             # `aikagi keys` adds keys and retires them; never remove one by hand.\n\
             {}",
            *fresh_key("k1", clock, random)?
        ));

        let unreadable = |cause: io::Error| match cause.kind() {
            io::ErrorKind::AlreadyExists => Trouble::Exists(path.into()),
            _ => Trouble::Unreadable(path.into(), cause),
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(unreadable)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(unreadable)?;
        Self::load(path)
    }

    /// Reads a keyring, and refuses one that does not protect what it should.
    pub fn load(path: &Path) -> Result<Self, Trouble> {
        let unreadable = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => Trouble::Missing(path.into()),
            _ => Trouble::Unreadable(path.into(), cause),
        };
        // Asked of the open file, not of the path, so that nobody can exchange it in between.
        let file = File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o7777;
        if mode & !0o600 != 0 {
            return Err(Trouble::TooOpen(path.into(), mode));
        }
        let stamp = Stamp::of(&file.metadata().map_err(unreadable)?);
        let mut text = Zeroizing::new(String::new());
        file.take(LARGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
        let ring = read(&text).map_err(|(line, why)| Trouble::Malformed(path.into(), line, why))?;
        Ok(Self {
            ring: RwLock::new(Arc::new(ring)),
            file: Some((path.into(), RwLock::new(stamp))),
        })
    }
}

/// By what it is seen that a file is another one than it was: every change makes a new file and puts it in its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            inode: file.ino(),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

/// A key that nobody has seen, as it stands in the file.
pub(super) fn fresh_key(kid: &str, clock: &dyn Clock, random: &dyn Random) -> Result<Zeroizing<String>, Trouble> {
    let mut secret = Zeroizing::new([0; SHORTEST_SECRET]);
    random.fill(&mut *secret).map_err(Trouble::NoRandomness)?;
    let made = jiff::Timestamp::from_millisecond(clock.now().millis())
        .unwrap_or_default()
        .strftime("%Y-%m-%d");
    let secret = Zeroizing::new(STANDARD.encode(*secret));
    Ok(Zeroizing::new(format!(
        "\n[[key]]\nkid = \"{kid}\"\nmade = \"{made}\"\nsecret = \"{}\"\n",
        *secret
    )))
}

/// A line, and what is wrong there.
type Mistake = (usize, String);

pub(super) fn read(text: &str) -> Result<Ring, Mistake> {
    let line_of = |at: Option<std::ops::Range<usize>>| {
        1 + text
            .bytes()
            .take(at.map_or(0, |span| span.start))
            .filter(|byte| *byte == b'\n')
            .count()
    };
    // Its own `Display` would show the line, and the line may be the secret.
    let document = Document::parse(text).map_err(|error| (line_of(error.span()), error.message().to_owned()))?;
    if let Some((name, _)) = document.iter().find(|(name, _)| *name != "key") {
        return Err((
            1,
            format!("`{name}` does not belong in a keyring; every key stands under `[[key]]`"),
        ));
    }
    let tables = document
        .get("key")
        .and_then(|item| item.as_array_of_tables())
        .ok_or((1, "there is no key; every key stands under `[[key]]`".to_owned()))?;

    let mut keys: Vec<Key> = Vec::new();
    for table in tables {
        let here = line_of(table.span());
        let key = read_key(table).map_err(|why| (here, why))?;
        if keys.iter().any(|other| other.kid == key.kid) {
            return Err((here, format!("two keys are called `{}`", key.kid)));
        }
        let is_same =
            |other: &Key| matches!((&other.holds, &key.holds), (Holds::Secret(a), Holds::Secret(b)) if a == b);
        if keys.iter().any(is_same) {
            return Err((here, format!("the secret of `{}` is that of an earlier key", key.kid)));
        }
        keys.push(key);
    }
    match keys.last() {
        Some(newest) if newest.is_retired() => Err((1, format!("`{}` is the newest key, and retired", newest.kid))),
        Some(_) => Ok(Ring(keys)),
        None => Err((1, "there is no key".into())),
    }
}

fn read_key(table: &Table) -> Result<Key, String> {
    let word = |name: &str| {
        table
            .get(name)
            .and_then(|item| item.as_str())
            .ok_or_else(|| format!("a key needs `{name}`, a text in quotes"))
    };
    let known = ["kid", "made", "secret", "digests"];
    if let Some((name, _)) = table.iter().find(|(name, _)| !known.contains(name)) {
        return Err(format!(
            "`{name}` does not belong to a key; it has `kid`, `made` and `secret`"
        ));
    }
    let kid = word("kid")?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if kid.is_empty() || kid.len() > LONGEST_KID || !kid.bytes().all(plain) {
        return Err(format!("`kid` is 1 to {LONGEST_KID} of a-z, 0-9 and `-`, as in \"k1\""));
    }
    if word("made")?.parse::<jiff::civil::Date>().is_err() {
        return Err(format!("`made` of `{kid}` is a date, as in \"2026-11-22\""));
    }
    if let Some(digests) = table.get("digests") {
        return Ok(Key {
            kid: kid.into(),
            holds: Holds::Digests(read_digests(kid, digests)?),
        });
    }
    let secret = STANDARD
        .decode(word("secret")?)
        .map(Zeroizing::new)
        .map_err(|_| format!("the secret of `{kid}` is not base64"))?;
    if secret.len() < SHORTEST_SECRET {
        return Err(format!(
            "the secret of `{kid}` has {} bytes; it needs {SHORTEST_SECRET}",
            secret.len()
        ));
    }
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(format!("the secret of `{kid}` is one byte repeated"));
    }
    if secret.starts_with(SAMPLE) {
        return Err(format!(
            "the secret of `{kid}` is the one from the documentation, which everybody knows"
        ));
    }
    Ok(Key {
        kid: kid.into(),
        holds: Holds::Secret(secret),
    })
}

fn read_digests(kid: &str, digests: &Item) -> Result<BTreeMap<String, Derived>, String> {
    let wrong = || format!("`digests` of `{kid}` are not what `aikagi keys retire` wrote");
    let table = digests.as_table_like().ok_or_else(wrong)?;
    let mut read = BTreeMap::new();
    for (purpose, key) in table.iter() {
        let bytes = Zeroizing::new(STANDARD.decode(key.as_str().ok_or_else(wrong)?).map_err(|_| wrong())?);
        let key = <[u8; 32]>::try_from(bytes.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| wrong())?;
        read.insert(purpose.to_owned(), key);
    }
    Ok(read)
}
