//! Every two methods in both orders: either they lead to the new password, or they are one channel.

use portal::account::UserName;
use portal::method::Method;
use portal::method::questions::{FORM, Given, Listing, check};
use portal::ports::{Change, Committed, Hashing as _, KeptAnswer, Password, Store as _};

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PHONE};
use super::office::{OFFICE, set_office};

const ANSWERS: [(&str, &str); 5] = [
    ("first-teacher", "Sakamoto"),
    ("childhood-street", "Hanami"),
    ("first-dish", "omelette"),
    ("parents-met", "Strasbourg"),
    ("first-film", "The Red Balloon"),
];

/// Ken Sato with everything that there is.
async fn house() -> House {
    let house = House::open().await;
    set_office(&house, OFFICE.0).await;
    let name = UserName::parse("k.sato").unwrap();
    let account = house.store().account_named(&name).await.unwrap().unwrap();
    let given = ANSWERS.map(|(question, answer)| Given { question, answer });
    let mut answers = Vec::new();
    for one in check(&given, &Listing { off: &[], own: &[] }, &[]).unwrap() {
        let hash = house.server.hashing.hash(&Password::typed(&one.answer)).await;
        let Ok(hash) = hash else { panic!("no hash") };
        answers.push(KeptAnswer {
            question: one.question,
            form: FORM.to_owned(),
            hash,
        });
    }
    let set = Change::SetAnswers {
        account: account.id,
        answers,
        at: house.now() - portal::moment::days(30),
    };
    assert_eq!(house.store().commit(vec![set]).await.unwrap(), Committed::Done);
    house
}

/// Where it leads to ask for a method.
async fn ask(browser: &mut Browser, method: Method) -> String {
    let whole = match method {
        Method::Office => OFFICE.1,
        Method::Text | Method::Call => "090 1234 5678",
        Method::Email | Method::Questions => "",
    };
    browser.ask(method.word(), whole).await.next()
}

/// Proves by a method that was asked for; where that leads.
async fn prove(house: &House, browser: &mut Browser, method: Method) -> String {
    let to = match method {
        Method::Email => EMAIL,
        Method::Text | Method::Call => PHONE,
        Method::Office => OFFICE.0,
        Method::Questions => return answer(browser).await,
    };
    browser.verify(&house.code(to).await).await.next()
}

async fn answer(browser: &mut Browser) -> String {
    let view = browser.view("reset/view?step=questions").await;
    let asked = view["screen"]["questions"]["asked"].as_array().unwrap().clone();
    let typed = asked.iter().map(|one| {
        let (_, answer) = ANSWERS.iter().find(|(id, _)| one["id"] == *id).unwrap();
        *answer
    });
    let typed: Vec<&str> = typed.collect();
    let key = browser.key().await;
    let fields = [
        ("answer1", typed[0]),
        ("answer2", typed[1]),
        ("answer3", typed[2]),
        ("key", &key),
    ];
    browser.post("reset/questions", &fields).await.next()
}

#[tokio::test]
async fn every_two_methods_in_either_order_prove_or_are_one_channel() {
    let mut refused = Vec::new();
    for first in Method::ALL {
        for second in Method::ALL.into_iter().filter(|second| *second != first) {
            let pair = format!("{} then {}", first.word(), second.word());
            // A house of its own: the limits of one pair are not another's.
            let house = house().await;
            let mut browser = Browser::new(&house);
            assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose", "{pair}");
            let awaited = |method| {
                if method == Method::Questions {
                    "/reset/questions"
                } else {
                    "/reset/code"
                }
            };
            assert_eq!(ask(&mut browser, first).await, awaited(first), "{pair}");
            assert_eq!(prove(&house, &mut browser, first).await, "/reset/choose", "{pair}");
            house.later(31);
            let heard = ask(&mut browser, second).await;
            if heard != awaited(second) {
                assert!(heard.contains("\"method\""), "{pair}: {heard}");
                refused.push(pair);
                continue;
            }
            assert_eq!(prove(&house, &mut browser, second).await, "/reset/password", "{pair}");
            assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done", "{pair}");
        }
    }
    assert_eq!(refused, ["text then call", "call then text"]);
}
