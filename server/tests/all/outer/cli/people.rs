//! `aikagi people`.

mod import;

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
    assert!(said.contains("`mailbox` is the authentication email as well"), "{said}");
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
