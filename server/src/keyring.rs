//! The secret keys: where they come from, and the keyed functions the rules ask for.
//!
//! A keyring holds one key or more, oldest first, each with a name (`kid`). What is written anew is encrypted with the
//! newest; what was encrypted before is opened with the key it names, and so are passwords compared. Digests always use
//! the oldest, since they are looked up by equality, or have to be verified for years: an index under a newer key would
//! find nothing. A key that is retired therefore leaves the keys of its digests behind, from which nothing else can be
//! derived.
//!
//! Nothing here knows what is encrypted or where it is kept.

mod change;
mod file;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use portal::ports::{Fault, Keys, Label, Random};
use sha2::Sha256;
use zeroize::Zeroizing;

use self::file::Stamp;
pub use self::file::Trouble;
use crate::random::SystemRandom;

/// Shortest secret that is accepted, in bytes (256 bits).
const SHORTEST_SECRET: usize = 32;
/// Nonce of XChaCha20-Poly1305, in bytes: long enough to be drawn at random for every value.
const NONCE: usize = 24;

/// A key of 256 bits, wiped when dropped.
type Derived = Zeroizing<[u8; 32]>;

/// One key of the keyring.
struct Key {
    kid: String,
    holds: Holds,
}

/// What is left of a key.
enum Holds {
    /// All of it.
    Secret(Zeroizing<Vec<u8>>),
    /// It is retired: the keys of digests alone, by the word of their purpose.
    Digests(BTreeMap<String, Derived>),
}

impl Key {
    /// The keys of a purpose (HKDF-SHA-256, RFC 5869): one for digests, one for encrypting, so that no key serves two
    /// algorithms. None of a key that is retired.
    fn derive(&self, label: Label) -> Option<(Derived, Derived)> {
        let Holds::Secret(secret) = &self.holds else {
            return None;
        };
        let mut both = Zeroizing::new([0; 64]);
        Hkdf::<Sha256>::new(None, secret)
            .expand(label.word().as_bytes(), &mut *both)
            .expect("HKDF-SHA-256 yields up to 8,160 bytes");
        let (mut digest, mut seal) = (Derived::default(), Derived::default());
        digest.copy_from_slice(&both[..32]);
        seal.copy_from_slice(&both[32..]);
        Some((digest, seal))
    }

    fn digest(&self, label: Label) -> Option<Derived> {
        match &self.holds {
            Holds::Secret(_) => self.derive(label).map(|(digest, _)| digest),
            Holds::Digests(digests) => digests.get(label.word()).cloned(),
        }
    }

    const fn is_retired(&self) -> bool {
        matches!(self.holds, Holds::Digests(_))
    }
}

/// The keys of a moment: oldest first; at least one is not retired, and the last is not.
struct Ring(Vec<Key>);

impl Ring {
    fn newest(&self) -> &Key {
        self.0.last().expect("a keyring is made with at least one key")
    }

    /// A key that is not retired.
    fn named(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid && !key.is_retired())
    }

    fn pepper(&self) -> (String, Derived) {
        let key = self.newest();
        let (pepper, _) = key.derive(Label::Password).expect("the newest key is whole");
        (key.kid.clone(), pepper)
    }

    /// Whose digests count for a purpose: the oldest key's that has one.
    fn digest(&self, label: Label) -> Derived {
        let digest = self.0.iter().find_map(|key| key.digest(label));
        digest.expect("the newest key is whole, and has one for every purpose")
    }
}

/// The keys of one installation.
pub struct Keyring {
    ring: RwLock<Arc<Ring>>,
    /// Where it lies, and what the file was when it was read; none in memory.
    file: Option<(PathBuf, RwLock<Stamp>)>,
}

impl Keyring {
    /// A keyring that lives in memory only, for the demo and the tests. What it seals is lost with the process.
    pub fn ephemeral(random: &dyn Random) -> Result<Self, Fault> {
        let mut secret = Zeroizing::new(vec![0; SHORTEST_SECRET]);
        random.fill(&mut secret)?;
        let key = Key {
            kid: "memory".into(),
            holds: Holds::Secret(secret),
        };
        Ok(Self {
            ring: RwLock::new(Arc::new(Ring(vec![key]))),
            file: None,
        })
    }

    /// The names of the keys that are not retired, oldest first.
    pub fn kids(&self) -> Vec<String> {
        let ring = self.ring();
        let whole = ring.0.iter().filter(|key| !key.is_retired());
        whole.map(|key| key.kid.clone()).collect()
    }

    /// The names of the keys of which only the digests are left.
    pub fn retired(&self) -> Vec<String> {
        let ring = self.ring();
        let retired = ring.0.iter().filter(|key| key.is_retired());
        retired.map(|key| key.kid.clone()).collect()
    }

    /// The key that new passwords are mixed with before they are hashed, and its name.
    pub fn pepper(&self) -> (String, Zeroizing<[u8; 32]>) {
        self.ring().pepper()
    }

    /// The key of that name for passwords hashed before; none when it is gone.
    pub fn pepper_of(&self, kid: &str) -> Option<Zeroizing<[u8; 32]>> {
        let pepper = |ring: &Ring| Some(ring.named(kid)?.derive(Label::Password)?.0);
        pepper(&self.ring()).or_else(|| pepper(self.ring_anew()?.as_ref()))
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys after another look at the file; none where they are what they were. Another server may write with a key
    /// that was added a moment ago.
    fn ring_anew(&self) -> Option<Arc<Ring>> {
        self.look_again().is_ok_and(|is_new| is_new).then(|| self.ring())
    }
}

/// Under which key a value is encrypted; none where it is no such value.
pub fn kid_of(sealed: &[u8]) -> Option<&str> {
    let (&length, rest) = sealed.split_first()?;
    std::str::from_utf8(rest.get(..length.into())?).ok()
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl Keys for Keyring {
    fn digest(&self, label: Label, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = hmac(&self.ring().digest(label));
        for part in parts {
            update_with_length(&mut mac, part);
        }
        mac.finalize().into_bytes().into()
    }

    fn seal(&self, label: Label, place: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let ring = self.ring();
        let key = ring.newest();
        let (_, derived) = key.derive(label).expect("the newest key is whole");
        let mut nonce = [0; NONCE];
        SystemRandom.fill(&mut nonce)?;
        let cipher = XChaCha20Poly1305::new((&*derived).into());
        let aad = bound_to(label, place, &key.kid);
        let hidden = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .map_err(|_| Fault::new("sealing failed"))?;

        let length = u8::try_from(key.kid.len()).expect("a kid is at most 32 bytes long");
        let mut sealed = Vec::with_capacity(1 + key.kid.len() + NONCE + hidden.len());
        sealed.push(length);
        sealed.extend_from_slice(key.kid.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&hidden);
        Ok(sealed)
    }

    fn open(&self, label: Label, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let broken = || Fault::new("a sealed value is malformed");
        let kid = kid_of(sealed).ok_or_else(broken)?;
        let (nonce, hidden) = sealed[1 + kid.len()..]
            .split_first_chunk::<NONCE>()
            .ok_or_else(broken)?;
        let derived = |ring: &Ring| Some(ring.named(kid)?.derive(label)?.1);
        let derived = derived(&self.ring())
            .or_else(|| derived(self.ring_anew()?.as_ref()))
            .ok_or_else(|| Fault::new("a sealed value names a key that is not in the keyring"))?;
        let cipher = XChaCha20Poly1305::new((&*derived).into());
        let aad = bound_to(label, place, kid);
        cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: hidden, aad: &aad })
            .map_err(|_| Fault::new("a sealed value was altered or moved"))
    }
}

/// HMAC-SHA-256 under this key.
pub(crate) fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn update_with_length(mac: &mut Hmac<Sha256>, part: &[u8]) {
    mac.update(&(part.len() as u64).to_be_bytes());
    mac.update(part);
}

/// What a sealed value is bound to. Each part carries its length, so that no two places read alike.
fn bound_to(label: Label, place: &str, kid: &str) -> Vec<u8> {
    let mut bound = Vec::new();
    for part in [label.word(), place, kid] {
        bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bound.extend_from_slice(part.as_bytes());
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(secrets: &[(&str, u8)]) -> Keyring {
        let key = |(kid, byte): &(&str, u8)| Key {
            kid: (*kid).into(),
            holds: Holds::Secret(Zeroizing::new(vec![*byte; 32])),
        };
        Keyring {
            ring: RwLock::new(Arc::new(Ring(secrets.iter().map(key).collect()))),
            file: None,
        }
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_only() {
        let keys = ring(&[("k1", 1)]);
        let sealed = keys
            .seal(Label::Contact, "contact|address|7", "090-1234-5678".as_bytes())
            .unwrap();
        assert_eq!(
            keys.open(Label::Contact, "contact|address|7", &sealed).unwrap(),
            b"090-1234-5678"
        );
        assert!(keys.open(Label::Contact, "contact|address|8", &sealed).is_err());
        assert!(keys.open(Label::Said, "contact|address|7", &sealed).is_err());
        assert!(!sealed.windows(4).any(|w| w == b"1234"));
    }

    #[test]
    fn no_bit_of_a_sealed_value_can_be_changed() {
        let keys = ring(&[("k1", 1), ("k2", 2)]);
        let sealed = keys.seal(Label::Contact, "p", b"plain").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(keys.open(Label::Contact, "p", &altered).is_err(), "byte {at}");
            assert!(keys.open(Label::Contact, "p", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn sealing_twice_gives_two_different_values() {
        let keys = ring(&[("k1", 1)]);
        assert_ne!(
            keys.seal(Label::Contact, "p", b"x").unwrap(),
            keys.seal(Label::Contact, "p", b"x").unwrap()
        );
    }

    #[test]
    fn a_newer_key_seals_while_the_older_still_opens_and_digests_stay() {
        let before = ring(&[("k1", 1)]);
        let after = ring(&[("k1", 1), ("k2", 2)]);
        let sealed = before.seal(Label::Contact, "p", b"x").unwrap();
        assert_eq!(after.open(Label::Contact, "p", &sealed).unwrap(), b"x");
        assert_eq!(&after.seal(Label::Contact, "p", b"x").unwrap()[..3], b"\x02k2");
        assert_eq!(
            before.digest(Label::Index, &[b"a"]),
            after.digest(Label::Index, &[b"a"])
        );
        assert_eq!(after.pepper().0, "k2");
        assert_eq!(after.pepper_of("k1"), Some(before.pepper().1));
        assert!(ring(&[("k2", 2)]).open(Label::Contact, "p", &sealed).is_err());
    }

    #[test]
    fn no_two_lists_of_parts_and_no_two_labels_share_a_digest() {
        let keys = ring(&[("k1", 1)]);
        let lists: [&[&[u8]]; 5] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""], &[]];
        let mut seen = std::collections::BTreeSet::new();
        for label in [Label::Token, Label::Index, Label::Code, Label::Challenge] {
            for list in lists {
                assert!(seen.insert(keys.digest(label, list)));
            }
        }
    }

    #[test]
    fn printing_a_keyring_shows_names_and_no_secret() {
        assert_eq!(format!("{:?}", ring(&[("k1", 1), ("k2", 2)])), r#"["k1", "k2"]"#);
    }
}
