//! Where nothing is told of an account, every name is answered the same, byte for byte, whatever is done and in whichever
//! state the account is.

mod plain;

use portal::account::{Language, UserName};
use portal::audit::Actor;
use portal::limits::population::{ELEVATED, day};
use portal::method::questions::Listing;
use portal::method::{ContactKind, Method};
use portal::moment::hours;
use portal::ports::{Change, Freeze, Store as _};
use server::courier::Channel;
use server::courier::mailbox::Outage;
use server::store::people::{Expiry, PersonUpdate};

use super::browser::{Browser, Heard, House};
use super::shape::Shape;
use super::uniform::uniform;

/// Who is compared, with an address and a number that they type, registered or not: nobody; registered in full, switched off,
/// managed elsewhere, not enabled, without a method, an administrator; and with other addresses, with one method, locked out,
/// ended, with answers, frozen.
const CAST: [(&str, &str, &str); 14] = [
    ("nobody.here", "nobody@example.net", "080 2211 1111"),
    ("k.sato", "ken.sato@example.net", "090 1234 5678"),
    ("d.kato", "daisuke.kato@example.net", "080 6789 0123"),
    ("s.nakamura", "satoshi.nakamura@example.net", "080 4567 8901"),
    ("e.yoshida", "megumi.yoshida@example.net", "080 5678 9012"),
    ("h.tanaka", "hana.tanaka@example.net", "080 2511 1114"),
    ("a.watanabe", "aoi.watanabe@example.net", "080 7890 1234"),
    ("r.ito", "nobody.at.all@example.net", "080 2311 1112"),
    ("m.suzuki", "misaki.suzuki@example.net", "080 2411 1113"),
    ("n.kimura", "nao.kimura@example.net", "080 8901 2345"),
    ("t.yamamoto", "takumi.yamamoto@example.net", "080 3456 7890"),
    ("u.mori", "umi.mori@example.net", "080 3111 1115"),
    ("o.hayashi", "osamu.hayashi@example.net", "080 9123 4567"),
    ("l.martin", "louis.martin@example.net", "090 3456 7890"),
];

/// Two more states that the cast of the demonstration does not have.
async fn set_the_stage(house: &House) {
    let account = async |name: &str| {
        let name = UserName::parse(name).unwrap();
        house.store().account_named(&name).await.unwrap().unwrap()
    };
    let now = house.now();
    let freeze = Freeze {
        at: now,
        until: now + hours(1_000),
    };
    let account_id = account("o.hayashi").await.id;
    let frozen = vec![Change::Freeze {
        account: account_id,
        freeze,
    }];
    house.store().commit(frozen).await.unwrap();
    let update = PersonUpdate {
        expires: Some(Expiry::At(now - hours(1))),
        ..PersonUpdate::default()
    };
    let name = UserName::parse("t.yamamoto").unwrap();
    house
        .store()
        .update_person(&name, update, Actor::Console, now)
        .await
        .unwrap();
}

/// What is heard, as a shape; the questions, which are drawn by the name, as a mark.
struct Ear {
    heard: Vec<Shape>,
    questions: Vec<String>,
}

impl Ear {
    fn new() -> Self {
        let listing = Listing { off: &[], own: &[] };
        let offered = listing.offered(Language::En);
        Self {
            heard: Vec::new(),
            questions: offered
                .into_iter()
                .flat_map(|question| [question.text, question.id])
                .collect(),
        }
    }

    fn hears(&mut self, heard: &Heard) {
        let questions = self.questions.iter();
        let body = questions.fold(heard.body.clone(), |body, question| {
            body.replace(question, "<question>")
        });
        let mut headers = heard.headers.clone();
        if let Some(length) = headers.get_mut("content-length") {
            assert_eq!(*length, heard.body.len().to_string());
            *length = body.len().into();
        }
        self.heard.push(Shape::of(&Heard {
            status: heard.status,
            headers,
            body,
        }));
    }
}

/// The pages, and what they ask the server for.
async fn look(browser: &mut Browser, ear: &mut Ear) {
    for page in [
        "/reset",
        "/reset/choose",
        "/reset/code",
        "/reset/questions",
        "/reset/stopped",
        "/reset/ended",
        "/contact",
    ] {
        ear.hears(&browser.page(page).await);
    }
    for step in ["choose", "code", "questions", "password"] {
        let request =
            axum::http::Request::get(format!("/api/reset/view?step={step}")).header("accept", "application/json");
        ear.hears(&browser.send(request.body(axum::body::Body::empty()).unwrap()).await);
    }
}

/// Does all that somebody can do who proves nothing, and goes on until they have to wait.
async fn walk(house: &House, (name, address, number): (&str, &str, &str), place: u8) -> Vec<Shape> {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, place, 7];
    let mut ear = Ear::new();
    ear.hears(&browser.identify(name).await);
    look(&mut browser, &mut ear).await;
    for (method, wrong) in [
        ("email", "ken.sato"),
        ("text", "090 12"),
        ("call", ""),
        ("office_phone", "0x"),
        ("passkey", ""),
    ] {
        ear.hears(&browser.ask(method, wrong).await);
    }
    ear.hears(&browser.ask("email", address).await);
    house.deliver().await;
    look(&mut browser, &mut ear).await;
    ear.hears(&browser.verify("00000000").await);
    // At once, and when it may be.
    for later in [0, 31] {
        house.later(later);
        let key = browser.key().await;
        ear.hears(&browser.post("reset/again", &[("method", "email"), ("key", &key)]).await);
        ear.hears(&browser.page("/reset/code").await);
    }
    ear.hears(&browser.verify("").await);
    ear.hears(&browser.verify("0000000a").await);
    ear.hears(&browser.identify(name).await);
    for (method, other) in [("text", "call"), ("office_phone", "text")] {
        let key = browser.key().await;
        ear.hears(&browser.post("reset/another", &[("key", &key)]).await);
        house.later(31);
        ear.hears(&browser.ask(method, number).await);
        look(&mut browser, &mut ear).await;
        ear.hears(&browser.verify("000000").await);
        house.later(31);
        let key = browser.key().await;
        ear.hears(&browser.post("reset/again", &[("method", other), ("key", &key)]).await);
        ear.hears(&browser.page("/reset/code").await);
    }
    ear.hears(&browser.ask("questions", "").await);
    look(&mut browser, &mut ear).await;
    for _ in 0..2 {
        let key = browser.key().await;
        let answers = [("answer1", "a"), ("answer2", "b"), ("answer3", "c"), ("key", &*key)];
        ear.hears(&browser.post("reset/questions", &answers).await);
        ear.hears(&browser.page("/reset/questions").await);
    }
    let key = browser.key().await;
    ear.hears(&browser.post("reset/contact", &[("key", &key)]).await);
    look(&mut browser, &mut ear).await;
    for _ in 0..5 {
        ear.hears(&browser.set("sakoru bitami hudano 83").await);
    }
    look(&mut browser, &mut ear).await;
    // How much a name costs from here by now.
    ear.hears(&browser.identify(name).await);
    ear.heard
}

fn assert_alike(one: &[Shape], other: &[Shape], who: &str) {
    assert_eq!(one.len(), other.len(), "{who}");
    for (step, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(
            (one.status, &one.headers),
            (other.status, &other.headers),
            "{who}, step {step}"
        );
        let differs = one
            .body
            .bytes()
            .zip(other.body.bytes())
            .position(|(one, other)| one != other);
        let near = |body: &str| {
            let from = differs.unwrap_or(0).saturating_sub(200);
            String::from_utf8_lossy(body.as_bytes().get(from..).unwrap_or_default())
                .chars()
                .take(400)
                .collect::<String>()
        };
        assert!(
            one.body == other.body,
            "{who}, step {step}:\n{}\n\n{}",
            near(&one.body),
            near(&other.body)
        );
    }
}

#[tokio::test]
async fn every_name_is_byte_equal_at_every_step_however_often() {
    let house = uniform().await;
    set_the_stage(&house).await;
    for round in 0..3 {
        let mut first = Vec::new();
        // The most unlike ones come again.
        let cast = if round == 0 { CAST.len() } else { 6 };
        for (place, who) in CAST.into_iter().take(cast).enumerate() {
            house.later(61);
            // From another network each time: one may send thrice a day to one address.
            let heard = walk(&house, who, u8::try_from(place + round * CAST.len()).unwrap()).await;
            if place == 0 {
                let statuses: Vec<_> = heard.iter().map(|shape| shape.status).collect();
                for status in [200, 409, 422, 429] {
                    assert!(statuses.contains(&status), "{status} is among {statuses:?}");
                }
                first = heard;
            } else {
                assert_alike(&heard, &first, &format!("{} in round {round}", who.0));
            }
        }
        // Long enough for another code to every address, and not for what was wrong to be forgotten.
        house.later(4_000);
    }
}

#[tokio::test]
async fn another_way_to_a_number_is_answered_alike_whoever_has_it() {
    let house = uniform().await;
    for (name, vouched) in [
        ("k.sato", (ContactKind::Phone, "+81332249999".to_owned())),
        ("a.watanabe", (ContactKind::Office, "+81332248888".to_owned())),
    ] {
        let update = PersonUpdate {
            vouched: vec![vouched],
            ..PersonUpdate::default()
        };
        let name = UserName::parse(name).unwrap();
        let update = house.store().update_person(&name, update, Actor::Console, house.now());
        update.await.unwrap();
    }
    let again = async |(name, number): (&str, &str), method: &str, place: u8| {
        house.later(4_000);
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, place, 7];
        let mut ear = Ear::new();
        browser.identify(name).await;
        ear.hears(&browser.ask(method, number).await);
        for other in ["text", "office_phone", "call", "email"] {
            house.later(301);
            let key = browser.key().await;
            ear.hears(&browser.post("reset/again", &[("method", other), ("key", &key)]).await);
            ear.hears(&browser.page("/reset/code").await);
            let key = browser.key().await;
            ear.hears(&browser.submit("reset/again", &[("method", other), ("key", &key)]).await);
        }
        ear.heard
    };
    // A landline that is a phone, an office phone of an administrator, a mobile phone: and nobody's beside each.
    for (method, owned, nobodys) in [
        ("call", ("k.sato", "03 3224 9999"), "03 3224 7777"),
        ("office_phone", ("a.watanabe", "03 3224 8888"), "03 3224 6666"),
        ("call", ("d.kato", "080 6789 0123"), "080 6789 5555"),
        ("text", ("t.yamamoto", "080 3456 7890"), "080 3456 5555"),
    ] {
        let heard = again(owned, method, 1).await;
        let of_nobody = again(("nobody.here", nobodys), method, 2).await;
        assert_alike(&heard, &of_nobody, owned.0);
    }
}

#[tokio::test]
async fn after_many_wrong_codes_everybody_waits_as_long() {
    let house = uniform().await;
    let mut walks = Vec::new();
    for (place, (name, address, _)) in CAST.into_iter().enumerate() {
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, u8::try_from(place).unwrap(), 7];
        let mut ear = Ear::new();
        browser.identify(name).await;
        browser.ask("email", address).await;
        for wrong in 0..7 {
            ear.hears(&browser.verify(&format!("0000000{wrong}")).await);
            ear.hears(&browser.page("/reset/code").await);
        }
        let key = browser.key().await;
        browser.post("reset/another", &[("key", &key)]).await;
        ear.hears(&browser.page("/reset/choose").await);
        ear.hears(&browser.ask("email", address).await);
        let view = browser.view("reset/view?step=choose").await;
        walks.push((name, ear.heard, waits(&house, &view)));
        house.later(61);
    }
    assert_eq!(walks[0].1[12].status, 429);
    assert!(!walks[0].2.is_empty());
    for (name, walk, waits) in &walks[1..] {
        assert_alike(walk, &walks[0].1, name);
        // Moments are marks above: how far away they are counts as well, a moment of this test itself aside.
        assert_eq!(waits.len(), walks[0].2.len(), "{name}");
        let apart = waits.iter().zip(&walks[0].2).map(|(one, other)| one.abs_diff(*other));
        assert!(apart.max() <= Some(2), "{name}: {waits:?} and {:?}", walks[0].2);
    }
}

/// Seconds until every moment that a view tells.
fn waits(house: &House, view: &serde_json::Value) -> Vec<i64> {
    match view {
        serde_json::Value::Number(number) => number
            .as_i64()
            .filter(|millis| *millis > 1_000_000_000_000)
            .map(|millis| (millis - house.now().millis()) / 1_000)
            .into_iter()
            .collect(),
        serde_json::Value::Array(parts) => parts.iter().flat_map(|part| waits(house, part)).collect(),
        serde_json::Value::Object(parts) => parts.values().flat_map(|part| waits(house, part)).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_becomes_of_messages_changes_no_answer() {
    let mut walks: Vec<(String, Vec<Shape>)> = Vec::new();
    for outage in [None, Some(Outage::Away), Some(Outage::Later), Some(Outage::Never)] {
        for who in [CAST[0], CAST[1], CAST[2]] {
            let house = uniform().await;
            house.mailbox.fail(Channel::Mail, outage);
            let mut browser = Browser::new(&house);
            let mut ear = Ear::new();
            ear.hears(&browser.identify(who.0).await);
            ear.hears(&browser.ask("email", who.1).await);
            house.deliver().await;
            look(&mut browser, &mut ear).await;
            ear.hears(&browser.verify("00000000").await);
            walks.push((format!("{} while {outage:?}", who.0), ear.heard));
        }
    }
    for (who, walk) in &walks[1..] {
        assert_alike(walk, &walks[0].1, who);
    }
}

#[tokio::test]
async fn on_a_day_when_more_is_asked_everybody_is_asked_alike() {
    let house = uniform().await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = Method::SENDING.to_vec();
    let set = house.store().set_policy(&policy, version, Actor::Console, house.now());
    set.await.unwrap();
    let guessed = Change::CountGuess {
        day: day(house.now()),
        chance: ELEVATED,
    };
    house.store().commit(vec![guessed]).await.unwrap();
    let mut walks = Vec::new();
    // Those with one way and with two, whose own first codes would be longer or not, an administrator, and nobody.
    for (place, (name, address, _)) in CAST.into_iter().take(9).enumerate() {
        house.later(61);
        let mut browser = Browser::new(&house);
        browser.address = [198, 51, u8::try_from(place).unwrap(), 7];
        let mut ear = Ear::new();
        ear.hears(&browser.identify(name).await);
        ear.hears(&browser.page("/reset/choose").await);
        ear.hears(&browser.ask("email", address).await);
        let view = browser.view("reset/view?step=code").await;
        assert_eq!(view["screen"]["code"]["code"]["digits"], 10, "{name}");
        ear.hears(&browser.page("/reset/code").await);
        walks.push((name, ear.heard));
    }
    for (name, walk) in &walks[1..] {
        assert_alike(walk, &walks[0].1, name);
    }
}
