//! What the browser may be sent, in bytes. Unlike times, these do not change from machine to machine.

use anyhow::{Result, bail};

use crate::site::Site;
use crate::table;

/// wasm and JavaScript of every end-user screen together, brotli 11: about 1.2 s on a slow 3G line (1.6 Mbit/s).
pub const SCREENS: u64 = 240_000;
/// The first page's HTML and the one CSS file, brotli 11.
pub const FIRST_PAGE: u64 = 12_000;
/// The list of common passwords, brotli 11, loaded only where a password is chosen.
pub const COMMON_PASSWORDS: u64 = 40_000;

/// Everything in the package that the name's ending selects, brotli 11.
pub fn compressed(site: &Site, endings: &[&str]) -> u64 {
    let fits = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
    site.sizes
        .iter()
        .filter(|(name, _)| fits(name))
        .map(|(_, size)| size.br)
        .sum()
}

/// One row per file, the largest first.
pub fn print_sizes(site: &Site) {
    let mut files: Vec<_> = site.sizes.iter().collect();
    files.sort_by_key(|(_, size)| std::cmp::Reverse(size.raw));
    let row = |(name, size): (&String, &crate::site::Size)| {
        vec![name.clone(), table::kilobytes(size.raw), table::kilobytes(size.br)]
    };
    println!("\n  {}", site.pkg);
    table::print(
        &["file", "raw", "brotli 11"],
        &files.into_iter().map(row).collect::<Vec<_>>(),
    );
}

/// Refuses a site over budget.
pub fn check(site: &Site) -> Result<()> {
    let limits = [
        ("wasm and JavaScript", compressed(site, &[".wasm", ".js"]), SCREENS),
        (
            "the stylesheet (with the first page)",
            compressed(site, &[".css"]),
            FIRST_PAGE,
        ),
        (
            "the common passwords",
            compressed(site, &["common.txt"]),
            COMMON_PASSWORDS,
        ),
    ];
    let mut over = Vec::new();
    for (what, size, limit) in limits {
        println!("    {what}: {} of {}", table::kilobytes(size), table::kilobytes(limit));
        if size > limit {
            over.push(format!(
                "{what} takes {}, {} is the limit",
                table::kilobytes(size),
                table::kilobytes(limit)
            ));
        }
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join("; "));
    }
    Ok(())
}
