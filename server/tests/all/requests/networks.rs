//! What one network may begin: it costs more first, and is refused far above what an office does.

use super::browser::{Browser, House, PASSWORD};
use super::site::Site;

/// What a start costs from an address, in bits.
async fn bits(browser: &Browser, address: [u8; 4]) -> u64 {
    let mut browser = browser.clone();
    browser.cookies.remove("aikagi-flow");
    browser.address = address;
    let view = browser.view("reset/view?step=identify").await;
    view["screen"]["identify"]["bits"].as_u64().unwrap()
}

/// So many resets begun from one address.
async fn begin(browser: &Browser, address: [u8; 4], most: u32) {
    let mut browser = browser.clone();
    browser.address = address;
    for _ in 0..most {
        browser.identify("nobody.here").await;
    }
}

#[tokio::test]
async fn an_address_pays_more_first_and_its_neighbours_when_there_are_four_times_as_many() {
    let site = Site::with("[limits]\nnetworks = [\"203.0.113.0/24 5\"]\n").await;
    let anybody = site.browser(site.pool(server::hashing::Cost::default()));
    begin(&anybody, [203, 0, 113, 1], 5).await;
    assert_eq!(bits(&anybody, [203, 0, 113, 1]).await, 17);
    assert_eq!(bits(&anybody, [203, 0, 113, 2]).await, 16);
    for n in 2..=4 {
        begin(&anybody, [203, 0, 113, n], 4).await;
    }
    assert_eq!(bits(&anybody, [203, 0, 113, 99]).await, 16);
    begin(&anybody, [203, 0, 113, 5], 3).await;
    assert_eq!(bits(&anybody, [203, 0, 113, 99]).await, 17);
    assert_eq!(bits(&anybody, [203, 0, 114, 99]).await, 16);
}

#[tokio::test]
async fn a_known_browser_pays_for_its_own_starts_alone() {
    let house = House::open().await;
    let mut known = Browser::new(&house);
    let form = [("user_name", "k.sato"), ("password", PASSWORD), ("device", "own")];
    assert_eq!(known.post("signin", &form).await.next(), "/register");
    let anybody = Browser::new(&house);
    begin(&anybody, anybody.address, 61).await;
    assert_eq!(bits(&anybody, anybody.address).await, 17);
    assert_eq!(bits(&known, anybody.address).await, 16);
    begin(&known, anybody.address, 60).await;
    assert_eq!(bits(&known, anybody.address).await, 17);
    // A cookie that somebody made up spares nothing.
    let mut liar = anybody.clone();
    liar.cookies.insert("aikagi-device".into(), "1".repeat(64));
    assert_eq!(bits(&liar, anybody.address).await, 17);
}

#[tokio::test]
async fn the_operator_may_expect_more_of_an_office_and_less_of_others() {
    let site = Site::with("[limits]\nnetworks = [\"203.0.113.7 120\", \"198.51.100.0/24 2\"]\n").await;
    let anybody = site.browser(site.pool(server::hashing::Cost::default()));
    begin(&anybody, [203, 0, 113, 7], 60).await;
    assert_eq!(bits(&anybody, [203, 0, 113, 7]).await, 16);
    begin(&anybody, [203, 0, 113, 7], 60).await;
    assert_eq!(bits(&anybody, [203, 0, 113, 7]).await, 17);
    begin(&anybody, [198, 51, 100, 3], 10).await;
    assert_eq!(bits(&anybody, [198, 51, 100, 3]).await, 19);
    let mut refused = anybody.clone();
    refused.address = [198, 51, 100, 3];
    let heard = refused.identify("k.sato").await;
    assert_eq!(heard.status, 429);
    assert!(heard.next().contains("crowded"), "{}", heard.body);
}
