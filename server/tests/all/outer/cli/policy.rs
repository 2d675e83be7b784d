//! `aikagi policy`.

use super::Installation;

#[test]
fn a_short_minimum_is_refused_unless_a_second_factor_is_stated() {
    let installation = Installation::new();
    let set = |json: &str| installation.type_in("policy set -", json);
    let rules = r#""password":{"minimum":8,"classes_required":false,"history":5}"#;
    let said = set(&format!("{{{rules}}}")).refused();
    assert!(said.contains("password.minimum: must be at least 15"), "{said}");
    assert!(said.contains("\"password_used_with_second_factor\": true"), "{said}");
    let shown = installation.run("policy show").done();
    assert!(
        shown.contains("\"minimum\": 15") && shown.contains("\"password_used_with_second_factor\": false"),
        "{shown}"
    );
    set(&format!("{{{rules},\"password_used_with_second_factor\":true}}")).done();
    let shown = installation.run("policy show").done();
    assert!(
        shown.contains("\"minimum\": 8") && shown.contains("\"password_used_with_second_factor\": true"),
        "{shown}"
    );
}
