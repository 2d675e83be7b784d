//! Crates that may be in one room and not in another: server code in the browser, a second TLS or a second SQLite in the
//! server. Asked of cargo's tree of each room by itself, with the features that this room is built with.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::place::Place;
use crate::{process, toolchain};

/// Too large for a phone, or of no use without sockets, disks and secrets.
/// `idna` and `regex` would belong here too, but Leptos itself names them; the linker leaves them out, and the size
/// budget would tell if it did not.
const NOT_IN_THE_BROWSER: [&str; 25] = [
    "argon2",
    "axum",
    "bcrypt",
    "chacha20poly1305",
    "hyper",
    "ldap3",
    "leptos_axum",
    "lettre",
    "mio",
    "pbkdf2",
    "phonenumber",
    "precis-profiles",
    "rand",
    "reqwest",
    "ring",
    "rustls",
    "sqlx",
    "sqlx-core",
    "time",
    "tokio",
    "tower-http",
    "tracing-subscriber",
    "unicode-normalization",
    "unicode-security",
    "zxcvbn",
];

/// Two copies of SQLite would open one database file with two sets of locks; two of rustls would want two providers.
const ONCE_IN_THE_SERVER: [&str; 3] = ["libsqlite3-sys", "ring", "rustls"];

/// HTTP/2 brings attacks of its own, and nobody between a proxy and this server needs it. A dependency of the tests could
/// switch it on for them; what counts is what is shipped.
const NOT_IN_THE_SERVER: [&str; 1] = ["h2"];

/// Everything that is wrong with both rooms.
pub fn wrong(place: &Place) -> Result<Vec<String>> {
    toolchain::ensure_wasm(place)?;
    let tree = |arguments: &[&str]| -> Result<BTreeSet<String>> {
        let common = ["tree", "--prefix", "none", "--format", "{p}"];
        Ok(packages(&process::read(&mut process::cargo(
            place,
            &[&common, arguments].concat(),
        ))?))
    };
    // Proc macros run where it is built, not in the browser.
    let browser = tree(&[
        "-p",
        "frontend",
        "--target",
        toolchain::WASM,
        "-e",
        "normal,no-proc-macro",
    ])?;
    let server = tree(&["-p", "server", "-e", "normal,build"])?;

    let mut wrong = Vec::new();
    for name in NOT_IN_THE_BROWSER.into_iter().filter(|name| copies(&browser, name) > 0) {
        wrong.push(format!(
            "{name} is in the browser (cargo tree -p frontend --target {} -i {name})",
            toolchain::WASM
        ));
    }
    for name in NOT_IN_THE_SERVER.into_iter().filter(|name| copies(&server, name) > 0) {
        wrong.push(format!(
            "{name} is in the server (cargo tree -p server -e normal -i {name})"
        ));
    }
    for name in ONCE_IN_THE_SERVER {
        let copies = copies(&server, name);
        if copies > 1 {
            wrong.push(format!(
                "{name} is {copies} times in the server (cargo tree -p server -d)"
            ));
        }
    }
    println!(
        "    {} crates in the browser, {} in the server",
        browser.len(),
        server.len()
    );
    Ok(wrong)
}

/// Names with versions, each once, out of lines like `serde v1.0.229 (proc-macro)`.
fn packages(tree: &str) -> BTreeSet<String> {
    let words = tree
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    words.filter(|package| !package.is_empty()).collect()
}

fn copies(packages: &BTreeSet<String>, name: &str) -> usize {
    packages
        .iter()
        .filter(|package| package.split(' ').next() == Some(name))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str =
        "server v0.1.0 (aikagi/server)\nring v0.17.14\nring v0.16.2\nring v0.17.14 (*)\nringbuf v0.4.0\n";

    #[test]
    fn versions_of_a_crate_are_counted_and_repetitions_are_not() {
        assert_eq!(copies(&packages(TREE), "ring"), 2);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another_crate() {
        assert_eq!(copies(&packages(TREE), "ringbuf"), 1);
        assert_eq!(copies(&packages(TREE), "openssl"), 0);
    }
}
