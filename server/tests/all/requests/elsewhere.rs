//! Screens that live at another address: told to those who fetch, led to where scripts are off.

use super::browser::{Browser, House, PASSWORD};
use super::plain::follow;

#[tokio::test]
async fn a_step_that_is_not_reached_or_over_names_the_one_where_the_reset_stands() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    for (door, page) in [
        ("reset/view?step=code", "/reset/code"),
        ("reset/view?step=password", "/reset/password"),
        ("reset/contact/view", "/contact"),
    ] {
        assert_eq!(browser.view(door).await["Elsewhere"], "/reset/choose", "{door}");
        let led = browser.page(page).await;
        assert_eq!((led.status.as_u16(), led.location()), (302, "/reset/choose"), "{page}");
    }
    assert!(browser.view("reset/view?step=choose").await["screen"].is_object());
}

#[tokio::test]
async fn without_a_code_to_type_the_registration_stands_at_its_list() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    assert_eq!(browser.view("register/code/view").await["Elsewhere"], "/register");
    let led = browser.page("/register/code").await;
    assert_eq!((led.status.as_u16(), led.location()), (302, "/register"));
}

#[tokio::test]
async fn somebody_who_is_not_signed_in_is_led_to_do_so_and_back_to_what_they_wanted() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for (page, sign_in) in [("/register", "/signin"), ("/change", "/signin?for=change")] {
        let led = browser.page(page).await;
        assert_eq!((led.status.as_u16(), led.location()), (302, sign_in), "{page}");
        // Nothing ended for somebody who was not signed in.
        assert!(!follow(&mut browser, sign_in).await.contains(ENDED), "{page}");
    }
    for (door, sign_in) in [
        ("register/view?page=x", "/signin"),
        ("change/view", "/signin?for=change"),
    ] {
        assert_eq!(browser.view(door).await["Elsewhere"], sign_in, "{door}");
    }
}

/// What is told of a session that ended.
const ENDED: &str = "no longer signed in";

#[tokio::test]
async fn somebody_whose_session_ended_is_told_so_where_they_sign_in_again() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    house.later(31 * 60);
    assert_eq!(browser.view("change/view").await["No"], "session_ended");
    assert!(
        !browser.cookies.contains_key("aikagi-said"),
        "one that fetches has the refusal"
    );
    let led = browser.page("/change").await;
    assert_eq!((led.status.as_u16(), led.location()), (302, "/signin?for=change"));
    assert!(follow(&mut browser, led.location()).await.contains(ENDED));
}
