//! Whether what a crate's author asks can be met with the licences that we allow.

use anyhow::{Context, Result};
use spdx::{Expression, Licensee, ParseMode};

use super::graph::Graph;

/// The crates whose licences are not allowed, or that name none.
pub fn refused(graph: &Graph, allowed: &[String]) -> Result<Vec<String>> {
    let allowed = allowed
        .iter()
        .map(|name| Licensee::parse(name).with_context(|| format!("`{name}` is no licence")))
        .collect::<Result<Vec<_>>>()?;
    let refused = graph.crates().filter_map(|one| match one.license() {
        None => Some(format!("{one} names no licence")),
        Some(license) => (!is_allowed(license, &allowed)).then(|| format!("{one} is under {license}")),
    });
    Ok(refused.collect())
}

/// An expression that cannot be read allows nothing.
fn is_allowed(expression: &str, allowed: &[Licensee]) -> bool {
    // Lax, because older crates write `MIT/Apache-2.0`.
    Expression::parse_mode(expression, ParseMode::LAX)
        .is_ok_and(|expression| expression.evaluate(|wanted| allowed.iter().any(|licence| licence.satisfies(wanted))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [&str; 3] = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];

    fn is_fine(expression: &str) -> bool {
        is_allowed(expression, &ALLOWED.map(|name| Licensee::parse(name).unwrap()))
    }

    #[test]
    fn of_several_licences_to_choose_from_one_must_be_allowed() {
        assert!(is_fine("GPL-3.0-only OR MIT"));
        assert!(is_fine("Apache-2.0/MIT"));
        assert!(is_fine("Apache-2.0 / MIT"));
        assert!(!is_fine("GPL-3.0-only OR Apache-2.0"));
    }

    #[test]
    fn of_several_licences_that_all_hold_all_must_be_allowed() {
        assert!(is_fine("MIT AND ISC"));
        assert!(is_fine("(GPL-2.0-only OR MIT) AND ISC"));
        assert!(!is_fine("MIT AND Apache-2.0"));
    }

    #[test]
    fn a_licence_with_an_exception_is_another_one() {
        assert!(is_fine("Apache-2.0 WITH LLVM-exception"));
        assert!(!is_fine("Apache-2.0"));
    }

    #[test]
    fn what_cannot_be_read_is_not_allowed() {
        assert!(!is_fine("see the file"));
        assert!(!is_fine(""));
    }

    #[test]
    fn a_crate_that_is_not_allowed_is_told_with_its_licence() {
        let graph = Graph::told(&["server MIT -> a b", "a GPL-3.0-only", "b"]);
        let told = refused(&graph, &ALLOWED.map(str::to_owned)).unwrap();
        assert_eq!(told, ["a 1.0.0 is under GPL-3.0-only", "b 1.0.0 names no licence"]);
    }
}
