//! One stylesheet out of the layered files of `style/`.

use anyhow::{Context, Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

use crate::place::Place;

/// Browsers of spring 2023, the first of which all know cascade layers and wasm with reference types. Newer syntax is
/// written in a way that they understand.
const OLDEST: Browsers = Browsers {
    android: Some(111 << 16),
    chrome: Some(111 << 16),
    edge: Some(111 << 16),
    firefox: Some(114 << 16),
    ios_saf: Some(16 << 16 | 4 << 8),
    safari: Some(16 << 16 | 4 << 8),
    samsung: Some(22 << 16),
    ie: None,
    opera: None,
};

/// Follows the `@import`s of `style/main.css` and minifies. Without that file the stylesheet is empty.
pub fn bundle(place: &Place) -> Result<Vec<u8>> {
    let main = place.at("style/main.css");
    if !main.exists() {
        return Ok(Vec::new());
    }
    let targets = Targets::from(OLDEST);
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    // These errors borrow the files, and carry the place of the fault in their text.
    let mut sheet = bundler
        .bundle(&main)
        .map_err(|error| anyhow!("{error}"))
        .context("style/main.css")?;
    sheet
        .minify(MinifyOptions {
            targets,
            ..MinifyOptions::default()
        })
        .map_err(|error| anyhow!("{error}"))
        .context("style/main.css")?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("{error}"))
        .context("style/main.css")?;
    Ok(printed.code.into_bytes())
}
