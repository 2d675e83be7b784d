//! The server is killed at every point that has a name, and at moments that nobody chose; each time it is ready again
//! soon, and when all is over nothing is found that was promised otherwise.

use std::time::Duration;

use server::point::Point;
use server::random::{SystemRandom, name};

use super::evidence::gather;
use super::judge::judge;
use super::person::{Ledger, Person, Reply, Step};
use super::victim::{READY, Victim};

/// How often it is killed at random: the value of this variable, or [`KILLS`].
const VARIABLE: &str = "AIKAGI_TEST_KILLS";
const KILLS: u16 = 20;
/// A reset takes about so long; a kill comes before its end.
const LONGEST: u64 = 1_500;
/// Wrong passwords that somebody else types meanwhile: fewer than make anybody wait.
const MOST_GUESSES: u32 = 6;
/// Wrong codes that another one types, before the kill and after it: fewer than end the code.
const MOST_MISTAKES: u32 = 4;

/// Every point, at the form where most hangs on it.
const DEATHS: [(Step, Point); 17] = [
    (Step::Identify, Point::BeforeChange),
    (Step::Identify, Point::AfterChange),
    (Step::Ask, Point::AfterChange),
    (Step::Ask, Point::BeforeLease),
    (Step::Ask, Point::AfterLease),
    (Step::Ask, Point::BeforeSend),
    (Step::Ask, Point::AfterSend),
    (Step::Ask, Point::BeforeSettle),
    (Step::Verify, Point::BeforeChange),
    (Step::Verify, Point::AfterChange),
    (Step::Set, Point::BeforeChange),
    (Step::Set, Point::AfterChange),
    (Step::Set, Point::BeforeAnswer),
    (Step::Set, Point::AfterSend),
    (Step::Set, Point::AfterSettle),
    (Step::Set, Point::BeforeSeal),
    (Step::Set, Point::AfterSeal),
];

fn people(count: u16) -> String {
    let lines: String = (0..count).map(|n| Ledger::of(n).line()).collect();
    format!("name,email,phone,password\n{lines}")
}

/// A server that is ready, with these people.
async fn begin(count: u16) -> Victim {
    let victim = Victim::install(&people(count)).await;
    victim.start().await;
    victim
}

async fn restart(victim: &Victim) {
    victim.kill();
    let took = victim.start().await;
    assert!(took <= READY, "it took {took:?} to be ready");
}

/// Waits until every message is sent, ends the server, and judges.
pub async fn end(victim: &Victim, ledgers: &[Ledger], kills: usize) {
    victim.has_sent_all().await;
    victim.kill();
    let evidence = gather(victim, ledgers, kills).await;
    assert_eq!(judge(ledgers, &evidence), Vec::<String>::new());
}

#[test]
fn every_point_is_among_the_deaths() {
    for point in Point::ALL {
        assert!(DEATHS.iter().any(|(_, at)| *at == point), "{point:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_point_nothing_is_lost_and_nothing_is_done_twice() {
    let victim = begin(u16::try_from(DEATHS.len()).unwrap()).await;
    let mut ledgers = Vec::new();
    for (n, (step, point)) in (0..).zip(DEATHS) {
        let mut person = Person::new(&victim, n).dying_at(step, point);
        person.sign_in_before().await;
        let reply = person.reset().await;
        victim.dies().await;
        restart(&victim).await;
        person.finish(reply).await;
        ledgers.push(person.ledger);
    }
    end(&victim, &ledgers, DEATHS.len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_wrong_code_is_judged_it_is_counted_once_or_was_never_told() {
    let deaths = [
        (Point::BeforeChange, 2),
        (Point::AfterChange, 3),
        (Point::BeforeAnswer, 3),
    ];
    let victim = begin(u16::try_from(deaths.len()).unwrap()).await;
    let mut ledgers = Vec::new();
    for (n, (point, counted)) in (0..).zip(deaths) {
        let mut person = Person::new(&victim, n);
        assert_eq!(person.mistype(1).await, Reply::Refused(422));
        let mut person = person.dying_at(Step::Verify, point);
        assert_eq!(person.mistype(1).await, Reply::Cut);
        victim.dies().await;
        restart(&victim).await;
        assert_eq!(person.mistype(1).await, Reply::Refused(422));
        let tries = "select tries from code order by asked desc limit 1";
        assert_eq!(victim.number(tries).await, counted, "{point:?}");
        ledgers.push(person.ledger);
    }
    end(&victim, &ledgers, deaths.len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_is_done_twice() {
    let kills = std::env::var(VARIABLE).map_or(KILLS, |kills| kills.parse().unwrap());
    let victim = begin(kills * 4).await;
    let mut ledgers = Vec::new();
    for round in 0..kills {
        let [mut one, mut other, mut guesser, mut mistyper] = [0, 1, 2, 3].map(|n| Person::new(&victim, round * 4 + n));
        one.sign_in_before().await;
        let after = Duration::from_millis(any_number() % LONGEST);
        eprintln!("kill {round} after {after:?}");
        let typing = async {
            for _ in 0..MOST_GUESSES {
                guesser.guess().await;
            }
        };
        let kill = async {
            tokio::time::sleep(after).await;
            victim.kill();
        };
        let (heard_one, heard_other, ()) = tokio::join!(one.reset(), other.reset(), async {
            tokio::join!(typing, mistyper.mistype(MOST_MISTAKES / 2), kill);
        });
        restart(&victim).await;
        tokio::join!(
            one.finish(heard_one),
            other.finish(heard_other),
            mistyper.mistype(MOST_MISTAKES / 2)
        );
        ledgers.extend([one, other, guesser, mistyper].map(|person| person.ledger));
    }
    end(&victim, &ledgers, kills.into()).await;
}

pub fn any_number() -> u64 {
    let hex = name(&SystemRandom).unwrap();
    u64::from_str_radix(&hex[..12], 16).unwrap()
}
