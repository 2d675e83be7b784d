//! People who come from another system with the passwords that they have there.

use portal::account::UserName;
use portal::ports::{Hashing as _, Password, Store as _};
use server::hashing::{Argon2Pool, Cost};
use server::keyring::Keyring;
use server::random::SystemRandom;

use super::Installation;

const PASSWORD: &str = "harbour lantern 7130";
/// What a directory, libxcrypt and Django made of it.
const SSHA: &str = "{SSHA}233gLLm+XotcB0EI2HCczCjWR9EBAgP/";
const BCRYPT: &str = "$2b$10$k87L/MF28Q673VKh8/cPi.3C5.LjyHF/4D5A8CPpKl6zzyJJ19fA2";
const DJANGO: &str = "pbkdf2_sha256$600000$seasaltseasaltseasalt1$z4ncEbaFK8v3G4hJ4VTBDa7vmR3M8vBZ5CW1ARCxel8=";

#[tokio::test]
async fn passwords_of_another_system_come_in_stay_good_and_need_not_be_changed() {
    let installation = Installation::new();
    let file = installation.file(
        "older.csv",
        &format!("name,password_hash\none,{SSHA}\ntwo,{BCRYPT}\nthree,{DJANGO}\nfour,\n"),
    );
    let said = installation.run(&format!("people import {file}")).done();
    assert!(said.contains("line 2: one is added.\nline 3: two is added."), "{said}");
    assert_eq!(said.matches("First password, shown once").count(), 1, "{said}");
    let keyring = Keyring::load(&installation.scratch.path("etc/keyring.toml")).unwrap();
    let hashing = Argon2Pool::new(keyring.into(), std::sync::Arc::new(SystemRandom), Cost::default(), None);
    let store = installation.store().await;
    for name in ["one", "two", "three"] {
        let account = store
            .account_named(&UserName::parse(name).unwrap())
            .await
            .unwrap()
            .unwrap();
        assert!(!account.must_change, "{name}: nobody else knows it");
        let stored = account.hash.unwrap();
        // Nothing of the older hash stands there: only how it was made, and what Argon2id makes of it.
        for older in [SSHA, BCRYPT, DJANGO] {
            let digest = &older[older.len() - 20..];
            assert!(!stored.contains(digest), "{stored}");
        }
        assert!(stored.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let fits = |typed: &str| {
            let typed = Password::typed(typed);
            let (hashing, stored) = (&hashing, &stored);
            async move { hashing.verify(&typed, Some(stored)).await.unwrap() }
        };
        assert!(fits(PASSWORD).await, "{name}");
        assert!(!fits("harbour lantern 7131").await && !fits("").await, "{name}");
        assert!(hashing.needs_rehash(&stored));
    }
    store.close().await.unwrap();
}

#[test]
fn a_hash_that_protects_too_little_is_refused_with_what_would_do_and_is_not_told_back() {
    let installation = Installation::new();
    let weak = BCRYPT.replace("$10$", "$09$");
    let file = installation.file(
        "weak.csv",
        &format!(
            "name,password,password_hash\none,,{weak}\ntwo,,{{SHA}}233gLLm+XotcB0EI2HCczCjWR9E=\nthree,,{}\n\
             four,harbour lantern 7130 violet,{BCRYPT}\n",
            DJANGO.replace("600000", "260000")
        ),
    );
    let said = installation.run(&format!("people import {file}")).refused();
    for line in [
        "nothing was imported",
        "weak.csv:2: `password_hash` is weaker than what is taken: bcrypt from cost 10 on, PBKDF2 from 600000 rounds",
        "weak.csv:3: `password_hash` is of a kind that is not taken; bcrypt, PBKDF2",
        "weak.csv:4: `password_hash` is weaker than what is taken",
        "weak.csv:5: `password_hash` cannot stand beside a password",
        "leave it out, and a first password is made up",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(!said.contains("233gLLm") && !said.contains("k87L"), "{said}");
}
