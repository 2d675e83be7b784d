//! `aikagi people`.

use portal::account::{Role, UserName};
use portal::method::ContactKind;
use portal::moment::{Moment, days};
use portal::ports::{Account, Change, Clock as _, Committed, Contact, Freeze, Hashing as _, Password, Store as _};
use server::clock::SystemClock;
use server::hashing::{Argon2Pool, Cost};
use server::keyring::Keyring;
use server::random::SystemRandom;

use super::Installation;

const GOOD: &str = "harbour lantern 7130 violet";

impl Installation {
    async fn person(&self, name: &str) -> Option<(Account, Vec<Contact>)> {
        let store = self.store().await;
        let person = store.person(&UserName::parse(name).unwrap()).await.unwrap();
        store.close().await.unwrap();
        person
    }

    /// Whether this is the password of the account.
    async fn opens(&self, name: &str, password: &str) -> bool {
        let keyring = Keyring::load(&self.scratch.path("etc/keyring.toml")).unwrap();
        let hashing = Argon2Pool::new(keyring.into(), std::sync::Arc::new(SystemRandom), Cost::default(), None);
        let (account, _) = self.person(name).await.unwrap();
        let password = Password::typed(password);
        hashing.verify(&password, account.hash.as_deref()).await.unwrap()
    }

    fn policy(&self, json: &str) {
        self.type_in("policy set -", json).done();
    }
}

fn names(people: &str) -> Vec<String> {
    people
        .lines()
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_first_password_is_judged_as_every_other_and_has_to_be_changed() {
    let installation = Installation::new();
    let add = |typed: &str| installation.type_in("people add h.tanaka --display Hanako --password-stdin", typed);
    for (typed, why) in [
        ("short", "at least 15 characters"),
        ("passwordpassword", "easy to guess"),
        ("h.tanakah.tanaka", "leans on a name"),
        ("correct horse battery staple", "common"),
        ("", "no password was typed"),
    ] {
        let said = add(typed).refused();
        assert!(said.contains(why), "{typed}: {said}");
    }
    assert!(installation.person("h.tanaka").await.is_none());
    installation.policy(r#"{"banned":["lantern"]}"#);
    assert!(add("lantern lantern").refused().contains("lantern"));
    add(&format!("{GOOD}\n")).done();
    let (account, _) = installation.person("h.tanaka").await.unwrap();
    assert!(account.must_change);
    assert!(installation.opens("h.tanaka", GOOD).await);
}

#[tokio::test]
async fn without_a_password_one_is_made_up_that_keeps_the_rules_and_is_shown_once() {
    let installation = Installation::new();
    installation.policy(r#"{"password":{"minimum":40,"classes_required":true,"history":5}}"#);
    let said = installation.run("people add h.tanaka").done();
    let (_, password) = said.trim().rsplit_once("shown once: ").unwrap();
    assert!(
        password.len() >= 40 && password.contains(char::is_uppercase),
        "{password}"
    );
    assert!(installation.opens("h.tanaka", password).await);
    assert!(installation.person("h.tanaka").await.unwrap().0.must_change);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_person_is_told_at_once() {
    let installation = Installation::new();
    installation.run("people add armin").done();
    installation.policy(r#"{"own_domains":["kitayama.example"]}"#);
    let said = installation
        .type_in(
            "people add аrmin --role boss --mailbox nobody --email x@mail.kitayama.example --phone 090 --language fr --password-stdin",
            "short",
        )
        .refused();
    for line in [
        "nobody was added: `name` looks like `armin`, who is there already",
        "nobody was added: `name` mixes letters of several alphabets",
        "nobody was added: `role` cannot be `boss`\n    person or administrator",
        "nobody was added: `mailbox` cannot be `nobody`",
        "nobody was added: `email` opens with the password that would be reset",
        "nobody was added: `phone` cannot be `090`",
        "nobody was added: `language` cannot be `fr`\n    en or ja",
        "nobody was added: `password` will not do",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let said = installation.run("people add ARMIN").refused();
    assert!(said.contains("there is an account with this name"), "{said}");
}

#[tokio::test]
async fn the_own_mailbox_is_nobodys_authentication_email() {
    let installation = Installation::new();
    let add = |email: &str| installation.run(&format!("people add h.tanaka --mailbox h@corp.example --email {email}"));
    for own in ["h@corp.example", "H+tag@CORP.example"] {
        let said = add(own).refused();
        assert!(
            said.contains("`email` opens with the password that would be reset"),
            "{said}"
        );
    }
    add("h@private.example").done();
    let (_, contacts) = installation.person("h.tanaka").await.unwrap();
    let kinds: Vec<_> = contacts.iter().map(|contact| contact.kind).collect();
    assert!(kinds.contains(&ContactKind::Mailbox) && kinds.contains(&ContactKind::Email));
}

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
async fn a_person_is_changed_in_what_is_named_and_nothing_else() {
    let installation = Installation::new();
    installation
        .run("people add h.tanaka --display Hanako --mailbox h@corp.example --groups staff")
        .done();
    let before = installation.person("h.tanaka").await.unwrap().0;
    let said = installation
        .run("people set h.tanaka --email H@corp.example --role boss --expires soon")
        .refused();
    for line in [
        "`email` opens with",
        "`role` cannot be",
        "`expires` cannot be `soon`\n    a day as 2027-03-31, or never",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert_eq!(installation.person("h.tanaka").await.unwrap().0, before);
    installation
        .run("people set h.tanaka --email h@private.example --disabled true --expires 2027-03-31")
        .done();
    let (after, contacts) = installation.person("h.tanaka").await.unwrap();
    assert_eq!(
        (after.disabled, after.display.as_str(), after.groups.as_slice()),
        (true, "Hanako", before.groups.as_slice())
    );
    assert_eq!(contacts.len(), 2);
    // The midnight that ends the day, in Tokyo.
    assert_eq!(after.expires, Some(Moment::from_millis(1_806_505_200_000)));
    let said = installation
        .type_in("people set h.tanaka --password-stdin", "short")
        .refused();
    assert!(said.contains("`password` will not do"), "{said}");
    let said = installation.run("people set h.tanaka --new-password").done();
    let (_, password) = said.trim().rsplit_once("shown once: ").unwrap();
    assert!(installation.opens("h.tanaka", password).await);
    assert!(installation.person("h.tanaka").await.unwrap().0.must_change);
}

#[tokio::test]
async fn a_contact_is_replaced_or_taken_away_and_what_closed_is_reopened() {
    let installation = Installation::new();
    installation
        .run("people add h.tanaka --mailbox h@corp.example --email h@private.example --phone +819012345671")
        .done();
    let said = installation
        .run("people set h.tanaka --mailbox H+x@private.example")
        .refused();
    assert!(
        said.contains("`mailbox` is the authentication e-mail as well"),
        "{said}"
    );
    let said = installation
        .run("people set h.tanaka --phone +819012345672 --remove phone")
        .refused();
    assert!(
        said.contains("`remove` cannot be `phone` together with --phone"),
        "{said}"
    );
    let said = installation.run("people set h.tanaka --remove mailbox").refused();
    assert!(said.contains("email or questions"), "{said}");
    installation
        .run("people set h.tanaka --phone +819012345672 --remove email --mailbox h@private.example")
        .done();
    let (_, contacts) = installation.person("h.tanaka").await.unwrap();
    let mut addresses: Vec<_> = contacts.iter().map(|contact| contact.address.as_str()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["+819012345672", "h@private.example"]);
    let said = installation.run("people reopen h.tanaka").done();
    assert_eq!(said, "h.tanaka: nothing was closed.\n");
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
    let own = "`mailbox` is the authentication e-mail as well";
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

#[tokio::test]
async fn a_person_who_said_this_was_not_me_is_shown_and_reopened() {
    let installation = Installation::new();
    installation.run("people add h.tanaka --mailbox h@corp.example").done();
    let (account, _) = installation.person("h.tanaka").await.unwrap();
    let now = SystemClock.now();
    let freeze = Freeze {
        at: now,
        until: now + days(3),
    };
    let store = installation.store().await;
    let frozen = vec![Change::Freeze {
        account: account.id,
        freeze,
    }];
    assert_eq!(store.commit(frozen).await.unwrap(), Committed::Done);
    store.close().await.unwrap();
    let said = installation.run("people show h.tanaka").done();
    assert!(said.contains("\nfrozen until 20"), "{said}");
    let said = installation.run("people reopen h.tanaka").done();
    assert_eq!(said, "h.tanaka: open again: self-service.\n");
    assert!(!installation.run("people show h.tanaka").done().contains("frozen"));
    let said = installation.run("people reopen h.tanaka").done();
    assert_eq!(said, "h.tanaka: nothing was closed.\n");
}

#[tokio::test]
async fn the_only_administrator_stays_one() {
    let installation = Installation::new();
    installation.run("people add admin --role administrator").done();
    for way in ["--role person", "--disabled true", "--expires 2020-01-01"] {
        let said = installation.run(&format!("people set admin {way}")).refused();
        assert!(
            said.contains("cannot be taken from the only administrator"),
            "{way}: {said}"
        );
    }
    installation
        .run("people set admin --display Boss --expires never")
        .done();
    installation.run("people add second --role administrator").done();
    installation.run("people set admin --role person").done();
}

#[test]
fn somebody_who_would_hear_of_a_reset_only_where_codes_arrive_is_shown_with_a_warning() {
    let installation = Installation::new();
    let email = "--email hana@home.example";
    installation.run(&format!("people add h.tanaka {email}")).done();
    installation
        .run(&format!("people add k.sato {email} --mailbox ken@work.example"))
        .done();
    let is_warned = |name: &str| {
        installation
            .run(&format!("people show {name}"))
            .done()
            .contains("warning: ")
    };
    assert!(is_warned("h.tanaka"));
    assert!(!is_warned("k.sato"));
}

#[test]
fn a_change_of_nothing_is_refused() {
    let installation = Installation::new();
    installation.run("people add h.tanaka").done();
    let said = installation.run("people set h.tanaka").refused();
    assert!(said.contains("nothing was changed"), "{said}");
    let log = installation.run("audit list").done();
    assert!(!log.contains("change_account"), "{log}");
}
