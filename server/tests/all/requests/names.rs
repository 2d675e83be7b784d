//! User names as they are typed: judged by their text, and one account however they are spelled.

use super::browser::{Browser, House};

#[tokio::test]
async fn a_name_that_cannot_be_one_is_told_by_its_text_alone() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let computed = house.server.hashing.computed();
    for (typed, problem) in [
        ("", "missing"),
        ("  ", "missing"),
        ("\u{3000}", "missing"),
        ("k sato", "malformed"),
        ("k.sato\n", "malformed"),
        ("k.sato\u{0}", "malformed"),
        ("k.sato\u{1b}[31m", "malformed"),
        ("k.sato\u{200b}", "malformed"),
        ("k.sato\u{202e}", "malformed"),
        ("\u{feff}k.sato", "malformed"),
        ("k.sato😀", "malformed"),
        ("k@sato@example.net", "malformed"),
        (&"k".repeat(257), "too_long"),
        (&"佐".repeat(257), "too_long"),
        (&"k".repeat(15_000), "too_long"),
    ] {
        let identified = browser
            .post(
                "reset/identify",
                &[("user_name", typed), ("token", ""), ("answer", ""), ("key", "k")],
            )
            .await;
        let signed_in = browser.sign_in(typed, "any password at all").await;
        for heard in [identified, signed_in] {
            assert_eq!(heard.status, 422, "{typed:?}");
            assert_eq!(
                heard.next(),
                format!("{{\"No\":{{\"user_name\":\"{problem}\"}}}}"),
                "{typed:?}"
            );
        }
    }
    // As long as a name may be, it is judged like any other.
    assert_eq!(browser.identify(&"k".repeat(256)).await.next(), "/reset/stopped");
    let looked = house.audit().await;
    assert_eq!(looked.iter().filter(|(event, ..)| event == "identify").count(), 1);
    assert!(looked.iter().all(|(event, ..)| event != "sign_in"));
    assert_eq!(house.server.hashing.computed(), computed);
}

/// Twenty ways of typing one name.
const SPELLINGS: [&str; 20] = [
    "k.sato",
    "K.sato",
    "k.Sato",
    "k.sAto",
    "k.saTo",
    "k.satO",
    "K.SATO",
    "K.Sato",
    " k.sato",
    "k.sato ",
    "  K.sato  ",
    "\u{3000}k.sato",
    "k.sato\u{3000}",
    "ｋ.sato",
    "k．sato",
    "k.ｓato",
    "ｋ．ｓａｔｏ",
    "Ｋ．ＳＡＴＯ",
    "　ｋ.Sato ",
    "ｋ.ＳＡＴＯ",
];

#[tokio::test]
async fn spellings_of_one_name_are_one_account_with_one_counter() {
    let house = House::open().await;
    for (n, name) in SPELLINGS.into_iter().enumerate() {
        let heard = Browser::new(&house).sign_in(name, &format!("wrong {n}")).await;
        assert_eq!(heard.status, if n < 10 { 422 } else { 429 }, "{name:?}");
    }
    // The same in the reset: five wrong numbers in five flows of five spellings, and the sixth waits.
    for (n, name) in SPELLINGS.into_iter().enumerate() {
        let mut browser = Browser::new(&house);
        assert_eq!(browser.identify(name).await.next(), "/reset/choose", "{name:?}");
        let heard = browser.ask("text", "090 0000 0000").await;
        assert_eq!(heard.next().contains("whole_number"), n < 5, "{name:?}: {}", heard.body);
    }
}

#[tokio::test]
async fn a_name_that_only_looks_like_somebody_is_nobody() {
    let house = House::open().await;
    // Cyrillic а and о, a dotless ı, an accent, a long s.
    for name in [
        "k.s\u{430}to",
        "k.sat\u{43e}",
        "r.\u{131}to",
        "r.\u{ed}to",
        "k.\u{17f}ato",
    ] {
        let mut browser = Browser::new(&house);
        let next = browser.identify(name).await.next();
        assert!(next == "/reset/stopped" || next.contains("malformed"), "{name}: {next}");
        assert_ne!(browser.ask("email", "").await.next(), "/reset/code", "{name}");
    }
    house.deliver().await;
    assert!(house.mailbox.list().is_empty());
}
