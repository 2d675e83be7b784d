//! `aikagi policy`.

use super::Installation;

#[test]
fn what_was_refused_leaves_the_database_closed() {
    let installation = Installation::new();
    let said = installation.run("policy set /nowhere/policy.json").refused();
    assert!(said.contains("/nowhere/policy.json: "), "{said}");
    installation
        .type_in("policy set -", "{\"methods_required\":9}")
        .refused();
    let lock = installation.scratch.path("etc/data/aikagi.db.lock");
    assert!(std::fs::read(&lock).unwrap().is_empty());

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("listen = \"{}\"", taken.local_addr().unwrap());
    let config = std::fs::read_to_string(installation.config()).unwrap();
    let line = config
        .lines()
        .find(|line| line.trim_start_matches('#').starts_with("listen ="))
        .unwrap();
    installation.configure(line, &listen);
    let said = installation.run("serve").refused();
    assert!(
        said.contains(&format!("cannot listen on {}", taken.local_addr().unwrap()))
            && said.contains("change `listen` in the configuration"),
        "{said}"
    );
    assert!(std::fs::read(&lock).unwrap().is_empty());
}

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

#[test]
fn whoever_allows_questions_or_takes_one_back_is_told_what_that_means() {
    let installation = Installation::new();
    let methods = r#""methods":["text","email","questions"]"#;
    let own = r#"[{"id":"canteen","en":"Which dish do you miss?","ja":"なつかしい料理は何ですか。"}]"#;
    let set = |own: &str| {
        let said = installation.type_in("policy set -", &format!("{{{methods},\"own_questions\":{own}}}"));
        assert!(said.is_done, "{}", said.error);
        said.error
    };
    let told = set(own);
    assert!(
        told.contains("warning: methods: answers to security questions"),
        "{told}"
    );
    assert!(!told.contains("canteen"), "{told}");
    let told = set("[]");
    assert!(told.contains("warning: own_questions: `canteen` is gone"), "{told}");
}
