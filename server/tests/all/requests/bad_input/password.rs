//! New passwords, in the reset and where one is changed.

use app::words::Word;
use portal::account::Language;

use super::{Form, Told, make, mistake, speaking};
use crate::requests::browser::{House, NEW_PASSWORD, PASSWORD};

/// New passwords that are refused, and what is said of them.
fn new_passwords() -> Vec<(String, String, Told)> {
    let both = |password: &str, told: Told| (password.to_owned(), password.to_owned(), told);
    vec![
        both("", |words| words.say(Word::NewPasswordMissing).into()),
        both("short one", |words| {
            words.fill(Word::BrokenTooShort, &[("minimum", &15), ("length", &9)])
        }),
        both("🔑🔑🔑🔑🔑🔑🔑", |words| {
            words.fill(Word::BrokenTooShort, &[("minimum", &15), ("length", &7)])
        }),
        both(&"a fine long phrase ".repeat(14), |words| {
            words.fill(Word::BrokenTooLong, &[("maximum", &256)])
        }),
        both("sakoru\u{7}bitami hudano", |words| {
            words.say(Word::BrokenControl).into()
        }),
        both("sakoru\u{0}bitami hudano", |words| {
            words.say(Word::BrokenControl).into()
        }),
        both("k.satok.satok.sato", |words| {
            words.fill(Word::BrokenName, &[("found", &"k.sato")])
        }),
        both("kitayama works kitayama", |words| {
            words.fill(Word::BrokenName, &[("found", &"kitayama works")])
        }),
        both("himawari himawari", |words| {
            words.fill(Word::BrokenGuessableFound, &[("found", &"himawari")])
        }),
        both("aaaaaaaaaaaaaaaaaaaa", |words| words.say(Word::BrokenGuessable).into()),
        both("correct horse battery staple", |words| {
            words.say(Word::BrokenCommon).into()
        }),
        both(PASSWORD, |words| words.say(Word::PasswordUsedBefore).into()),
        (
            NEW_PASSWORD.to_owned(),
            format!("{NEW_PASSWORD} "),
            (|words| words.say(Word::PasswordsDiffer).into()) as Told,
        ),
        // Both mistakes at once.
        ("short one".to_owned(), "another".to_owned(), |words| {
            words.say(Word::PasswordsDiffer).into()
        }),
        ("short one".to_owned(), "another".to_owned(), |words| {
            words.fill(Word::BrokenTooShort, &[("minimum", &15), ("length", &9)])
        }),
    ]
}

#[tokio::test]
async fn passwords_that_will_not_do_are_told_and_never_sent_back() {
    for language in Language::ALL {
        let house = House::open().await;
        let mut browser = speaking(&house, language);
        browser.prove(&house).await;
        let form = Form {
            door: "reset/set",
            page: "/reset/password",
            shown: &[],
        };
        for (new, again, told) in new_passwords() {
            let typed = mistake([("new_password", &new), ("again", &again)], told);
            make(&mut browser, language, &form, &typed).await;
        }
        let mut signed_in = speaking(&house, language);
        signed_in.sign_in("k.sato", PASSWORD).await;
        let form = Form {
            door: "change",
            page: "/change",
            shown: &[],
        };
        for (new, again, told) in new_passwords() {
            let typed = mistake([("current", PASSWORD), ("new_password", &new), ("again", &again)], told);
            make(&mut signed_in, language, &form, &typed).await;
        }
        let current = |typed: &str, told| {
            mistake(
                [
                    ("current", typed),
                    ("new_password", NEW_PASSWORD),
                    ("again", NEW_PASSWORD),
                ],
                told,
            )
        };
        let missing: Told = |words| words.say(Word::PasswordMissing).into();
        let wrong: Told = |words| words.say(Word::CurrentPasswordWrong).into();
        make(&mut signed_in, language, &form, &current("", missing)).await;
        make(&mut signed_in, language, &form, &current("not the current one", wrong)).await;
    }
}
