//! Hashes as other systems write them.

use super::*;

const PASSWORD: &str = "harbour lantern 7130";

/// As the other systems write them: jBCrypt's own test, libxcrypt, PHC, passlib, OpenLDAP, Django.
const KNOWN: [(&str, &str); 10] = [
    ("a", "$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u"),
    (
        PASSWORD,
        "{CRYPT}$2y$10$k87L/MF28Q673VKh8/cPi.3C5.LjyHF/4D5A8CPpKl6zzyJJ19fA2",
    ),
    (
        PASSWORD,
        "$pbkdf2-sha256$i=600000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cr/9qLzrwoa+q/JlG4LofBWfmxPYebwadhPUmLlUTO4",
    ),
    (
        PASSWORD,
        "$pbkdf2-sha256$600000$MDEyMzQ1Njc4OWFiY2RlZg$cr/9qLzrwoa.q/JlG4LofBWfmxPYebwadhPUmLlUTO4",
    ),
    (
        PASSWORD,
        "{PBKDF2-SHA512}210000$MDEyMzQ1Njc4OWFiY2RlZg$dwkJp.IRmcd7U12qSKg29K8wlUiJZ74UvIIeBOttV8Tk44x8Atg93nQb5D7\
         qJ9Ek6Avli7i1Pay3gc8I7PL0Cw",
    ),
    (
        PASSWORD,
        "pbkdf2_sha256$600000$seasaltseasaltseasalt1$z4ncEbaFK8v3G4hJ4VTBDa7vmR3M8vBZ5CW1ARCxel8=",
    ),
    (PASSWORD, "{SSHA}233gLLm+XotcB0EI2HCczCjWR9EBAgP/"),
    (PASSWORD, "{ssha256}lQNSgks7lqSPDzpH2VY9GhTzIMPZ97kJTh/tI4VgbqwBAgP/"),
    (
        PASSWORD,
        "{SSHA512}+a8MumEKMB6G9U/eRMIXVNpMxPrBxrYkzOwUpw4GbKMYeIPNd1H+mqukaaBx+toKP+PB483u0Oyez9USmAOMlAECA/8=",
    ),
    (PASSWORD, " {SSHA}233gLLm+XotcB0EI2HCczCjWR9EBAgP/ "),
];

#[test]
fn what_other_systems_wrote_is_made_again_of_the_same_password() {
    for (password, text) in KNOWN {
        let older = Older::parse(text).unwrap();
        let recipe = Recipe::read(&older.recipe.to_string()).unwrap();
        assert_eq!(recipe, older.recipe, "{text}");
        assert_eq!(recipe.follow(password.as_bytes()), Some(older.digest), "{text}");
    }
}

#[test]
fn what_bcrypt_would_cut_off_fits_nothing() {
    // Its first 72 bytes would do.
    let older = Older::parse("$2b$10$k87L/MF28Q673VKh8/cPi.ujztLFRxVwMH871S4oTaK93xoaJei7W").unwrap();
    assert_eq!(older.recipe.follow("x".repeat(80).as_bytes()), None);
    assert_eq!(older.recipe.follow(b"x\0y"), None);
}

#[test]
fn what_protects_too_little_is_refused_and_so_is_what_nobody_could_wait_for() {
    let sha256 = |rounds: &str| format!("$pbkdf2-sha256${rounds}$MDEyMzQ1Njc4OWFiY2RlZg${}", "A".repeat(43));
    let sha512 = |rounds: &str| format!("$pbkdf2-sha512$i={rounds}$MDEyMzQ1Njc4OWFiY2RlZg${}", "A".repeat(86));
    let cost = |cost: &str| format!("$2b${cost}$k87L/MF28Q673VKh8/cPi.3C5.LjyHF/4D5A8CPpKl6zzyJJ19fA2");
    for (text, why) in [
        (sha256("599999"), NotTaken::Weak),
        (sha256("4000001"), NotTaken::Slow),
        (sha256("x"), NotTaken::Malformed),
        (sha512("209999"), NotTaken::Weak),
        (sha512("2000001"), NotTaken::Slow),
        (
            format!("$pbkdf2-sha256$600000$MDEyMzQ1$%{}", "A".repeat(43)),
            NotTaken::Malformed,
        ),
        (
            format!("$pbkdf2-sha256$600000$MDEyMzQ1${}", "A".repeat(43)),
            NotTaken::Weak,
        ),
        (
            format!("$pbkdf2-sha256$600000$MDEyMzQ1Njc4OWFiY2RlZg${}", "A".repeat(20)),
            NotTaken::Malformed,
        ),
        (cost("09"), NotTaken::Weak),
        (cost("15"), NotTaken::Slow),
        (cost("10")[..50].to_owned(), NotTaken::Malformed),
        (cost("10").replace("2b", "2x"), NotTaken::Kind),
        ("{SSHA}233gLLm+XotcB0EI2HCczCjWR9E=".to_owned(), NotTaken::Malformed),
        ("{SHA}233gLLm+XotcB0EI2HCczCjWR9E=".to_owned(), NotTaken::Kind),
        ("{MD5}x".to_owned(), NotTaken::Kind),
        ("$1$abc$def".to_owned(), NotTaken::Kind),
        ("plain".to_owned(), NotTaken::Kind),
        (String::new(), NotTaken::Kind),
    ] {
        assert_eq!(Older::parse(&text).err(), Some(why), "{text}");
    }
    for (text, is_enough) in [(sha256("600000"), true), (sha512("210000"), true), (cost("14"), true)] {
        assert_eq!(Older::parse(&text).is_ok(), is_enough, "{text}");
    }
}

#[test]
fn a_recipe_that_was_altered_is_none() {
    for text in [
        "",
        "bcrypt$31$MDEyMzQ1Njc4OWFiY2RlZg",
        "bcrypt$10$MDEyMzQ1",
        "pbkdf2-sha256$4000001,32$MDEyMzQ1Njc4OWFiY2RlZg",
        "pbkdf2-sha256$600000,65536$MDEyMzQ1Njc4OWFiY2RlZg",
        "ssha$1$MDEyMzQ1",
        "md5$$MDEyMzQ1",
    ] {
        assert_eq!(Recipe::read(text), None, "{text}");
    }
}
