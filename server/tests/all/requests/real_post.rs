//! A mail server and a gateway for texts as they really are: what becomes of messages, and that nobody hears anything else
//! for it.

use std::path::Path;
use std::time::Duration;

use portal::moment::minutes;
use server::courier::Couriers;
use server::delivery::Delivery;
use server::settings::{Environment, Settings};
use server::store::audit::Filter;
use tokio::task::JoinHandle;

use super::browser::{Browser, EMAIL, House, PHONE};
use super::codes::awaiting;
use super::outages::{NAMES, walk};
use super::shape::Shape;
use crate::outer::kannel::Kannel;
use crate::outer::smtp::exim::{Exim, Refuses};
use crate::outer::smtp::section;

/// How long a turn of delivery is waited for. What takes longer hangs, and goes on hanging beside what follows.
const BRIEF: Duration = Duration::from_millis(700);

/// Those that a configuration with these sections names.
fn couriers(sections: &str) -> Couriers {
    let text = format!("public_url = \"https://reset.example.org\"\n{sections}");
    let settings = Settings::read(&text, Path::new("/aikagi.toml"), &Environment::new());
    Couriers::new(&settings.unwrap_or_else(|mistakes| panic!("{mistakes}"))).unwrap()
}

fn mail(section: &str) -> Couriers {
    couriers(&format!("[mail]\nfrom = \"no-reply@example.org\"\n{section}"))
}

fn delivery(house: &House, couriers: &Couriers) -> Delivery {
    Delivery {
        couriers: couriers.clone(),
        ..house.server.delivery()
    }
}

async fn turn(house: &House, couriers: &Couriers) -> Option<JoinHandle<()>> {
    let delivery = delivery(house, couriers);
    let mut round = tokio::spawn(async move {
        delivery.round().await.unwrap();
    });
    let is_over = tokio::time::timeout(BRIEF, &mut round).await.is_ok();
    (!is_over).then_some(round)
}

/// The code in a mail or a text.
fn code_in(text: &str) -> String {
    if let Some((_, code)) = text.rsplit_once('#') {
        return code.trim().to_owned();
    }
    let line = text
        .lines()
        .find(|line| line.len() == 9 && line.chars().all(|c| c.is_ascii_digit() || c == ' '));
    line.unwrap_or_else(|| panic!("no code in {text}")).replace(' ', "")
}

async fn shapes(house: &House, couriers: &Couriers) -> Vec<Vec<Shape>> {
    let mut walks = Vec::new();
    for name in NAMES {
        let walked = walk(house, name, async || turn(house, couriers).await);
        let walked = tokio::time::timeout(minutes(1), walked).await;
        walks.push(walked.unwrap_or_else(|_| panic!("{name} waits for the mail server")));
    }
    walks
}

/// How a trouble begins.
type Begin = fn(&Exim);

#[tokio::test]
async fn whatever_the_mail_server_does_nobody_hears_anything_else() {
    let Some(exim) = Exim::start().await else { return };
    let right = section(&exim);
    let expected = shapes(&House::open().await, &mail(&right)).await;
    let arrived = exim.arrived(2).await.len();
    let stripped = right.replace(&format!("port = {}", exim.starttls), &format!("port = {}", exim.plain));
    // It would take mail from anybody: only we insist.
    let stripped: String = stripped
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("user") && !line.starts_with("password"))
        .collect();
    let ca = format!("ca = \"{}\"\n", exim.ca.display());
    let troubles: [(&str, String, Begin); 7] = [
        ("a wrong password", right.replace(&exim.password, "wrong"), |_| ()),
        ("no STARTTLS", stripped, |_| ()),
        ("a certificate of strangers", right.replace(&ca, ""), |_| ()),
        ("nobody there", right.replace(&exim.starttls.to_string(), "1"), |_| ()),
        ("451", right.clone(), |exim| exim.refuse(Some(Refuses::ForNow))),
        ("550", right.clone(), |exim| exim.refuse(Some(Refuses::Always))),
        ("silence", right, |exim| exim.hang(true)),
    ];
    for (trouble, section, begin) in troubles {
        begin(&exim);
        let heard = shapes(&House::open().await, &mail(&section)).await;
        for ((name, heard), expected) in NAMES.iter().zip(&heard).zip(&expected) {
            assert_eq!(heard, expected, "{trouble}: {name}");
        }
        assert_eq!(exim.arrived(0).await.len(), arrived, "{trouble}");
    }
}

#[tokio::test]
async fn a_mail_that_is_put_off_is_tried_less_and_less_often_and_arrives_with_the_code_it_had() {
    let Some(exim) = Exim::start().await else { return };
    let house = House::open().await;
    let post = delivery(&house, &mail(&section(&exim)));
    exim.refuse(Some(Refuses::ForNow));
    let mut browser = awaiting(&house).await;
    // When it was tried, in seconds.
    let mut tried = Vec::new();
    for second in 0..64 {
        let before = exim.refusals();
        post.round().await.unwrap();
        tried.extend((exim.refusals() > before).then_some(second));
        house.later(1);
    }
    assert_eq!(tried, [0, 1, 3, 7, 15, 31, 61]);
    exim.refuse(None);
    house.later(30);
    post.round().await.unwrap();
    let mails = exim.arrived(1).await;
    assert!(mails[0].contains(&format!("Envelope-to: {EMAIL}")), "{}", mails[0]);
    assert_eq!(browser.verify(&code_in(&mails[0])).await.next(), "/reset/choose");
}

#[tokio::test]
async fn a_mail_that_is_put_off_for_longer_than_its_code_lives_is_a_dead_letter() {
    let Some(exim) = Exim::start().await else { return };
    let house = House::open().await;
    let post = delivery(&house, &mail(&section(&exim)));
    exim.refuse(Some(Refuses::ForNow));
    awaiting(&house).await;
    for _ in 0..11 {
        post.round().await.unwrap();
        house.later(31);
    }
    exim.refuse(None);
    post.round().await.unwrap();
    house.store().drop_expired(house.now()).await.unwrap();
    post.round().await.unwrap();
    assert!(exim.arrived(0).await.is_empty(), "nobody is sent a code that is dead");
    let dead = house.store().dead_letters(0, 9).await.unwrap();
    let [letter] = &dead[..] else { panic!("{dead:?}") };
    assert_eq!(
        (letter.what.as_str(), letter.reason.as_str()),
        ("code", "the other side did not take it")
    );
    assert_eq!(letter.attempts, 10);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_a_dead_letter_at_once_and_the_log_tells_under_which_code() {
    let Some(exim) = Exim::start().await else { return };
    let house = House::open().await;
    let post = delivery(&house, &mail(&section(&exim)));
    exim.refuse(Some(Refuses::Always));
    let mut browser = awaiting(&house).await;
    let support = browser.view("reset/view?step=code").await["support"].clone();
    post.round().await.unwrap();
    house.later(600);
    post.round().await.unwrap();
    assert_eq!(exim.refusals(), 1, "it is not tried again");
    let dead = house.store().dead_letters(0, 9).await.unwrap();
    let [letter] = &dead[..] else { panic!("{dead:?}") };
    assert_eq!(
        (letter.attempts, letter.reason.as_str()),
        (1, "the other side will never take it")
    );
    let filter = Filter::Support(support.as_str().unwrap().to_owned());
    let rows = house.store().list_audit(&filter, None, 99).await.unwrap();
    let told: Vec<_> = rows.iter().filter(|row| row.event == "deliver").collect();
    assert_eq!((told.len(), told[0].outcome.as_str()), (1, "failed"));
}

#[tokio::test]
async fn a_text_goes_through_a_gateway_and_a_message_centre_letter_by_letter() {
    let Some(kannel) = Kannel::start().await else { return };
    let house = House::open().await;
    let post = delivery(&house, &couriers(&kannel.section(Kannel::PASSWORD)));
    let mut browser = Browser::new(&house);
    browser.cookies.insert("aikagi-language".into(), "ja".into());
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    post.round().await.unwrap();
    let texts = kannel.arrived(PHONE, 1).await;
    assert!(texts[0].contains("北山製作所"), "{texts:?}");
    assert_eq!(browser.verify(&code_in(&texts[0])).await.next(), "/reset/choose");
}

#[tokio::test]
async fn a_text_waits_while_its_gateway_is_away_refuses_us_or_hangs_and_then_arrives_once() {
    let Some(mut kannel) = Kannel::start().await else {
        return;
    };
    let house = House::open().await;
    let right = couriers(&kannel.section(Kannel::PASSWORD));
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    let waiting = async || {
        house
            .store()
            .backlog()
            .await
            .unwrap()
            .iter()
            .map(|lane| lane.messages)
            .sum::<u64>()
    };

    // 403: that is put right in the settings, and not held against the message.
    let wrong = couriers(&kannel.section("wrong"));
    delivery(&house, &wrong).round().await.unwrap();
    assert_eq!(waiting().await, 1);

    house.later(2);
    kannel.hang(true);
    let hanging = turn(&house, &right).await.expect("it hangs");
    assert_eq!(waiting().await, 1);
    kannel.hang(false);
    hanging.await.unwrap();
    assert_eq!(waiting().await, 0);
    let texts = kannel.arrived(PHONE, 1).await;
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert_eq!(browser.verify(&code_in(&texts[0])).await.next(), "/reset/choose");

    house.later(31);
    kannel.close();
    let mut other = Browser::new(&house);
    other.identify("k.sato").await;
    assert_eq!(other.ask("text", "090 1234 5678").await.next(), "/reset/code");
    delivery(&house, &right).round().await.unwrap();
    assert_eq!(waiting().await, 1);
    assert!(house.store().dead_letters(0, 9).await.unwrap().is_empty());
}
