//! Randomness from the operating system, and the forms in which it leaves this crate.
//!
//! This is the only place that asks the system for it.

use portal::password::rules::Rules;
use portal::password::suggest::suggest;
use portal::ports::{Fault, Random};

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for randomness"
    )]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Fault> {
        getrandom::fill(buffer).map_err(Fault::new)
    }
}

/// The name of a row: 16 bytes (128 bits) in hexadecimal, 32 characters. Unique, but no secret.
pub fn name(random: &dyn Random) -> Result<String, Fault> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// A first password for somebody under these rules: a phrase that can be read aloud.
pub fn passphrase(random: &dyn Random, rules: &Rules) -> Result<String, Fault> {
    let mut failed = None;
    let mut below = |bound: u32| {
        let mut bytes = [0; 8];
        if let Err(fault) = random.fill(&mut bytes) {
            failed = Some(fault);
        }
        // The bias of 64 bits against a bound this small is below 2^-32.
        u32::try_from(u64::from_be_bytes(bytes) % u64::from(bound.max(1))).unwrap_or_default()
    };
    let phrase = suggest(&mut below, rules);
    failed.map_or(Ok(phrase), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails, as a machine without a generator would.
    struct Broken;

    impl Random for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), Fault> {
            Err(Fault::new("no randomness"))
        }
    }

    #[test]
    fn names_have_their_form_and_never_repeat() {
        let names: std::collections::BTreeSet<_> = (0..100).map(|_| name(&SystemRandom).unwrap()).collect();
        assert_eq!(names.len(), 100);
        assert!(
            names
                .iter()
                .all(|n| n.len() == 32 && n.bytes().all(|b| b.is_ascii_hexdigit()))
        );
    }

    #[test]
    fn without_randomness_there_is_no_name_and_no_password() {
        assert!(name(&Broken).is_err());
        assert!(passphrase(&Broken, &Rules::default()).is_err());
    }
}
