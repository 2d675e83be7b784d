//! What load balancers and operators are told.

use sqlx::{AnyConnection, Row as _};

use crate::cluster;

use super::browser::{Browser, House};

/// The database by a connection of a stranger.
async fn raw(house: &House) -> AnyConnection {
    cluster::raw(&house.folder).await
}

async fn beats(house: &House) -> i64 {
    sqlx::query("select beat from pulse")
        .fetch_one(&mut raw(house).await)
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn however_many_ask_whether_it_is_ready_hardly_anything_is_written() {
    let house = House::open().await;
    let before = beats(&house).await;
    for _ in 0..50 {
        assert_eq!(Browser::new(&house).page("/readyz").await.status, 204);
    }
    let written = beats(&house).await - before;
    assert!((1..=3).contains(&written), "{written} writes");
}

#[tokio::test]
async fn who_is_not_ready_says_when_to_ask_again_and_nothing_else() {
    let house = House::open().await;
    let mut stranger = raw(&house).await;
    cluster::hold_up(&mut stranger, "pulse").await;
    let heard = Browser::new(&house).page("/readyz").await;
    assert_eq!(heard.status, 503);
    assert_eq!(heard.body, "");
    assert_eq!(heard.headers["retry-after"], "5");
    assert_eq!(Browser::new(&house).page("/healthz").await.status, 204);
    sqlx::raw_sql("rollback").execute(&mut stranger).await.unwrap();

    // An answer is good for a moment; then somebody looks again.
    let mut browser = Browser::new(&house);
    let again = async {
        while browser.page("/readyz").await.status != 204 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(30), again).await;
    assert!(waited.is_ok(), "it never looks again");
}
