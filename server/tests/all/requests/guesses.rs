//! Guesses made at the same moment: every one is counted before it is answered, so that none slips through.

use tokio::task::JoinSet;

use super::browser::{Browser, EMAIL, House, PASSWORD, PHONE};
use super::codes::{awaiting, other};

/// What is heard by a form that is sent many times at once, each time with another value in one field.
async fn at_once(
    browser: &Browser,
    door: &'static str,
    form: &[(&str, &str)],
    field: &str,
    values: Vec<String>,
) -> Vec<String> {
    let mut tries = JoinSet::new();
    for (n, value) in values.into_iter().enumerate() {
        let mut browser = browser.clone();
        let mut fields: Vec<(String, String)> = form
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        fields.push((field.to_owned(), value));
        fields.push(("key".to_owned(), format!("k{n}")));
        tries.spawn(async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            browser.post(door, &fields).await.next()
        });
    }
    tries.join_all().await
}

fn of(heard: &[String], what: &str) -> usize {
    heard.iter().filter(|next| next.contains(what)).count()
}

/// Answers that tell that a code was wrong. The fifth wrong one kills it; of a dead one, right and wrong hear the same.
fn verdicts(heard: &[String]) -> usize {
    of(heard, "\"code\"")
}

/// Entries of the audit log about an event with an outcome.
async fn count(house: &House, event: &str, outcome: &str) -> usize {
    house
        .audit()
        .await
        .into_iter()
        .filter(|row| row.0 == event && row.1 == outcome)
        .count()
}

/// Different wrong codes.
fn wrong(code: &str, most: usize) -> Vec<String> {
    let digits = u32::try_from(code.len()).unwrap();
    let number: u64 = code.parse().unwrap();
    (1..=most)
        .map(|n| {
            let another = (number + u64::try_from(n).unwrap() * 7_919) % 10_u64.pow(digits);
            format!("{another:0width$}", width = code.len())
        })
        .collect()
}

#[tokio::test]
async fn of_fifty_at_once_with_the_right_code_one_wins() {
    let house = House::open().await;
    let browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (mut browser, code) = (browser.clone(), code.clone());
        tries.spawn(async move {
            browser
                .post("reset/verify", &[("code", &code), ("key", &format!("k{n}"))])
                .await
                .next()
        });
    }
    tries.join_all().await;
    let won = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "verify" && outcome == "succeeded")
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn of_fifty_wrong_guesses_at_once_five_are_judged_and_counted() {
    let house = House::open().await;
    let mut browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    let heard = at_once(&browser, "reset/verify", &[], "code", wrong(&code, 50)).await;
    assert_eq!(verdicts(&heard), 4, "{heard:?}");
    for left in 1..5 {
        assert_eq!(of(&heard, &format!("\"left\":{left}")), 1, "{heard:?}");
    }
    let told_nothing = of(&heard, "code_dead") + of(&heard, "wait") + of(&heard, "busy");
    assert_eq!(told_nothing, 46, "{heard:?}");
    assert_eq!(count(&house, "verify", "failed").await, 5);
    // The right one is too late now, and told the same.
    assert!(browser.verify(&code).await.next().contains("wait"));
    house.later(31);
    assert!(browser.verify(&code).await.next().contains("code_dead"));
}

#[tokio::test]
async fn the_right_code_among_forty_guesses_passes_only_if_it_is_among_the_first_five() {
    let house = House::open().await;
    let browser = awaiting(&house).await;
    let code = house.code(EMAIL).await;
    let mut guesses = wrong(&code, 39);
    guesses.insert(20, code);
    let heard = at_once(&browser, "reset/verify", &[], "code", guesses).await;
    let (failed, won) = (
        count(&house, "verify", "failed").await,
        count(&house, "verify", "succeeded").await,
    );
    assert!(won <= 1 && failed + won <= 5, "{failed} {won} {heard:?}");
    assert_eq!(verdicts(&heard), failed.min(4), "{heard:?}");
}

#[tokio::test]
async fn guesses_in_two_flows_at_once_share_one_count() {
    let house = House::open().await;
    let mut flows = Vec::new();
    for n in 0..2 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, 100, n];
        browser.identify("k.sato").await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        flows.push((browser, house.code(EMAIL).await));
        house.later(31);
    }
    let mut tries = JoinSet::new();
    for (browser, code) in flows.clone() {
        tries.spawn(async move { at_once(&browser, "reset/verify", &[], "code", wrong(&code, 15)).await });
    }
    let heard: Vec<String> = tries.join_all().await.into_iter().flatten().collect();
    assert!((4..=5).contains(&verdicts(&heard)), "{heard:?}");
    assert_eq!(count(&house, "verify", "failed").await, 5);
    for (mut browser, code) in flows {
        assert!(browser.verify(&code).await.next().contains("wait"));
    }
}

#[tokio::test]
async fn of_thirty_wrong_numbers_at_once_five_are_judged_and_none_is_sent_to() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    let numbers = (0..30).map(|n| format!("090 1234 56{:02}", (n + 79) % 100)).collect();
    let heard = at_once(&browser, "reset/ask", &[("method", "text")], "whole_text", numbers).await;
    assert_eq!(of(&heard, "whole_number"), 5, "{heard:?}");
    assert_eq!(of(&heard, "wait") + of(&heard, "busy"), 25, "{heard:?}");
    assert!(browser.ask("text", "090 1234 5678").await.next().contains("wait"));
    house.deliver().await;
    assert!(house.mailbox.list().is_empty());
}

#[tokio::test]
async fn of_forty_wrong_passwords_at_once_ten_are_judged_and_the_right_one_waits() {
    let house = House::open().await;
    let passwords = (0..40).map(|n| format!("wrong password {n}")).collect();
    let browser = Browser::new(&house);
    let mut heard = at_once(&browser, "signin", &[("user_name", "k.sato")], "password", passwords).await;
    // Those whom a machine at its limit asks to come again do so, one after the other.
    for n in 0..11 {
        let next = Browser::new(&house)
            .sign_in("k.sato", &format!("another wrong one {n}"))
            .await
            .next();
        assert!(n < 10 || next.contains("wait"), "{next}");
        heard.push(next);
    }
    assert_eq!(of(&heard, "\"sign_in\""), 10, "{heard:?}");
    assert_eq!(count(&house, "sign_in", "failed").await, 10);
    assert_eq!(Browser::new(&house).sign_in("k.sato", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn of_thirty_wrong_codes_at_once_while_registering_five_are_judged() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    assert_eq!(browser.post("register/phone", &phone).await.next(), "/register/code");
    let code = house.code("+819087654321").await;
    let heard = at_once(&browser, "register/verify", &[], "code", wrong(&code, 30)).await;
    assert_eq!(verdicts(&heard), 4, "{heard:?}");
    assert_eq!(count(&house, "verify", "failed").await, 5);
    assert!(
        browser
            .post("register/verify", &[("code", &code)])
            .await
            .next()
            .contains("wait")
    );
    // Nothing of it counts for another account with another number.
    let mut person = Browser::new(&house);
    person.identify("k.sato").await;
    assert_eq!(person.ask("text", "090 1234 5678").await.next(), "/reset/code");
    let code = house.code(PHONE).await;
    assert!(person.verify(&other(&code)).await.next().contains("\"left\":4"));
}

#[tokio::test]
async fn the_right_number_forgives_the_wrong_ones() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for _ in 0..2 {
        browser.identify("k.sato").await;
        for number in wrong("09012345678", 4) {
            assert!(browser.ask("text", &number).await.next().contains("whole_number"));
        }
        assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
        let key = browser.key().await;
        browser.post("reset/another", &[("key", &key)]).await;
        house.later(31);
    }
}
