//! Hashes that people bring from an older system.
//!
//! None is kept as it comes. What it consists of goes through the keyed step and Argon2id like a password, so that the
//! database never holds anything weaker than our own hashes; only its recipe stays, which says how to make it again of the
//! password that is typed. The next sign-in replaces the whole by an ordinary hash.

use std::fmt;

use base64::alphabet::{BCRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

/// Padded or not, and whatever the last bits are: the systems that wrote these differ in both.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true)
    .with_encode_padding(false);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BCRYPT_BASE64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, LENIENT);

/// Rounds of PBKDF2 that are enough (OWASP Password Storage Cheat Sheet), and the most that anybody waits for.
const SHA256_ROUNDS: std::ops::RangeInclusive<u32> = 600_000..=4_000_000;
const SHA512_ROUNDS: std::ops::RangeInclusive<u32> = 210_000..=2_000_000;
/// The same for the logarithm of the work of bcrypt.
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 10..=14;
/// Bytes of what PBKDF2 comes to.
const PBKDF2_LENGTHS: std::ops::RangeInclusive<usize> = 32..=64;
/// As much of a password as bcrypt looks at, with the zero that ends it. A longer one cannot be compared to its end.
const BCRYPT_SEES: usize = 72;
/// Bytes of salt.
const LONGEST_SALT: usize = 64;

/// Why an older hash is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is of a kind that protects nothing, or that is not known.
    Kind,
    /// It is weaker than what is taken.
    Weak,
    /// It is more work than anybody could wait for.
    Slow,
    /// It is cut off or was altered.
    Malformed,
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "is of a kind that is not taken; bcrypt, PBKDF2 with SHA-256 or SHA-512 and SSHA are",
            Self::Weak => {
                "is weaker than what is taken: bcrypt from cost 10 on, PBKDF2 from 600000 rounds of SHA-256 or 210000 of \
                 SHA-512 on, both with 8 bytes of salt"
            }
            Self::Slow => "is more work than a sign-in can wait for",
            Self::Malformed => "is cut off, or was altered",
        })
    }
}

impl std::error::Error for NotTaken {}

/// Salted SHA alone would be weak; it is taken because of what is laid over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Bcrypt { cost: u32 },
    Pbkdf2Sha256 { rounds: u32, length: usize },
    Pbkdf2Sha512 { rounds: u32, length: usize },
    Ssha1,
    Ssha256,
    Ssha512,
}

/// How an older hash is made of a password: all that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recipe {
    scheme: Scheme,
    salt: Vec<u8>,
}

/// An older hash that is strong enough to come in, or becomes so by what is laid over it.
pub struct Older {
    pub(super) recipe: Recipe,
    pub(super) digest: Zeroizing<Vec<u8>>,
}

impl Older {
    /// Reads a hash as another system wrote it: bcrypt (`$2b$…`), PBKDF2 (PHC, passlib, Django, OpenLDAP), salted SHA of
    /// a directory (`{SSHA}…`, `{SSHA256}…`, `{SSHA512}…`).
    ///
    /// # Errors
    /// Where it is of another kind, weaker than OWASP asks for, or no whole hash.
    pub fn parse(text: &str) -> Result<Self, NotTaken> {
        let text = text.trim();
        if let Some((scheme, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
            return match scheme.to_ascii_uppercase().as_str() {
                "SSHA" => salted(Scheme::Ssha1, 20, rest),
                "SSHA256" => salted(Scheme::Ssha256, 32, rest),
                "SSHA512" => salted(Scheme::Ssha512, 64, rest),
                "PBKDF2-SHA256" => pbkdf2(Sha::Two56, rest, BASE64_OF_SALT),
                "PBKDF2-SHA512" => pbkdf2(Sha::Five12, rest, BASE64_OF_SALT),
                "CRYPT" | "BCRYPT" => bcrypt(rest),
                _ => Err(NotTaken::Kind),
            };
        }
        let kinds = [
            ("$pbkdf2-sha256$", Sha::Two56, BASE64_OF_SALT),
            ("$pbkdf2-sha512$", Sha::Five12, BASE64_OF_SALT),
            ("pbkdf2_sha256$", Sha::Two56, LETTERS_OF_SALT),
        ];
        for (prefix, sha, salt) in kinds {
            if let Some(rest) = text.strip_prefix(prefix) {
                return pbkdf2(sha, rest, salt);
            }
        }
        bcrypt(text)
    }
}

impl fmt::Debug for Older {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Older").field(&self.recipe.scheme).finish()
    }
}

#[derive(Clone, Copy)]
enum Sha {
    Two56,
    Five12,
}

/// How a salt is read.
type ReadSalt = fn(&str) -> Option<Vec<u8>>;
const BASE64_OF_SALT: ReadSalt = |text| decode(text);
/// Django hashes the letters themselves.
const LETTERS_OF_SALT: ReadSalt = |text| Some(text.as_bytes().to_vec());

/// Some write `.` where base64 has `+`.
fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.replace('.', "+")).ok()
}

/// `rounds$salt$hash`, or with `i=rounds,l=length` for the first.
fn pbkdf2(sha: Sha, text: &str, read_salt: ReadSalt) -> Result<Older, NotTaken> {
    let parts: Vec<&str> = text.split('$').collect();
    let [rounds, salt, digest] = parts.as_slice() else {
        return Err(NotTaken::Malformed);
    };
    let rounds = rounds.split(',').next().unwrap_or_default();
    let rounds: u32 = rounds
        .trim_start_matches("i=")
        .parse()
        .map_err(|_| NotTaken::Malformed)?;
    let salt = read_salt(salt).ok_or(NotTaken::Malformed)?;
    let digest = Zeroizing::new(decode(digest).ok_or(NotTaken::Malformed)?);
    let length = digest.len();
    let (enough, scheme) = match sha {
        Sha::Two56 => (SHA256_ROUNDS, Scheme::Pbkdf2Sha256 { rounds, length }),
        Sha::Five12 => (SHA512_ROUNDS, Scheme::Pbkdf2Sha512 { rounds, length }),
    };
    if rounds > *enough.end() {
        return Err(NotTaken::Slow);
    }
    if rounds < *enough.start() || salt.len() < 8 {
        return Err(NotTaken::Weak);
    }
    if !PBKDF2_LENGTHS.contains(&length) {
        return Err(NotTaken::Malformed);
    }
    older(scheme, salt, digest)
}

/// `$2b$cost$` and 22 letters of salt before 31 of hash. `2x` is left out: what wrote it forgot a part of the password.
fn bcrypt(text: &str) -> Result<Older, NotTaken> {
    let rest = ["$2a$", "$2b$", "$2y$"]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .ok_or(NotTaken::Kind)?;
    let (cost, rest) = rest.split_once('$').ok_or(NotTaken::Malformed)?;
    let cost: u32 = cost.parse().map_err(|_| NotTaken::Malformed)?;
    if cost > *BCRYPT_COSTS.end() {
        return Err(NotTaken::Slow);
    }
    if cost < *BCRYPT_COSTS.start() {
        return Err(NotTaken::Weak);
    }
    let (salt, digest) = rest.split_at_checked(22).ok_or(NotTaken::Malformed)?;
    let decoded = |text: &str| BCRYPT_BASE64.decode(text).map_err(|_| NotTaken::Malformed);
    let (salt, digest) = (decoded(salt)?, Zeroizing::new(decoded(digest)?));
    if salt.len() != 16 || digest.len() != 23 {
        return Err(NotTaken::Malformed);
    }
    older(Scheme::Bcrypt { cost }, salt, digest)
}

/// The hash, and then the salt.
fn salted(scheme: Scheme, length: usize, text: &str) -> Result<Older, NotTaken> {
    let both = Zeroizing::new(decode(text).ok_or(NotTaken::Malformed)?);
    let (digest, salt) = both.split_at_checked(length).ok_or(NotTaken::Malformed)?;
    if salt.len() < 4 {
        return Err(NotTaken::Malformed);
    }
    older(scheme, salt.to_vec(), Zeroizing::new(digest.to_vec()))
}

fn older(scheme: Scheme, salt: Vec<u8>, digest: Zeroizing<Vec<u8>>) -> Result<Older, NotTaken> {
    if salt.len() > LONGEST_SALT {
        return Err(NotTaken::Malformed);
    }
    Ok(Older {
        recipe: Recipe { scheme, salt },
        digest,
    })
}

impl Recipe {
    /// What the older system would make of this password; none of one that it could not have told from another.
    pub(super) fn follow(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let salt = self.salt.as_slice();
        Some(Zeroizing::new(match self.scheme {
            Scheme::Bcrypt { cost } => return bcrypt_of(password, cost, salt),
            Scheme::Pbkdf2Sha256 { rounds, length } => {
                let mut out = vec![0; length];
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut out);
                out
            }
            Scheme::Pbkdf2Sha512 { rounds, length } => {
                let mut out = vec![0; length];
                pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut out);
                out
            }
            Scheme::Ssha1 => sha_of::<Sha1>(password, salt),
            Scheme::Ssha256 => sha_of::<Sha256>(password, salt),
            Scheme::Ssha512 => sha_of::<Sha512>(password, salt),
        }))
    }

    /// The reverse of how it is written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('$').collect();
        let [name, numbers, salt] = parts.as_slice() else {
            return None;
        };
        let numbers: Vec<u32> = numbers
            .split(',')
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().ok())
            .collect::<Option<_>>()?;
        let length = |length: u32| {
            usize::try_from(length)
                .ok()
                .filter(|length| PBKDF2_LENGTHS.contains(length))
        };
        // What stands in the database decides how much work is done, so it is looked at before it is believed.
        let scheme = match (*name, numbers.as_slice()) {
            ("bcrypt", &[cost]) if BCRYPT_COSTS.contains(&cost) => Scheme::Bcrypt { cost },
            ("pbkdf2-sha256", &[rounds, bytes]) if rounds <= *SHA256_ROUNDS.end() => Scheme::Pbkdf2Sha256 {
                rounds,
                length: length(bytes)?,
            },
            ("pbkdf2-sha512", &[rounds, bytes]) if rounds <= *SHA512_ROUNDS.end() => Scheme::Pbkdf2Sha512 {
                rounds,
                length: length(bytes)?,
            },
            ("ssha", &[]) => Scheme::Ssha1,
            ("ssha256", &[]) => Scheme::Ssha256,
            ("ssha512", &[]) => Scheme::Ssha512,
            _ => return None,
        };
        let salt = BASE64.decode(salt).ok()?;
        (scheme.takes(&salt)).then_some(Self { scheme, salt })
    }
}

impl Scheme {
    const fn takes(self, salt: &[u8]) -> bool {
        salt.len() <= LONGEST_SALT && (!matches!(self, Self::Bcrypt { .. }) || salt.len() == 16)
    }
}

/// `name$numbers$salt`.
impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Scheme::Bcrypt { cost } => write!(f, "bcrypt${cost}"),
            Scheme::Pbkdf2Sha256 { rounds, length } => write!(f, "pbkdf2-sha256${rounds},{length}"),
            Scheme::Pbkdf2Sha512 { rounds, length } => write!(f, "pbkdf2-sha512${rounds},{length}"),
            Scheme::Ssha1 => write!(f, "ssha$"),
            Scheme::Ssha256 => write!(f, "ssha256$"),
            Scheme::Ssha512 => write!(f, "ssha512$"),
        }?;
        write!(f, "${}", BASE64.encode(&self.salt))
    }
}

fn bcrypt_of(password: &[u8], cost: u32, salt: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let salt = salt.try_into().ok()?;
    let mut ended = Zeroizing::new(password.to_vec());
    ended.push(0);
    let is_seen_whole = ended.len() <= BCRYPT_SEES && !password.contains(&0);
    // The work is done all the same.
    ended.truncate(BCRYPT_SEES);
    let digest = bcrypt::bcrypt(cost, salt, &ended);
    is_seen_whole.then(|| Zeroizing::new(digest[..23].to_vec()))
}

fn sha_of<D: Digest>(password: &[u8], salt: &[u8]) -> Vec<u8> {
    D::new().chain_update(password).chain_update(salt).finalize().to_vec()
}

#[cfg(test)]
mod tests;
