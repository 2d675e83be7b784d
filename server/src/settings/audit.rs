//! How long the audit log is kept.

use std::ops::RangeInclusive;
use std::time::Duration;

use portal::moment::days;

use super::section::Section;

/// The fewest and the most days that rows are kept: a month, so that what happened can be looked into, and ten years.
pub const KEEP_DAYS: RangeInclusive<u32> = 30..=3_650;

/// Two years, our own figure: no standard gives one.
const STANDARD: u32 = 730;

/// How long the audit log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// The age at which rows are removed.
    pub keep: Duration,
}

pub(super) fn read(section: Section<'_>) -> AuditSettings {
    let keep = section.number("keep_days", KEEP_DAYS).unwrap_or(STANDARD);
    section.finish();
    AuditSettings {
        keep: days(keep.into()),
    }
}
