//! A contact that was typed and not proved: whoever it belongs to never hears of the account.

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::registration::prove;

const PENDING: &str = "stranger@pending.example";
const PENDING_PHONE: &str = "+819087654321";

#[tokio::test]
async fn nothing_goes_to_a_contact_that_was_not_proved_but_its_own_code() {
    let house = House::open().await;
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut owner).await;
    let phone = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    assert_eq!(owner.post("register/phone", &phone).await.next(), "/register/code");
    house.deliver().await;
    let address = [("address", PENDING)];
    assert_eq!(owner.post("register/email", &address).await.next(), "/register/code");

    // The password is reset elsewhere, then changed: both is told to whoever is on record.
    let mut elsewhere = Browser::new(&house);
    house.later(31);
    elsewhere.prove(&house).await;
    assert_eq!(elsewhere.set(NEW_PASSWORD).await.next(), "/reset/done");
    elsewhere.sign_in("k.sato", NEW_PASSWORD).await;
    let changed = "mizu hotaru kagi 5512";
    let change = [("current", NEW_PASSWORD), ("new_password", changed), ("again", changed)];
    assert_eq!(elsewhere.post("change", &change).await.next(), "/change/done");
    house.deliver().await;
    house.later(86_400);
    let mut later = Browser::new(&house);
    later.identify("k.sato").await;
    assert!(later.ask("email", "").await.next().contains("/reset/code"));
    house.deliver().await;

    let letters = house.mailbox.list();
    let to = |address: &str| letters.iter().filter(|letter| letter.parcel.to() == address).count();
    assert_eq!((to(PENDING), to(PENDING_PHONE)), (1, 1));
    // The notices were sent: to what is proved.
    assert!(to(EMAIL) >= 5, "{}", to(EMAIL));
}
