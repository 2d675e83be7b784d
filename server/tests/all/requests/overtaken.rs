//! A sign-in whose password is still being judged when another one is set.

use std::sync::mpsc::channel;

use portal::account::UserName;
use portal::audit::Actor;
use portal::ports::{Hashing as _, Password};
use server::store::people::PersonUpdate;
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::browser::{Browser, House, NEW_PASSWORD, PASSWORD};

#[test]
fn a_password_that_is_replaced_while_it_is_judged_opens_nothing_and_makes_no_browser_known() {
    // One thread hashes, and what is held on it holds the sign-in up.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build();
    runtime.unwrap().block_on(async {
        let house = House::open().await;
        let name = UserName::parse("k.sato").unwrap();
        let hash = house.server.hashing.hash(&Password::typed(NEW_PASSWORD)).await.unwrap();
        let (going_on, held) = channel::<()>();
        #[expect(clippy::disallowed_methods, reason = "holds the one thread that the pool hashes on")]
        tokio::task::spawn_blocking(move || held.recv().ok());
        let free = house.server.hashing.free();
        let mut thief = Browser::new(&house);
        let form = [("user_name", "k.sato"), ("password", PASSWORD), ("device", "own")];
        let replace = async {
            while house.server.hashing.free() == free {
                yield_now().await;
            }
            let update = PersonUpdate {
                hash: Some(hash),
                ..PersonUpdate::default()
            };
            let now = house.now();
            house
                .store()
                .update_person(&name, update, Actor::Console, now)
                .await
                .unwrap();
            drop(going_on);
        };
        let (heard, ()) = tokio::join!(thief.post("signin", &form), replace);
        assert_eq!(heard.status, 422, "{}", heard.body);
        assert!(!thief.cookies.contains_key("aikagi-session"));
        assert!(!thief.cookies.contains_key("aikagi-device"));
        assert_eq!(
            Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
            "/register"
        );
    });
}
