//! The new password: judged on the server, kept to the last character.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::shape::Shape;

#[tokio::test]
async fn new_passwords_are_judged_with_everything_wrong_at_once_and_cost_no_proof() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let refused = async |browser: &mut Browser, password: &str| browser.set(password).await.next();
    assert!(refused(&mut browser, "k.sato").await.contains("too_short"));
    assert!(refused(&mut browser, "kitayamakitayama").await.contains("name_inside"));
    assert!(refused(&mut browser, "123456789012345").await.contains("guessable"));
    assert!(
        refused(&mut browser, "nul\u{0}inside this password")
            .await
            .contains("control")
    );
    assert!(refused(&mut browser, &"long ".repeat(60)).await.contains("too_long"));
    assert!(refused(&mut browser, PASSWORD).await.contains("used_before"));
    let key = browser.key().await;
    let heard = browser
        .post(
            "reset/set",
            &[("new_password", NEW_PASSWORD), ("again", "another"), ("key", &key)],
        )
        .await;
    assert!(heard.next().contains("passwords_differ"));
    let key = browser.key().await;
    let heard = browser
        .post("reset/set", &[("new_password", ""), ("again", ""), ("key", &key)])
        .await;
    assert!(heard.next().contains("new_password_missing"));
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
}

#[tokio::test]
async fn every_character_of_a_long_password_counts() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let long: String = "sakoru bitami hudano jikuso "
        .chars()
        .cycle()
        .take(72)
        .chain("qwvzxk ".chars().cycle().take(56))
        .collect();
    assert_eq!(long.chars().count(), 128);
    assert_eq!(browser.set(&long).await.next(), "/reset/done");
    for cut in [64, 72, 73, 127] {
        let mut other: Vec<char> = long.chars().collect();
        other[cut] = '#';
        assert_eq!(
            Browser::new(&house)
                .sign_in("k.sato", &other.into_iter().collect::<String>())
                .await
                .status,
            422,
            "{cut}"
        );
    }
    assert_eq!(Browser::new(&house).sign_in("k.sato", &long).await.next(), "/register");
}

#[tokio::test]
async fn a_password_typed_decomposed_signs_in_composed() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    assert_eq!(
        browser.set("cafe\u{301} ten no mado 41 kagi").await.next(),
        "/reset/done"
    );
    assert_eq!(
        Browser::new(&house)
            .sign_in("k.sato", "café ten no mado 41 kagi")
            .await
            .next(),
        "/register"
    );
}

#[tokio::test]
async fn nobody_learns_of_an_old_password_before_every_proof_is_given() {
    let house = House::open().await;
    let mut heard = Vec::new();
    for password in [PASSWORD, NEW_PASSWORD] {
        let mut browser = Browser::new(&house);
        let computed = house.server.hashing.computed();
        browser.identify("k.sato").await;
        heard.push(Shape::of(&browser.set(password).await));
        browser.ask("email", "").await;
        browser.verify(&house.code(EMAIL).await).await;
        heard.push(Shape::of(&browser.set(password).await));
        assert_eq!(house.server.hashing.computed(), computed, "nothing was compared");
        house.later(31);
    }
    assert!(heard[0].body.contains("step_ahead"));
    assert_eq!(heard[..2], heard[2..]);
}

#[tokio::test]
async fn old_passwords_are_told_five_times_then_less_and_less_often_whatever_the_flow() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    for _ in 0..5 {
        assert!(browser.set(PASSWORD).await.next().contains("used_before"));
    }
    // While one waits, an old one and a good one get the same answer, and neither is compared.
    let computed = house.server.hashing.computed();
    let (old, good) = (browser.set(PASSWORD).await, browser.set(NEW_PASSWORD).await);
    assert_eq!(old.status, 429);
    assert_eq!(old.body, good.body);
    assert_eq!(house.server.hashing.computed(), computed);
    house.later(31);
    assert!(browser.set(PASSWORD).await.next().contains("used_before"));
    house.later(31);
    assert!(browser.set(NEW_PASSWORD).await.next().contains("wait"));
    // Another flow begins with the same count, and so does changing with the current password.
    let mut other = Browser::new(&house);
    other.prove(&house).await;
    assert!(other.set(NEW_PASSWORD).await.next().contains("wait"));
    let mut signed_in = Browser::new(&house);
    signed_in.sign_in("k.sato", PASSWORD).await;
    let change = [("current", PASSWORD), ("new_password", PASSWORD), ("again", PASSWORD)];
    assert!(signed_in.post("change", &change).await.next().contains("wait"));
    house.later(31);
    assert_eq!(other.set(NEW_PASSWORD).await.next(), "/reset/done");
}

#[tokio::test]
async fn of_twelve_old_passwords_at_once_five_are_told_to_be_old() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..12 {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let key = format!("k{n}");
            let fields = [("new_password", PASSWORD), ("again", PASSWORD), ("key", &key)];
            browser.post("reset/set", &fields).await.next()
        });
    }
    let mut heard = tries.join_all().await;
    // Those whom a machine at its limit asks to come again do so, one after the other.
    for n in 0..6 {
        let next = browser.set(PASSWORD).await.next();
        assert!(n < 5 || next.contains("wait"), "{next}");
        heard.push(next);
    }
    let told = heard.iter().filter(|next| next.contains("used_before")).count();
    assert_eq!(told, 5, "{heard:?}");
    let counted = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, detail)| event == "reset" && outcome == "failed" && detail == "history")
        .count();
    assert_eq!(counted, 5);
}
