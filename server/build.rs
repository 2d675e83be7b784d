//! Tells where the built site is, and has a release built again when the site is.

use std::env;
use std::path::Path;

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let site = Path::new(&root).join("../target/site");
    // A debug build reads the folder when it runs; it only has to be there.
    let _ = std::fs::create_dir_all(&site);
    println!("cargo::rustc-env=AIKAGI_SITE={}", site.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    if env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed=../target/site/site.json");
    }
}
