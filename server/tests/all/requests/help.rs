//! "Contact an administrator": how often, whatever comes at the same moment, and what becomes of the rest.

use portal::audit::Actor;
use portal::policy::HelpDesk;
use portal::ports::{Committed, Store as _};
use tokio::sync::watch;

use super::browser::{Browser, House};
use super::plain::{follow, hidden};

/// Where the administrators read what people ask for.
const DESK: &str = "a.watanabe@kitayama.example";

/// People who can call, with the case that each of them is.
const PEOPLE: [&str; 9] = [
    "h.tanaka",
    "k.sato",
    "m.suzuki",
    "r.ito",
    "y.kobayashi",
    "t.yamamoto",
    "e.yoshida",
    "d.kato",
    "a.watanabe",
];

/// A browser that was told that it cannot go on, or does not want to.
async fn stuck(house: &House, name: &str, network: u8) -> Browser {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, network, 7];
    browser.identify(name).await;
    browser
}

/// All of them call at the same moment; each sees the same.
async fn call(browsers: Vec<Browser>) {
    let mut calls = tokio::task::JoinSet::new();
    for mut browser in browsers {
        calls.spawn(async move {
            let key = browser.key().await;
            browser.post("reset/contact", &[("key", &key)]).await.next()
        });
    }
    for next in calls.join_all().await {
        assert_eq!(next, "/contact");
    }
}

/// Subjects of what the desk has got, the newest first.
async fn told(house: &House) -> Vec<String> {
    house.deliver().await;
    let letters = house.mailbox.list().into_iter().map(|letter| letter.parcel);
    letters
        .filter(|parcel| parcel.to() == DESK)
        .filter_map(|parcel| match parcel {
            server::courier::Parcel::Mail { subject, .. } => Some(subject),
            _ => None,
        })
        .collect()
}

async fn digested(house: &House) -> Vec<String> {
    let mut subjects = told(house).await;
    subjects.retain(|subject| subject.contains("more calls for help"));
    subjects
}

/// One round of the worker that keeps the house.
async fn keep_house(house: &House) {
    let (_stop, stopped) = watch::channel(true);
    house.server.housekeeping().run(stopped).await;
}

#[tokio::test]
async fn of_eight_calls_at_once_about_one_account_three_are_told_of() {
    let house = House::open().await;
    let mut browsers = Vec::new();
    for network in 0..8 {
        browsers.push(stuck(&house, "h.tanaka", network).await);
    }
    call(browsers).await;
    assert_eq!(told(&house).await.len(), 3);
    // A day later it is their turn again.
    house.later(86_401);
    call(vec![stuck(&house, "h.tanaka", 9).await]).await;
    assert_eq!(told(&house).await.len(), 4);
}

#[tokio::test]
async fn of_all_calls_at_once_twenty_are_told_of_and_an_hour_later_the_rest_in_one_message() {
    let house = House::open().await;
    let mut browsers = vec![stuck(&house, "nobody.at.all", 99).await];
    for (network, name) in (0..27).zip(PEOPLE.iter().cycle()) {
        browsers.push(stuck(&house, name, network).await);
    }
    call(browsers).await;
    assert_eq!(told(&house).await.len(), 20);
    house.later(3_500);
    keep_house(&house).await;
    assert_eq!(digested(&house).await.len(), 0, "the hour is not over");
    house.later(101);
    keep_house(&house).await;
    keep_house(&house).await;
    assert_eq!(digested(&house).await, ["7 more calls for help with passwords"]);
    let text = house.arrived(DESK).await;
    assert_eq!(
        text.lines().filter(|line| line.contains("Support code")).count(),
        7,
        "{text}"
    );
    assert!(
        text.contains("NOT verified") && !text.contains("nobody.at.all"),
        "{text}"
    );
    // Nothing is left to tell.
    house.later(7_200);
    keep_house(&house).await;
    assert_eq!(digested(&house).await.len(), 1);
}

#[tokio::test]
async fn of_four_servers_that_keep_the_house_one_tells_of_the_calls() {
    let house = House::open().await;
    hold_back(&house, 2).await;
    house.later(3_601);
    let portal = &house.server.portal;
    let (a, b, c, d) = tokio::join!(
        portal.digest_help(),
        portal.digest_help(),
        portal.digest_help(),
        portal.digest_help()
    );
    let counts = [a, b, c, d].map(Result::unwrap);
    assert_eq!(counts.iter().sum::<u32>(), 2, "{counts:?}");
    assert_eq!(digested(&house).await.len(), 1);
}

#[tokio::test]
async fn a_call_that_is_held_back_is_one_of_the_three_of_its_account() {
    let house = House::open().await;
    hold_back(&house, 4).await;
    house.later(3_601);
    keep_house(&house).await;
    assert_eq!(digested(&house).await, ["3 more calls for help with passwords"]);
    // Nor is it forgotten once it was told of.
    let before = told(&house).await.len();
    call(vec![stuck(&house, "a.watanabe", 200).await]).await;
    assert_eq!(told(&house).await.len(), before);
}

/// The hour is full, then one person calls so often.
async fn hold_back(house: &House, times: u8) {
    for (network, name) in (0..20).zip(PEOPLE[..7].iter().cycle()) {
        call(vec![stuck(house, name, network).await]).await;
    }
    for network in 0..times {
        call(vec![stuck(house, "a.watanabe", 100 + network).await]).await;
    }
    let held = house.store().held_back(house.now(), 50).await.unwrap().unwrap();
    assert_eq!(held.count, u32::from(times.min(3)));
}

#[tokio::test]
async fn a_call_that_is_refused_is_told_on_the_step_where_the_reset_stands_and_one_that_is_heard_leads_back_there() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    let key = browser.key().await;
    browser.post("reset/ask", &[("method", "email"), ("key", &key)]).await;
    // The key of another form.
    let heard = browser.submit("reset/contact", &[("key", &key)]).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, "/reset/code"));
    let page = follow(&mut browser, "/reset/code").await;
    assert!(page.contains("This form was sent already."), "{page}");

    let key = hidden(&page, "key");
    let heard = browser.submit("reset/contact", &[("key", &key)]).await;
    assert_eq!(heard.location(), "/contact");
    let page = follow(&mut browser, "/contact").await;
    assert!(
        page.contains("href=\"/reset/code\" class=\"quiet\">Back to the reset"),
        "{page}"
    );
    let mut stopped = stuck(&house, "m.suzuki", 3).await;
    let key = stopped.key().await;
    stopped.submit("reset/contact", &[("key", &key)]).await;
    let page = follow(&mut stopped, "/contact").await;
    assert!(!page.contains("Back to the reset"), "{page}");
}

#[tokio::test]
async fn where_the_policy_gives_an_address_instead_nothing_is_sent() {
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.help_desk = HelpDesk::Email("help@kitayama.example".into());
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    assert_eq!(set.await.unwrap(), Committed::Done);
    let mut browser = stuck(&house, "h.tanaka", 1).await;
    let key = browser.key().await;
    let heard = browser.post("reset/contact", &[("key", &key)]).await;
    assert_eq!((heard.status.as_u16(), heard.next().contains("malformed")), (400, true));
    assert_eq!(told(&house).await.len(), 0);
}
