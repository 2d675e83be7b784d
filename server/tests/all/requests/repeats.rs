//! The same form twice, and many forms at once.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};

/// How often a password was set.
async fn resets(house: &House) -> usize {
    house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "reset" && outcome == "succeeded")
        .count()
}

#[tokio::test]
async fn a_lost_answer_can_be_heard_again() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let mut lost = browser.clone();
    let key = browser.key().await;
    assert_eq!(
        browser
            .post("reset/verify", &[("code", &code), ("key", &key)])
            .await
            .next(),
        "/reset/choose"
    );
    // The same form with the old cookie: the same answer, and the cookie that was lost.
    assert_eq!(
        lost.post("reset/verify", &[("code", &code), ("key", &key)])
            .await
            .next(),
        "/reset/choose"
    );
    assert_eq!(lost.cookies["aikagi-flow"], browser.cookies["aikagi-flow"]);
    // Other content under the same key is another form.
    let heard = lost.post("reset/verify", &[("code", "00000000"), ("key", &key)]).await;
    assert_eq!(heard.status, 409);
}

#[tokio::test]
async fn setting_twice_with_one_key_sets_once() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let key = browser.key().await;
    let fields = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
    let mut lost = browser.clone();
    assert_eq!(browser.post("reset/set", &fields).await.next(), "/reset/done");
    assert_eq!(lost.post("reset/set", &fields).await.next(), "/reset/done");
    assert_eq!(resets(&house).await, 1);
}

#[tokio::test]
async fn of_sixteen_sets_at_once_one_wins() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..16 {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let password = format!("{NEW_PASSWORD} {n}");
            browser
                .post(
                    "reset/set",
                    &[
                        ("new_password", &password),
                        ("again", &password),
                        ("key", &format!("k{n}")),
                    ],
                )
                .await
                .next()
        });
    }
    tries.join_all().await;
    let mut fitting = 0;
    for n in 0..16 {
        let heard = Browser::new(&house)
            .sign_in("k.sato", &format!("{NEW_PASSWORD} {n}"))
            .await;
        fitting += usize::from(heard.status.is_success());
        house.later(4_000);
    }
    assert_eq!(fitting, 1);
    assert_eq!(resets(&house).await, 1);
}

#[tokio::test]
async fn a_cookie_that_was_replaced_hears_the_last_answer_for_a_minute_and_is_worth_nothing_after() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let key = browser.key().await;
    let before = browser.clone();
    let form = [("code", code.as_str()), ("key", key.as_str())];
    assert_eq!(browser.post("reset/verify", &form).await.next(), "/reset/choose");

    house.later(50);
    // Within the minute: whatever else it asks for, it is led to the step that is next, and nothing is done.
    let mut other = before.clone();
    assert_eq!(other.ask("text", "090 1234 5678").await.next(), "/reset/choose");
    assert_eq!(other.cookies, before.cookies);
    let mut lost = before.clone();
    assert_eq!(lost.post("reset/verify", &form).await.next(), "/reset/choose");
    assert_eq!(lost.cookies, browser.cookies);

    house.later(11);
    // After it: the flow is not to be seen, let alone to be had.
    let mut late = before.clone();
    for heard in [
        late.post("reset/verify", &form).await,
        late.ask("text", "090 1234 5678").await,
        late.set(NEW_PASSWORD).await,
    ] {
        assert_eq!(heard.next(), "{\"No\":\"flow_ended\"}");
        assert!(!heard.headers.contains_key("set-cookie"));
    }
    assert_eq!(late.view("reset/view?step=choose").await["Elsewhere"], "/reset");
    house.deliver().await;
    assert!(house.mailbox.list().iter().all(|letter| letter.parcel.to() != PHONE));
    // Whoever holds the cookie that counts goes on.
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
}

#[tokio::test]
async fn only_the_cookie_before_the_last_one_hears_anything() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let first = browser.view("reset/view?step=identify").await;
    assert!(first["screen"]["identify"].is_object());
    let mut planted = browser.clone();
    browser.prove(&house).await;
    // Replaced when the name was given, and twice since.
    assert_eq!(planted.view("reset/view?step=choose").await["Elsewhere"], "/reset");
    assert!(planted.set(NEW_PASSWORD).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn a_form_that_was_answered_is_answered_the_same_for_a_day() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let key = browser.key().await;
    let fields = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
    assert_eq!(browser.post("reset/set", &fields).await.next(), "/reset/done");
    let another = "another password 99 here";
    let other = [("new_password", another), ("again", another), ("key", &key)];
    for span in [0, 3_600, 72_000, 9_000] {
        house.later(span);
        house.store().purge(house.now()).await.unwrap();
        assert_eq!(browser.post("reset/set", &fields).await.next(), "/reset/done");
        let heard = browser.post("reset/set", &other).await;
        assert_eq!((heard.status.as_u16(), heard.next().contains("repeated")), (409, true));
    }
    house.later(7_200);
    house.store().purge(house.now()).await.unwrap();
    assert!(browser.post("reset/set", &fields).await.next().contains("flow_ended"));
    assert_eq!(resets(&house).await, 1);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn of_one_form_sent_six_times_at_once_all_hear_the_same_and_it_is_done_once() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let key = browser.key().await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (mut browser, key) = (browser.clone(), key.clone());
        tries.spawn(async move {
            let fields = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
            let next = browser.post("reset/set", &fields).await.next();
            (next, browser.cookies)
        });
    }
    let mut heard = tries.join_all().await;
    // A machine that is at its limit may ask some of them to come again.
    heard.retain(|(next, _)| !next.contains("busy"));
    assert!(heard.iter().all(|one| *one == heard[0]), "{heard:?}");
    assert_eq!(heard[0].0, "/reset/done");
    assert_ne!(heard[0].1, browser.cookies);
    assert_eq!(resets(&house).await, 1);
    house.deliver().await;
    let told = house.mailbox.list();
    let of_the_reset = told
        .iter()
        .filter(|letter| letter.parcel.text().contains("was reset"))
        .count();
    // To the mailbox at work and to the authentication email, once each.
    assert_eq!(of_the_reset, 2);
}
