//! Changing a keyring: adding a key, retiring one, and seeing that either was done.
//!
//! The file is never written over: a new one is made beside it and takes its place, so that whoever reads it sees the one
//! or the other, and a power cut leaves the one or the other.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::ports::{Clock, Label, Random};
use zeroize::Zeroizing;

use super::file::{Stamp, fresh_key, read};
use super::{Key, Keyring, Trouble};

impl Keyring {
    /// Adds a key to the file, which is the newest from then on; its name. The keyring in memory stays what it was.
    ///
    /// # Errors
    /// The file cannot be read or written, or is no keyring.
    pub fn rotate(path: &Path, clock: &dyn Clock, random: &dyn Random) -> Result<String, Trouble> {
        let (held, before) = Held::take(path)?;
        let ring = Self::load(path)?.ring();
        // Of one more name than there are keys, one is free.
        let keys = ring.0.len();
        let kid = (keys + 1..=2 * keys + 1)
            .map(|number| format!("k{number}"))
            .find(|kid| ring.0.iter().all(|key| key.kid != *kid))
            .unwrap_or_default();
        let fresh = fresh_key(&kid, clock, random)?;
        held.replace(&Zeroizing::new(format!("{}{}", *before, *fresh)))?;
        Ok(kid)
    }

    /// Takes away from the file what a key encrypts and what it mixes with passwords. Where digests are made with it, the
    /// keys of those stay. Whether anything is still under it is for the asker to know.
    ///
    /// # Errors
    /// As [`Keyring::rotate`]; and where there is no such key, or it is the newest.
    pub fn retire(path: &Path, kid: &str) -> Result<(), Trouble> {
        let (held, before) = Held::take(path)?;
        let ring = Self::load(path)?.ring();
        if ring.named(kid).is_none() {
            return Err(Trouble::NotRetired(format!(
                "there is no key `{kid}`, or it is retired already"
            )));
        }
        if ring.newest().kid == kid {
            return Err(Trouble::NotRetired(format!(
                "`{kid}` is the newest key, and in use; `aikagi keys rotate` adds a newer one"
            )));
        }
        held.replace(&without(&before, kid, &digests_of(&ring.0, kid)))
    }

    /// Reads the file again where it is another one than it was; whether it is.
    ///
    /// # Errors
    /// It is no keyring any more, or that of another database. The keys stay what they were.
    pub fn look_again(&self) -> Result<bool, Trouble> {
        let Some((path, stamp)) = &self.file else {
            return Ok(false);
        };
        let file = std::fs::metadata(path).map_err(|cause| Trouble::Unreadable(path.clone(), cause))?;
        let found = Stamp::of(&file);
        if found == *stamp.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(false);
        }
        let ring = Self::load(path)?.ring();
        let before = self.ring();
        if purposes().any(|label| ring.digest(label) != before.digest(label)) {
            return Err(Trouble::Another(path.clone()));
        }
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        *stamp.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(true)
    }
}

/// What digests are made for. The key of passwords is none of theirs: every hash names its own.
fn purposes() -> impl Iterator<Item = Label> {
    Label::ALL.into_iter().filter(|label| *label != Label::Password)
}

/// The purposes whose digests are made with this key, and with no older one, as lines of the file.
fn digests_of(ring: &[Key], kid: &str) -> Zeroizing<String> {
    let older = ring.iter().take_while(|key| key.kid != kid);
    let older: Vec<&Key> = older.collect();
    let mut lines = Zeroizing::new(String::new());
    let Some(key) = ring.iter().find(|key| key.kid == kid) else {
        return lines;
    };
    for label in purposes() {
        if older.iter().all(|older| older.digest(label).is_none())
            && let Some(digest) = key.digest(label)
        {
            let digest = Zeroizing::new(STANDARD.encode(*digest));
            if !lines.is_empty() {
                lines.push_str(", ");
            }
            for part in ["\"", label.word(), "\" = \"", digest.as_str(), "\""] {
                lines.push_str(part);
            }
        }
    }
    lines
}

/// The text of a keyring in which one key has lost its secret. Without digests all of the key goes.
fn without(text: &str, kid: &str, digests: &str) -> Zeroizing<String> {
    let mut left = Zeroizing::new(String::with_capacity(text.len() + digests.len()));
    for (number, part) in text.split("[[key]]").enumerate() {
        let is_it = number > 0 && part.lines().any(|line| value(line, "kid") == Some(kid));
        if is_it && digests.is_empty() {
            continue;
        }
        if number > 0 {
            left.push_str("[[key]]");
        }
        for line in part.split_inclusive('\n') {
            if is_it && value(line, "secret").is_some() {
                for part in ["digests = { ", digests, " }\n"] {
                    left.push_str(part);
                }
            } else {
                left.push_str(line);
            }
        }
    }
    left
}

/// The text that a line sets a name to; none where it sets another.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let set = line
        .trim()
        .strip_prefix(name)?
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    set.strip_prefix('"')?.split('"').next()
}

/// The file of a keyring, which nobody else changes meanwhile.
struct Held {
    path: PathBuf,
    file: File,
}

impl Held {
    /// Takes it; and what it says.
    fn take(path: &Path) -> Result<(Self, Zeroizing<String>), Trouble> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => Trouble::Missing(path.into()),
            _ => Trouble::Unreadable(path.into(), cause),
        };
        // A link stays one: what it leads to is replaced.
        let path = path.canonicalize().map_err(failed)?;
        let mut file = File::open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Trouble::Changing(path)),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        // It may have been replaced between opening and locking.
        if file.metadata().map_err(failed)?.ino() != path.metadata().map_err(failed)?.ino() {
            return Err(Trouble::Changing(path));
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(failed)?;
        Ok((Self { path, file }, text))
    }

    /// Puts another file in its place, of the same owner.
    fn replace(&self, text: &str) -> Result<(), Trouble> {
        let part = self.path.with_added_extension("part");
        let written = read(text)
            .map_err(|(line, why)| Trouble::Malformed(part.clone(), line, why))
            .and_then(|_| {
                self.write(&part, text)
                    .map_err(|cause| Trouble::Unreadable(part.clone(), cause))
            });
        if written.is_err() {
            std::fs::remove_file(&part).ok();
        }
        written
    }

    fn write(&self, part: &Path, text: &str) -> io::Result<()> {
        match std::fs::remove_file(part) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
        let owner = self.file.metadata()?;
        let own = new.metadata()?;
        if (owner.uid(), owner.gid()) != (own.uid(), own.gid()) {
            fchown(&new, Some(owner.uid()), Some(owner.gid()))?;
        }
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        std::fs::rename(part, &self.path)?;
        File::open(self.path.parent().unwrap_or(Path::new("/")))?.sync_all()
    }
}
