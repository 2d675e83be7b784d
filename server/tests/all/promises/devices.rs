//! Known browsers: rows that move together, and go with the password.

use portal::identity::AccountId;
use portal::limits::DEVICE_LIFE;
use portal::moment::{Moment, seconds};
use portal::ports::{Account, Change, Committed, Spent, Store as _};

use super::ground::{Ground, START};

fn know(token: &str, before: Option<&str>, account: &Account, at: Moment) -> Change {
    Change::KnowDevice {
        token: token.into(),
        before: before.map(str::to_owned),
        account: account.id.clone(),
        at,
    }
}

async fn knows(ground: &Ground, token: &str, account: &AccountId) -> bool {
    ground.store.knows_device(token, account).await.unwrap()
}

#[tokio::test]
async fn a_browser_gets_another_cookie_with_all_that_know_it() {
    let ground = Ground::new().await;
    let (a, b) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    ground.done(vec![know("first", None, &a, START)]).await;
    ground.done(vec![know("second", Some("first"), &b, START)]).await;
    assert!(knows(&ground, "second", &a.id).await && knows(&ground, "second", &b.id).await);
    assert_eq!(ground.store.device_owner("first").await.unwrap(), None);
    let owner = ground.store.device_owner("second").await.unwrap();
    assert_eq!(owner, [a.id.clone(), b.id.clone()].into_iter().min());
    // The same again, as a form that is sent twice.
    ground.done(vec![know("second", Some("first"), &b, START)]).await;
    ground.done(vec![know("third", Some("second"), &b, START)]).await;
    assert!(knows(&ground, "third", &a.id).await && knows(&ground, "third", &b.id).await);
    ground.done(vec![Change::ForgetDevices(a.id.clone())]).await;
    assert!(!knows(&ground, "third", &a.id).await && knows(&ground, "third", &b.id).await);
}

#[tokio::test]
async fn an_account_knows_twenty_browsers_at_most_and_forgets_those_that_were_not_used_for_longest() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for n in 0..22 {
        ground
            .done(vec![know(&format!("d{n}"), None, &account, START + seconds(n))])
            .await;
        if n == 19 {
            let used = Change::TouchDevice {
                token: "d0".into(),
                at: START + seconds(n),
            };
            ground.done(vec![used]).await;
        }
    }
    assert_eq!(ground.store.count_devices(&account.id).await.unwrap(), 20);
    for (token, is_known) in [("d0", true), ("d1", false), ("d2", false), ("d3", true), ("d21", true)] {
        assert_eq!(knows(&ground, token, &account.id).await, is_known, "{token}");
    }
}

#[tokio::test]
async fn a_browser_that_was_not_used_for_four_hundred_days_is_forgotten() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    ground.done(vec![know("old", None, &account, START)]).await;
    ground.done(vec![know("used", None, &account, START)]).await;
    let used = Change::TouchDevice {
        token: "used".into(),
        at: START + seconds(1),
    };
    ground.done(vec![used]).await;
    ground.store.purge(START + DEVICE_LIFE).await.unwrap();
    assert!(knows(&ground, "old", &account.id).await);
    ground.store.purge(START + DEVICE_LIFE + seconds(1)).await.unwrap();
    assert!(!knows(&ground, "old", &account.id).await && knows(&ground, "used", &account.id).await);
}

#[tokio::test]
async fn of_two_who_raise_an_alarm_one_does_until_it_may_be_raised_again() {
    let ground = Ground::new().await;
    let raise = |at| Change::RaiseAlarm {
        name: "names".into(),
        at,
        since: at - seconds(60),
    };
    ground.done(vec![raise(START)]).await;
    for n in [0, 1, 59] {
        assert_eq!(
            ground.commit(vec![raise(START + seconds(n))]).await,
            Committed::Stale,
            "{n}"
        );
    }
    ground.done(vec![raise(START + seconds(60))]).await;
}

#[tokio::test]
async fn wrong_codes_add_up_within_their_day() {
    let ground = Ground::new().await;
    let guess = |day, chance| Change::CountGuess { day, chance };
    ground.done(vec![guess(1, 100), guess(1, 10_000), guess(2, 1)]).await;
    let guessed = async |day| ground.store.guessed(day).await.unwrap();
    assert_eq!([guessed(0).await, guessed(1).await, guessed(2).await], [0, 10_100, 1]);
}

#[tokio::test]
async fn of_many_who_spend_the_last_of_a_budget_one_does() {
    let ground = Ground::new().await;
    let lane = portal::limits::Lane::Unknown;
    let method = portal::method::Method::Call;
    let mut people = Vec::new();
    // Each of another account and to another number: nothing else keeps one waiting for the other.
    for n in 0..16 {
        people.push(ground.person(&format!("person.{n}")).await);
    }
    let spend = |of: Spent, most, n: usize| {
        let prefix = match &of {
            Spent::By(_) => None,
            Spent::To(prefix, _) => Some(prefix.clone()),
        };
        vec![
            Change::SendsBelow {
                of,
                since: START - seconds(60),
                most,
            },
            Change::RecordSend {
                channel: format!("c{most} {n}"),
                network: "n".into(),
                account: people[n % people.len()].id.clone(),
                lane,
                method,
                prefix,
                code: portal::identity::CodeId::new(format!("code {most} {n}")),
                unsent: false,
                at: START,
            },
        ]
    };
    for most in 1..=40 {
        let at_once = (0..16).map(|n| spend(Spent::By(method), most, n)).collect();
        assert_eq!(done_at_once(&ground, at_once).await, 1, "the last of {most}");
    }
    let beside = || Spent::To("+8190123".into(), lane);
    let at_once = (16..32).map(|n| spend(beside(), 3, n)).collect();
    assert_eq!(done_at_once(&ground, at_once).await, 3);
}

/// How many of these commits were done, all made at once.
async fn done_at_once(ground: &Ground, commits: Vec<Vec<Change>>) -> usize {
    let mut all = tokio::task::JoinSet::new();
    for changes in commits {
        let store = std::sync::Arc::clone(&ground.store);
        all.spawn(async move { store.commit(changes).await.unwrap() });
    }
    let done = all.join_all().await.into_iter();
    done.filter(|committed| *committed == Committed::Done).count()
}
