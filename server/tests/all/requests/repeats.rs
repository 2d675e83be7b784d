//! The same form twice, and many forms at once.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD};

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
    let resets = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "reset" && outcome == "succeeded")
        .count();
    assert_eq!(resets, 1);
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
    let resets = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "reset" && outcome == "succeeded")
        .count();
    assert_eq!(resets, 1);
}
