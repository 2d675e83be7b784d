//! What a stranger can learn about who exists.

use std::fmt::Write as _;

use super::browser::{Browser, Heard, House};

/// What a stranger can compare: everything but random values, cut to one form.
fn shape(heard: &Heard) -> (u16, Vec<String>, String) {
    let headers = heard
        .headers
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            // Cookies and nonces are random, and of one length.
            let value = if name == "set-cookie" {
                value.split('=').next().unwrap_or_default().to_owned()
            } else {
                masked(value)
            };
            format!("{name}: {value}")
        })
        .collect();
    (heard.status.as_u16(), headers, masked(&heard.body))
}

/// Runs of hexadecimal and base64 of a token's length, and support codes, become a mark.
fn masked(text: &str) -> String {
    let mut shape = String::new();
    for part in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '='))) {
        let body = part.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '=')));
        let is_support = body.len() == 9
            && body.as_bytes()[4] == b'-'
            && body
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        if body.len() >= 20 || is_support {
            let _ = write!(shape, "<{}>{}", body.len(), &part[body.len()..]);
        } else {
            shape.push_str(part);
        }
    }
    shape
}

#[tokio::test]
async fn unknown_and_unregistered_are_byte_equal_at_every_step() {
    let house = House::open().await;
    let mut walks = Vec::new();
    for name in ["h.tanaka", "nobody.here", "d.kato", "m.suzuki"] {
        let mut browser = Browser::new(&house);
        let mut seen = vec![shape(&browser.identify(name).await)];
        seen.push(shape(&browser.page("/reset/stopped").await));
        seen.push(shape(&browser.ask("email", "").await));
        seen.push(shape(&browser.verify("12345678").await));
        let key = browser.key().await;
        seen.push(shape(&browser.post("reset/contact", &[("key", &key)]).await));
        seen.push(shape(&browser.page("/reset/stopped").await));
        seen.push(shape(&browser.page("/contact").await));
        walks.push((name, seen));
    }
    let (_, first) = &walks[0];
    assert!(first[1].2.len() > 500, "the page is there");
    for (name, walk) in &walks[1..] {
        for (step, (one, other)) in first.iter().zip(walk).enumerate() {
            assert_eq!(one, other, "{name}, step {step}");
        }
    }
}

#[tokio::test]
async fn each_case_leads_to_its_own_page() {
    let house = House::open().await;
    for (name, case) in [
        ("s.nakamura", "managed_elsewhere"),
        ("e.yoshida", "not_enabled"),
        ("h.tanaka", "not_verified"),
    ] {
        let mut browser = Browser::new(&house);
        assert_eq!(browser.identify(name).await.next(), "/reset/stopped");
        let view = browser.view("reset/view?step=stopped").await;
        assert_eq!(view["screen"]["stopped"]["case"], case, "{name}");
    }
}

#[tokio::test]
async fn without_a_valid_proof_of_presence_nobody_is_looked_up() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    let forged = token.replacen(".16.", ".1.", 1);
    let foreign = Browser::new(&house).view("reset/view?step=identify").await["screen"]["identify"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answers = Vec::new();
    for (n, (token, answer)) in [
        ("", "1"),
        (&*token, "1"),
        (&*forged, "1"),
        (&*foreign, "1"),
        ("a.b.c.d", ""),
    ]
    .into_iter()
    .enumerate()
    {
        for name in ["k.sato", "nobody.here"] {
            let heard = browser
                .post(
                    "reset/identify",
                    &[
                        ("user_name", name),
                        ("token", token),
                        ("answer", answer),
                        ("key", &format!("k{n}")),
                    ],
                )
                .await;
            assert_eq!(heard.status, 403);
            answers.push(heard.next());
        }
    }
    assert!(answers.iter().all(|answer| answer.contains("challenge")));
    assert!(house.audit().await.iter().all(|(event, ..)| event != "identify"));
}

#[tokio::test]
async fn a_challenge_is_good_for_one_of_fifty() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    let answer = portal::presence::Search::new(&token, 16).advance(u32::MAX).unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (mut browser, token, answer) = (browser.clone(), token.clone(), answer.clone());
        tries.spawn(async move {
            browser
                .post(
                    "reset/identify",
                    &[
                        ("user_name", "k.sato"),
                        ("token", &token),
                        ("answer", &answer),
                        ("key", &format!("k{n}")),
                    ],
                )
                .await
                .status
        });
    }
    let won = tries
        .join_all()
        .await
        .into_iter()
        .filter(axum::http::StatusCode::is_success)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_challenge_runs_out_after_five_minutes() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    house.later(300);
    let answer = portal::presence::Search::new(&token, 16).advance(u32::MAX).unwrap();
    let heard = browser
        .post(
            "reset/identify",
            &[
                ("user_name", "k.sato"),
                ("token", &token),
                ("answer", &answer),
                ("key", "k"),
            ],
        )
        .await;
    assert!(heard.next().contains("challenge"));
}

#[tokio::test]
async fn the_price_grows_with_the_traffic_of_a_network_and_never_with_the_name() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for n in 0..61 {
        let name = if n % 2 == 0 { "k.sato" } else { "nobody.here" };
        browser.identify(name).await;
    }
    let bits = async |address: [u8; 4]| {
        let mut browser = Browser::new(&house);
        browser.address = address;
        browser.view("reset/view?step=identify").await["screen"]["identify"]["bits"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(bits([203, 0, 113, 7]).await, 17);
    assert_eq!(bits([203, 0, 113, 8]).await, 16);
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_told_by_its_text_alone() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for typed in ["", "  ", "k sato", "k.sato\u{200b}", "k.sato\u{202e}", &"k".repeat(257)] {
        let heard = browser
            .post(
                "reset/identify",
                &[("user_name", typed), ("token", ""), ("answer", ""), ("key", "k")],
            )
            .await;
        assert_eq!(heard.status, 422, "{typed:?}");
        assert!(heard.next().contains("user_name"));
    }
    assert!(house.audit().await.iter().all(|(event, ..)| event != "identify"));
}

#[tokio::test]
async fn signing_in_tells_nothing_about_who_exists() {
    let house = House::open().await;
    let mut shapes = Vec::new();
    for name in ["k.sato", "nobody.here", "s.nakamura", "d.kato"] {
        let mut browser = Browser::new(&house);
        let computed = house.server.hashing.computed();
        let mut seen = vec![shape(&browser.sign_in(name, "wrong password 0").await)];
        assert_eq!(house.server.hashing.computed() - computed, 1, "{name}: one hash");
        for n in 1..11 {
            seen.push(shape(&browser.sign_in(name, &format!("wrong password {n}")).await));
        }
        // The eleventh has to wait; when, says the clock.
        let (status, headers, body) = seen.pop().unwrap();
        assert_eq!(status, 429);
        assert!(body.contains("wait"));
        seen.push((status, headers, String::new()));
        shapes.push(seen);
    }
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn spellings_of_one_name_are_one_account_with_one_counter() {
    let house = House::open().await;
    for (n, name) in ["k.sato", "K.SATO", " k.sato ", "ｋ．ｓａｔｏ", "K.sato"]
        .into_iter()
        .cycle()
        .take(10)
        .enumerate()
    {
        assert_eq!(
            Browser::new(&house).sign_in(name, &format!("wrong {n}")).await.status,
            422
        );
    }
    assert_eq!(Browser::new(&house).sign_in("ｋ.Sato", "wrong again").await.status, 429);
}
