//! What the audit log tells of each step, whatever became of it.

use portal::audit::Actor;
use portal::limits::{FREE_FAILURES, Factor};
use portal::ports::Store as _;
use portal::recovery::FASTEST;
use server::store::audit::Filter;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::closed::failed;
use super::codes::{awaiting, other};
use super::registration::prove;

/// The newest row of an event: its outcome and its detail.
async fn newest(house: &House, event: &str) -> (String, String) {
    let rows = house.audit().await;
    let row = rows.into_iter().find(|row| row.0 == event);
    row.map(|row| (row.1, row.2)).unwrap_or_default()
}

async fn assert_newest(house: &House, event: &str, outcome: &str, detail: &str) {
    assert_eq!(newest(house, event).await, (outcome.to_owned(), detail.to_owned()));
}

/// Rows that tell that an event was blocked.
async fn blocked(house: &House, event: &str) -> usize {
    let rows = house.audit().await.into_iter();
    rows.filter(|row| row.0 == event && row.1 == "blocked").count()
}

#[tokio::test]
async fn naming_oneself_again_is_a_row_and_naming_another_cancels_what_was_begun() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert_newest(&house, "identify", "succeeded", "").await;
    browser.identify("K.SATO").await;
    assert_newest(&house, "identify", "succeeded", "again").await;
    browser.identify("r.ito").await;
    assert_newest(&house, "identify", "succeeded", "").await;
    assert_newest(&house, "reset", "cancelled", "another_name").await;
}

#[tokio::test]
async fn a_network_that_begins_too_much_is_a_row() {
    let house = House::open().await;
    let mut tickets = Vec::new();
    for _ in 0..25 {
        let mut browser = Browser::new(&house);
        let view = browser.view("reset/view?step=identify").await;
        let token = view["screen"]["identify"]["token"].as_str().unwrap().to_owned();
        tickets.push((browser, token));
    }
    house.later(11);
    let mut last = String::new();
    for (mut browser, token) in tickets {
        let form = [
            ("user_name", "k.sato"),
            ("token", &*token),
            ("answer", ""),
            ("key", "k"),
        ];
        last = browser.post("reset/identify", &form).await.next();
    }
    // Nobody is told of wrong tries that were not theirs.
    assert!(last.contains("crowded"), "{last}");
    assert_newest(&house, "identify", "blocked", "network").await;
    assert_eq!(blocked(&house, "identify").await, 1);
}

#[tokio::test]
async fn a_send_beyond_the_limit_is_a_row_in_a_reset_and_in_a_registration() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    browser.ask("email", "").await;
    assert_newest(&house, "send", "blocked", "sends").await;
    let mut newcomer = Browser::new(&house);
    newcomer.sign_in("h.tanaka", "first lantern 2041").await;
    newcomer
        .post("register/email", &[("address", "hana@example.net")])
        .await;
    assert_newest(&house, "send", "succeeded", "").await;
    newcomer.post("register/again", &[("method", "email")]).await;
    assert_newest(&house, "send", "blocked", "sends").await;
}

#[tokio::test]
async fn a_try_that_may_not_be_made_is_a_row_with_the_reason() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let wrong = other(&house.code(EMAIL).await);
    for _ in 0..FREE_FAILURES {
        browser.verify(&wrong).await;
        assert_newest(&house, "verify", "failed", "").await;
    }
    browser.verify(&wrong).await;
    assert_newest(&house, "verify", "blocked", "wait").await;
    house.later(31);
    browser.verify(&wrong).await;
    assert_newest(&house, "verify", "blocked", "code_dead").await;
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    house.later(301);
    browser.verify(&wrong).await;
    assert_newest(&house, "verify", "blocked", "code_expired").await;
}

#[tokio::test]
async fn what_is_blocked_again_for_the_same_reason_is_no_other_row() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let wrong = other(&house.code(EMAIL).await);
    for _ in 0..5 {
        browser.ask("email", "").await;
    }
    assert_eq!(blocked(&house, "send").await, 1);
    for _ in 0..FREE_FAILURES + 5 {
        browser.verify(&wrong).await;
    }
    house.later(31);
    for _ in 0..5 {
        browser.verify(&wrong).await;
    }
    // The wait, and the dead code.
    assert_eq!(blocked(&house, "verify").await, 2);
    // Another reset has rows of its own, for its support code leads to them.
    let mut second = Browser::new(&house);
    second.identify("k.sato").await;
    for _ in 0..2 {
        assert_eq!(second.ask("email", "").await.next(), "/reset/code");
        second.ask("email", "").await;
        house.later(61);
    }
    assert_eq!(blocked(&house, "send").await, 2);
}

#[tokio::test]
async fn a_new_password_that_is_not_taken_is_a_row_with_the_reason() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    browser.set("short").await;
    assert_newest(&house, "reset", "failed", "rules").await;
    browser.set(PASSWORD).await;
    assert_newest(&house, "reset", "failed", "history").await;
    for _ in 1..FREE_FAILURES {
        browser.set(PASSWORD).await;
    }
    // Whether it was used before, or not: nobody is told right now.
    for password in [PASSWORD, NEW_PASSWORD] {
        assert!(browser.set(password).await.next().contains("wait"));
        assert_newest(&house, "reset", "blocked", "wait").await;
    }
    house.later(31);
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_newest(&house, "reset", "succeeded", "email+text").await;
}

#[tokio::test]
async fn a_reset_faster_than_a_person_is_told_from_others_and_refused_to_nobody() {
    for pause in [0, 2] {
        let house = House::open().await;
        let mut browser = Browser::new(&house);
        let before = house.now();
        browser.prove(&house).await;
        house.later(pause);
        assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
        // Some machines hash no faster than people type.
        let is_fast = house.now().since(before) < FASTEST;
        let detail = if is_fast { "email+text too_fast" } else { "email+text" };
        if is_fast || pause > 0 {
            assert_newest(&house, "reset", "succeeded", detail).await;
        }
    }
}

#[tokio::test]
async fn proofs_that_are_no_longer_enough_are_a_row() {
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = portal::method::Method::SENDING.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    let mut browser = awaiting(&house).await;
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/password");
    policy.methods_required = 2;
    let set = house
        .store()
        .set_policy(&policy, version + 1, Actor::Console, house.now());
    set.await.unwrap();
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    assert_newest(&house, "reset", "blocked", "not_enough").await;
}

#[tokio::test]
async fn a_reset_that_was_left_after_a_proof_is_a_row() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let support = browser.view("reset/view?step=code").await["support"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
    house.later(901);
    house.server.portal.tell_unfinished().await.unwrap();
    assert_newest(&house, "reset", "abandoned", "").await;
    let rows = house.store().list_audit(&Filter::All, None, 1).await.unwrap();
    assert_eq!(rows[0].support, support, "found by the code that the person has");
}

#[tokio::test]
async fn proving_the_password_again_is_a_row_and_so_is_failing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    browser.post("register/prove", &[("password", "wrong")]).await;
    assert_newest(&house, "sign_in", "failed", "current_password").await;
    prove(&house, &mut browser).await;
    assert_newest(&house, "sign_in", "succeeded", "current_password").await;
}

#[tokio::test]
async fn a_contact_that_is_left_before_it_is_proved_is_a_row() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    browser.post("register/email", &[("address", "hana@example.net")]).await;
    browser.post("register/leave", &[("back", "email")]).await;
    assert_newest(&house, "add_method", "cancelled", "").await;
}

#[tokio::test]
async fn a_closed_method_is_a_row_where_a_code_is_asked_for() {
    let house = House::open().await;
    failed(&house, "k.sato", Factor::Email, 100).await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    assert_newest(&house, "send", "blocked", "closed").await;
}
