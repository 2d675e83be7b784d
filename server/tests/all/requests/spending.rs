//! What texts and calls may cost, and what administrators hear of it.

use portal::audit::Actor;
use portal::policy::Spending;
use portal::ports::Store as _;

use super::browser::{Browser, House, PHONE};
use super::uniform::uniform;

async fn spend(house: &House, spending: Spending) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.spending = spending;
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
}

/// A reset of Ken Sato from somewhere, which asks for a text; what is heard.
async fn ask_for_text(house: &House, n: u8) -> (Browser, String) {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, n, 7];
    browser.identify("k.sato").await;
    let heard = browser.ask("text", "090 1234 5678").await.next();
    (browser, heard)
}

/// What administrators were told of, the newest first.
async fn alarms(house: &House) -> Vec<String> {
    let rows = house.audit().await.into_iter().filter(|row| row.0 == "alarm");
    rows.map(|row| row.2).collect()
}

#[tokio::test]
async fn a_method_whose_budget_is_used_up_is_down_and_another_is_offered() {
    let house = House::open().await;
    let spending = Spending {
        texts_a_minute: 2,
        texts_a_day: 2,
        ..Spending::default()
    };
    spend(&house, spending).await;
    for n in 0..2 {
        assert_eq!(ask_for_text(&house, n).await.1, "/reset/code", "{n}");
        house.later(301);
    }
    let (mut third, heard) = ask_for_text(&house, 2).await;
    assert_eq!(heard, r#"{"No":"channel_down"}"#);
    let view = third.view("reset/view?step=choose").await;
    let hurdle = |method: &str| {
        let choices = view["screen"]["choose"]["choices"].as_array().unwrap();
        let choice = choices
            .iter()
            .find(|choice| choice.to_string().contains(&format!("\"{method}\"")));
        choice.unwrap()["hurdle"].clone()
    };
    assert_eq!(hurdle("text"), "down");
    assert!(hurdle("email").is_null(), "{view}");
    assert_eq!(third.ask("email", "").await.next(), "/reset/code");
    assert_eq!(alarms(&house).await, ["spending text"]);
    // A day later there is room again.
    house.later(86_400);
    assert_eq!(ask_for_text(&house, 3).await.1, "/reset/code");
}

#[tokio::test]
async fn what_never_went_out_costs_nothing_and_nobody_waits_for_its_code() {
    let house = uniform().await;
    let spending = Spending {
        texts_a_minute: 2,
        texts_a_day: 2,
        ..Spending::default()
    };
    spend(&house, spending).await;
    for n in 0..60 {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, n, 7];
        browser.identify(&format!("nobody.{n}")).await;
        let number = format!("080 {:04} {n:04}", 1_000 + u16::from(n) * 37);
        assert_eq!(browser.ask("text", &number).await.next(), "/reset/code", "{n}");
        house.later(11);
    }
    assert_eq!(ask_for_text(&house, 99).await.1, "/reset/code");
    assert!(house.code(PHONE).await.len() >= 6);
    house.server.portal.watch().await.unwrap();
    assert!(!alarms(&house).await.contains(&"unanswered text".to_owned()));
    assert!(!alarms(&house).await.contains(&"spending text".to_owned()));
}

#[tokio::test]
async fn what_was_filled_in_is_confirmed_by_a_call_where_texts_are_used_up() {
    let house = House::open().await;
    let spending = Spending {
        texts_a_minute: 1,
        ..Spending::default()
    };
    spend(&house, spending).await;
    assert_eq!(ask_for_text(&house, 0).await.1, "/reset/code");
    let mut browser = Browser::new(&house);
    browser.sign_in("r.ito", "copper bridge 5519").await;
    let heard = browser.post("register/vouched", &[("kind", "phone")]).await;
    assert_eq!(heard.next(), "/register/code");
    let view = browser.view("register/code/view").await;
    assert_eq!(view["screen"][1]["method"], "call", "{view}");
}

#[tokio::test]
async fn a_budget_is_not_exceeded_by_those_who_ask_at_once() {
    let house = House::open().await;
    let spending = Spending {
        texts_a_minute: 1,
        ..Spending::default()
    };
    spend(&house, spending).await;
    let mut asked = tokio::task::JoinSet::new();
    for (n, (name, password, number)) in [
        ("h.tanaka", "first lantern 2041", "090 8765 4321"),
        ("i.matsumoto", "yellow umbrella 5083", "080 5555 1234"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, u8::try_from(n).unwrap(), 7];
        browser.sign_in(name, password).await;
        asked.spawn(async move {
            let form = [("country", "JP"), ("number", number), ("way", "text")];
            browser.post("register/phone", &form).await.next()
        });
    }
    let heard = asked.join_all().await;
    let sent = heard.iter().filter(|next| *next == "/register/code").count();
    assert_eq!(sent, 1, "{heard:?}");
}

#[tokio::test]
async fn the_budget_of_a_minute_has_room_again_after_it() {
    let house = House::open().await;
    let spending = Spending {
        texts_a_minute: 1,
        ..Spending::default()
    };
    spend(&house, spending).await;
    assert_eq!(ask_for_text(&house, 1).await.1, "/reset/code");
    let mut newcomer = Browser::new(&house);
    newcomer.sign_in("h.tanaka", "first lantern 2041").await;
    let form = [("country", "JP"), ("number", "090 8765 4321"), ("way", "text")];
    house.later(59);
    let heard = newcomer.post("register/phone", &form).await.next();
    assert!(heard.contains("channel_down"), "{heard}");
    house.later(1);
    assert_eq!(newcomer.post("register/phone", &form).await.next(), "/register/code");
}

#[tokio::test]
async fn numbers_side_by_side_get_five_messages_an_hour() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    for n in 0..6 {
        let number = format!("090 8765 {n}321");
        let form = [("country", "JP"), ("number", &*number), ("way", "text")];
        let heard = browser.post("register/phone", &form).await.next();
        assert_eq!(heard == "/register/code", n < 5, "{n}: {heard}");
        assert_eq!(heard.contains("sends"), n == 5, "{n}: {heard}");
        house.later(120);
    }
    // Others are sent to.
    let form = [("country", "JP"), ("number", "080 8765 4321"), ("way", "text")];
    assert_eq!(browser.post("register/phone", &form).await.next(), "/register/code");
}

#[tokio::test]
async fn administrators_hear_once_where_hardly_any_code_comes_back() {
    for answered in [9, 10] {
        let house = House::open().await;
        let account = house
            .store()
            .account_named(&portal::account::UserName::parse("k.sato").unwrap())
            .await
            .unwrap()
            .unwrap();
        let mut changes = Vec::new();
        for n in 0..50 {
            let code = portal::identity::CodeId::new(format!("c{n}"));
            changes.push(portal::ports::Change::RecordSend {
                channel: format!("channel {n}"),
                network: "network".into(),
                account: account.id.clone(),
                lane: portal::limits::Lane::Unknown,
                method: portal::method::Method::Call,
                prefix: None,
                code: code.clone(),
                unsent: false,
                at: house.now(),
            });
            changes.extend((n < answered).then_some(portal::ports::Change::AnswerSend(code)));
        }
        house.store().commit(changes).await.unwrap();
        for _ in 0..2 {
            house.server.portal.watch().await.unwrap();
            house.later(60);
        }
        let expected: &[&str] = if answered < 10 { &["unanswered call"] } else { &[] };
        assert_eq!(alarms(&house).await, expected);
        house.deliver().await;
        let told = house.mailbox.list().into_iter();
        let told = told.filter(|letter| letter.parcel.text().contains("calls")).count();
        assert_eq!(told > 0, answered < 10);
    }
}

#[tokio::test]
async fn a_code_that_is_typed_counts_as_come_back() {
    let house = House::open().await;
    let (mut browser, _) = ask_for_text(&house, 1).await;
    let since = house.now() - portal::moment::hours(1);
    let spent = async || house.store().spent(portal::method::Method::Text, since).await.unwrap();
    assert_eq!(spent().await, (1, 0));
    browser.verify(&house.code(PHONE).await).await;
    assert_eq!(spent().await, (1, 1));
}
