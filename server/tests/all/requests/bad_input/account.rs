//! The name of an account, and the password beside it.

use app::words::Word;
use portal::account::Language;

use super::{Form, NEVER, Told, before_the_time, make, make_all, mistake, speaking};
use crate::requests::browser::{House, PASSWORD};

#[tokio::test]
async fn names_that_cannot_be_are_told_where_they_were_typed() {
    for language in Language::ALL {
        let house = House::open().await;
        let mut browser = speaking(&house, language);
        let long = "k".repeat(257);
        let identify = Form {
            door: "reset/identify",
            page: "/reset",
            shown: &["user_name"],
        };
        let sign_in = Form {
            door: "signin",
            page: "/signin",
            shown: &["user_name"],
        };
        let name = |typed, told| mistake([("user_name", typed)], told);
        let with_password = |typed, told| mistake([("user_name", typed), ("password", "a secret marker")], told);
        let missing: Told = |words| words.say(Word::UserNameMissing).into();
        let too_long: Told = |words| words.say(Word::UserNameTooLong).into();
        let malformed: Told = |words| words.say(Word::UserNameMalformed).into();
        for typed in ["", "   ", "\u{3000}"] {
            make(&mut browser, language, &identify, &name(typed, missing)).await;
            make(&mut browser, language, &sign_in, &with_password(typed, missing)).await;
        }
        for (typed, told) in NEVER
            .map(|typed| (typed, malformed))
            .into_iter()
            .chain([(&*long, too_long)])
        {
            make(&mut browser, language, &identify, &name(typed, told)).await;
            make(&mut browser, language, &sign_in, &with_password(typed, told)).await;
        }
        // The name can be one, and something else is wrong.
        let early: Told = |words| before_the_time(words.say(Word::ChallengeUnripe));
        make(&mut browser, language, &identify, &name("ｋ．ＳＡＴＯ", early)).await;
        let over: Told = |words| words.say(Word::ChallengeOver).into();
        let forged = mistake([("user_name", "k.sato"), ("token", "forged")], over);
        make(&mut browser, language, &identify, &forged).await;
        let none: Told = |words| words.say(Word::PasswordMissing).into();
        make(
            &mut browser,
            language,
            &sign_in,
            &mistake([("user_name", "k.sato"), ("password", "")], none),
        )
        .await;
        let wrong: Told = |words| words.say(Word::SignInWrong).into();
        make_all(
            &mut browser,
            language,
            &sign_in,
            &[
                mistake([("user_name", "k.sato"), ("password", "not the password")], wrong),
                mistake(
                    [("user_name", "K.Sato"), ("password", "😀😀😀😀 \u{202e}secret")],
                    wrong,
                ),
                mistake(
                    [("user_name", "nobody.here"), ("password", &"long ".repeat(2_000))],
                    wrong,
                ),
                mistake([("user_name", "d.kato"), ("password", "hidden garden 4471")], wrong),
            ],
        )
        .await;
        // Pasted with spaces around, in full-width letters: understood.
        let fields = [
            ("user_name", " Ｋ.sato　"),
            ("password", PASSWORD),
            ("going", "register"),
        ];
        assert_eq!(browser.submit("signin", &fields).await.location(), "/register");
    }
}
