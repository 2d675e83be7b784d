//! How passwords are hashed.

use std::num::NonZeroUsize;

use super::mistake::Wrong;
use super::section::Section;
use crate::hashing::Cost;

/// How passwords are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingSettings {
    /// How slowly.
    pub cost: Cost,
    /// How many at a time; none leaves it to the machine.
    pub permits: Option<NonZeroUsize>,
}

pub(super) fn read(section: Section<'_>) -> HashingSettings {
    let standard = Cost::default();
    let memory = section
        .number("memory_kib", 1..=u32::MAX)
        .unwrap_or(standard.memory_kib());
    let passes = section.number("passes", 1..=u32::MAX).unwrap_or(standard.passes());
    let permits = section.number("permits", 1..=1_024);
    let cost = Cost::new(memory, passes).unwrap_or_else(|weak| {
        let key = if section.has("memory_kib") {
            "memory_kib"
        } else {
            "passes"
        };
        section.complain(
            key,
            Wrong::new(weak.to_string()).hint("leave both out for 19456 KiB and 2 passes"),
        );
        standard
    });
    section.finish();
    HashingSettings {
        cost,
        permits: permits
            .and_then(|n| usize::try_from(n).ok())
            .and_then(NonZeroUsize::new),
    }
}
