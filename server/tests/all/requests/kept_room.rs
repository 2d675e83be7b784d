//! Strangers may take all the hashing that is theirs: whoever has proved something, or is signed in, is served.

use std::sync::Arc;

use async_trait::async_trait;
use portal::account::UserName;
use portal::audit::Actor;
use portal::method::{ContactKind, Method};
use portal::ports::{Clock as _, HashTrouble, Hashing, Password, Store as _};
use server::hashing::{Argon2Pool, Cost};
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, NEW_PASSWORD, PASSWORD};
use super::site::{BesideCode, NAME, Site};

/// A pool in which strangers have taken every permit of theirs.
struct Crowded(Argon2Pool);

#[async_trait]
impl Hashing for Crowded {
    async fn hash(&self, _: &Password) -> Result<String, HashTrouble> {
        Err(HashTrouble::Busy)
    }

    async fn verify(&self, _: &Password, _: Option<&str>) -> Result<bool, HashTrouble> {
        Err(HashTrouble::Busy)
    }

    async fn renew(&self, _: &Password, _: &str) -> Result<Option<String>, HashTrouble> {
        Err(HashTrouble::Busy)
    }

    async fn hash_proved(&self, password: &Password) -> Result<String, HashTrouble> {
        self.0.hash_proved(password).await
    }

    async fn verify_proved(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        self.0.verify_proved(password, stored).await
    }
}

fn crowded(site: &Site) -> Crowded {
    Crowded(site.pool(Cost::default()))
}

#[tokio::test]
async fn whoever_is_signed_in_proves_and_changes_the_password_however_many_others_sign_in() {
    let site = Site::open().await;
    let mut quiet = site.browser(site.pool(Cost::default()));
    quiet.sign_in(NAME, PASSWORD).await;
    // Nothing is registered yet, and that is not what is tried here.
    quiet.post("register/later", &[]).await;

    let mut browser = site.browser(crowded(&site));
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.status, 503, "a stranger waits");
    browser.cookies = quiet.cookies;
    let proved = browser.post("register/prove", &[("password", PASSWORD)]).await;
    assert_eq!(proved.next(), "/register");
    let form = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &form).await.next(), "/change/done");
}

#[tokio::test]
async fn whoever_has_given_every_proof_sets_a_password_however_many_others_sign_in() {
    let site = Site::open().await;
    let now = site.clock.now();
    let (mut policy, version) = site.store.policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = vec![Method::Email];
    let vouched = PersonUpdate {
        vouched: vec![(ContactKind::Email, EMAIL.into())],
        ..PersonUpdate::default()
    };
    let name = UserName::parse(NAME).unwrap();
    site.store
        .update_person(&name, vouched, Actor::Console, now)
        .await
        .unwrap();
    site.store
        .set_policy(&policy, version, Actor::Console, now)
        .await
        .unwrap();

    let keys = Arc::new(BesideCode::new(site.keys()));
    let mut browser = Browser::with(site.serve_with(crowded(&site), Arc::clone(&keys) as _));
    assert_eq!(browser.identify(NAME).await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    // What was typed is compared with the code, which is how it is learnt here.
    assert!(browser.verify("x").await.next().contains("\"left\":4"));
    let code = keys.code(8);
    assert_eq!(browser.verify(&code).await.next(), "/reset/password");
    assert!(
        browser.set(PASSWORD).await.next().contains("password_used_before"),
        "old passwords are looked at"
    );
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
}
