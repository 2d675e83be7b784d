//! Whole resets over both servers.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::{codes, soon};
use super::{Balanced, address};

#[tokio::test]
async fn a_reset_whose_steps_land_on_both_servers_ends_sessions_on_both() {
    let Some(balanced) = Balanced::start(2).await else {
        return;
    };
    let mut elsewhere = balanced.browser(1);
    let signed_in = elsewhere.sign_in("person0", "first lantern of 0 2041").await;
    assert_eq!(signed_in.next(), "/change");
    for server in [0, 1] {
        let view = balanced.beside(&elsewhere, server).view("change/view").await;
        assert!(view.get("No").is_none() && view.get("Elsewhere").is_none(), "{view}");
    }
    let mut browser = balanced.browser(0);
    balanced.answered.lock().unwrap().clear();
    balanced.begin(&mut browser, 0).await;
    balanced.finish(&mut browser, 0).await;
    let done = Instant::now();
    for server in [0, 1] {
        let view = balanced.beside(&elsewhere, server).view("change/view").await;
        assert_eq!(view["No"], "session_ended", "{view}");
    }
    assert!(done.elapsed() < Duration::from_secs(1), "{:?}", done.elapsed());
    assert_eq!(balanced.answered.lock().unwrap().len(), 2, "one server did everything");
}

#[tokio::test]
async fn what_two_servers_deliver_arrives_once() {
    const PEOPLE: usize = 16;
    let Some(balanced) = Balanced::start(PEOPLE).await.map(Arc::new) else {
        return;
    };
    let mut asking = JoinSet::new();
    for n in 0..PEOPLE {
        let balanced = Arc::clone(&balanced);
        asking.spawn(async move { balanced.begin(&mut balanced.patient(n), n).await });
    }
    asking.join_all().await;
    soon("nothing waits", async || {
        let waiting = "select count(*) from outbox where state = 'waiting'";
        (balanced.postgres.count(waiting).await == 0).then_some(())
    })
    .await;
    for n in 0..PEOPLE {
        balanced.code(n).await;
        assert_eq!(codes(&balanced.mail, &address(n)).await.len(), 1, "person{n}");
    }
}
