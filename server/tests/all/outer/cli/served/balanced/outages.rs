//! One of the two servers is killed or held up, and the database goes away for a while, in the midst of resets.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::haproxy::TIMEOUT;
use super::super::soon;
use super::Balanced;
use super::codes::at_once;
use crate::cluster;
use crate::requests::browser::NEW_PASSWORD;

/// Who resets a password meanwhile.
const PEOPLE: usize = 8;

/// Resets of everybody, and how many came to the point where they wait for their code.
async fn under_way(balanced: &Arc<Balanced>) -> JoinSet<()> {
    let mut resets = JoinSet::new();
    for n in 0..PEOPLE {
        let balanced = Arc::clone(balanced);
        resets.spawn(async move { balanced.reset(n).await });
    }
    soon("half of them were sent a code", async || {
        let asked = balanced.postgres.count("select count(*) from code").await;
        (asked >= i64::try_from(PEOPLE / 2).unwrap()).then_some(())
    })
    .await;
    resets
}

#[tokio::test]
async fn resets_go_on_with_the_other_server_when_one_is_killed() {
    let Some(mut balanced) = Balanced::start(PEOPLE).await.map(Arc::new) else {
        return;
    };
    let resets = under_way(&balanced).await;
    balanced.servers[0].signal("-KILL");
    resets.join_all().await;
    assert_eq!(balanced.postgres.count(DONE).await, i64::try_from(PEOPLE).unwrap());
    // It comes back and is given work again.
    let balanced = Arc::get_mut(&mut balanced).unwrap();
    balanced.servers[0].again().await;
    balanced.both_answer().await;
}

#[tokio::test]
async fn a_server_that_is_held_up_with_work_in_hand_holds_nobody_else_up_and_succeeds_at_nothing_twice() {
    let Some(balanced) = Balanced::start(2).await.map(Arc::new) else {
        return;
    };
    let (browser, code) = balanced.awaiting(0).await;
    let mut impatient = balanced.browser(0);
    impatient.cookies.clone_from(&browser.cookies);
    // Nobody writes to the codes for a moment: both servers have work in hand when one is held up.
    let mut stranger = balanced.postgres.admin("aikagi").await;
    cluster::run(&mut stranger, "begin; lock table code in exclusive mode").await;
    let typing = tokio::spawn(async move { at_once(&impatient, std::iter::repeat_n(code, 30)).await });
    soon("work of both is in hand", async || {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
        (balanced.postgres.count(waiting).await >= 4).then_some(())
    })
    .await;
    balanced.servers[0].signal("-STOP");
    cluster::run(&mut stranger, "rollback").await;
    let (mut other, began) = (balanced.patient(1), Instant::now());
    balanced.begin(&mut other, 1).await;
    let heard = typing.await.unwrap();
    assert!(began.elapsed() < TIMEOUT * 2, "{:?}", began.elapsed());
    balanced.servers[0].signal("-CONT");
    balanced.both_answer().await;
    balanced.finish(&mut other, 1).await;
    let won = "select count(*) from audit where event = 'verify' and outcome = 'succeeded'";
    // Of the one who typed it thirty times at most one, and the one of the other.
    assert!(matches!(balanced.postgres.count(won).await, 1..=2), "{heard:?}");
    assert_eq!(balanced.postgres.count(DONE).await, 1);
}

#[tokio::test]
async fn the_database_comes_back_and_everybody_goes_on_without_a_restart() {
    let Some(balanced) = Balanced::start(PEOPLE + 1).await.map(Arc::new) else {
        return;
    };
    let resets = under_way(&balanced).await;
    balanced.postgres.crash();
    for n in 0..4 {
        let mut browser = balanced.beside(&balanced.browser(PEOPLE), n % 2);
        let heard = browser.sign_in(&format!("person{PEOPLE}"), NEW_PASSWORD).await;
        assert_eq!(heard.status, 503, "{}", heard.body);
    }
    balanced.postgres.go_on();
    resets.join_all().await;
    assert_eq!(balanced.postgres.count(DONE).await, i64::try_from(PEOPLE).unwrap());
    for n in 0..PEOPLE {
        let signed_in = balanced.patient(n).sign_in(&format!("person{n}"), NEW_PASSWORD).await;
        assert_eq!(signed_in.next(), "/register", "what was answered is lost");
    }
}

/// Passwords that were set, each once.
const DONE: &str = "select count(*) from audit where event = 'reset' and outcome = 'succeeded'";
