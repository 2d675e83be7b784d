//! What monitoring reads.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use portal::audit::Actor;
use portal::moment::seconds;
use portal::ports::{Change, Hashing as _, Matter, Password, Recipient, Store as _};
use server::clock::MovingClock;
use server::hashing::{Argon2Pool, Cost};
use server::metrics::{Sources, router};
use server::random::SystemRandom;
use tower::ServiceExt as _;

use super::ground::{Ground, START, entry, message, person};

async fn read(sources: &Sources, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let answer = router(sources.clone()).oneshot(request).await.unwrap();
    let status = answer.status();
    let text = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

/// The value of the first line that begins like this.
#[track_caller]
fn value(text: &str, begins: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(begins));
    let line = line.unwrap_or_else(|| panic!("{begins} is not in\n{text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Whether a value is this one: counts, which a float holds exactly.
fn is(value: f64, wanted: f64) -> bool {
    (value - wanted).abs() < f64::EPSILON
}

#[tokio::test]
async fn monitoring_reads_what_happens_and_nothing_of_whom() {
    let ground = Ground::new().await;
    let keyring = Arc::clone(&ground.keys);
    let hashing = Argon2Pool::new(Arc::clone(&keyring), Arc::new(SystemRandom), Cost::default(), None);
    let sources = Sources {
        store: Arc::clone(&ground.store),
        hashing: Arc::new(hashing),
        keyring,
        clock: Arc::new(MovingClock::new()),
    };
    let adding = person("h.tanaka");
    ground.store.add_person(adding, Actor::Console, START).await.unwrap();
    let mut waiting = message(Recipient::HelpDesk, Matter::Nothing);
    waiting.at = sources.clock.now() - seconds(90);
    let (_, before) = read(&sources, "/metrics").await;
    assert!(is(value(&before, "aikagi_outbox{channel=\"mail\"}"), 0.0));
    let unsealed = value(&before, "aikagi_audit_unsealed ");

    let entry = entry(None);
    let word = format!(
        "aikagi_events_total{{event=\"{}\",outcome=\"{}\"",
        entry.event.word(),
        entry.outcome.word()
    );
    let changes = vec![Change::Record(entry), Change::Enqueue(waiting)];
    ground.store.commit(changes).await.unwrap();
    sources
        .hashing
        .hash(&Password::typed("correct horse battery staple"))
        .await
        .unwrap();

    let (status, after) = read(&sources, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(value(&after, &word) >= 1.0);
    assert!(is(value(&after, "aikagi_outbox{channel=\"mail\"}"), 1.0));
    let oldest = value(&after, "aikagi_outbox_oldest_seconds{channel=\"mail\"}");
    assert!((89.0..100.0).contains(&oldest), "{oldest}");
    assert!(is(value(&after, "aikagi_audit_unsealed "), unsealed + 1.0));
    assert!(value(&after, "aikagi_hashing_wait_seconds_count") >= 1.0);
    assert!(value(&after, "aikagi_database_wait_seconds_count{kind=\"write\"}") >= 2.0);
    assert!(is(value(&after, "aikagi_key{kid=\"memory\",state=\"in_use\"}"), 1.0));
    assert!(is(value(&after, "aikagi_build_info{version="), 1.0));
    assert_eq!(after.matches("# EOF").count(), 1);
    assert!(after.ends_with("# EOF\n"), "{after}");
    for secret in ["tanaka", "@", "127.0.0.1", "192.0.2"] {
        assert!(!after.contains(secret), "{secret}: {after}");
    }
    assert_eq!(read(&sources, "/").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_stale_change_takes_back_is_not_counted() {
    let ground = Ground::new().await;
    let mut taken_back = entry(None);
    taken_back.event = portal::audit::Event::ReadAudit;
    taken_back.outcome = portal::audit::Outcome::Abandoned;
    let changes = vec![Change::Record(taken_back), Change::PolicyIs(99)];
    ground.store.commit(changes).await.unwrap();
    let hashing = Argon2Pool::new(Arc::clone(&ground.keys), Arc::new(SystemRandom), Cost::default(), None);
    let sources = Sources {
        store: Arc::clone(&ground.store),
        hashing: Arc::new(hashing),
        keyring: Arc::clone(&ground.keys),
        clock: Arc::new(MovingClock::new()),
    };
    let (_, text) = read(&sources, "/metrics").await;
    assert!(!text.contains("event=\"read_audit\",outcome=\"abandoned\""), "{text}");
}
