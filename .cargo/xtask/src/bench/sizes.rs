//! Bytes on the wire, which no machine makes larger or smaller.

use anyhow::Result;

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::visitor::Visitor;
use crate::budget::{self, compressed};
use crate::site;

/// The page that most people see first.
pub const FIRST_PAGE: &str = "/reset";

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let page = Visitor::arrive(bench.server.address())?.page(FIRST_PAGE)?;
    let page = u64::try_from(site::brotli(&page)?.len())?;
    let style = compressed(bench.site, &[".css"]);
    let row = |what: &str, size: u64, limit: Option<u64>| {
        let limit = limit.map_or(Budget::None, |limit| Budget::AtMost(kilobytes(limit)));
        Figure::new(format!("{what}, brotli 11"), kilobytes(size), Unit::Kilobytes, limit)
    };
    Ok(vec![
        row(
            "wasm + JavaScript of all screens",
            compressed(bench.site, &[".wasm", ".js"]),
            Some(budget::SCREENS),
        ),
        row("stylesheet", style, None),
        row("HTML of /reset", page, None),
        row("HTML + stylesheet of /reset", page + style, Some(budget::FIRST_PAGE)),
        row(
            "common passwords",
            compressed(bench.site, &["common.txt"]),
            Some(budget::COMMON_PASSWORDS),
        ),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}
