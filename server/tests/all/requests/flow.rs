//! The reset as a walk: order, binding, races, its end.

use portal::account::UserName;
use portal::audit::Actor;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};

#[tokio::test]
async fn a_person_forgets_and_gets_back_in() {
    let house = House::open().await;
    let mut elsewhere = Browser::new(&house);
    elsewhere.sign_in("k.sato", PASSWORD).await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    // The old password is gone, the new one works; completing signed nobody in.
    assert_eq!(Browser::new(&house).sign_in("k.sato", PASSWORD).await.status, 422);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
    assert!(!browser.cookies.contains_key("aikagi-session"));
    // Sessions from before are dead.
    assert_eq!(elsewhere.view("register/view?page=x").await["No"], "session_ended");
    // Every address is told, also the one that was not used.
    assert!(house.arrived("k.sato@kitayama.example").await.contains("was reset"));
    assert!(house.arrived(EMAIL).await.contains("was reset"));
    let report = {
        house.store().seal(house.now(), "test").await.unwrap();
        house.store().verify_audit(None).await.unwrap()
    };
    assert!(report.is_sound() && report.unsealed.0 == 0, "{report:?}");
}

#[tokio::test]
async fn a_form_of_a_step_ahead_is_a_violation_and_five_end_the_walk() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    for _ in 0..5 {
        let heard = browser.set(NEW_PASSWORD).await;
        assert_eq!(
            (heard.status.as_u16(), heard.next().contains("step_ahead")),
            (409, true)
        );
    }
    assert!(browser.ask("email", "").await.next().contains("flow_ended"));
    let violations = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, ..)| event == "step_violation")
        .count();
    assert_eq!(violations, 5);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn one_proof_is_not_enough_and_switching_makes_none() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    browser.verify(&house.code(EMAIL).await).await;
    // Try another way and come back: the second step is as unproved as before.
    browser.ask("text", "09012345678").await;
    let key = browser.key().await;
    browser.post("reset/another", &[("key", &key)]).await;
    assert!(
        browser.ask("email", "").await.next().contains("method"),
        "a channel proves once"
    );
    assert!(browser.set(NEW_PASSWORD).await.next().contains("step_ahead"));
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        2
    );
}

#[tokio::test]
async fn a_form_of_an_earlier_step_leads_to_the_current_one() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    for heard in [browser.ask("email", "").await, browser.verify("12345678").await] {
        assert_eq!(heard.next(), "/reset/password");
    }
    let page = browser.page("/reset/code").await;
    assert_eq!((page.status.as_u16(), page.location()), (302, "/reset/password"));
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_eq!(browser.set("another password 99 here").await.next(), "/reset/done");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn a_walk_belongs_to_the_browser_that_began_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let mut other = Browser::new(&house);
    other.page("/reset").await;
    assert!(other.verify(&code).await.next().contains("flow_ended"));
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");
}

#[tokio::test]
async fn a_cookie_from_before_a_gate_does_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.page("/reset").await;
    let planted = browser.clone();
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let before = browser.clone();
    browser.verify(&house.code(EMAIL).await).await;
    for mut thief in [planted, before] {
        let heard = thief.ask("text", "090 1234 5678").await;
        assert!(
            heard.next() == "/reset/choose" || heard.next().contains("flow_ended"),
            "{}",
            heard.body
        );
        assert_ne!(thief.cookies["aikagi-flow"], browser.cookies["aikagi-flow"]);
        house.deliver().await;
        assert!(house.mailbox.list().iter().all(|letter| letter.parcel.to() != PHONE));
    }
}

#[tokio::test]
async fn a_lost_answer_can_be_heard_again() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let code = house.code(EMAIL).await;
    let mut lost = browser.clone();
    let key = browser.key().await;
    assert_eq!(
        browser
            .post("reset/verify", &[("code", &code), ("key", &key)])
            .await
            .next(),
        "/reset/choose"
    );
    // The same form with the old cookie: the same answer, and the cookie that was lost.
    assert_eq!(
        lost.post("reset/verify", &[("code", &code), ("key", &key)])
            .await
            .next(),
        "/reset/choose"
    );
    assert_eq!(lost.cookies["aikagi-flow"], browser.cookies["aikagi-flow"]);
    // Other content under the same key is another form.
    let heard = lost.post("reset/verify", &[("code", "00000000"), ("key", &key)]).await;
    assert_eq!(heard.status, 409);
}

#[tokio::test]
async fn setting_twice_with_one_key_sets_once() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let key = browser.key().await;
    let fields = [("new_password", NEW_PASSWORD), ("again", NEW_PASSWORD), ("key", &key)];
    let mut lost = browser.clone();
    assert_eq!(browser.post("reset/set", &fields).await.next(), "/reset/done");
    assert_eq!(lost.post("reset/set", &fields).await.next(), "/reset/done");
    let resets = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "reset" && outcome == "succeeded")
        .count();
    assert_eq!(resets, 1);
}

#[tokio::test]
async fn of_sixteen_sets_at_once_one_wins() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..16 {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let password = format!("{NEW_PASSWORD} {n}");
            browser
                .post(
                    "reset/set",
                    &[
                        ("new_password", &password),
                        ("again", &password),
                        ("key", &format!("k{n}")),
                    ],
                )
                .await
                .next()
        });
    }
    tries.join_all().await;
    let mut fitting = 0;
    for n in 0..16 {
        let heard = Browser::new(&house)
            .sign_in("k.sato", &format!("{NEW_PASSWORD} {n}"))
            .await;
        fitting += usize::from(heard.status.is_success());
        house.later(4_000);
    }
    assert_eq!(fitting, 1);
    let resets = house
        .audit()
        .await
        .into_iter()
        .filter(|(event, outcome, _)| event == "reset" && outcome == "succeeded")
        .count();
    assert_eq!(resets, 1);
}

#[tokio::test]
async fn another_name_forgets_what_was_proved_and_the_same_name_keeps_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    browser.verify(&house.code(EMAIL).await).await;
    assert_eq!(browser.identify("K.Sato").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        2
    );
    assert_eq!(browser.identify("r.ito").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        1
    );
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(
        browser.view("reset/view?step=choose").await["screen"]["choose"]["turn"],
        1
    );
}

#[tokio::test]
async fn what_changed_in_between_is_judged_when_the_password_is_set() {
    let house = House::open().await;
    let name = UserName::parse("k.sato").unwrap();
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    let update = PersonUpdate {
        disabled: Some(true),
        ..PersonUpdate::default()
    };
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
    let update = PersonUpdate {
        disabled: Some(false),
        ..PersonUpdate::default()
    };
    house
        .store()
        .update_person(&name, update, Actor::Console, house.now())
        .await
        .unwrap();
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
}

#[tokio::test]
async fn an_administrator_proves_twice_even_where_one_is_enough_for_others() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
    let mut person = Browser::new(&house);
    person.identify("m.suzuki").await;
    person.ask("email", "").await;
    assert_eq!(
        person
            .verify(&house.code("misaki.suzuki@example.net").await)
            .await
            .next(),
        "/reset/password"
    );
    let mut administrator = Browser::new(&house);
    administrator.identify("a.watanabe").await;
    administrator.ask("email", "").await;
    assert_eq!(
        administrator
            .verify(&house.code("aoi.watanabe@example.net").await)
            .await
            .next(),
        "/reset/choose"
    );
}

#[tokio::test]
async fn a_policy_that_asks_for_more_in_between_is_kept_to() {
    use portal::ports::Store as _;
    let house = House::open().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/password");
    policy.methods_required = 2;
    house
        .store()
        .set_policy(&policy, version + 1, Actor::Console, house.now())
        .await
        .unwrap();
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn a_reset_ends_the_other_walks_and_codes_of_the_account() {
    let house = House::open().await;
    let mut other = Browser::new(&house);
    other.identify("k.sato").await;
    other.ask("email", "").await;
    let code = house.code(EMAIL).await;
    house.later(31);
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    browser.set(NEW_PASSWORD).await;
    assert!(other.verify(&code).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn a_fourth_walk_gets_no_code_while_three_are_under_way() {
    let house = House::open().await;
    for n in 0..3 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, 100, n];
        browser.identify("k.sato").await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        house.later(31);
    }
    house.later(120);
    let mut fourth = Browser::new(&house);
    fourth.identify("k.sato").await;
    assert!(fourth.ask("text", "09012345678").await.next().contains("sends"));
}

#[tokio::test]
async fn one_network_cannot_use_up_the_sends_of_a_destination() {
    let house = House::open().await;
    for n in 0..4 {
        let mut stranger = Browser::new(&house);
        stranger.identify("k.sato").await;
        let heard = stranger.ask("email", "").await.next();
        assert_eq!(heard == "/reset/code", n < 3, "{n}: {heard}");
        house.later(1_800);
    }
    let mut owner = Browser::new(&house);
    owner.address = [192, 0, 2, 1];
    owner.identify("k.sato").await;
    assert_eq!(owner.ask("email", "").await.next(), "/reset/code");
}

#[tokio::test]
async fn a_walk_and_its_last_step_run_out() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.prove(&house).await;
    house.later(500);
    let key = browser.key().await;
    assert_eq!(
        browser.post("reset/extend", &[("key", &key)]).await.next(),
        "/reset/password"
    );
    house.later(500);
    assert!(browser.view("reset/view?step=password").await["screen"]["password"].is_object());
    house.later(101);
    assert!(browser.set(NEW_PASSWORD).await.next().contains("flow_ended"));
}

#[tokio::test]
async fn looking_changes_nothing() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    browser.ask("email", "").await;
    let before = house.audit().await;
    for path in [
        "/",
        "/reset",
        "/reset/choose",
        "/reset/code",
        "/reset/password",
        "/reset/done",
        "/contact",
        "/register",
        "/change",
    ] {
        browser.page(path).await;
    }
    assert_eq!(house.audit().await, before);
    assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
}

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
async fn the_owner_is_told_once_a_day_of_resets_that_were_begun_and_not_finished() {
    let house = House::open().await;
    for _ in 0..2 {
        let mut browser = Browser::new(&house);
        browser.identify("k.sato").await;
        browser.ask("email", "").await;
        assert_eq!(browser.verify(&house.code(EMAIL).await).await.next(), "/reset/choose");
        house.later(901);
        house.server.portal.tell_unfinished().await.unwrap();
        house.deliver().await;
    }
    let told = house
        .mailbox
        .list()
        .into_iter()
        .filter(|letter| letter.parcel.text().contains("went no further"))
        .count();
    // To the mailbox at work and to the authentication e-mail, once each.
    assert_eq!(told, 2);
}

#[tokio::test]
async fn of_ten_walks_that_ask_at_once_one_gets_a_message() {
    let house = House::open().await;
    let mut walks = Vec::new();
    for n in 0..10 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, 100, n];
        browser.identify("k.sato").await;
        walks.push(browser);
    }
    let mut asked = tokio::task::JoinSet::new();
    for mut browser in walks {
        asked.spawn(async move { browser.ask("email", "").await.next() });
    }
    let sent = asked
        .join_all()
        .await
        .into_iter()
        .filter(|next| next == "/reset/code")
        .count();
    assert_eq!(sent, 1);
    house.deliver().await;
    assert_eq!(house.mailbox.list().len(), 1);
}
