//! The new password: judged on the server, kept to the last character.

use super::browser::{Browser, House, NEW_PASSWORD, PASSWORD};

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
