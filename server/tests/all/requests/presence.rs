//! The proof of presence: asked of everybody before anybody is looked up.

use super::browser::{Browser, House};
use crate::cluster;

#[tokio::test]
async fn without_a_valid_proof_of_presence_nobody_is_looked_up() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    let solved = |token: &str, bits| portal::presence::Search::new(token, bits).advance(u32::MAX).unwrap();
    // Each with the work that it asks for done.
    let forged = token.replacen(".16.", ".1.", 1);
    let moved = format!("9{}", &token[1..]);
    let foreign = Browser::new(&house).view("reset/view?step=identify").await["screen"]["identify"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answers = Vec::new();
    for (n, (token, answer)) in [
        ("", "1"),
        (&*token, "1"),
        (&*forged, &*solved(&forged, 1)),
        (&*forged, &*solved(&forged, 16)),
        (&*moved, &*solved(&moved, 16)),
        (&*foreign, &*solved(&foreign, 16)),
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
async fn nothing_is_kept_of_a_challenge_before_it_is_spent() {
    let house = House::open().await;
    let mut stranger = cluster::raw(&house.folder).await;
    // Another one whenever somebody else has written (<https://sqlite.org/pragma.html#pragma_data_version>).
    let mut written = async || {
        let version = sqlx::query_scalar::<_, i64>("pragma data_version");
        version.fetch_one(&mut stranger).await.unwrap()
    };
    let before = written().await;
    for _ in 0..50 {
        let view = Browser::new(&house).view("reset/view?step=identify").await;
        assert!(view["screen"]["identify"]["token"].is_string());
    }
    assert_eq!(written().await, before);
    Browser::new(&house).identify("nobody.here").await;
    assert_ne!(written().await, before);
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
    for (later, is_taken) in [(298, true), (300, false)] {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        let view = browser.view("reset/view?step=identify").await;
        let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
        let answer = portal::presence::Search::new(&token, 16).advance(u32::MAX).unwrap();
        house.later(later);
        let form = [
            ("user_name", "k.sato"),
            ("token", &token),
            ("answer", &answer),
            ("key", "k"),
        ];
        let heard = browser.post("reset/identify", &form).await.next();
        assert_eq!(heard == "/reset/choose", is_taken, "{later}: {heard}");
        assert_eq!(heard.contains("challenge"), !is_taken, "{later}: {heard}");
    }
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
async fn a_challenge_that_is_sent_again_counts_for_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    let answer = portal::presence::Search::new(&token, 16).advance(u32::MAX).unwrap();
    let mut ticket = Browser::new(&house);
    let view = ticket.view("reset/view?step=identify").await;
    let unanswered = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
    house.later(11);
    for n in 0..70 {
        let key = format!("k{n}");
        for (browser, token, answer) in [(&mut browser, &token, &*answer), (&mut ticket, &unanswered, "")] {
            let form = [
                ("user_name", "k.sato"),
                ("token", token),
                ("answer", answer),
                ("key", &key),
            ];
            let heard = browser.clone().post("reset/identify", &form).await.next();
            assert!(
                if n == 0 {
                    heard == "/reset/choose"
                } else {
                    heard.contains("challenge")
                },
                "{heard}"
            );
        }
    }
    let view = Browser::new(&house).view("reset/view?step=identify").await;
    assert_eq!(
        view["screen"]["identify"]["bits"], 16,
        "nobody of this network pays for it"
    );
    let rows = house.audit().await.into_iter().filter(|row| row.0 == "identify");
    assert_eq!(rows.count(), 2);
}
