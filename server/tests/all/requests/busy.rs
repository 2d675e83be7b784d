//! Too many hashes at once: everybody is told so, and when to come again; nothing typed is lost, and nothing was done.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use portal::ports::{Hashing as _, Password};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::browser::{Browser, Heard, House, NEW_PASSWORD, PASSWORD};
use super::plain::hidden;

/// Runs a test where one thread does all that blocks.
fn on_one_blocking_thread(test: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build();
    runtime.unwrap().block_on(test);
}

/// Has every permit of the pool taken, by hashes that do not begin before what is returned is dropped.
async fn fill_the_pool(house: &House) -> Sender<()> {
    let (going_on, held) = channel();
    #[expect(clippy::disallowed_methods, reason = "holds the one thread that the pool hashes on")]
    tokio::task::spawn_blocking(move || held.recv().ok());
    for _ in 0..house.server.hashing.free() {
        let pool = Arc::clone(&house.server.hashing);
        // As somebody proved: others never hold all of it.
        tokio::spawn(async move { pool.verify_proved(&Password::typed("whatever"), None).await.unwrap() });
    }
    while house.server.hashing.free() > 0 {
        yield_now().await;
    }
    going_on
}

fn assert_busy(heard: &Heard) {
    assert_eq!(heard.status, 503, "{}", heard.body);
    let seconds: u32 = heard.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
    assert!(!heard.headers.contains_key("location"));
}

#[test]
fn somebody_who_fetches_is_told_when_to_come_again_and_may_send_the_same_form() {
    on_one_blocking_thread(async {
        let house = House::open().await;
        let (mut browser, mut other) = (Browser::new(&house), Browser::new(&house));
        browser.prove(&house).await;
        let key = browser.key().await;
        let form = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
        let going_on = fill_the_pool(&house).await;
        let (set, signed_in) = tokio::join!(browser.post("reset/set", &form), other.sign_in("k.sato", PASSWORD));
        for heard in [set, signed_in] {
            assert_busy(&heard);
            assert_eq!(heard.json()["No"], "busy");
        }
        drop(going_on);
        assert_eq!(browser.post("reset/set", &form).await.next(), "/reset/done");
        assert_eq!(other.sign_in("k.sato", NEW_PASSWORD).await.next(), "/register");
    });
}

#[test]
fn a_plain_form_is_answered_with_its_own_page_and_what_was_typed_but_no_secret() {
    on_one_blocking_thread(async {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        browser.cookies.insert("aikagi-language".into(), "ja".into());
        let form = [("user_name", "k.sato"), ("password", PASSWORD), ("going", "change")];
        let going_on = fill_the_pool(&house).await;
        let heard = browser.submit("signin", &form).await;
        assert_busy(&heard);
        assert_eq!(heard.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(heard.headers["cache-control"], "no-store");
        let page = heard.body;
        for shown in [
            "lang=\"ja\"",
            "ただいま混み合っています。入力した内容は失われていません。",
            "value=\"k.sato\"",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert_eq!(hidden(&page, "going"), "change");
        // It stands at the address of the door, where neither the browser's module nor a change of language finds it.
        for absent in [PASSWORD, "aikagi.js", "/language"] {
            assert!(!page.contains(absent), "{absent}: {page}");
        }
        drop(going_on);
        let heard = browser.submit("signin", &form).await;
        assert_eq!((heard.status.as_u16(), heard.location()), (302, "/change"));
    });
}

#[test]
fn the_last_step_can_be_sent_again_from_that_page() {
    on_one_blocking_thread(async {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        browser.prove(&house).await;
        let key = hidden(&browser.page("/reset/password").await.body, "key");
        let form = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
        let going_on = fill_the_pool(&house).await;
        let heard = browser.submit("reset/set", &form).await;
        assert_busy(&heard);
        assert!(heard.body.contains("A lot is going on right now") && !heard.body.contains(NEW_PASSWORD));
        drop(going_on);
        let key = hidden(&heard.body, "key");
        let form = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
        let heard = browser.submit("reset/set", &form).await;
        assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/done"));
    });
}
