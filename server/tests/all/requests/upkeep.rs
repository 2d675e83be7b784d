//! What is asked after a sign-in: to register, or whether what is registered is still right.

use portal::account::{Language, UserName};
use portal::audit::Actor;
use portal::moment::days;
use portal::policy::Policy;
use portal::ports::{Account, Store as _};
use portal::upkeep::{Demand, Upkeep};

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};

const NEWCOMER: (&str, &str) = ("h.tanaka", "first lantern 2041");
const LAST: (&str, &str) = ("i.matsumoto", "yellow umbrella 5083");
const LONG_AGO: (&str, &str) = ("o.hayashi", "wooden whistle 6417");

impl House {
    async fn account(&self, name: &str) -> Account {
        let found = self.store().account_named(&UserName::parse(name).unwrap()).await;
        found.unwrap().unwrap()
    }

    async fn upkeep(&self, name: &str) -> Upkeep {
        let account = self.account(name).await;
        self.store().upkeep(&account.id).await.unwrap()
    }

    async fn decide(&self, decide: impl FnOnce(&mut Policy)) {
        let (mut policy, version) = self.store().policy().await.unwrap();
        decide(&mut policy);
        let set = self.store().set_policy(&policy, version, Actor::Console, self.now());
        set.await.unwrap();
    }

    async fn count(&self, event: &str) -> usize {
        self.audit().await.iter().filter(|(other, _, _)| other == event).count()
    }
}

/// Signs in on the way to the page where the password is changed; where it leads.
async fn to_change(browser: &mut Browser, (name, password): (&str, &str)) -> String {
    let fields = [("user_name", name), ("password", password), ("going", "change")];
    browser.post("signin", &fields).await.next()
}

async fn register(house: &House, browser: &mut Browser, address: &str, number: &str, e164: &str) {
    browser.post("register/email", &[("address", address)]).await;
    let code = house.code(address).await;
    assert_eq!(
        browser.post("register/verify", &[("code", &code)]).await.next(),
        "/register"
    );
    let phone = [("country", "JP"), ("number", number), ("way", "text")];
    browser.post("register/phone", &phone).await;
    let code = house.code(e164).await;
    assert_eq!(
        browser.post("register/verify", &[("code", &code)]).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn registering_is_put_off_once_for_each_sign_in_and_then_leads_to_where_one_was_going() {
    let house = House::open().await;
    for left in [2, 1, 0] {
        let mut browser = Browser::new(&house);
        assert_eq!(to_change(&mut browser, NEWCOMER).await, "/register?for=change");
        // Going there by oneself is no way around, and neither is the form behind it.
        assert_eq!(browser.page("/change").await.location(), "/register?for=change");
        let fields = [
            ("current", NEWCOMER.1),
            ("new_password", NEW_PASSWORD),
            ("again", NEW_PASSWORD),
        ];
        assert!(browser.post("change", &fields).await.next().contains("register_first"));
        let page = browser.page("/register?for=change").await.body;
        assert!(page.contains("Registration comes first") && page.contains(&format!("Not now ({} left)", left + 1)));
        // Another tab, and a form that was left behind, count no more.
        for _ in 0..3 {
            let heard = browser.submit("register/later", &[("going", "change")]).await;
            assert_eq!((heard.status.as_u16(), heard.location()), (302, "/change"));
        }
        assert_eq!(house.upkeep(NEWCOMER.0).await.skips, 3 - left);
        assert!(browser.page("/change").await.body.contains("new_password"));
        assert!(!browser.page("/register").await.body.contains("Not now"));
    }
    assert_eq!(house.count("put_off_registration").await, 3);
    let last = house
        .audit()
        .await
        .into_iter()
        .find(|(event, ..)| event == "put_off_registration");
    assert_eq!(last.unwrap().2, "0 left");
}

#[tokio::test]
async fn two_tabs_at_once_count_one() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in(NEWCOMER.0, NEWCOMER.1).await;
    let mut other = browser.clone();
    let (one, two) = tokio::join!(browser.post("register/later", &[]), other.post("register/later", &[]));
    assert_eq!((one.next(), two.next()), ("/".into(), "/".into()));
    assert_eq!(house.upkeep(NEWCOMER.0).await.skips, 1);
    assert_eq!(house.count("put_off_registration").await, 1);
}

#[tokio::test]
async fn where_it_cannot_be_put_off_any_longer_it_comes_before_anything_but_signing_out() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in(LAST.0, LAST.1).await;
    assert_eq!(browser.post("register/later", &[]).await.next(), "/");
    let mut browser = Browser::new(&house);
    assert_eq!(to_change(&mut browser, LAST).await, "/register?for=change");
    let page = browser.page("/register?for=change").await.body;
    assert!(
        page.contains("cannot be put off any longer") && !page.contains("Not now"),
        "{page}"
    );
    let refused = browser.submit("register/later", &[("going", "change")]).await;
    assert_eq!(refused.location(), "/register");
    assert!(
        browser
            .page("/register")
            .await
            .body
            .contains("Registration comes first")
    );
    assert_eq!(browser.page("/change").await.location(), "/register?for=change");
    assert_eq!(browser.post("signout", &[]).await.next(), "/");

    let mut browser = Browser::new(&house);
    to_change(&mut browser, LAST).await;
    register(
        &house,
        &mut browser,
        "izumi@example.net",
        "090-8765-4321",
        "+819087654321",
    )
    .await;
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    assert!(browser.page("/change").await.body.contains("new_password"));
    let upkeep = house.upkeep(LAST.0).await;
    assert_eq!((upkeep.skips, upkeep.confirmed.is_some()), (0, true));
    assert_eq!(to_change(&mut Browser::new(&house), LAST).await, "/change");
}

#[tokio::test]
async fn a_password_that_has_to_be_changed_comes_before_registering() {
    let house = House::open().await;
    let (name, password) = ("y.kobayashi", "given by the desk 1");
    let mut browser = Browser::new(&house);
    assert_eq!(to_change(&mut browser, (name, password)).await, "/change");
    assert!(browser.page("/change").await.body.contains("new_password"));
    assert!(
        browser
            .post("register/later", &[])
            .await
            .next()
            .contains("change_first")
    );
    let fields = [
        ("current", password),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &fields).await.next(), "/change/done");
    assert_eq!(browser.page("/change").await.location(), "/register?for=change");
    assert!(browser.page("/register").await.body.contains("Not now (3 left)"));
}

#[tokio::test]
async fn who_does_not_have_to_register_is_not_held_up() {
    let house = House::open().await;
    for free in [
        ("r.ito", "copper bridge 5519"),
        ("k.sato", PASSWORD),
        ("e.yoshida", "silver meadow 6625"),
    ] {
        assert_eq!(
            to_change(&mut Browser::new(&house), free).await,
            "/change",
            "{}",
            free.0
        );
    }
    house.decide(|policy| policy.registration_required = false).await;
    assert_eq!(to_change(&mut Browser::new(&house), NEWCOMER).await, "/change");
    assert_eq!(house.count("put_off_registration").await, 0);
}

#[tokio::test]
async fn it_is_put_into_both_languages() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser
        .cookies
        .insert("aikagi-language".into(), Language::Ja.tag().into());
    browser.sign_in(LAST.0, LAST.1).await;
    let page = browser.page("/register").await.body;
    assert!(page.contains("今はしない（あと 1 回）"), "{page}");
    browser.sign_in(LONG_AGO.0, LONG_AGO.1).await;
    let page = browser.page("/register/confirm").await.body;
    assert!(page.contains("登録内容に変わりはありませんか"), "{page}");
}

#[tokio::test]
async fn after_so_many_days_it_is_asked_whether_all_of_it_is_still_right() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    assert_eq!(to_change(&mut browser, LONG_AGO).await, "/register/confirm?for=change");
    let page = browser.page("/register/confirm?for=change").await.body;
    assert!(page.contains("Is this still right?") && page.contains("67"), "{page}");
    assert!(
        !page.contains("+819091234567") && !page.contains("osamu.hayashi@"),
        "{page}"
    );
    let answer = |answer| [("answer", answer), ("going", "change")];
    for _ in 0..2 {
        let later = browser.submit("register/confirm", &answer("later")).await;
        assert_eq!(later.location(), "/change");
    }
    assert_eq!(house.count("reconfirm").await, 1);
    // Asked again at the next sign-in, until it is answered.
    let mut browser = Browser::new(&house);
    assert_eq!(
        browser.sign_in(LONG_AGO.0, LONG_AGO.1).await.next(),
        "/register/confirm"
    );
    assert!(
        browser
            .post("register/confirm", &[("answer", "perhaps")])
            .await
            .next()
            .contains("malformed")
    );
    for _ in 0..2 {
        let yes = browser.post("register/confirm", &[("answer", "still_right")]).await;
        assert_eq!(yes.next(), "/register");
    }
    assert_eq!(house.count("reconfirm").await, 2);
    assert!(house.upkeep(LONG_AGO.0).await.confirmed.is_some());
    assert_eq!(browser.page("/register/confirm").await.location(), "/register");
    house.later(179 * 86_400);
    let mut browser = Browser::new(&house);
    assert_eq!(browser.sign_in(LONG_AGO.0, LONG_AGO.1).await.next(), "/register");
    house.later(86_400);
    let mut browser = Browser::new(&house);
    assert_eq!(
        browser.sign_in(LONG_AGO.0, LONG_AGO.1).await.next(),
        "/register/confirm"
    );
    house.decide(|policy| policy.reconfirm_days = 0).await;
    assert_eq!(browser.sign_in(LONG_AGO.0, LONG_AGO.1).await.next(), "/register");
}

#[tokio::test]
async fn who_changes_something_has_confirmed_with_finish() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in(LONG_AGO.0, LONG_AGO.1).await;
    let change = browser.post("register/confirm", &[("answer", "change")]).await;
    assert_eq!(change.next(), "/register");
    assert_eq!(house.upkeep(LONG_AGO.0).await.confirmed, None);
    assert!(browser.page("/register").await.body.contains(">Finish<"));
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    assert!(house.upkeep(LONG_AGO.0).await.confirmed.is_some());
    assert!(!browser.page("/register").await.body.contains(">Finish<"));
    let details: Vec<String> = house
        .audit()
        .await
        .into_iter()
        .filter(|row| row.0 == "reconfirm")
        .map(|row| row.2)
        .collect();
    assert_eq!(details, ["change"]);
}

#[tokio::test]
async fn a_demand_asks_at_the_next_sign_in_whatever_the_days() {
    let house = House::open().await;
    let account = house.account("k.sato").await;
    let demand = house.server.portal.demand(&account, Demand::Reconfirm, Actor::Console);
    assert!(demand.await.unwrap());
    let mut browser = Browser::new(&house);
    assert_eq!(browser.sign_in("k.sato", PASSWORD).await.next(), "/register/confirm");
    browser.post("register/confirm", &[("answer", "still_right")]).await;
    assert_eq!(browser.sign_in("k.sato", PASSWORD).await.next(), "/register");
    assert_eq!(house.count("demand_registration").await, 1);
}

#[tokio::test]
async fn a_registration_anew_has_every_method_verified_again_and_until_then_they_count() {
    let house = House::open().await;
    let account = house.account("k.sato").await;
    let demand = house.server.portal.demand(&account, Demand::Register, Actor::Console);
    assert!(demand.await.unwrap());
    let mut browser = Browser::new(&house);
    assert_eq!(
        to_change(&mut browser, ("k.sato", PASSWORD)).await,
        "/register?for=change"
    );
    let page = browser.page("/register").await.body;
    assert_eq!(page.matches("Verify again<").count(), 2, "{page}");
    assert!(!page.contains(">Finish<"));
    assert!(
        browser
            .post("register/finish", &[])
            .await
            .next()
            .contains("verify_again")
    );
    // A reset goes on working.
    let mut elsewhere = Browser::new(&house);
    assert_eq!(elsewhere.identify("k.sato").await.next(), "/reset/choose");
    house.later(31);
    for (kind, to) in [("email", EMAIL), ("phone", PHONE)] {
        let sent = browser.post("register/verify-again", &[("kind", kind)]).await;
        assert_eq!(sent.next(), "/register/code");
        let code = house.code(to).await;
        assert!(!browser.page("/register/code").await.body.contains(to));
        assert_eq!(
            browser.post("register/verify", &[("code", &code)]).await.next(),
            "/register"
        );
    }
    assert!(browser.page("/register").await.body.contains(">Finish<"));
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    assert_eq!(house.upkeep("k.sato").await.demand, None);
    assert_eq!(
        to_change(&mut Browser::new(&house), ("k.sato", PASSWORD)).await,
        "/change"
    );
}

#[tokio::test]
async fn who_was_invited_and_does_not_register_is_reminded_three_times_by_one_of_two_servers() {
    let house = House::open().await;
    let (portal, account) = (&house.server.portal, house.account(NEWCOMER.0).await);
    portal.invite(&account, Actor::Console).await.unwrap().unwrap();
    house.deliver().await;
    let registered = house.account("k.sato").await;
    assert!(portal.invite(&registered, Actor::Console).await.unwrap().is_err());
    let mut sent = 1;
    for week in 1..=5 {
        house.later(7 * 86_400 - 600);
        assert_eq!(portal.remind().await.unwrap(), 0, "week {week}");
        house.later(600);
        let (one, two) = tokio::join!(portal.remind(), portal.remind());
        let reminded = one.unwrap() + two.unwrap();
        assert_eq!(reminded, usize::from(week <= 3), "week {week}");
        sent += reminded;
        house.deliver().await;
    }
    let letters = house.mailbox.list();
    let mails: Vec<&str> = letters
        .iter()
        .filter(|letter| letter.parcel.to() == "h.tanaka@kitayama.example")
        .map(|letter| letter.parcel.text())
        .collect();
    assert_eq!((mails.len(), sent), (4, 4));
    for mail in mails {
        assert!(
            mail.contains("http://localhost:8099/register\n") && !mail.contains("/not-me"),
            "{mail}"
        );
        assert_eq!(mail.matches("http").count(), 1, "{mail}");
    }
    assert_eq!(house.upkeep(NEWCOMER.0).await.reminders, 3);
    assert_eq!(house.count("invite").await, 4);
}

#[tokio::test]
async fn nobody_is_reminded_who_has_registered_or_where_the_policy_says_never() {
    let house = House::open().await;
    let (portal, account) = (&house.server.portal, house.account(NEWCOMER.0).await);
    portal.invite(&account, Actor::Console).await.unwrap().unwrap();
    house.decide(|policy| policy.reminder_days = 0).await;
    house.later(30 * 86_400);
    assert_eq!(portal.remind().await.unwrap(), 0);
    house.decide(|policy| policy.reminder_days = 7).await;
    let mut browser = Browser::new(&house);
    browser.sign_in(NEWCOMER.0, NEWCOMER.1).await;
    register(
        &house,
        &mut browser,
        "hana@example.net",
        "090-8765-4321",
        "+819087654321",
    )
    .await;
    assert_eq!(portal.remind().await.unwrap(), 0);
    assert_eq!(house.upkeep(NEWCOMER.0).await.remind_from, None);
    assert_eq!(house.store().to_remind(house.now() + days(99)).await.unwrap(), []);
}
