//! Addresses and numbers that shall be registered.

use app::words::{Word, Words};
use portal::account::Language;

use super::{Form, NEVER, Told, escaped, make, mistake, speaking};
use crate::requests::browser::House;
use crate::requests::plain::follow;

#[tokio::test]
async fn addresses_that_cannot_be_are_told_where_they_were_typed() {
    for language in Language::ALL {
        let house = House::open().await;
        let mut browser = speaking(&house, language);
        browser.sign_in("h.tanaka", "first lantern 2041").await;
        let form = Form {
            door: "register/email",
            page: "/register/email",
            shown: &["address"],
        };
        let address = |typed: &str, told| mistake([("address", typed)], told);
        let malformed: Told = |words| words.say(Word::EmailMalformed).into();
        let too_long: Told = |words| words.say(Word::EmailTooLong).into();
        let missing: Told = |words| words.say(Word::EmailMissing).into();
        let own: Told = |words| words.say(Word::EmailOwnMailbox).into();
        for typed in ["", "  "] {
            make(&mut browser, language, &form, &address(typed, missing)).await;
        }
        for typed in NEVER.into_iter().chain([
            "hana",
            "hana@",
            "hana@example",
            "hana@@example.net",
            "hana@example.net, ken@example.net",
            "hana@example.net\r\nBcc: ken@example.net",
            "ｈａｎａ＠ｅｘａｍｐｌｅ",
            "hana😀@example.net",
            "\u{202e}hana@example.net",
            "Hana Tanaka <hana@example.net>",
            "\"hana\"@example.net",
            "hana@[192.0.2.1]",
        ]) {
            make(&mut browser, language, &form, &address(typed, malformed)).await;
        }
        let long = format!("{}@example.net", "h".repeat(300));
        make(&mut browser, language, &form, &address(&long, too_long)).await;
        for typed in [
            "h.tanaka@kitayama.example",
            "H.Tanaka+x@Kitayama.EXAMPLE",
            "any@mail.kitayama.example",
        ] {
            make(&mut browser, language, &form, &address(typed, own)).await;
        }
        // Pasted with spaces around, the domain in capitals: understood; and the same once more is the same.
        let good = [("address", "  hana@Example.NET ")];
        assert_eq!(
            browser.submit("register/email", &good).await.location(),
            "/register/code"
        );
        let code = house.code("hana@example.net").await;
        assert_eq!(
            browser.submit("register/verify", &[("code", &code)]).await.location(),
            "/register"
        );
        let same: Told = |words| words.say(Word::SameContact).into();
        make(&mut browser, language, &form, &address("hana@EXAMPLE.net", same)).await;
    }
}

#[tokio::test]
async fn numbers_that_cannot_be_are_told_where_they_were_typed() {
    for language in Language::ALL {
        let house = House::open().await;
        let mut browser = speaking(&house, language);
        browser.sign_in("h.tanaka", "first lantern 2041").await;
        let form = Form {
            door: "register/phone",
            page: "/register/phone",
            shown: &["number", "country", "way"],
        };
        let missing: Told = |words| words.say(Word::PhoneMissing).into();
        let malformed: Told = |words| words.say(Word::PhoneMalformed).into();
        let extension: Told = |words| words.say(Word::PhoneExtension).into();
        let impossible: Told = |words| words.say(Word::PhoneImpossible).into();
        let elsewhere: Told = |words| words.say(Word::PhoneOtherCountry).into();
        let kind: Told = |words| words.say(Word::PhoneKind).into();
        let no_texts: Told = |words| words.say(Word::PhoneNoTexts).into();
        for (country, number, told) in [
            ("JP", "", missing),
            ("JP", "   ", missing),
            ("JP", "ninety", malformed),
            ("JP", "090 1234 56\u{7}78", malformed),
            ("JP", "090 1234 5678😀", malformed),
            ("JP", "\u{202e}09012345678", malformed),
            ("JP", "०९०१२३४५६७८", malformed),
            ("JP", "09012345678\r\n09012345679", malformed),
            ("JP", &"0".repeat(300), malformed),
            ("JP", "090 1234 5678 x5", extension),
            ("JP", "03-3224-9999 内線 5", extension),
            ("JP", "090 1234", impossible),
            ("JP", "000 0000 0000", impossible),
            ("US", "555", impossible),
            ("JP", "+49 1512 3456789", elsewhere),
            ("GB", "+81 90 1234 5678", elsewhere),
            ("US", "900 555 0123", kind),
            ("JP", "0120 444 113", kind),
            ("JP", "03 3224 9999", no_texts),
        ] {
            let typed = mistake([("country", country), ("number", number), ("way", "text")], told);
            make(&mut browser, language, &form, &typed).await;
        }
        // A country that is not on the list cannot be shown as picked.
        let not_served: Told = |words| words.say(Word::PhoneCountry).into();
        for country in ["ZZ", "", "jp", "<b>"] {
            let fields = [("country", country), ("number", "090 1234 5678"), ("way", "text")];
            let heard = browser.submit(form.door, &fields).await;
            assert_eq!(heard.location(), form.page, "{country}");
            let page = follow(&mut browser, form.page).await;
            assert!(
                page.contains(&escaped(&not_served(Words::of(language, 0)))),
                "{country}: {page}"
            );
            assert!(page.contains("value=\"090 1234 5678\""), "{country}: {page}");
        }
        // Full-width digits, pasted with spaces and brackets: understood.
        let good = [
            ("country", "JP"),
            ("number", "　（０９０）８７６５－４３２１ "),
            ("way", "call"),
        ];
        assert_eq!(
            browser.submit("register/phone", &good).await.location(),
            "/register/code"
        );
        assert!(house.arrived("+819087654321").await.contains("Kitayama") || language == Language::Ja);
    }
}
