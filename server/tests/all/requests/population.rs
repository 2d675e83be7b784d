//! Somebody who tries codes at everybody: a fleet of browsers, a budget for the day.

use portal::account::{Role, UserName};
use portal::audit::Actor;
use portal::limits::population::{ELEVATED, chance, day};
use portal::moment::Moment;
use portal::ports::{Change, Store as _};

use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, PHONE};
use super::codes::other;
use crate::cluster;

/// Wrong codes of earlier today, as many as may be but so many.
async fn tried(house: &House, but: u64) {
    let count = Change::CountGuess {
        day: day(house.now()),
        chance: ELEVATED - but * chance(8),
    };
    house.store().commit(vec![count]).await.unwrap();
}

/// Types so many wrong codes, each in a browser of its own.
async fn fleet(house: &House, wrong: u8) {
    for n in 0..wrong {
        let mut browser = Browser::new(house);
        browser.address = [198, 51, n, 7];
        browser.identify("k.sato").await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        let code = house.code(EMAIL).await;
        browser.verify(&other(&code)).await;
        house.later(601);
    }
}

async fn one_proof(house: &House) {
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods_required = 1;
    policy.methods = portal::method::Method::SENDING.to_vec();
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
}

/// Noon of a day, so that what is done in an hour is done on one day.
fn noon(house: &House) {
    let (now, tomorrow) = (house.now(), (day(house.now()) + 1) * 86_400_000);
    let until = Moment::from_millis(tomorrow).since(now).as_secs() + 43_200;
    house.later(until);
}

async fn bits(house: &House) -> u64 {
    let view = Browser::new(house).view("reset/view?step=identify").await;
    view["screen"]["identify"]["bits"].as_u64().unwrap()
}

#[tokio::test]
async fn wrong_codes_of_a_fleet_are_counted_over_all_and_more_is_asked_of_everybody_until_midnight() {
    let house = House::open().await;
    one_proof(&house).await;
    noon(&house);
    tried(&house, 3).await;
    fleet(&house, 2).await;
    assert_eq!(bits(&house).await, 16);
    // Somebody who has begun before goes on as it was.
    let mut before = Browser::new(&house);
    before.identify("k.sato").await;
    fleet(&house, 1).await;
    assert_eq!(bits(&house).await, 18);
    assert_eq!(before.ask("email", "").await.next(), "/reset/code");
    let code = house.code(EMAIL).await;
    assert_eq!(code.len(), 10, "its one code is longer now: {code}");
    let view = before.view("reset/view?step=code").await;
    assert_eq!(view["screen"]["code"]["code"]["digits"], 10);
    assert!(before.page("/reset/code").await.body.contains("10 digits"));
    assert_eq!(before.verify(&code).await.next(), "/reset/password");
    // Who has two ways begins with two steps.
    house.later(601);
    let mut after = Browser::new(&house);
    after.prove(&house).await;
    house.later(86_400);
    assert_eq!(bits(&house).await, 16);
    let mut tomorrow = Browser::new(&house);
    tomorrow.identify("k.sato").await;
    tomorrow.ask("text", "090 1234 5678").await;
    let code = house.code(PHONE).await;
    assert_eq!(code.len(), 6);
    assert_eq!(tomorrow.verify(&code).await.next(), "/reset/password");
}

#[tokio::test]
async fn administrators_hear_once_of_a_day_of_many_wrong_codes() {
    let house = House::open().await;
    noon(&house);
    tried(&house, 0).await;
    for _ in 0..3 {
        bits(&house).await;
        house.server.portal.watch().await.unwrap();
        house.later(3_601);
    }
    house.deliver().await;
    let told = house.mailbox.list().into_iter().filter(|letter| {
        letter.parcel.text().contains("somebody seems to be guessing") || letter.parcel.text().contains("推測")
    });
    let told: Vec<String> = told.map(|letter| letter.parcel.to().to_owned()).collect();
    let mut once = told.clone();
    once.sort();
    once.dedup();
    assert!(!told.is_empty() && told.len() == once.len(), "{told:?}");
    let rows = house.audit().await.into_iter().filter(|row| row.0 == "alarm");
    assert_eq!(rows.map(|row| row.2).collect::<Vec<_>>(), ["guessing"]);
    house.later(86_400);
    tried(&house, 0).await;
    house.server.portal.watch().await.unwrap();
    let rows = house.audit().await.into_iter().filter(|row| row.0 == "alarm");
    assert_eq!(rows.count(), 2);
}

/// What was told of wrong codes: rows of the audit log.
async fn told(house: &House) -> usize {
    let rows = house.audit().await;
    rows.iter().filter(|row| row.2 == "guessing").count()
}

#[tokio::test]
async fn an_alarm_that_cannot_be_raised_keeps_nobody_from_a_reset() {
    let house = House::open().await;
    noon(&house);
    tried(&house, 0).await;
    let mut raw = cluster::raw(&house.folder).await;
    let mut alter = async |statement: &'static str| sqlx::raw_sql(statement).execute(&mut raw).await.unwrap();
    alter("alter table alarm rename to away").await;
    assert_eq!(bits(&house).await, 18);
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(told(&house).await, 0);
    alter("alter table away rename to alarm").await;
    // It is tried again after a minute.
    assert_eq!((bits(&house).await, told(&house).await), (18, 0));
    house.later(61);
    assert_eq!((bits(&house).await, told(&house).await), (18, 1));
}

#[tokio::test]
async fn of_an_administrator_whose_contacts_cannot_be_read_the_others_hear() {
    let house = House::open().await;
    noon(&house);
    tried(&house, 0).await;
    let update = PersonUpdate {
        role: Some(Role::Administrator),
        ..PersonUpdate::default()
    };
    let name = UserName::parse("k.sato").unwrap();
    let update = house.store().update_person(&name, update, Actor::Console, house.now());
    update.await.unwrap();
    let mut raw = cluster::raw(&house.folder).await;
    // With an address of somebody else, which opens in its own row alone.
    let broken = "update contact set address = (select other.address from contact as other \
                  where other.account <> contact.account limit 1) \
                  where account in (select id from account where name = 'a.watanabe')";
    let done = sqlx::raw_sql(broken).execute(&mut raw).await.unwrap();
    assert!(done.rows_affected() > 0);
    assert_eq!((bits(&house).await, told(&house).await), (18, 1));
    house.deliver().await;
    let letters = house.mailbox.list();
    let mut to: Vec<&str> = letters.iter().map(|letter| letter.parcel.to()).collect();
    to.sort_unstable();
    assert_eq!(to, ["k.sato@kitayama.example", EMAIL]);
}

#[tokio::test]
async fn who_has_one_way_only_is_not_left_out() {
    let house = House::open().await;
    one_proof(&house).await;
    noon(&house);
    tried(&house, 0).await;
    let (mut policy, version) = house.store().policy().await.unwrap();
    policy.methods = vec![portal::method::Method::Email];
    house
        .store()
        .set_policy(&policy, version, Actor::Console, house.now())
        .await
        .unwrap();
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let code = house.code(EMAIL).await;
    assert_eq!(code.len(), 10);
    assert_eq!(browser.verify(&code).await.next(), "/reset/password");
}
