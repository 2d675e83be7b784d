//! Whole numbers and codes, and what comes too late.

use app::words::{Word, Words};
use portal::account::Language;

use super::{Form, Told, make, make_all, mistake, speaking};
use crate::requests::browser::{EMAIL, House, NEW_PASSWORD, PHONE};
use crate::requests::codes::other;
use crate::requests::plain::follow;

#[tokio::test]
async fn whole_numbers_and_codes_that_do_not_fit_are_told_where_they_were_typed() {
    for language in Language::ALL {
        let house = House::open().await;
        let mut browser = speaking(&house, language);
        browser.identify("k.sato").await;
        let choose = Form {
            door: "reset/ask",
            page: "/reset/choose",
            shown: &["method", "whole_text"],
        };
        let number = |typed: &str, told| mistake([("method", "text"), ("whole_text", typed)], told);
        let missing: Told = |words| words.say(Word::PhoneMissing).into();
        let wrong: Told = |words| words.say(Word::WholeNumberWrong).into();
        let mistakes = [
            number("", missing),
            number(" \u{3000}", missing),
            number("090 1234 5679", wrong),
            number("090 1234 5678😀", wrong),
            number("\u{202e}8765 4321 090", wrong),
            number(&"0".repeat(400), wrong),
        ];
        make_all(&mut browser, language, &choose, &mistakes).await;
        let none: Told = |words| words.say(Word::MethodMissing).into();
        let post = mistake([("method", "carrier pigeon"), ("whole_text", "")], none);
        make(&mut browser, language, &Form { shown: &[], ..choose }, &post).await;

        let key = browser.key().await;
        let good = [
            ("method", "text"),
            ("whole_text", " ０９０ー１２３４ー５６７８　"),
            ("key", &key),
        ];
        assert_eq!(browser.submit("reset/ask", &good).await.location(), "/reset/code");
        let code = house.code(PHONE).await;
        let typing = Form {
            door: "reset/verify",
            page: "/reset/code",
            shown: &[],
        };
        let digits = |typed: &str, told| mistake([("code", typed)], told);
        let missing: Told = |words| words.say(Word::CodeMissing).into();
        for typed in ["", "  "] {
            make(&mut browser, language, &typing, &digits(typed, missing)).await;
        }
        let (with_bell, with_mark) = (format!("{code}\u{7}"), format!("\u{202e}{code}"));
        let mistakes = [
            digits(&with_bell, |words| words.fill(Word::CodeWrong, &[("left", &4)])),
            digits(&with_mark, |words| words.fill(Word::CodeWrong, &[("left", &3)])),
            digits("🔑🔑🔑🔑🔑🔑", |words| {
                words.fill(Word::CodeWrong, &[("left", &2)])
            }),
            digits(&other(&code).repeat(50), |words| words.say(Word::CodeWrongOne).into()),
        ];
        make_all(&mut browser, language, &typing, &mistakes).await;
        let key = browser.key().await;
        let wide: String = code
            .chars()
            .map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap())
            .collect();
        let spaced = format!("　{} {}", &wide[..9], &wide[9..]);
        let good = [("code", spaced.as_str()), ("key", &key)];
        assert_eq!(browser.submit("reset/verify", &good).await.location(), "/reset/choose");

        // The other method: run out, and used up.
        let key = browser.key().await;
        let mail = [("method", "email"), ("key", key.as_str())];
        assert_eq!(browser.submit("reset/ask", &mail).await.location(), "/reset/code");
        let code = house.code(EMAIL).await;
        house.later(301);
        let late = digits(&code, |words| words.say(Word::CodeExpired).into());
        make(&mut browser, language, &typing, &late).await;
    }
}

#[tokio::test]
async fn a_reset_that_ran_out_and_a_copied_cookie_lead_to_the_page_that_says_so() {
    for language in Language::ALL {
        let house = House::open().await;
        let words = Words::of(language, 0);
        let mut browser = speaking(&house, language);
        browser.identify("k.sato").await;
        browser.ask("email", "").await;
        let copied = browser.clone();
        let code = house.code(EMAIL).await;
        let key = browser.key().await;
        let form = [("code", code.as_str()), ("key", key.as_str())];
        assert_eq!(browser.submit("reset/verify", &form).await.location(), "/reset/choose");
        // The copy is older than the proof. At first it is led along, and can do nothing; then it is nobody's.
        let mut thief = copied.clone();
        let ask = [("method", "text"), ("whole_text", "090 1234 5678"), ("key", "k")];
        assert_eq!(thief.submit("reset/ask", &ask).await.location(), "/reset/choose");
        house.later(61);
        assert_eq!(thief.submit("reset/ask", &ask).await.location(), "/reset/ended");
        assert!(
            follow(&mut thief, "/reset/ended")
                .await
                .contains(words.say(Word::EndedLead))
        );
        assert_eq!(thief.page("/reset/choose").await.location(), "/reset");
        // What the owner does late leads to the same page.
        house.later(900);
        let key = browser.key().await;
        for (door, fields) in [
            ("reset/ask", vec![("method", "email")]),
            ("reset/verify", vec![("code", "12345678")]),
            (
                "reset/set",
                vec![("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD)],
            ),
            ("reset/extend", vec![]),
        ] {
            let fields: Vec<(&str, &str)> = fields.into_iter().chain([("key", key.as_str())]).collect();
            let heard = browser.submit(door, &fields).await;
            assert_eq!(
                (heard.status.as_u16(), heard.location()),
                (302, "/reset/ended"),
                "{door}"
            );
            let page = follow(&mut browser, "/reset/ended").await;
            assert!(page.contains(words.say(Word::EndedTitle)) && page.contains(words.say(Word::EndedLead)));
            assert!(!page.contains(NEW_PASSWORD));
        }
        house.deliver().await;
        assert!(house.mailbox.list().iter().all(|letter| letter.parcel.to() == EMAIL));
    }
}
