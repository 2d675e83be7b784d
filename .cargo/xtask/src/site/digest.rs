//! Digests by which the site is named, and by which an unchanged one is known.

use std::env;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::Files;

/// Sixteen hex digits over every name and every byte: 64 bits name a release without accident.
pub fn of_package(package: &Files) -> String {
    let mut sha = Sha256::new();
    feed(&mut sha, package);
    hex::encode(&sha.finalize()[..8])
}

/// What the site is made from, xtask included: another xtask may bind or compress otherwise.
pub fn of_ingredients(compiled: &[u8], package: &Files, public: &Files) -> String {
    let mut sha = Sha256::new();
    let maker = env::current_exe().and_then(|exe| exe.metadata());
    if let Ok(maker) = maker {
        sha.update(maker.len().to_le_bytes());
        let made = maker
            .modified()
            .ok()
            .and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        sha.update(made.unwrap_or_default().as_nanos().to_le_bytes());
    }
    sha.update(Sha256::digest(compiled));
    feed(&mut sha, package);
    feed(&mut sha, public);
    hex::encode(sha.finalize())
}

/// Names and lengths go in too: moving a byte from one file to its neighbour must not go unseen.
fn feed(sha: &mut Sha256, files: &Files) {
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            sha.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            sha.update(part);
        }
    }
    sha.update(u64::MAX.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> Files {
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn every_name_and_every_byte_counts() {
        let one = of_package(&files(&[("a", "bc"), ("d", "e")]));
        assert_eq!(one.len(), 16);
        for other in [
            &[("a", "b"), ("d", "ce")][..],
            &[("ab", "c"), ("d", "e")],
            &[("a", "bc")],
        ] {
            assert_ne!(one, of_package(&files(other)));
        }
    }
}
