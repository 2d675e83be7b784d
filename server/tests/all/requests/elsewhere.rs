//! Screens that live at another address: told to those who fetch, led to where scripts are off.

use super::browser::{Browser, House, PASSWORD};

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
    }
}
