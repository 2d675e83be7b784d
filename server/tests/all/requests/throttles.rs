//! Counters belong to an account and a factor: neither another browser, network, server or address starts them anew.

use server::hashing::Cost;

use super::browser::{Browser, EMAIL, House, PASSWORD};
use super::site::{NAME, Site};

#[tokio::test]
async fn fifty_browsers_at_two_servers_share_ten_wrong_passwords() {
    let site = Site::open().await;
    let servers = [
        site.serve(site.pool(Cost::default())),
        site.serve(site.pool(Cost::default())),
    ];
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..50 {
        let mut browser = Browser::with(servers[usize::from(n % 2)].clone());
        browser.address = [198, 51, n, 7];
        tries.spawn(async move { browser.sign_in("K.Sato", &format!("wrong {n}")).await.status.as_u16() });
    }
    let answers = tries.join_all().await;
    let judged = answers.iter().filter(|status| **status == 422).count();
    assert_eq!(judged, 10, "{answers:?}");
    // Nor does a server forget when it starts again.
    let mut started_again = site.browser(site.pool(Cost::default()));
    assert_eq!(started_again.sign_in(NAME, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn who_has_to_wait_hears_the_same_whatever_is_typed_and_nothing_is_hashed() {
    let house = House::open().await;
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    for n in 0..10 {
        Browser::new(&house).sign_in("k.sato", &format!("wrong {n}")).await;
    }
    let before = house.server.hashing.computed();
    let mut heard = Vec::new();
    for password in [PASSWORD, "wrong 3", "another"] {
        let answer = Browser::new(&house).sign_in("k.sato", password).await;
        heard.push((answer.status.as_u16(), answer.body));
        let answer = owner.post("register/prove", &[("password", password)]).await;
        heard.push((answer.status.as_u16(), answer.body));
        let fields = [
            ("current", password),
            ("new_password", super::browser::NEW_PASSWORD),
            ("again", super::browser::NEW_PASSWORD),
        ];
        let answer = owner.post("change", &fields).await;
        heard.push((answer.status.as_u16(), answer.body));
    }
    heard.dedup();
    assert_eq!((heard.len(), heard[0].0), (1, 429), "{heard:?}");
    assert_eq!(house.server.hashing.computed(), before);
    let blocked = house
        .audit()
        .await
        .into_iter()
        .filter(|(_, outcome, _)| outcome == "blocked");
    // One row for each place where it was tried, however often.
    assert_eq!(blocked.count(), 3);
}

#[tokio::test]
async fn there_is_no_way_around_the_wait() {
    let house = House::open().await;
    for n in 0..10 {
        Browser::new(&house).sign_in("k.sato", &format!("wrong {n}")).await;
    }
    let fields = [("user_name", "k.sato"), ("password", PASSWORD)];
    for door in [
        "signin",
        "signin/",
        "SignIn",
        "signin?x=1",
        "/signin",
        "./signin",
        "%73ignin",
    ] {
        for is_plain in [false, true] {
            let mut browser = Browser::new(&house);
            if is_plain {
                browser.submit(door, &fields).await;
            } else {
                browser.post(door, &fields).await;
            }
            assert!(!browser.cookies.contains_key("aikagi-session"), "{door}");
        }
    }
}

#[tokio::test]
async fn signing_in_forgives_no_wrong_codes() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let wrong = if code == "00000000" { "11111111" } else { "00000000" };
    for _ in 0..4 {
        browser.verify(wrong).await;
    }
    let mut owner = Browser::new(&house);
    assert_eq!(owner.sign_in("k.sato", PASSWORD).await.next(), "/register");
    browser.verify(wrong).await;
    assert!(browser.ask("email", "").await.next().contains("wait"));
}

#[tokio::test]
async fn of_eight_sessions_that_ask_at_once_no_more_than_two_hold_a_code() {
    let house = House::open().await;
    let mut sessions = Vec::new();
    for _ in 0..8 {
        let mut browser = Browser::new(&house);
        browser.sign_in("h.tanaka", "first lantern 2041").await;
        sessions.push(browser);
    }
    let mut asked = tokio::task::JoinSet::new();
    for (n, mut browser) in sessions.into_iter().enumerate() {
        asked.spawn(async move {
            let address = format!("hana{n}@example.net");
            browser.post("register/email", &[("address", &address)]).await.next()
        });
    }
    let begun = asked
        .join_all()
        .await
        .iter()
        .filter(|next| *next == "/register/code")
        .count();
    assert!((1..=2).contains(&begun), "{begun}");
    house.deliver().await;
    // An address that another session put into its place meanwhile is written to no more.
    let letters = house.mailbox.list().len();
    assert!((1..=begun).contains(&letters), "{letters} of {begun}");
}
