//! `aikagi people invite`, `demand` and the lists.

use super::Installation;

fn with_people() -> Installation {
    let installation = Installation::new();
    for entry in [
        "h.tanaka --groups staff --mailbox h.tanaka@corp.example",
        "k.sato --groups staff --email ken@example.net --phone +819012345678",
        "m.suzuki",
    ] {
        installation.run(&format!("people add {entry}")).done();
    }
    installation
}

#[test]
fn the_list_tells_who_registered_whose_methods_were_filled_in_and_who_must() {
    let installation = with_people();
    let list = installation.run("people list").done();
    let state = |name: &str| {
        let line = list.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit('\t').next().unwrap().to_owned()
    };
    assert_eq!(state("k.sato"), "filled in");
    assert_eq!(state("h.tanaka"), "not registered");
    let must = installation.run("people list --must-register --json").done();
    let names: Vec<serde_json::Value> = must.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names.len(), 2, "{must}");
    assert!(
        names
            .iter()
            .all(|one| one["must_register"] == true && one["skips_left"] == 3),
        "{must}"
    );
    assert!(!must.contains("k.sato") && !must.contains("corp.example"), "{must}");
}

#[test]
fn who_is_to_be_invited_is_shown_before_and_told_after() {
    let installation = with_people();
    let dry = installation.run("people invite --not-registered --dry-run").done();
    assert!(
        dry.contains("h.tanaka: would be invited") && !dry.contains("k.sato"),
        "{dry}"
    );
    assert!(!installation.run("people show h.tanaka").done().contains("invited"));
    let said = installation.run("people invite --group staff").done();
    assert!(
        said.contains("h.tanaka: is invited") && said.contains("k.sato: is invited"),
        "{said}"
    );
    let said = installation.run("people invite m.suzuki").done();
    assert!(said.contains("no address is known"), "{said}");
    let shown = installation.run("people show h.tanaka").done();
    assert!(
        shown.contains("invited: ") && shown.contains("reminders since: 0"),
        "{shown}"
    );
    assert!(installation.run("audit list").done().contains("invite"));
    installation.run("people invite").refused();
    installation.run("people invite nobody").refused();
}

#[test]
fn a_demand_is_for_somebody_and_for_one_thing() {
    let installation = with_people();
    installation.run("people demand --register").refused();
    installation.run("people demand --everyone").refused();
    installation
        .run("people demand --register --reconfirm --everyone")
        .refused();
    let said = installation.run("people demand --register h.tanaka nobody").refused();
    assert!(
        said.contains("nobody: there is nobody of this name; nothing was done"),
        "{said}"
    );
    installation
        .run("people demand --reconfirm --everyone --dry-run")
        .done();
    assert!(!installation.run("audit list").done().contains("demand_registration"));
    let said = installation.run("people demand --reconfirm --everyone").done();
    assert_eq!(said.lines().count(), 3, "{said}");
    let log = installation.run("audit list").done();
    assert_eq!(log.matches("demand_registration").count(), 3, "{log}");
    let shown = installation.run("people show k.sato").done();
    assert!(shown.contains("asked to reconfirm by an administrator"), "{shown}");
}

#[test]
fn a_policy_that_changes_nothing_is_no_row() {
    let installation = Installation::new();
    installation.type_in("policy set -", r#"{"reconfirm_days":90}"#).done();
    installation.type_in("policy set -", r#"{"reconfirm_days":90}"#).done();
    let log = installation.run("audit list").done();
    assert_eq!(log.matches("set_policy").count(), 1, "{log}");
    let said = installation
        .type_in("policy set -", r#"{"reconfirm_days":731}"#)
        .refused();
    assert!(said.contains("reconfirm_days: must be 0 to 730"), "{said}");
}

#[test]
fn how_many_questions_somebody_has_answered_is_told_and_nothing_else_of_them() {
    let installation = with_people();
    assert!(
        !installation
            .run("people show m.suzuki")
            .done()
            .contains("security questions")
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use portal::ports::{Change, KeptAnswer, Store as _};
        let store = installation.store().await;
        let name = portal::account::UserName::parse("m.suzuki").unwrap();
        let account = store.account_named(&name).await.unwrap().unwrap();
        let answers = ["first-film", "first-dish", "first-teacher"].map(|question| KeptAnswer {
            question: question.into(),
            form: "v1".into(),
            hash: "qqxjz".into(),
        });
        let (account, at) = (account.id, portal::moment::Moment::from_millis(0));
        let answers = answers.to_vec();
        store
            .commit(vec![Change::SetAnswers { account, answers, at }])
            .await
            .unwrap();
    });
    let shown = installation.run("people show m.suzuki").done();
    assert!(shown.contains("security questions: 3 registered"), "{shown}");
    assert!(!shown.contains("first-") && !shown.contains("qqxjz"), "{shown}");
    let list = installation.run("people list --must-register --json").done();
    let line = list.lines().find(|line| line.contains("m.suzuki")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap()["questions"], 3);
}
