//! Codes that are typed on both servers at once.

use tokio::task::JoinSet;

use super::Balanced;
use crate::requests::browser::Browser;

const FAILED: &str = "select count(*) from audit where event = 'verify' and outcome = 'failed'";
const WON: &str = "select count(*) from audit where event = 'verify' and outcome = 'succeeded'";

/// What is heard by so many who type a code at once, each by a form of its own.
pub async fn at_once(browser: &Browser, codes: impl Iterator<Item = String>) -> Vec<String> {
    let mut tries = JoinSet::new();
    for (n, code) in codes.enumerate() {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let heard = browser
                .post("reset/verify", &[("code", &code), ("key", &format!("k{n}"))])
                .await;
            format!("{} {}", heard.status, heard.body)
        });
    }
    tries.join_all().await
}

/// Other codes of the same length.
fn wrong(code: &str, many: u64) -> impl Iterator<Item = String> {
    let (number, width): (u64, usize) = (code.parse().unwrap(), code.len());
    let all = 10_u64.pow(u32::try_from(width).unwrap());
    (1..=many).map(move |n| format!("{:0width$}", (number + n * 7_919) % all))
}

#[tokio::test]
async fn of_fifty_wrong_codes_at_once_over_both_servers_five_are_tried_and_counted() {
    let Some(balanced) = Balanced::start(1).await else {
        return;
    };
    let (mut browser, code) = balanced.awaiting(0).await;
    balanced.answered.lock().unwrap().clear();
    let heard = at_once(&browser, wrong(&code, 50)).await;
    assert_eq!(balanced.answered.lock().unwrap().len(), 2);
    for left in 1..5 {
        let told = heard.iter().filter(|heard| heard.contains(&format!("\"left\":{left}")));
        assert_eq!(told.count(), 1, "{heard:?}");
    }
    assert_eq!(balanced.postgres.count(FAILED).await, 5, "{heard:?}");
    assert_eq!(balanced.postgres.count("select max(tries) from code").await, 5);
    // The right one is too late.
    assert!(browser.verify(&code).await.next().contains("wait"));
    assert_eq!(balanced.postgres.count(WON).await, 0);
}

#[tokio::test]
async fn of_fifty_right_codes_at_once_over_both_servers_one_wins() {
    let Some(balanced) = Balanced::start(1).await else {
        return;
    };
    let (browser, code) = balanced.awaiting(0).await;
    balanced.answered.lock().unwrap().clear();
    let heard = at_once(&browser, std::iter::repeat_n(code, 50)).await;
    assert_eq!(balanced.answered.lock().unwrap().len(), 2);
    assert_eq!(balanced.postgres.count(WON).await, 1, "{heard:?}");
    assert_eq!(
        balanced.postgres.count("select count(*) from proof").await,
        1,
        "{heard:?}"
    );
}
