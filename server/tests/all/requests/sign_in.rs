//! Signing in, sessions, changing a password.

use portal::account::UserName;
use portal::audit::Actor;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::codes::awaiting;

#[tokio::test]
async fn ten_wrong_passwords_make_one_wait_and_the_right_one_waits_too() {
    let house = House::open().await;
    for n in 0..10 {
        assert_eq!(
            Browser::new(&house)
                .sign_in("k.sato", &format!("wrong {n}"))
                .await
                .status,
            422
        );
    }
    assert_eq!(Browser::new(&house).sign_in("k.sato", PASSWORD).await.status, 429);
    house.later(60);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn the_same_wrong_password_counts_once() {
    let house = House::open().await;
    for _ in 0..15 {
        assert_eq!(
            Browser::new(&house).sign_in("k.sato", "caps lock is on").await.status,
            422
        );
    }
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_when_signed_out() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    house.later(1_700);
    assert!(browser.view("register/view?page=x").await["screen"].is_object());
    house.later(101);
    assert_eq!(browser.view("register/view?page=x").await["No"], "session_ended");
    browser.sign_in("k.sato", PASSWORD).await;
    let stolen = browser.clone();
    browser.post("signout", &[]).await;
    assert_eq!(stolen.clone().view("register/view?page=x").await["No"], "session_ended");
}

#[tokio::test]
async fn signing_in_again_gives_another_cookie_and_ends_the_one_before() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let before = browser.clone();
    browser.sign_in("k.sato", PASSWORD).await;
    assert_ne!(before.cookies["aikagi-session"], browser.cookies["aikagi-session"]);
    assert_eq!(before.clone().view("register/view?page=x").await["No"], "session_ended");
}

#[tokio::test]
async fn a_password_that_must_be_changed_or_ran_out_is_changed_first() {
    let house = House::open().await;
    for (name, password, pressing) in [
        ("y.kobayashi", "given by the desk 1", "must_change"),
        ("t.yamamoto", "winter orange 3307", "expired"),
    ] {
        let mut browser = Browser::new(&house);
        assert_eq!(browser.sign_in(name, password).await.next(), "/change");
        assert_eq!(browser.view("change/view").await["screen"]["pressing"], pressing);
        let fields = [
            ("current", password),
            ("new_password", NEW_PASSWORD),
            ("again", NEW_PASSWORD),
        ];
        assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
        assert_eq!(
            Browser::new(&house).sign_in(name, NEW_PASSWORD).await.next(),
            "/register"
        );
    }
}

#[tokio::test]
async fn changing_ends_the_other_sessions_keeps_this_one_and_tells_the_owner() {
    let house = House::open().await;
    let mut other = Browser::new(&house);
    other.sign_in("k.sato", PASSWORD).await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let wrong = [
        ("current", "not it"),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert!(browser.post("change", &wrong).await.next().contains("current_password"));
    let fields = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
    assert!(browser.view("register/view?page=x").await["screen"].is_object());
    assert_eq!(other.view("register/view?page=x").await["No"], "session_ended");
    assert!(house.arrived("k.sato@kitayama.example").await.contains("was changed"));
    // Back to an old one is refused.
    let back = [
        ("current", NEW_PASSWORD),
        ("new_password", PASSWORD),
        ("again", PASSWORD),
    ];
    assert!(browser.post("change", &back).await.next().contains("used_before"));
}

#[tokio::test]
async fn changing_ends_the_resets_that_are_under_way_and_their_codes() {
    let house = House::open().await;
    let mut awaiting = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    house.later(31);
    let mut setting = Browser::new(&house);
    setting.prove(&house).await;
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    let fields = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(owner.post("change", &fields).await.next(), "/change/done");
    assert!(awaiting.verify(&code).await.next().contains("flow_ended"));
    assert!(
        setting
            .set("another phrase of nobody 41")
            .await
            .next()
            .contains("flow_ended")
    );
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn of_eight_changes_at_once_one_wins() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..8 {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let password = format!("{NEW_PASSWORD} {n}");
            let fields = [("current", PASSWORD), ("new_password", &password), ("again", &password)];
            let is_done = browser.post("change", &fields).await.next() == "/change/done";
            is_done.then_some(password)
        });
    }
    let won: Vec<String> = tries.join_all().await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", &won[0]).await.next(),
        "/register"
    );
    let changes = house.audit().await;
    let done = changes
        .iter()
        .filter(|(event, outcome, _)| event == "change" && outcome == "succeeded");
    assert_eq!(done.count(), 1);
}

#[tokio::test]
async fn a_network_that_signs_in_beyond_reason_is_one_row_an_hour() {
    let house = House::open().await;
    let rows = async || {
        let rows = house.audit().await.into_iter();
        rows.filter(|row| (&*row.0, &*row.1, &*row.2) == ("sign_in", "blocked", "network"))
            .count()
    };
    // The second is its neighbour: whoever has many addresses does not fill the log by going from one to the next.
    for last_byte in [7, 8] {
        let mut last = String::new();
        for n in 0..305 {
            let mut browser = Browser::new(&house);
            browser.address[3] = last_byte;
            last = browser.sign_in("nobody.here", &format!("wrong {n}")).await.next();
        }
        assert!(last.contains("crowded"), "{last}");
        assert_eq!(rows().await, 1);
        house.later(61);
    }
}

#[tokio::test]
async fn a_password_that_is_managed_elsewhere_is_not_changed_here() {
    let house = House::open().await;
    for (name, password) in [
        ("y.kobayashi", "given by the desk 1"),
        ("t.yamamoto", "winter orange 3307"),
    ] {
        let update = PersonUpdate {
            managed_elsewhere: Some(true),
            ..PersonUpdate::default()
        };
        let name = UserName::parse(name).unwrap();
        let updating = house.store().update_person(&name, update, Actor::Console, house.now());
        updating.await.unwrap();
        let mut browser = Browser::new(&house);
        // Nobody is sent to change what cannot be changed.
        assert_eq!(browser.sign_in(name.as_str(), password).await.next(), "/register");
        assert_eq!(browser.view("change/view").await["No"], "managed_elsewhere");
        let page = browser.page("/change").await.body;
        assert!(page.contains("managed outside this service"), "{page}");
        assert!(
            page.contains("Contact your administrator") && !page.contains("name=\"new_password\""),
            "{page}"
        );
        let fields = [
            ("current", password),
            ("new_password", NEW_PASSWORD),
            ("again", NEW_PASSWORD),
        ];
        assert!(
            browser
                .post("change", &fields)
                .await
                .next()
                .contains("managed_elsewhere")
        );
        assert_eq!(
            Browser::new(&house).sign_in(name.as_str(), password).await.next(),
            "/register"
        );
    }
}

#[tokio::test]
async fn that_the_password_was_changed_is_told_only_where_it_was() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let led = browser.page("/change/done").await;
    assert_eq!((led.status.as_u16(), led.location()), (302, "/change"));
    assert_eq!(browser.view("change/done/view").await["Elsewhere"], "/change");
    let fields = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
    let page = browser.page("/change/done").await;
    assert!(
        page.status == 200 && page.body.contains("has been changed"),
        "{}",
        page.body
    );
    // Not in the next session.
    browser.sign_in("k.sato", NEW_PASSWORD).await;
    assert_eq!(browser.page("/change/done").await.location(), "/change");
}

#[tokio::test]
async fn whoever_cannot_sign_in_finds_the_reset_from_every_page_around_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for path in ["/signin", "/register", "/change"] {
        if path == "/register" {
            browser.sign_in("k.sato", PASSWORD).await;
        }
        let page = browser.page(path).await.body;
        assert!(page.contains("href=\"/reset\""), "{path}: {page}");
    }
}
