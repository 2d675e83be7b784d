//! Security questions: off unless somebody wants them, never alone, one verdict, and nothing of an answer kept or told.

use portal::account::UserName;
use portal::audit::Actor;
use portal::method::Method;
use portal::ports::{Account, Store as _};
use serde_json::{Value, json};

use super::browser::{Browser, EMAIL, Heard, House, PASSWORD};
use super::registration::prove;

/// What Ken Sato chooses and answers.
pub const ANSWERS: [(&str, &str); 5] = [
    ("first-teacher", "Sakamoto"),
    ("childhood-street", "花見通り"),
    ("first-dish", "オムライス"),
    ("parents-met", "Straßburg"),
    ("first-film", "E.T. 2"),
];
/// The same as somebody else types it.
const OTHERWISE: [(&str, &str); 5] = [
    ("first-teacher", " ｓａｋａ moto"),
    ("childhood-street", "花見　通り。"),
    ("first-dish", "ｵﾑﾗｲｽ"),
    ("parents-met", "STRASSBURG"),
    ("first-film", "et-２"),
];

/// A house whose policy allows questions.
pub async fn asking() -> House {
    let house = House::open().await;
    allow(&house, true).await;
    house
}

async fn allow(house: &House, questions: bool) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods = Method::SENDING.to_vec();
    policy.methods.extend(questions.then_some(Method::Questions));
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
}

pub async fn ken(house: &House) -> Account {
    let name = UserName::parse("k.sato").unwrap();
    house.store().account_named(&name).await.unwrap().unwrap()
}

pub async fn register(browser: &mut Browser, answers: &[(&str, &str)]) -> Heard {
    let names: Vec<_> = (1..=5)
        .map(|n| (format!("question{n}"), format!("answer{n}")))
        .collect();
    let fields: Vec<(&str, &str)> = names
        .iter()
        .zip(answers)
        .flat_map(|((question, answer), (id, text))| [(question.as_str(), *id), (answer.as_str(), *text)])
        .collect();
    browser.post("register/questions", &fields).await
}

/// A house in which Ken Sato has registered these answers.
pub async fn registered(answers: &[(&str, &str)]) -> House {
    let house = asking().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    assert_eq!(register(&mut browser, answers).await.next(), "/register");
    // Another code may be sent.
    house.later(31);
    house
}

/// What the page of the registration offers.
async fn offered(browser: &mut Browser) -> Vec<Value> {
    let view = browser.view("register/view?page=/register").await;
    let lines = view["screen"]["lines"].as_array().unwrap().clone();
    lines.into_iter().map(|line| line["means"].clone()).collect()
}

/// A browser that is asked Ken Sato's questions.
pub async fn asked(house: &House) -> Browser {
    asked_in(Browser::new(house)).await
}

pub async fn asked_in(mut browser: Browser) -> Browser {
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("questions", "").await.next(), "/reset/questions");
    browser
}

pub async fn ids(browser: &mut Browser) -> Vec<String> {
    let view = browser.view("reset/view?step=questions").await;
    let asked = view["screen"]["questions"]["asked"].as_array().unwrap().clone();
    asked.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Answers what is asked; those at the places that are wrong otherwise.
pub async fn answer(browser: &mut Browser, known: &[(&str, &str)], wrong: &[usize]) -> Heard {
    let ids = ids(browser).await;
    let typed = ids.iter().enumerate().map(|(place, id)| {
        let (_, right) = known.iter().find(|(one, _)| one == id).unwrap();
        if wrong.contains(&place) {
            "something else"
        } else {
            *right
        }
    });
    let typed: Vec<&str> = typed.collect();
    let key = browser.key().await;
    let fields = [
        ("answer1", typed[0]),
        ("answer2", typed[1]),
        ("answer3", typed[2]),
        ("key", &key),
    ];
    browser.post("reset/questions", &fields).await
}

#[tokio::test]
async fn nobody_is_asked_unless_the_policy_says_so_and_administrators_never() {
    let house = House::open().await;
    allow(&house, false).await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    assert_eq!(offered(&mut browser).await, ["phone", "email"]);
    prove(&house, &mut browser).await;
    assert!(register(&mut browser, &ANSWERS).await.next().contains("method"));
    allow(&house, true).await;
    assert_eq!(offered(&mut browser).await, ["phone", "email", "questions"]);
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");

    let mut administrator = Browser::new(&house);
    administrator.sign_in("a.watanabe", "morning ferry 9026").await;
    assert_eq!(offered(&mut administrator).await, ["phone", "email"]);
    assert_eq!(administrator.view("register/questions/view").await["No"], "method");
    assert!(register(&mut administrator, &ANSWERS).await.next().contains("method"));

    // Taken back by the policy, they open nothing any more.
    allow(&house, false).await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert!(browser.ask("questions", "").await.next().contains("method"));
}

#[tokio::test]
async fn answers_prove_beside_another_method_and_never_twice() {
    let house = registered(&ANSWERS).await;
    let mut browser = asked(&house).await;
    assert_eq!(answer(&mut browser, &ANSWERS, &[]).await.next(), "/reset/choose");
    assert!(browser.ask("questions", "").await.next().contains("method"));
    assert_eq!(browser.page("/reset/password").await.location(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let code = house.code(EMAIL).await;
    assert_eq!(browser.verify(&code).await.next(), "/reset/password");
    assert_eq!(browser.set(super::browser::NEW_PASSWORD).await.next(), "/reset/done");
    let reset = house
        .audit()
        .await
        .into_iter()
        .find(|(event, ..)| event == "reset")
        .unwrap();
    assert!(reset.2.starts_with("questions+email"), "{reset:?}");
}

#[tokio::test]
async fn setting_them_asks_for_a_password_and_a_code_and_is_told_where_one_was_known_before() {
    let house = asking().await;
    let mut thief = Browser::new(&house);
    thief.sign_in("k.sato", PASSWORD).await;
    assert!(register(&mut thief, &ANSWERS).await.next().contains("proof_too_old"));
    assert_eq!(thief.view("register/questions/view").await["No"], "proof_too_old");
    prove(&house, &mut thief).await;
    assert_eq!(register(&mut thief, &ANSWERS).await.next(), "/register");
    for known in [EMAIL, "k.sato@kitayama.example"] {
        let told = house.arrived(known).await;
        assert!(told.contains("Security questions"), "{known}: {told}");
    }
    let row = house
        .audit()
        .await
        .into_iter()
        .find(|(event, ..)| event == "add_method");
    assert_eq!(row.unwrap().1, "succeeded");

    let mut later = Browser::new(&house);
    later.sign_in("k.sato", PASSWORD).await;
    let refused = later.post("register/remove", &[("kind", "questions")]).await;
    assert!(refused.next().contains("proof_too_old"), "{}", refused.body);
    let removed = thief.post("register/remove", &[("kind", "questions")]).await;
    assert_eq!(removed.next(), "/register");
    assert!(ken(&house).await.answered.is_none());
    assert_eq!(house.store().answers(&ken(&house).await.id).await.unwrap(), []);
    let told = house.arrived(EMAIL).await;
    assert!(
        told.contains("removed") && told.contains("Security questions"),
        "{told}"
    );
}

#[tokio::test]
async fn what_others_would_try_first_is_refused_at_its_place() {
    let house = asking().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    let tried: [(&str, &str, Value); 10] = [
        ("childhood-street", "ab", json!("too_short")),
        ("childhood-street", &"a b".repeat(21), json!("too_long")),
        ("childhood-street", "K. Sato", json!("name")),
        ("childhood-street", "ken.sato", json!("name")),
        ("childhood-street", "佐藤 健 / ken-sato", json!("name")),
        ("childhood-street", "123", json!("too_common")),
        ("childhood-street", " ", json!("missing")),
        (
            "childhood-street",
            "saka-moto",
            json!({ "given_before": { "place": 0 } }),
        ),
        ("first-teacher", "花見通り", json!({ "chosen_before": { "place": 0 } })),
        ("no-such-question", "花見通り", json!("not_chosen")),
    ];
    for (question, text, problem) in tried {
        let mut answers = ANSWERS;
        answers[1] = (question, text);
        let refused = register(&mut browser, &answers).await.json();
        let expected = json!({ "No": { "questions": [{ "place": 1, "problem": problem }] } });
        assert_eq!(refused, expected, "{text}");
    }
    assert!(ken(&house).await.answered.is_none());
}

#[tokio::test]
async fn no_answer_is_kept_in_clear_or_sent_back() {
    let house = registered(&ANSWERS).await;
    let kept = house.store().answers(&ken(&house).await.id).await.unwrap();
    let mut salts: Vec<_> = kept
        .iter()
        .map(|one| one.hash.split('$').nth(5).unwrap().to_owned())
        .collect();
    salts.sort_unstable();
    salts.dedup();
    assert_eq!((kept.len(), salts.len()), (5, 5));
    for one in &kept {
        assert!(one.hash.contains("$argon2id$") && one.form == "v1", "{}", one.hash);
    }

    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    let fields = [
        ("question1", "first-film"),
        ("answer1", "qqxjzanswer"),
        ("question2", "first-film"),
        ("answer2", "qqxjzother"),
    ];
    let back = browser.submit("register/questions", &fields).await;
    assert_eq!(back.location(), "/register/questions");
    let page = browser.page("/register/questions").await.body;
    assert!(page.contains("first-film") && !page.contains("qqxjz"), "{page}");

    let mut browser = asked(&house).await;
    let key = browser.key().await;
    let fields = [
        ("answer1", "qqxjz"),
        ("answer2", "qqxjz"),
        ("answer3", "qqxjz"),
        ("key", &key),
    ];
    let back = browser.submit("reset/questions", &fields).await;
    assert_eq!(back.location(), "/reset/questions");
    assert!(!browser.page("/reset/questions").await.body.contains("qqxjz"));
}

#[tokio::test]
async fn spellings_of_an_answer_are_one() {
    let house = registered(&ANSWERS).await;
    let mut browser = asked(&house).await;
    assert_eq!(answer(&mut browser, &OTHERWISE, &[]).await.next(), "/reset/choose");
}

#[tokio::test]
async fn the_same_is_asked_for_a_day_whatever_is_tried() {
    let house = registered(&ANSWERS).await;
    let mut browser = asked(&house).await;
    let first = ids(&mut browser).await;
    assert_eq!(first.len(), 3);
    answer(&mut browser, &ANSWERS, &[0]).await;
    assert_eq!(ids(&mut browser).await, first);
    let key = browser.key().await;
    assert_eq!(
        browser.post("reset/another", &[("key", &key)]).await.next(),
        "/reset/choose"
    );
    browser.ask("questions", "").await;
    assert_eq!(ids(&mut browser).await, first);
    for _ in 0..4 {
        assert_eq!(ids(&mut asked(&house).await).await, first);
    }
    let mut drawn = std::collections::BTreeSet::from([first]);
    for _ in 0..9 {
        house.later(86_400);
        drawn.insert(ids(&mut asked(&house).await).await);
    }
    assert!(drawn.len() > 1, "{drawn:?}");
}

#[tokio::test]
async fn whatever_is_wrong_the_verdict_is_one_and_the_work_the_same() {
    let house = registered(&ANSWERS).await;
    let computed = || house.server.hashing.computed();
    for (left, wrong) in [(4, &[0][..]), (3, &[2]), (2, &[0, 1, 2])] {
        let mut browser = asked(&house).await;
        let before = computed();
        let refused = answer(&mut browser, &ANSWERS, wrong).await.json();
        assert_eq!(refused, json!({ "No": { "answers": { "left": left } } }), "{wrong:?}");
        assert_eq!(computed() - before, 3, "{wrong:?}");
    }
    let mut browser = asked(&house).await;
    let before = computed();
    assert_eq!(answer(&mut browser, &ANSWERS, &[]).await.next(), "/reset/choose");
    assert_eq!(computed() - before, 3);
    // Nothing is compared, and nothing counted, where one is missing.
    let mut browser = asked(&house).await;
    let key = browser.key().await;
    let fields = [("answer1", "a"), ("answer2", " "), ("answer3", "c"), ("key", &key)];
    let before = computed();
    assert_eq!(
        browser.post("reset/questions", &fields).await.json()["No"],
        "answers_missing"
    );
    assert_eq!(computed(), before);
}

#[tokio::test]
async fn the_fifth_wrong_set_makes_wait_in_every_browser_and_stops_nothing_else() {
    let house = registered(&ANSWERS).await;
    for _ in 0..4 {
        let refused = answer(&mut asked(&house).await, &ANSWERS, &[1]).await.json();
        assert!(refused["No"]["answers"].is_object(), "{refused}");
    }
    let mut browser = asked(&house).await;
    let mut other = asked(&house).await;
    assert!(answer(&mut browser, &ANSWERS, &[1]).await.next().contains("wait"));
    assert!(answer(&mut other, &ANSWERS, &[]).await.next().contains("wait"));
    assert_eq!(other.ask("email", "").await.next(), "/reset/code");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.status.as_u16(),
        200
    );
    house.later(31);
    assert_eq!(answer(&mut browser, &ANSWERS, &[]).await.next(), "/reset/choose");
}

#[tokio::test]
async fn answers_that_were_replaced_since_prove_nothing() {
    let house = registered(&ANSWERS).await;
    let mut stranger = asked(&house).await;
    answer(&mut stranger, &ANSWERS, &[]).await;
    stranger.ask("email", "").await;
    stranger.verify(&house.code(EMAIL).await).await;

    house.later(60);
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut owner).await;
    let mut others = ANSWERS;
    others[0].1 = "Murakami";
    assert_eq!(register(&mut owner, &others).await.next(), "/register");
    let set = stranger.set(super::browser::NEW_PASSWORD).await;
    assert!(set.next().contains("flow_ended"), "{}", set.body);
}

#[tokio::test]
async fn whoever_has_one_other_method_has_enough_with_questions_beside_it() {
    let house = asking().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("m.suzuki", "paper crane 8842").await;
    let mut before = Browser::new(&house);
    assert_eq!(before.identify("m.suzuki").await.next(), "/reset/stopped");
    assert_eq!(register(&mut browser, &ANSWERS).await.next(), "/register");
    assert_eq!(browser.post("register/finish", &[]).await.next(), "/register/done");
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("m.suzuki").await.next(), "/reset/choose");
    // Fewer of them can be asked than the policy asks by now.
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = Method::SENDING.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    assert!(browser.ask("questions", "").await.next().contains("method"));
}
