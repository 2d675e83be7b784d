//! A session ends when it is ended, whatever else is under way in it.

use std::future::Future;
use std::sync::Arc;

use portal::account::UserName;
use portal::audit::Actor;
use portal::ports::{Change, Clock as _, Store as _, Trust};
use server::hashing::Cost;
use server::store::people::PersonUpdate;

use super::browser::{Browser, House, NEW_PASSWORD, PASSWORD};
use super::registration::prove;
use super::site::{Beside, BesideCode, NAME, Site, While};

const FIELDS: [(&str, &str); 3] = [
    ("current", PASSWORD),
    ("new_password", NEW_PASSWORD),
    ("again", NEW_PASSWORD),
];

/// A browser that is signed in, and the same one at a server where it signs out in another tab while a hash is computed.
async fn two_tabs(site: &Site) -> (Browser, Browser) {
    let mut first = site.browser(site.pool(Cost::default()));
    first.sign_in(NAME, PASSWORD).await;
    // Nothing is registered yet, and that is not what is tried here.
    first.post("register/later", &[]).await;
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
    browser.post("register/later", &[]).await;
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

/// Somebody else resets the password.
async fn reset(site: &Site) -> impl Future<Output = ()> + Send + use<> {
    let (store, now) = (Arc::clone(&site.store), site.clock.now());
    let account = store
        .account_named(&UserName::parse(NAME).unwrap())
        .await
        .unwrap()
        .unwrap();
    let set = Change::SetPassword {
        account: account.id.clone(),
        hash: site.hash().await,
        epoch: account.epoch,
        at: now,
        keep: 5,
    };
    let end = Change::EndSessions {
        account: account.id,
        except: None,
    };
    async move {
        store.commit(vec![set, end]).await.unwrap();
    }
}

/// An administrator switches the account off; its sessions stay.
fn switch_off(site: &Site) -> impl Future<Output = ()> + Send + use<> {
    let (store, now) = (Arc::clone(&site.store), site.clock.now());
    let update = PersonUpdate {
        disabled: Some(true),
        ..PersonUpdate::default()
    };
    async move {
        let name = UserName::parse(NAME).unwrap();
        store.update_person(&name, update, Actor::Console, now).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_while_a_code_is_judged_leaves_no_new_contact() {
    for is_reset in [true, false] {
        let site = Site::open().await;
        let keys = Arc::new(BesideCode::new(site.keys()));
        let router = site.serve_with(site.pool(Cost::default()), Arc::clone(&keys) as _);
        let mut stranger = Browser::with(router);
        stranger.sign_in(NAME, PASSWORD).await;
        let begun = stranger.post("register/email", &[("address", "x@other.example")]).await;
        assert_eq!(begun.next(), "/register/code");
        let wrong = stranger.post("register/verify", &[("code", "x")]).await;
        assert!(wrong.next().contains("\"left\":4"), "{}", wrong.body);
        if is_reset {
            keys.then(reset(&site).await);
        } else {
            keys.then(switch_off(&site));
        }
        let code = [("code", &*keys.code(8))];
        let heard = stranger.post("register/verify", &code).await;
        assert!(heard.next().contains("session_ended"), "{is_reset}: {}", heard.body);
        let name = UserName::parse(NAME).unwrap();
        let account = site.store.account_named(&name).await.unwrap().unwrap();
        let contacts = site.store.contacts(&account.id).await.unwrap();
        let pending = contacts.iter().all(|contact| contact.trust == Trust::Pending);
        assert!(pending && contacts.len() == 1, "{is_reset}: {contacts:?}");
    }
}

#[tokio::test]
async fn proving_the_password_again_gives_the_session_another_cookie() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let mut before = browser.clone();
    prove(&house, &mut browser).await;
    assert_ne!(before.cookies["aikagi-session"], browser.cookies["aikagi-session"]);
    assert_eq!(before.view("register/view?page=x").await["No"], "session_ended");
    assert_eq!(
        browser.view("register/view?page=x").await["screen"]["needs_proof"],
        false
    );
}

#[tokio::test]
async fn a_session_in_which_something_is_done_is_not_idle() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let begun = browser.post("register/email", &[("address", "hana@example.net")]).await;
    assert_eq!(begun.next(), "/register/code");
    house.later(1_500);
    assert_eq!(browser.post("register/leave", &[]).await.next(), "/register");
    house.later(1_500);
    assert!(browser.view("register/view?page=x").await["screen"].is_object());
}
