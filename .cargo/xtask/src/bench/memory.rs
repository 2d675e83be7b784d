//! Resident memory, as the kernel counts it.

use std::fs;

use anyhow::{Context, Result};

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::scratch::Scratch;

pub fn idle(bench: &Bench) -> Result<Vec<Figure>> {
    Ok(vec![figure("resident memory, idle", bench.server, 20.0)?])
}

pub fn after_pages(bench: &Bench) -> Result<Vec<Figure>> {
    Ok(vec![figure("resident memory, after the pages", bench.server, 120.0)?])
}

/// What a server holds, against a budget in megabytes.
pub fn figure(what: &str, server: &Scratch, budget: f64) -> Result<Figure> {
    let path = format!("/proc/{}/status", server.process());
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}, which only Linux has"))?;
    let kibibytes = resident(&status).with_context(|| format!("{path} has no VmRSS"))?;
    Ok(Figure::new(
        what,
        f64::from(kibibytes) * 1024.0 / 1_000_000.0,
        Unit::Megabytes,
        Budget::AtMost(budget),
    ))
}

/// From a line like `VmRSS:      9876 kB`.
fn resident(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_its_line() {
        assert_eq!(resident("VmHWM:\t  20000 kB\nVmRSS:\t   9876 kB\n"), Some(9876));
        assert_eq!(resident("Name:\taikagi\n"), None);
    }
}
