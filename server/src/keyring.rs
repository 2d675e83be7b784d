//! The secret keys: where they come from, and the keyed functions the rules ask for.
//!
//! A keyring holds one secret or more, oldest first, each with a name (`kid`). What is written anew is sealed with the
//! newest; what was sealed before is opened with the key it names. Digests always use the oldest, since they are looked
//! up by equality: an index under a newer key would find nothing. So the oldest key stays for as long as the data does.
//!
//! Nothing here knows what is sealed or where it is kept.

mod file;

use std::fmt;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use portal::ports::{Fault, Keys, Label, Random};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use self::file::Trouble;
use crate::random::SystemRandom;

/// Shortest secret that is accepted, in bytes (256 bits).
const SHORTEST_SECRET: usize = 32;
/// Nonce of XChaCha20-Poly1305, in bytes: long enough to be drawn at random for every value.
const NONCE: usize = 24;

/// A key of 256 bits, wiped when dropped.
type Derived = Zeroizing<[u8; 32]>;

/// One secret of the keyring.
struct Key {
    kid: String,
    secret: Zeroizing<Vec<u8>>,
}

impl Key {
    /// The keys of a purpose (HKDF-SHA-256, RFC 5869): one for digests, one for sealing, so that no key serves two
    /// algorithms.
    fn derive(&self, label: Label) -> (Derived, Derived) {
        let mut both = Zeroizing::new([0; 64]);
        Hkdf::<Sha256>::new(None, &self.secret)
            .expand(label.word().as_bytes(), &mut *both)
            .expect("HKDF-SHA-256 yields up to 8,160 bytes");
        let (mut digest, mut seal) = (Derived::default(), Derived::default());
        digest.copy_from_slice(&both[..32]);
        seal.copy_from_slice(&both[32..]);
        (digest, seal)
    }
}

/// The keys of one installation.
pub struct Keyring {
    /// Oldest first; never empty.
    keys: Vec<Key>,
}

impl Keyring {
    /// A keyring that lives in memory only, for the demo and the tests. What it seals is lost with the process.
    pub fn ephemeral(random: &dyn Random) -> Result<Self, Fault> {
        let mut secret = Zeroizing::new(vec![0; SHORTEST_SECRET]);
        random.fill(&mut secret)?;
        Ok(Self {
            keys: vec![Key {
                kid: "memory".into(),
                secret,
            }],
        })
    }

    /// The names of the keys, oldest first.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }

    /// The key that new passwords are mixed with before they are hashed, and its name.
    pub fn pepper(&self) -> (&str, Zeroizing<[u8; 32]>) {
        let key = self.newest();
        (&key.kid, key.derive(Label::Password).0)
    }

    /// The key of that name for passwords hashed before; none when it is gone.
    pub fn pepper_of(&self, kid: &str) -> Option<Zeroizing<[u8; 32]>> {
        self.named(kid).map(|key| key.derive(Label::Password).0)
    }

    fn oldest(&self) -> &Key {
        self.keys.first().expect("a keyring is made with at least one key")
    }

    fn newest(&self) -> &Key {
        self.keys.last().expect("a keyring is made with at least one key")
    }

    fn named(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl Keys for Keyring {
    fn digest(&self, label: Label, parts: &[&[u8]]) -> [u8; 32] {
        let (key, _) = self.oldest().derive(label);
        let mut mac = hmac(&key);
        for part in parts {
            update_with_length(&mut mac, part);
        }
        mac.finalize().into_bytes().into()
    }

    fn seal(&self, label: Label, place: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = self.newest();
        let mut nonce = [0; NONCE];
        SystemRandom.fill(&mut nonce)?;
        let cipher = XChaCha20Poly1305::new((&*key.derive(label).1).into());
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
        let (&length, rest) = sealed.split_first().ok_or_else(broken)?;
        let (kid, rest) = rest.split_at_checked(length.into()).ok_or_else(broken)?;
        let (nonce, hidden) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let key = std::str::from_utf8(kid)
            .ok()
            .and_then(|kid| self.named(kid))
            .ok_or_else(|| Fault::new("a sealed value names a key that is not in the keyring"))?;
        let cipher = XChaCha20Poly1305::new((&*key.derive(label).1).into());
        let aad = bound_to(label, place, &key.kid);
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
            secret: Zeroizing::new(vec![*byte; 32]),
        };
        Keyring {
            keys: secrets.iter().map(key).collect(),
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
