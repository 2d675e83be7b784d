//! `aikagi outbox`.

use portal::account::Language;
use portal::identity::{ContactId, MessageId};
use portal::moment::hours;
use portal::ports::{Change, Clock as _, Matter, Message, Recipient, Store as _};
use server::clock::SystemClock;
use server::courier::Channel;

use super::Installation;

#[tokio::test]
async fn what_waits_and_what_was_given_up_is_shown() {
    let installation = Installation::new();
    let empty = installation.run("outbox");
    assert_eq!((empty.out.as_str(), empty.is_done), ("", true));
    assert!(empty.error.contains("Nothing waits"), "{}", empty.error);
    let now = SystemClock.now();
    let message = |id: &str| Message {
        id: MessageId::new(id),
        to: Recipient::Contact(ContactId::new(id)),
        account: None,
        language: Language::En,
        matter: Matter::WasReset,
        at: now,
        expires: now + hours(24),
        network: String::new(),
    };
    let store = installation.store().await;
    let enqueued = ["lost", "waits"].map(|id| Change::Enqueue(message(id)));
    store.commit(enqueued.to_vec()).await.unwrap();
    let taken = store.lease_due(now, "worker", Channel::Mail, 1).await.unwrap();
    store
        .bury(&taken[0], "the other side will never take it")
        .await
        .unwrap();
    store.close().await.unwrap();
    let said = installation.run("outbox").done();
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[0]["waiting"], &lines[0]["messages"]),
        (&"mail".into(), &1.into())
    );
    assert_eq!(
        (&lines[1]["given_up"], &lines[1]["what"], &lines[1]["reason"]),
        (
            &"lost".into(),
            &"was_reset".into(),
            &"the other side will never take it".into()
        )
    );
    assert_eq!(lines.len(), 2);
}
