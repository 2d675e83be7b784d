//! Where nothing is told of an account: how its owner gets through, and how nobody else does.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use portal::account::UserName;
use portal::audit::Actor;
use portal::identity::CodeId;
use portal::moment::{days, hours};
use portal::policy::AccountMessages;
use portal::ports::Store as _;
use server::store::people::PersonUpdate;
use sqlx::Row as _;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};
use super::plain::{follow, hidden};
use crate::cluster;

/// A house that tells nothing of an account.
pub async fn uniform() -> House {
    let house = House::open().await;
    tell(&house, AccountMessages::Uniform).await;
    house
}

/// What is told of an account from here on.
pub async fn tell(house: &House, messages: AccountMessages) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.account_messages = messages;
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
}

/// Every message that was sent, as who got it and what it says.
async fn sent(house: &House) -> Vec<(String, String)> {
    house.deliver().await;
    let letters = house.mailbox.list();
    let letters = letters.iter();
    letters
        .map(|letter| (letter.parcel.to().to_owned(), letter.parcel.text().to_owned()))
        .collect()
}

#[tokio::test]
async fn a_person_resets_the_password_with_an_address_and_a_number_typed_whole() {
    let house = uniform().await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    let view = browser.view("reset/view?step=choose").await;
    let choices = view["screen"]["choose"]["choices"].as_array().unwrap();
    let methods: Vec<_> = choices
        .iter()
        .map(|choice| choice["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, ["text", "call", "office_phone", "email", "questions"]);
    assert!(choices.iter().all(|choice| choice["mask"] == ""), "{choices:?}");
    // As it is written by somebody else.
    assert_eq!(
        browser.ask("email", " KEN.Sato@Example.net ").await.next(),
        "/reset/code"
    );
    let code = browser.view("reset/view?step=code").await["screen"]["code"]["code"].clone();
    assert!(code["address"] == "" && code["digits"] == 8, "{code}");
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    let view = browser.view("reset/view?step=choose").await;
    let choices = view["screen"]["choose"]["choices"].as_array().unwrap();
    assert!(choices.len() == 4 && choices.iter().all(|choice| choice["method"] != "email"));
    assert_eq!(browser.ask("text", "090-1234-5678").await.next(), "/reset/code");
    // Another way to the same number, which is not typed again.
    house.later(31);
    let key = browser.key().await;
    let other = browser.view("reset/view?step=code").await["screen"]["code"]["code"]["other_way"].clone();
    assert_eq!(other, "call");
    let called = browser.post("reset/again", &[("method", "call"), ("key", &key)]).await;
    assert_eq!(called.next(), "/reset/code");
    assert_eq!(browser.verify(&house.code(PHONE).await).await.next(), "/reset/password");
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    let signed_in = browser.sign_in("k.sato", NEW_PASSWORD).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
}

#[tokio::test]
async fn the_whole_walk_works_without_scripts_in_either_language() {
    for (language, address, number) in [
        ("en", "Whole email address", "Whole number"),
        ("ja", "メールアドレス（全体）", "電話番号（全桁）"),
    ] {
        let house = uniform().await;
        let mut browser = Browser::new(&house);
        browser.cookies.insert("aikagi-language".into(), language.into());
        let page = follow(&mut browser, "/reset").await;
        house.later(11);
        let (token, key) = (hidden(&page, "token"), hidden(&page, "key"));
        let name = [
            ("user_name", "k.sato"),
            ("token", &token),
            ("answer", ""),
            ("key", &key),
        ];
        let heard = browser.submit("reset/identify", &name).await;
        assert_eq!(heard.location(), "/reset/choose");
        for (method, field, wrong, typed, code_to) in [
            ("email", "whole_email", "ken.sato", EMAIL, EMAIL),
            ("text", "whole_text", "12", "090 1234 5678", PHONE),
        ] {
            let page = follow(&mut browser, "/reset/choose").await;
            assert!(
                page.contains(address) == (method == "email") && page.contains(number),
                "{page}"
            );
            assert!(!page.contains('•'), "{page}");
            // What cannot be one is refused by its text, and kept.
            let fields = [("method", method), (field, wrong), ("key", &hidden(&page, "key"))];
            let heard = browser.submit("reset/ask", &fields).await;
            assert_eq!(heard.location(), "/reset/choose");
            let page = follow(&mut browser, "/reset/choose").await;
            assert!(
                page.contains(&format!("value=\"{wrong}\"")) && page.contains("aria-invalid=\"true\""),
                "{page}"
            );
            let fields = [("method", method), (field, typed), ("key", &hidden(&page, "key"))];
            let heard = browser.submit("reset/ask", &fields).await;
            assert_eq!(heard.location(), "/reset/code");
            let page = follow(&mut browser, "/reset/code").await;
            assert!(!page.contains('•') && !page.contains(typed), "{page}");
            let code = house.code(code_to).await;
            let heard = browser
                .submit("reset/verify", &[("code", &code), ("key", &hidden(&page, "key"))])
                .await;
            assert!(heard.location() == "/reset/choose" || heard.location() == "/reset/password");
        }
        let page = follow(&mut browser, "/reset/password").await;
        assert!(page.contains("k.sato"), "{page}");
    }
}

#[tokio::test]
async fn only_the_whole_address_of_somebody_who_may_reset_is_sent_to() {
    let house = uniform().await;
    for (name, method, typed) in [
        // Nearly the right one, and a right one of somebody else.
        ("k.sato", "email", "ken.sat@example.net"),
        ("k.sato", "email", "ken.sato@example.com"),
        ("k.sato", "email", "k.sato@kitayama.example"),
        ("k.sato", "email", "misaki.suzuki@example.net"),
        ("k.sato", "text", "090 1234 5679"),
        ("k.sato", "office_phone", "090 1234 5678"),
        // The right one of somebody who may not.
        ("m.suzuki", "email", "misaki.suzuki@example.net"),
        ("d.kato", "email", "daisuke.kato@example.net"),
        ("d.kato", "call", "080 6789 0123"),
        ("s.nakamura", "email", "satoshi.nakamura@example.net"),
        ("e.yoshida", "text", "080 5678 9012"),
        ("nobody.here", "email", "takumi.yamamoto@example.net"),
    ] {
        let mut browser = Browser::new(&house);
        house.later(601);
        assert_eq!(browser.identify(name).await.next(), "/reset/choose");
        assert_eq!(browser.ask(method, typed).await.next(), "/reset/code", "{name} {typed}");
        let (event, outcome, detail) = &house.audit().await[0];
        assert_eq!(
            (event.as_str(), outcome.as_str(), detail.as_str()),
            ("send", "failed", "unsent")
        );
    }
    let sent = sent(&house).await;
    assert!(
        sent.iter().all(|(to, _)| to.ends_with("@kitayama.example")),
        "{sent:#?}"
    );
    // What was not sent counts as if it were.
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("nobody.else").await.next(), "/reset/choose");
    let heard = browser.ask("email", "takumi.yamamoto@example.net").await;
    assert_eq!(heard.status, 429, "{}", heard.body);
}

/// The name of the newest code.
async fn awaited(house: &House) -> CodeId {
    let row = sqlx::query("select id from code order by asked desc limit 1")
        .fetch_one(&mut cluster::raw(&house.folder).await)
        .await
        .unwrap();
    CodeId::new(row.get::<String, _>(0))
}

#[tokio::test]
async fn no_code_is_right_where_nothing_was_sent() {
    let house = uniform().await;
    for (name, typed) in [
        ("k.sato", "ken.sato@example.com"),
        ("d.kato", "daisuke.kato@example.net"),
        ("nobody.here", "nobody@example.net"),
    ] {
        let mut browser = Browser::new(&house);
        house.later(61);
        browser.identify(name).await;
        assert_eq!(browser.ask("email", typed).await.next(), "/reset/code");
        let code = house.store().code(&awaited(&house).await).await.unwrap().unwrap();
        let digits = house.server.portal.digits(&code);
        let heard = browser.verify(&digits).await;
        assert!(
            heard.status == 422 && heard.body.contains("left"),
            "{name}: {}",
            heard.body
        );
    }
}

#[tokio::test]
async fn the_owner_alone_hears_of_the_case_and_once_a_day_at_most() {
    let house = uniform().await;
    let ask = async |name: &str, n: u32| {
        let mut browser = Browser::new(&house);
        house.later(61);
        browser.identify(name).await;
        assert_eq!(
            browser.ask("email", &format!("x{n}@example.net")).await.next(),
            "/reset/code"
        );
    };
    for (name, case) in [
        ("s.nakamura", "is managed outside this service"),
        ("e.yoshida", "has not set this account up"),
        ("d.kato", "not enough registered methods"),
        ("h.tanaka", "not enough registered methods"),
    ] {
        ask(name, 1).await;
        ask(name, 2).await;
        let mails = async || {
            let sent = sent(&house).await;
            let to = format!("{name}@kitayama.example");
            sent.into_iter()
                .filter(|(one, _)| *one == to)
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        let told = mails().await;
        assert!(
            told.len() == 1 && told[0].contains(case) && told[0].contains(name),
            "{told:#?}"
        );
        house.later(24 * 60 * 60);
        ask(name, 3).await;
        assert_eq!(mails().await.len(), 2, "{name}");
    }
    let before = sent(&house).await.len();
    for name in ["k.sato", "nobody.here"] {
        ask(name, 4).await;
    }
    assert_eq!(sent(&house).await.len(), before);
}

/// The questions that a name is asked.
async fn asked(house: &House, name: &str) -> String {
    let mut browser = Browser::new(house);
    browser.identify(name).await;
    assert_eq!(browser.ask("questions", "").await.next(), "/reset/questions");
    let view = browser.view("reset/view?step=questions").await;
    let asked = view["screen"]["questions"]["asked"].as_array().unwrap().clone();
    assert_eq!(asked.len(), 3);
    let mut ids = String::new();
    for question in asked {
        write!(ids, "{} ", question["id"].as_str().unwrap()).unwrap();
    }
    ids
}

#[tokio::test]
async fn questions_are_drawn_by_the_name_and_stay_the_same() {
    let house = uniform().await;
    let mut drawn = Vec::new();
    for name in ["nobody.here", "k.sato", "a.watanabe", "u.mori", "nobody.else"] {
        let first = asked(&house, name).await;
        house.later(61);
        assert_eq!(asked(&house, name).await, first, "{name}");
        drawn.push(first);
    }
    let all = drawn.len();
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), all, "{drawn:?}");
    // From one day to the next they come out of as many as have to be registered, and those are the name's own.
    let mut pools = [BTreeSet::new(), BTreeSet::new()];
    for _ in 0..12 {
        house.later(24 * 60 * 60);
        for (name, pool) in ["nobody.here", "k.sato"].into_iter().zip(&mut pools) {
            let day = asked(&house, name).await;
            pool.extend(day.split_whitespace().map(str::to_owned));
        }
    }
    assert_eq!((pools[0].len(), pools[1].len()), (5, 5), "{pools:?}");
    assert_ne!(pools[0], pools[1]);
}

#[tokio::test]
async fn right_answers_of_somebody_who_may_not_reset_are_wrong() {
    let house = uniform().await;
    let answers = async |browser: &mut Browser| {
        browser.identify("u.mori").await;
        assert_eq!(browser.ask("questions", "").await.next(), "/reset/questions");
        let view = browser.view("reset/view?step=questions").await;
        let asked = view["screen"]["questions"]["asked"].as_array().unwrap().clone();
        let known = [
            ("first-teacher", "たかはし先生"),
            ("bicycle-place", "河川敷"),
            ("first-dish", "肉じゃが"),
            ("first-mountain", "高尾山"),
            ("grandmother-town", "小樽市"),
        ];
        let answer = |n: usize| known.iter().find(|(id, _)| *id == asked[n]["id"]).unwrap().1;
        let key = browser.key().await;
        let fields = [
            ("answer1", answer(0)),
            ("answer2", answer(1)),
            ("answer3", answer(2)),
            ("key", &key),
        ];
        browser.post("reset/questions", &fields).await
    };
    assert_eq!(answers(&mut Browser::new(&house)).await.next(), "/reset/choose");
    let update = PersonUpdate {
        disabled: Some(true),
        ..PersonUpdate::default()
    };
    let name = UserName::parse("u.mori").unwrap();
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    let heard = answers(&mut Browser::new(&house)).await;
    assert!(heard.status == 422 && heard.body.contains("answers"), "{}", heard.body);
}

#[tokio::test]
async fn where_nobody_may_reset_everybody_is_told_so() {
    let house = uniform().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.enabled = portal::policy::Enabled::Nobody;
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    for name in ["k.sato", "nobody.here"] {
        assert_eq!(Browser::new(&house).identify(name).await.next(), "/reset/stopped");
    }
}

#[tokio::test]
async fn what_was_counted_for_a_name_that_nobody_has_is_kept_as_that_of_somebody() {
    let house = uniform().await;
    let asked = std::cell::Cell::new(0);
    let wrong = async |name: &str, times: u32| {
        house.later(3_600);
        asked.set(asked.get() + 1);
        let mut browser = Browser::new(&house);
        browser.identify(name).await;
        browser
            .ask("email", &format!("somebody.{}@example.net", asked.get()))
            .await;
        let mut last = 200;
        for _ in 0..times {
            last = browser.verify("00000000").await.status.as_u16();
        }
        last
    };
    for name in ["nobody.here", "k.sato"] {
        assert_eq!(wrong(name, 5).await, 422);
        assert_eq!(wrong(name, 2).await, 429, "{name}: the next one has to wait");
    }
    for later in [hours(49), days(700)] {
        house.store().purge(house.now() + later).await.unwrap();
        for name in ["nobody.here", "k.sato"] {
            assert_eq!(wrong(name, 2).await, 429, "{name}");
        }
    }
    // Some day nobody asks any more.
    house.store().purge(house.now() + days(732)).await.unwrap();
    assert_eq!(wrong("nobody.here", 5).await, 422);
}
