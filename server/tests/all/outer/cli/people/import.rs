//! `aikagi people import`, and what else fills in a file.

use super::*;

#[tokio::test]
async fn a_file_is_imported_whole_or_not_at_all_with_every_mistake_told_by_its_line() {
    let installation = Installation::new();
    installation.run("people add talen").done();
    let bad = installation.file(
        "bad.csv",
        &format!(
            "name,display,mailbox,email,password\n\
             one,One,o@corp.example,o@corp.example,\n\
             two,\"Two\nlines\",,,short\n\
             bad name,,,,\n\
             three,,,,{GOOD}\n\
             three,,,,\n\
             ta1en,,,,\n\
             bell,,,,\n\
             be11,,,,\n\
             four,,,\n"
        ),
    );
    let said = installation.run(&format!("people import {bad}")).refused();
    for line in [
        "nothing was imported",
        "bad.csv:2: `email` opens with the password that would be reset\n    give a mailbox",
        "bad.csv:3: `password` will not do. It needs at least 15 characters",
        "bad.csv:5: `name` cannot be `bad name`",
        "bad.csv:7: `name` stands in line 6 already",
        "bad.csv:8: `name` looks like `talen`, who is there already",
        "bad.csv:10: `name` looks like `bell` in line 9",
        "bad.csv:11: `name` has other columns",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert_eq!(names(&installation.run("people list").done()), ["talen"]);

    let saved_elsewhere = installation.scratch.path("sjis.csv");
    std::fs::write(&saved_elsewhere, b"name,display\nh.tanaka,\x93c\x92\x86\n").unwrap();
    let said = installation
        .run(&format!("people import {}", saved_elsewhere.display()))
        .refused();
    assert!(
        said.contains("sjis.csv:2: `name` stands in a line that is not in UTF-8") && said.contains("CSV UTF-8"),
        "{said}"
    );

    let misspelt = installation.file("misspelt.csv", "name,pasword\none,x\ntwo,y\n");
    let said = installation.run(&format!("people import {misspelt}")).refused();
    assert!(
        said.contains("misspelt.csv:1: `pasword` is no column\n    did you mean `password`?"),
        "{said}"
    );
    assert!(!said.contains("misspelt.csv:2"), "{said}");

    let good = installation.file(
        "good.csv",
        &format!("name,role,groups,password\ntalen,,,\none, administrator ,staff it,\" {GOOD}\"\ntwo,,,\n"),
    );
    let said = installation.run(&format!("people import {good} --dry-run")).done();
    assert!(said.contains("line 3: one would be added\n"), "{said}");
    assert_eq!(names(&installation.run("people list").done()), ["talen"]);
    let said = installation.run(&format!("people import {good}")).done();
    assert!(
        said.contains("line 2: talen is there already\nline 3: one is added.\nline 4: two is added. First"),
        "{said}"
    );
    assert!(said.contains("2 added, 1 there already"), "{said}");
    let (one, _) = installation.person("one").await.unwrap();
    assert_eq!(
        (one.role, one.groups),
        (Role::Administrator, vec!["staff".to_owned(), "it".to_owned()])
    );
    assert!(one.must_change);
    // A space before it belongs to a password.
    assert!(installation.opens("one", &format!(" {GOOD}")).await);
}

#[tokio::test]
async fn an_office_phone_is_set_imported_and_taken_away() {
    let installation = Installation::new();
    installation
        .run("people add h.tanaka --office-phone +81332249999")
        .done();
    let office = || async {
        let (_, contacts) = installation.person("h.tanaka").await.unwrap();
        let office = contacts.into_iter().find(|contact| contact.kind == ContactKind::Office);
        office.map(|contact| (contact.address, contact.trust.word()))
    };
    assert_eq!(office().await, Some(("+81332249999".into(), "vouched")));
    let said = installation.run("people show h.tanaka").done();
    assert!(said.contains("office_phone: +81 •• •••• ••99, vouched"), "{said}");
    let said = installation
        .run("people set h.tanaka --office-phone +81332249998x12")
        .refused();
    assert!(
        said.contains("`office_phone` has an extension, which a machine cannot dial"),
        "{said}"
    );
    let said = installation
        .run("people set h.tanaka --office-phone +81332249998 --remove office-phone")
        .refused();
    assert!(
        said.contains("cannot be `office-phone` together with --office-phone"),
        "{said}"
    );
    let file = installation.file("office.csv", "name,office_phone\nh.tanaka,+81332249998\n");
    let would = installation
        .run(&format!("people import {file} --update --dry-run"))
        .done();
    assert!(
        would.contains("would be changed: office_phone +81 •• •••• ••99 → +81 •• •••• ••98\n"),
        "{would}"
    );
    assert_eq!(
        office().await,
        Some(("+81332249999".into(), "vouched")),
        "nothing was done"
    );
    installation.run(&format!("people import {file} --update")).done();
    assert_eq!(office().await, Some(("+81332249998".into(), "vouched")));
    installation
        .run("people set h.tanaka --office-phone +81332249997")
        .done();
    assert_eq!(office().await, Some(("+81332249997".into(), "vouched")));
    installation
        .run("people set h.tanaka --remove office-phone --remove questions")
        .done();
    assert_eq!(office().await, None);
}

#[tokio::test]
async fn a_file_changes_those_who_are_there_where_that_is_asked_for_and_never_what_they_proved() {
    let installation = Installation::new();
    installation
        .run("people add h.tanaka --display Hana --mailbox h@corp.example --email h@private.example --phone +819012345671")
        .done();
    installation
        .run("people add k.sato --display Ken --phone +819012345675")
        .done();
    let store = installation.store().await;
    let (_, contacts) = store
        .person(&UserName::parse("k.sato").unwrap())
        .await
        .unwrap()
        .unwrap();
    let proved = contacts
        .into_iter()
        .map(|contact| Change::ConfirmContact(contact.id))
        .collect();
    assert_eq!(store.commit(proved).await.unwrap(), Committed::Done);
    store.close().await.unwrap();
    let file = installation.file(
        "people.csv",
        "name,display,email,phone\nh.tanaka,Hana,,+819012345672\nk.sato,Kenji,,+819012345676\nnew.one,New,,\n",
    );
    let before = installation.person("h.tanaka").await;
    let said = installation.run(&format!("people import {file}")).done();
    assert!(said.ends_with("1 added, 2 there already\n"), "{said}");
    let would = installation
        .run(&format!("people import {file} --update --dry-run"))
        .done();
    assert_eq!(installation.person("h.tanaka").await, before, "nothing was done");
    assert!(
        would.ends_with("0 would be added, 2 would be changed, 1 there already\n"),
        "{would}"
    );
    let line = would.lines().next().unwrap();
    assert!(line.starts_with("line 2: h.tanaka would be changed: email "), "{line}");
    assert!(
        line.contains("removed; phone ") && line.contains("71 → ") && line.ends_with("72"),
        "{line}"
    );
    assert!(
        !would.contains("90 1234 567") && !would.contains("h@private"),
        "masked: {would}"
    );
    assert!(
        would.contains("line 3: k.sato would be changed: display Ken → Kenji\n"),
        "{would}"
    );
    let said = installation.run(&format!("people import {file} --update")).done();
    assert!(said.ends_with("0 added, 2 changed, 1 there already\n"), "{said}");
    let addresses = async |name| {
        let (_, contacts) = installation.person(name).await.unwrap();
        let mut addresses: Vec<String> = contacts.into_iter().map(|contact| contact.address).collect();
        addresses.sort_unstable();
        addresses
    };
    assert_eq!(addresses("h.tanaka").await, ["+819012345672", "h@corp.example"]);
    assert_eq!(addresses("k.sato").await, ["+819012345675"]);
    let said = installation.run(&format!("people import {file} --update")).done();
    assert!(said.ends_with("0 added, 0 changed, 3 there already\n"), "{said}");
}

#[tokio::test]
async fn no_file_makes_the_own_mailbox_and_the_authentication_email_one() {
    let installation = Installation::new();
    for entry in [
        "h.tanaka --mailbox h@corp.example --email h@private.example",
        "k.sato --mailbox k@corp.example --email k@private.example",
    ] {
        installation.run(&format!("people add {entry}")).done();
    }
    let store = installation.store().await;
    let (_, contacts) = store
        .person(&UserName::parse("k.sato").unwrap())
        .await
        .unwrap()
        .unwrap();
    let email = contacts.into_iter().find(|one| one.kind == ContactKind::Email).unwrap();
    let proved = vec![Change::ConfirmContact(email.id)];
    assert_eq!(store.commit(proved).await.unwrap(), Committed::Done);
    store.close().await.unwrap();
    let own = "`mailbox` is the authentication email as well";
    let opens = "`email` opens with the password that would be reset";
    for (file, wrong) in [
        // With one that stays: filled in, and proved.
        ("name,mailbox\nh.tanaka,H+x@private.example\n", Some(own)),
        ("name,mailbox,email\nk.sato,k@private.example,\n", Some(own)),
        // And the other way round.
        ("name,email\nh.tanaka,h@corp.example\n", Some(opens)),
        // One that goes, or is proved, is in nobody's way.
        ("name,mailbox,email\nh.tanaka,h@private.example,\n", None),
        ("name,email\nk.sato,k@corp.example\n", None),
    ] {
        let file = installation.file("people.csv", file);
        let run = |options: &str| installation.run(&format!("people import {file} {options}"));
        run("--dry-run").done();
        match wrong {
            Some(wrong) => {
                let said = run("--update").refused();
                assert!(said.contains(&format!("people.csv:2: {wrong}")), "{said}");
            }
            None => drop(run("--update --dry-run").done()),
        }
    }
}

#[tokio::test]
async fn a_file_without_passwords_brings_people_who_set_one_themselves() {
    let installation = Installation::new();
    let file = installation.file(
        "people.csv",
        "name,email,phone,password\none,one@private.example,+819012345671,\ntwo,,,violet harbour lantern 7130\n",
    );
    let said = installation.run(&format!("people import {file} --no-passwords")).done();
    assert!(
        said.contains("line 2: one is added.\nline 3: two is added.\n"),
        "{said}"
    );
    let (one, _) = installation.person("one").await.unwrap();
    assert_eq!(one.hash, None);
    assert!(!installation.opens("one", "").await);
    assert!(installation.opens("two", "violet harbour lantern 7130").await);
    assert!(
        installation
            .run("people list")
            .done()
            .contains("one\tone\tperson\tfilled in")
    );
}
