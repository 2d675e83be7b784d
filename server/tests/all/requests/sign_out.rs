//! A session ends when it is ended, whatever else is under way in it.

use std::sync::Arc;

use portal::ports::{Change, Store as _};
use server::hashing::Cost;

use super::browser::{Browser, House, NEW_PASSWORD, PASSWORD};
use super::site::{Beside, NAME, Site, While};

const FIELDS: [(&str, &str); 3] = [
    ("current", PASSWORD),
    ("new_password", NEW_PASSWORD),
    ("again", NEW_PASSWORD),
];

/// A browser that is signed in, and the same one at a server where it signs out in another tab while a hash is computed.
async fn two_tabs(site: &Site) -> (Browser, Browser) {
    let mut first = site.browser(site.pool(Cost::default()));
    first.sign_in(NAME, PASSWORD).await;
    let mut other = first.clone();
    let sign_out = async move {
        assert_eq!(other.post("signout", &[]).await.next(), "/");
    };
    let mut second = site.browser(Beside::new(site.pool(Cost::default()), While::Storing, sign_out));
    second.cookies.clone_from(&first.cookies);
    (first, second)
}

#[tokio::test]
async fn signing_out_while_the_password_is_changed_is_not_undone() {
    let site = Site::open().await;
    let before = site.hash().await;
    let (mut first, mut second) = two_tabs(&site).await;
    assert!(second.post("change", &FIELDS).await.next().contains("session_ended"));
    assert_eq!(first.view("register/view?page=x").await["No"], "session_ended");
    assert_eq!(second.view("register/view?page=x").await["No"], "session_ended");
    assert_eq!(site.hash().await, before);
}

#[tokio::test]
async fn changing_the_password_gives_the_session_another_cookie() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let mut before = browser.clone();
    assert_eq!(browser.post("change", &FIELDS).await.next(), "/change/done");
    assert_ne!(before.cookies["aikagi-session"], browser.cookies["aikagi-session"]);
    assert!(browser.view("register/view?page=x").await["screen"].is_object());
    assert_eq!(before.view("register/view?page=x").await["No"], "session_ended");
}

#[tokio::test]
async fn a_registration_goes_on_after_the_password_was_changed() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let address = "hana@example.net";
    let begun = browser.post("register/email", &[("address", address)]).await;
    assert_eq!(begun.next(), "/register/code");
    let fields = [("current", "first lantern 2041"), FIELDS[1], FIELDS[2]];
    assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
    let code = house.code(address).await;
    assert_eq!(
        browser.post("register/verify", &[("code", &code)]).await.next(),
        "/register"
    );
    let overview = browser.view("register/view?page=x").await;
    assert_eq!(overview["screen"]["have"], 1);
}

#[tokio::test]
async fn a_session_that_ended_while_the_password_was_proved_stays_ended() {
    let site = Site::open().await;
    let mut browser = site.browser(site.pool(Cost::default()));
    browser.sign_in(NAME, PASSWORD).await;
    let store = Arc::clone(&site.store);
    let name = portal::account::UserName::parse(NAME).unwrap();
    let account = store.account_named(&name).await.unwrap().unwrap().id;
    // The sign-out of every session, by an administrator say.
    let meanwhile = Beside::new(site.pool(Cost::default()), While::Comparing, async move {
        let end = Change::EndSessions { account, except: None };
        store.commit(vec![end]).await.unwrap();
    });
    let mut other = site.browser(meanwhile);
    other.cookies.clone_from(&browser.cookies);
    let proved = other.post("register/prove", &[("password", PASSWORD)]).await;
    assert!(proved.next().contains("session_ended"), "{}", proved.body);
    assert_eq!(browser.view("register/view?page=x").await["No"], "session_ended");
}
