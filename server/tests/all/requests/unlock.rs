//! Unlocking an account without a new password.

use portal::account::UserName;
use portal::audit::Actor;
use portal::limits::{FREE_SIGN_INS, Factor, Failures};
use portal::policy::Policy;
use portal::ports::{Account, Store as _};
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};

const MAILBOX: &str = "k.sato@kitayama.example";

/// A house in which somebody has typed wrong passwords for Ken Sato until signing in pauses.
async fn locked() -> House {
    let house = House::open().await;
    let mut stranger = Browser::new(&house);
    for n in 0..FREE_SIGN_INS {
        stranger.sign_in("k.sato", &format!("wrong password {n}")).await;
    }
    assert!(is_locked(&house).await);
    house
}

async fn is_locked(house: &House) -> bool {
    Browser::new(house).sign_in("k.sato", PASSWORD).await.status == 429
}

/// Proves twice as Ken Sato.
async fn prove(house: &House) -> (Browser, String) {
    let mut browser = Browser::new(house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    let next = browser.verify(&house.code(PHONE).await).await.next();
    (browser, next)
}

async fn press(browser: &mut Browser, door: &str) -> String {
    let key = browser.key().await;
    browser.post(door, &[("key", &key)]).await.next()
}

async fn account(house: &House) -> Account {
    let name = UserName::parse("k.sato").unwrap();
    house.store().account_named(&name).await.unwrap().unwrap()
}

/// The newest row of the audit log about unlocking: its outcome and its detail.
async fn told(house: &House) -> Option<(String, String)> {
    let rows = house.audit().await.into_iter();
    rows.filter(|row| row.0 == "unlock").map(|row| (row.1, row.2)).next()
}

/// Sets the policy without unlocking.
async fn forbid(house: &House) {
    let (policy, version) = house.store().policy().await.unwrap();
    let policy = Policy {
        unlock_without_reset: false,
        ..policy
    };
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
}

#[tokio::test]
async fn a_locked_account_is_unlocked_by_its_proofs_and_keeps_its_password() {
    let house = House::open().await;
    let mut signed_in = Browser::new(&house);
    signed_in.sign_in("k.sato", PASSWORD).await;
    for n in 0..FREE_SIGN_INS {
        Browser::new(&house)
            .sign_in("k.sato", &format!("wrong password {n}"))
            .await;
    }
    assert!(is_locked(&house).await);
    let before = account(&house).await;
    let (mut browser, next) = prove(&house).await;
    assert_eq!(next, "/reset/unlock");
    house.later(3);
    let page = browser.page("/reset/unlock").await.body;
    assert!(
        page.contains("Unlock, keep my password") && page.contains("Set a new password"),
        "{page}"
    );
    assert_eq!(press(&mut browser, "reset/unlock").await, "/reset/done");
    let page = browser.page("/reset/done").await.body;
    assert!(
        page.contains("Your account is unlocked") && page.contains("href=\"/signin\""),
        "{page}"
    );
    assert!(!page.contains("Wi-Fi"), "no device holds an old password: {page}");
    assert_eq!(account(&house).await, before, "password and account are untouched");
    assert_eq!(signed_in.page("/register").await.status, 200, "sessions go on");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
    let told = told(&house).await;
    assert_eq!(told, Some(("succeeded".into(), "email+text".into())));
    for address in [MAILBOX, EMAIL] {
        let mail = house.arrived(address).await;
        assert!(
            mail.contains("was unlocked after too many wrong passwords"),
            "{address}: {mail}"
        );
    }
    // What is over sets no password any more.
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_eq!(account(&house).await, before);
}

#[tokio::test]
async fn nobody_unlocks_without_every_proof() {
    let house = locked().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    for door in ["reset/unlock", "reset/replace", "reset/reconsider"] {
        assert!(press(&mut browser, door).await.contains("step_ahead"));
    }
    browser.ask("email", "").await;
    assert!(press(&mut browser, "reset/unlock").await.contains("step_ahead"));
    browser.verify(&house.code(EMAIL).await).await;
    assert_eq!(browser.page("/reset/unlock").await.location(), "/reset/choose");
    assert!(press(&mut browser, "reset/unlock").await.contains("step_ahead"));
    assert!(is_locked(&house).await);
    assert_eq!(told(&house).await, None);
}

#[tokio::test]
async fn the_choice_goes_to_and_fro_and_a_new_password_unlocks_as_well() {
    let house = locked().await;
    let (mut browser, _) = prove(&house).await;
    assert_eq!(browser.page("/reset/password").await.location(), "/reset/unlock");
    assert_eq!(press(&mut browser, "reset/replace").await, "/reset/password");
    let page = browser.page("/reset/password").await.body;
    assert!(page.contains("Unlock it after all, keep my password"), "{page}");
    // The page behind, in another tab, leads here and does nothing.
    assert_eq!(press(&mut browser, "reset/unlock").await, "/reset/password");
    assert!(is_locked(&house).await);
    assert_eq!(press(&mut browser, "reset/reconsider").await, "/reset/unlock");
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/unlock");
    assert_eq!(press(&mut browser, "reset/replace").await, "/reset/password");
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    let page = browser.page("/reset/done").await.body;
    assert!(page.contains("Your password has been reset"), "{page}");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
    assert_eq!(told(&house).await, None);
}

#[tokio::test]
async fn without_leave_of_the_policy_only_a_new_password_helps() {
    let house = locked().await;
    let (mut browser, next) = prove(&house).await;
    assert_eq!(next, "/reset/unlock");
    forbid(&house).await;
    // Taken back while the page was looked at.
    assert_eq!(press(&mut browser, "reset/unlock").await, "/reset/password");
    assert!(is_locked(&house).await);
    house.later(31);
    let (mut browser, next) = prove(&house).await;
    assert_eq!(next, "/reset/password");
    assert!(press(&mut browser, "reset/unlock").await.contains("step_ahead"));
    assert_eq!(told(&house).await, None);
}

#[tokio::test]
async fn an_account_that_was_switched_off_meanwhile_is_not_unlocked() {
    let house = locked().await;
    let (mut browser, _) = prove(&house).await;
    let update = PersonUpdate {
        disabled: Some(true),
        ..PersonUpdate::default()
    };
    let name = UserName::parse("k.sato").unwrap();
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    assert!(press(&mut browser, "reset/unlock").await.contains("flow_ended"));
    assert_eq!(told(&house).await, Some(("blocked".into(), "not_enough".into())));
    let failures = house
        .store()
        .failures(&account(&house).await.id, Factor::Password)
        .await;
    assert_ne!(failures.unwrap(), Failures::default());
}

#[tokio::test]
async fn without_scripts_the_same_pages_lead_through() {
    let house = locked().await;
    let refused = Browser::new(&house)
        .submit(
            "signin",
            &[("user_name", "k.sato"), ("password", PASSWORD), ("going", "register")],
        )
        .await;
    assert_eq!(refused.status, 302);
    let (mut browser, _) = prove(&house).await;
    let key = browser.key().await;
    let heard = browser.submit("reset/replace", &[("key", &key)]).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/password"));
    let heard = browser.submit("reset/reconsider", &[("key", "another")]).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/unlock"));
    let heard = browser.submit("reset/unlock", &[("key", "a third")]).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/done"));
    assert!(!is_locked(&house).await);
}

#[tokio::test]
async fn whoever_may_not_sign_in_right_now_is_shown_the_way() {
    let house = locked().await;
    let mut browser = Browser::new(&house);
    let form = [("user_name", "k.sato"), ("password", PASSWORD), ("going", "register")];
    assert_eq!(browser.submit("signin", &form).await.location(), "/signin");
    let page = browser.page("/signin").await.body;
    assert!(page.contains("You need not wait"), "{page}");
    let page = Browser::new(&house).page("/signin").await.body;
    assert!(!page.contains("You need not wait"), "{page}");
}

#[tokio::test]
async fn pressed_many_times_at_once_it_is_unlocked_and_told_of_once() {
    let house = locked().await;
    let (mut browser, _) = prove(&house).await;
    let key = browser.key().await;
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (mut browser, key) = (browser.clone(), key.clone());
        presses.spawn(async move { browser.post("reset/unlock", &[("key", &key)]).await.next() });
    }
    for next in presses.join_all().await {
        assert_eq!(next, "/reset/done");
    }
    let rows = house.audit().await;
    assert_eq!(rows.iter().filter(|row| row.0 == "unlock").count(), 1);
}
