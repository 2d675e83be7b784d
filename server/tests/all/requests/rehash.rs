//! A hash of another cost or an older key is replaced by whoever gives its password.

use portal::ports::{Change, Fault, HashTrouble, Store as _};
use server::hashing::{Argon2Pool, Cost, Older};

use super::browser::PASSWORD;
use super::site::{Beside, NAME, Site, While};

/// "harbour lantern 7130", as a directory keeps it.
const SSHA: &str = "{SSHA}233gLLm+XotcB0EI2HCczCjWR9EBAgP/";

fn raised() -> Cost {
    Cost::new(19_456, 3).unwrap()
}

fn pool(site: &Site) -> Argon2Pool {
    site.pool(raised())
}

#[tokio::test]
async fn a_right_password_brings_its_hash_up_to_the_cost_of_today() {
    let site = Site::open().await;
    let before = site.hash().await;
    let mut browser = site.browser(pool(&site));
    assert_eq!(browser.sign_in(NAME, "not it").await.status, 422);
    assert_eq!(
        site.hash().await,
        before,
        "whoever does not know the password changes nothing"
    );
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.next(), "/register");
    let after = site.hash().await;
    assert!(before.contains("t=2") && after.contains("t=3"), "{before} {after}");
    // It is the same password, and once is enough.
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.next(), "/register");
    assert_eq!(site.hash().await, after);
}

#[tokio::test]
async fn a_right_password_takes_the_place_of_what_another_system_made_of_it() {
    let site = Site::open().await;
    let pool = pool(&site);
    let older = Older::parse(SSHA).unwrap();
    let adopted = pool.adopt(&older).await.unwrap();
    let name = portal::account::UserName::parse(NAME).unwrap();
    let account = site.store.account_named(&name).await.unwrap().unwrap();
    let rehash = Change::Rehash {
        account: account.id,
        before: account.hash.unwrap(),
        after: adopted.clone(),
    };
    site.store.commit(vec![rehash]).await.unwrap();
    assert_eq!(site.store.older_hash().await.unwrap(), Some(adopted.clone()));
    let mut browser = site.browser(pool);
    assert_eq!(browser.sign_in(NAME, "harbour lantern 7131").await.status, 422);
    assert_eq!(site.hash().await, adopted);
    assert_eq!(browser.sign_in(NAME, "harbour lantern 7130").await.next(), "/register");
    let after = site.hash().await;
    assert!(after.starts_with("k1$$argon2id$v=19$m=19456,t=3,p=1$"), "{after}");
    assert_eq!(browser.sign_in(NAME, "harbour lantern 7130").await.next(), "/register");
    assert_eq!(site.hash().await, after);
    assert_eq!(site.store.older_hash().await.unwrap(), None);
}

#[tokio::test]
async fn a_right_password_moves_its_hash_to_the_newest_key() {
    let site = Site::open().await;
    assert!(site.hash().await.starts_with("k1$"));
    site.add_key();
    let mut browser = site.browser(site.pool(Cost::default()));
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.next(), "/register");
    assert!(site.hash().await.starts_with("k2$"));
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.next(), "/register");
}

#[tokio::test]
async fn proving_the_password_again_does_it_too() {
    let site = Site::open().await;
    let mut browser = site.browser(site.pool(Cost::default()));
    browser.sign_in(NAME, PASSWORD).await;
    let mut elsewhere = site.browser(pool(&site));
    elsewhere.cookies = browser.cookies;
    let proved = elsewhere.post("register/prove", &[("password", PASSWORD)]).await;
    assert_eq!(proved.next(), "/register");
    assert!(site.hash().await.contains("t=3"));
}

#[tokio::test]
async fn a_pool_that_is_busy_or_fails_then_spoils_no_sign_in() {
    let site = Site::open().await;
    let before = site.hash().await;
    let troubles: [fn() -> HashTrouble; 2] = [|| HashTrouble::Busy, || HashTrouble::Fault(Fault::new("broken"))];
    for trouble in troubles {
        let mut browser = site.browser(Beside::troubled(pool(&site), While::Storing, trouble));
        assert_eq!(browser.sign_in(NAME, PASSWORD).await.next(), "/register");
        assert!(browser.view("register/view?page=x").await["screen"].is_object());
        assert_eq!(site.hash().await, before);
    }
}

#[tokio::test]
async fn a_hash_that_was_replaced_meanwhile_stays_and_spoils_no_sign_in() {
    let site = Site::open().await;
    let name = portal::account::UserName::parse(NAME).unwrap();
    let account = site.store.account_named(&name).await.unwrap().unwrap();
    let store = std::sync::Arc::clone(&site.store);
    let rehash = Change::Rehash {
        account: account.id,
        before: account.hash.unwrap(),
        after: "another".into(),
    };
    let meanwhile = Beside::new(pool(&site), While::Storing, async move {
        store.commit(vec![rehash]).await.unwrap();
    });
    assert_eq!(
        site.browser(meanwhile).sign_in(NAME, PASSWORD).await.next(),
        "/register"
    );
    assert_eq!(site.hash().await, "another");
}
