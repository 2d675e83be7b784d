//! A new password is what was typed: nothing around it or inside it is taken away.

use super::browser::{Browser, House};

#[tokio::test]
async fn spaces_around_a_password_are_part_of_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let password = "  sakoru\u{3000}bitami HUDANO 83\u{a0} ";
    assert_eq!(browser.set(password).await.next(), "/reset/done");
    for other in [
        password.trim(),
        &password.replace("  ", " "),
        &password.replace('\u{3000}', " "),
        &password.replace('\u{a0}', " "),
        &password.to_lowercase(),
    ] {
        assert_eq!(
            Browser::new(&house).sign_in("k.sato", other).await.status,
            422,
            "{other:?}"
        );
    }
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", password).await.next(),
        "/register"
    );
}
