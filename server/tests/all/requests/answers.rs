//! What becomes of answers to security questions: under a newer key, among many tries at once, and where questions go.

use std::collections::BTreeSet;

use portal::account::UserName;
use portal::audit::Actor;
use portal::limits::population::day;
use portal::method::questions::Own;
use portal::method::{ContactKind, Method};
use portal::moment::Moment;
use portal::policy::Policy;
use portal::ports::{Change, Clock as _, Committed, Store as _};
use portal::upkeep::Demand;
use serde_json::{Value, json};
use server::hashing::Cost;
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::codes::other;
use super::questions::{ANSWERS, answer, asked, asked_in, asking, ids, ken, register, registered};
use super::registration::prove;
use super::site::{NAME, Site};

/// A site whose one person has a mailbox beside the questions.
async fn site() -> Site {
    let site = Site::open().await;
    let (mut policy, version) = site.store.policy().await.unwrap();
    policy.methods.push(Method::Questions);
    let now = site.clock.now();
    let set = site.store.set_policy(&policy, version, Actor::Console, now);
    set.await.unwrap();
    let update = PersonUpdate {
        vouched: vec![(ContactKind::Email, EMAIL.into())],
        ..PersonUpdate::default()
    };
    let name = UserName::parse(NAME).unwrap();
    site.store
        .update_person(&name, update, Actor::Console, now)
        .await
        .unwrap();
    site
}

/// The keys under which answers are kept, by question.
async fn keys(site: &Site) -> Vec<(String, String)> {
    let name = UserName::parse(NAME).unwrap();
    let account = site.store.account_named(&name).await.unwrap().unwrap();
    let kept = site.store.answers(&account.id).await.unwrap().into_iter();
    kept.map(|one| (one.question, one.hash.split('$').next().unwrap().to_owned()))
        .collect()
}

async fn decide(house: &House, decide: impl FnOnce(&mut Policy)) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    decide(&mut policy);
    assert_eq!(policy.mistakes(), []);
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
}

/// The line of the questions on the page of the registration.
async fn line(browser: &mut Browser) -> Value {
    let view = browser.view("register/view?page=/register").await;
    let lines = view["screen"]["lines"].as_array().unwrap().clone();
    lines.into_iter().find(|line| line["means"] == "questions").unwrap()
}

#[tokio::test]
async fn answers_that_are_right_move_to_the_newest_key_and_are_as_good_as_before() {
    let site = site().await;
    let mut browser = site.browser(site.pool(Cost::default()));
    browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");
    site.add_key();
    let before = keys(&site).await;
    assert!(before.iter().all(|(_, kid)| kid == "k1"), "{before:?}");
    let server = site.serve(site.pool(Cost::default()));
    let mut wrong = asked_in(Browser::with(server.clone())).await;
    answer(&mut wrong, &ANSWERS, &[2]).await;
    assert_eq!(
        keys(&site).await,
        before,
        "whoever does not know them all changes nothing"
    );
    for _ in 0..2 {
        let mut browser = asked_in(Browser::with(server.clone())).await;
        let asked = ids(&mut browser).await;
        assert_eq!(answer(&mut browser, &ANSWERS, &[]).await.next(), "/reset/choose");
        for (question, kid) in keys(&site).await {
            assert_eq!(kid == "k2", asked.contains(&question), "{question} {kid}");
        }
    }
}

#[tokio::test]
async fn an_administrator_takes_them_away_at_once_and_the_owner_is_told() {
    let house = registered(&ANSWERS).await;
    let mut stranger = asked(&house).await;
    answer(&mut stranger, &ANSWERS, &[]).await;
    stranger.ask("email", "").await;
    assert_eq!(
        stranger.verify(&house.code(EMAIL).await).await.next(),
        "/reset/password"
    );
    let name = UserName::parse("k.sato").unwrap();
    for told in [Some("{\"questions\":\"removed\"}"), None] {
        let update = PersonUpdate {
            answers_removed: true,
            ..PersonUpdate::default()
        };
        let update = house.store().update_person(&name, update, Actor::Console, house.now());
        assert_eq!(update.await.unwrap(), Committed::Done);
        let account = ken(&house).await;
        assert!(account.answered.is_none());
        assert_eq!(house.store().answers(&account.id).await.unwrap(), []);
        assert_eq!(house.audit().await[0].2, told.unwrap_or("{}"));
    }
    let mail = house.arrived(EMAIL).await;
    assert!(
        mail.contains("removed") && mail.contains("Security questions"),
        "{mail}"
    );
    let set = stranger.set(NEW_PASSWORD).await;
    assert!(set.next().contains("flow_ended"), "{}", set.body);
}

#[tokio::test]
async fn the_user_name_is_no_answer_though_no_mailbox_has_it() {
    let site = site().await;
    let mut browser = site.browser(site.pool(Cost::default()));
    browser.sign_in(NAME, PASSWORD).await;
    let mut answers = ANSWERS;
    answers[0].1 = "K. Sato";
    let refused = register(&mut browser, &answers).await.json();
    assert_eq!(
        refused,
        json!({ "No": { "questions": [{ "place": 0, "problem": "name" }] } })
    );
}

#[tokio::test]
async fn an_answer_of_another_form_fits_nothing_and_is_as_much_work() {
    let house = registered(&ANSWERS).await;
    let account = ken(&house).await;
    let mut kept = house.store().answers(&account.id).await.unwrap();
    for one in &mut kept {
        one.form = "v0".into();
    }
    let set = Change::SetAnswers {
        account: account.id,
        answers: kept,
        at: house.now(),
    };
    house.store().commit(vec![set]).await.unwrap();
    let mut browser = asked(&house).await;
    let before = house.server.hashing.computed();
    let refused = answer(&mut browser, &ANSWERS, &[]).await.json();
    assert_eq!(refused, json!({ "No": { "answers": { "left": 4 } } }));
    assert_eq!(house.server.hashing.computed() - before, 3);
}

#[tokio::test]
async fn however_many_try_at_once_each_is_compared_once_and_five_are_judged() {
    let house = registered(&ANSWERS).await;
    let mut browser = asked(&house).await;
    let before = house.server.hashing.computed();
    let mut tries = tokio::task::JoinSet::new();
    ids(&mut browser).await;
    for n in 0..8 {
        let mut browser = browser.clone();
        tries.spawn(async move {
            let key = format!("k{n}");
            let wrong = format!("wrong {n}");
            let fields = [
                ("answer1", &*wrong),
                ("answer2", &*wrong),
                ("answer3", &*wrong),
                ("key", &*key),
            ];
            browser.post("reset/questions", &fields).await.next()
        });
    }
    let heard = tries.join_all().await;
    let failed = house.audit().await.into_iter();
    let failed = failed.filter(|row| row.0 == "verify" && row.1 == "failed").count();
    assert_eq!(failed, 5, "{heard:?}");
    assert_eq!(
        heard.iter().filter(|next| next.contains("answers")).count(),
        4,
        "{heard:?}"
    );
    assert!(house.server.hashing.computed() - before <= 8 * 3);
}

#[tokio::test]
async fn wrong_answers_and_wrong_codes_are_counted_apart() {
    let house = registered(&ANSWERS).await;
    let mut browser = asked(&house).await;
    for left in [4, 3, 2, 1] {
        let refused = answer(&mut browser, &ANSWERS, &[1]).await.json();
        assert_eq!(refused["No"]["answers"]["left"], left);
    }
    let key = browser.key().await;
    browser.post("reset/another", &[("key", &key)]).await;
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let code = house.code(EMAIL).await;
    for _ in 0..4 {
        let refused = browser.verify(&other(&code)).await.next();
        assert!(refused.contains("\"code\""), "{refused}");
    }
    // Eight wrong proofs, and nothing waits; what was right forgives only its own.
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");
    assert_eq!(browser.ask("questions", "").await.next(), "/reset/questions");
    assert!(answer(&mut browser, &ANSWERS, &[1]).await.next().contains("wait"));
}

#[tokio::test]
async fn what_is_asked_at_midnight_stays_for_the_flow_and_two_people_are_asked_apart() {
    let house = registered(&ANSWERS).await;
    let mut other = Browser::new(&house);
    other.sign_in("m.suzuki", "paper crane 8842").await;
    assert_eq!(register(&mut other, &ANSWERS).await.next(), "/register");
    let (mut days, mut apart) = (BTreeSet::new(), false);
    for _ in 0..6 {
        let midnight = Moment::from_millis((day(house.now()) + 1) * 86_400_000);
        house.later(midnight.since(house.now()).as_secs() - 60);
        let mut browser = asked(&house).await;
        let before = ids(&mut browser).await;
        let mut suzuki = Browser::new(&house);
        suzuki.identify("m.suzuki").await;
        suzuki.ask("questions", "").await;
        apart |= ids(&mut suzuki).await != before;
        house.later(120);
        assert_eq!(ids(&mut browser).await, before);
        assert_eq!(answer(&mut browser, &ANSWERS, &[]).await.next(), "/reset/choose");
        days.insert(before);
    }
    assert!(apart && days.len() > 1, "{days:?}");
}

/// A question of the organisation.
fn canteen() -> Own {
    Own {
        id: "canteen".into(),
        en: "Which dish of the canteen do you miss?".into(),
        ja: "なつかしい社食の料理は何ですか。".into(),
    }
}

/// What Ken Sato answers where one of the questions is the organisation's.
const WITH_OWN: [(&str, &str); 5] = [
    ("canteen", "Curry udon"),
    ANSWERS[0],
    ANSWERS[1],
    ANSWERS[2],
    ANSWERS[3],
];

/// A house in which Ken Sato has answered it, and all that he answered is asked.
async fn with_own() -> House {
    let house = asking().await;
    decide(&house, |policy| {
        policy.own_questions = vec![canteen()];
        policy.questions_asked = 5;
    })
    .await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    assert_eq!(register(&mut browser, &WITH_OWN).await.next(), "/register");
    house.later(31);
    house
}

#[tokio::test]
async fn a_question_of_the_organisation_that_is_switched_off_is_asked_of_those_who_answered_it() {
    let house = with_own().await;
    decide(&house, |policy| policy.questions_off = vec!["canteen".into()]).await;
    assert!(ids(&mut asked(&house).await).await.contains(&"canteen".to_owned()));
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    let refused = register(&mut browser, &WITH_OWN).await.next();
    assert!(refused.contains("not_chosen"), "{refused}");
}

#[tokio::test]
async fn who_has_fewer_answers_left_than_are_asked_hears_so_and_answers_anew() {
    let house = with_own().await;
    let mut begun = asked(&house).await;
    decide(&house, |policy| policy.own_questions.clear()).await;
    assert_eq!(begun.ask("questions", "").await.next(), r#"{"No":"method"}"#);
    // The other methods stay.
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    let offered = browser.view("reset/view?step=choose").await.to_string();
    assert!(
        offered.contains("email") && !offered.contains("\"questions\""),
        "{offered}"
    );

    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    let missing = line(&mut browser).await;
    assert_eq!(
        (&missing["standing"], &missing["mask"]),
        (&json!("missing"), &json!("5"))
    );
    let page = browser.page("/register").await.body;
    assert!(page.contains("your answers are no longer enough"), "{page}");
    prove(&house, &mut browser).await;
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");
    assert!(line(&mut browser).await["standing"]["verified"].is_number());
    assert!(!browser.page("/register").await.body.contains("no longer enough"));
}

#[tokio::test]
async fn where_every_method_is_to_be_verified_again_questions_are_answered_anew() {
    let house = asking().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("m.suzuki", "paper crane 8842").await;
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    house.later(86_401);
    let name = UserName::parse("m.suzuki").unwrap();
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    let demand = house.server.portal.demand(&account, Demand::Register, Actor::Console);
    assert!(demand.await.unwrap());

    browser.sign_in("m.suzuki", "paper crane 8842").await;
    assert!(line(&mut browser).await["standing"]["outdated"].is_number());
    let page = browser.page("/register").await.body;
    assert!(page.contains("Verify again: Security questions"), "{page}");
    let sent = browser.post("register/verify-again", &[("kind", "email")]).await;
    assert_eq!(sent.next(), "/register/code");
    let code = house.code("misaki.suzuki@example.net").await;
    let verified = browser.post("register/verify", &[("code", &code)]).await;
    assert_eq!(verified.next(), "/register");
    let finish = browser.post("register/finish", &[]).await.next();
    assert!(finish.contains("verify_again"), "{finish}");
    assert!(!browser.page("/register").await.body.contains(">Finish<"));
    // Until then they go on counting.
    assert_eq!(Browser::new(&house).identify("m.suzuki").await.next(), "/reset/choose");
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");
    assert!(line(&mut browser).await["standing"]["verified"].is_number());
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
}
