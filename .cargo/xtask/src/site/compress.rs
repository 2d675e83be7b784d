//! Compressing once, at build time, as well as it goes: brotli 11 is too slow to do for each request.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Endings of files that are not compressed already.
const COMPRESSIBLE: [&str; 10] = [
    "css",
    "html",
    "ico",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Whether a file of this name gains by compressing.
pub fn is_compressible(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| COMPRESSIBLE.contains(&ending))
}

/// Brotli at its best quality, 11, with the window that every browser takes, 4 MiB.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).context("brotli")?;
    Ok(out)
}

/// Gzip 9, for clients that do not speak brotli, which browsers do only over https and on localhost. No name and no
/// time of making, so that the same bytes give the same file.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).context("gzip")
}
