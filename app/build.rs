//! Reads the catalogue of words and writes it as Rust: one enum of keys, and for the server every language's texts.
//!
//! A key that is missing in a language, or a placeholder that differs, fails the build.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, process};

const LANGUAGES: [&str; 2] = ["en", "ja"];

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let catalogues: Vec<Vec<(String, String)>> = LANGUAGES
        .iter()
        .map(|language| read(&Path::new(&root).join(format!("words/{language}.txt"))))
        .collect();
    let mut mistakes = Vec::new();
    let [first, others @ ..] = catalogues.as_slice() else {
        return;
    };
    for (language, other) in LANGUAGES.iter().skip(1).zip(others) {
        compare(first, other, language, &mut mistakes);
    }
    if !mistakes.is_empty() {
        eprintln!("The catalogue of words is not complete:\n  {}", mistakes.join("\n  "));
        process::exit(1);
    }
    let mut code = String::from(
        "/// A text of the catalogue.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n#[repr(u16)]\npub enum Word {\n",
    );
    for (key, text) in first {
        let _ = writeln!(
            code,
            "    /// {}\n    {},",
            text.replace('\\', " ").replace(['[', ']', '<', '>'], " "),
            variant(key)
        );
    }
    let _ = writeln!(
        code,
        "}}\n\n/// How many texts there are.\npub const COUNT: usize = {};\n",
        first.len()
    );
    code.push_str("#[cfg(feature = \"ssr\")]\nstatic TEXTS: [[&str; COUNT]; 2] = [\n");
    for catalogue in &catalogues {
        code.push_str("    [\n");
        for (key, _) in first {
            let text = catalogue
                .iter()
                .find(|(other, _)| other == key)
                .map(|(_, text)| text.as_str())
                .unwrap_or_default();
            let _ = writeln!(code, "        {:?},", text.replace("\\n", "\n"));
        }
        code.push_str("    ],\n");
    }
    code.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("words.rs");
    if let Err(error) = fs::write(&out, code) {
        eprintln!("cannot write the words: {error}");
        process::exit(1);
    }
}

/// `key = text` lines; `#` begins a comment.
fn read(path: &Path) -> Vec<(String, String)> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, text)| (key.trim().to_owned(), text.trim().to_owned()))
        .collect()
}

fn compare(first: &[(String, String)], other: &[(String, String)], language: &str, mistakes: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (key, text) in first {
        if !seen.insert(key) {
            mistakes.push(format!("en: `{key}` stands twice"));
        }
        match other.iter().find(|(theirs, _)| theirs == key) {
            None => mistakes.push(format!("{language}: `{key}` is missing")),
            Some((_, theirs)) if placeholders(theirs) != placeholders(text) => {
                mistakes.push(format!("{language}: `{key}` has other placeholders than en"));
            }
            Some(_) => {}
        }
    }
    for (key, _) in other {
        if !first.iter().any(|(ours, _)| ours == key) {
            mistakes.push(format!("{language}: `{key}` is not in en"));
        }
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

/// `sign-in-title` is `SignInTitle`.
fn variant(key: &str) -> String {
    key.split('-')
        .map(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
                .unwrap_or_default()
        })
        .collect()
}
