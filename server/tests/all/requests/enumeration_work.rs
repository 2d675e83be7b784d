//! What a name costs the server: the same for one that nobody has and one that cannot be recovered; where nothing is told of an
//! account, the same for every name, whatever follows.
//!
//! Time is measured by the bench. Here the work is counted, which no load of the machine disturbs.

use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::SubscriberExt as _;

use super::browser::{Browser, House};
use super::uniform::uniform;

/// A statement, and how many rows it wrote.
type Work = (String, u64);

/// Every statement that any store of this process ran since it was last taken.
static HEARD: Mutex<Vec<Work>> = Mutex::new(Vec::new());

/// Keeps what the driver tells its log.
struct Listener;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Listener {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement::default();
            event.record(&mut statement);
            let text = [statement.whole, statement.summary];
            let text = text
                .into_iter()
                .find(|text| !text.trim().is_empty())
                .unwrap_or_default();
            // PostgreSQL counts the rows that were read as well.
            let written = if text.trim().starts_with("select") {
                0
            } else {
                statement.written
            };
            let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push((text.trim().to_owned(), written));
        }
    }
}

#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
    written: u64,
}

impl Visit for Statement {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_affected" {
            self.written = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }
}

/// What the server does for a deed; and the passwords it computes.
async fn work_of(house: &House, deed: impl Future<Output = ()>) -> (Vec<Work>, u64) {
    let computed = house.server.hashing.computed();
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).clear();
    deed.await;
    let mut heard = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    // A connection that is opened in between says how it reads, whoever it is for.
    heard.retain(|(text, _)| {
        !["pragma", "set lock_timeout"]
            .iter()
            .any(|word| text.to_lowercase().starts_with(word))
    });
    // Each connection tells of its statements from a thread of its own, when it comes to it.
    heard.sort_unstable();
    (heard, house.server.hashing.computed() - computed)
}

/// From the name to the page that tells the case.
async fn work_for(house: &House, name: &str) -> (Vec<Work>, u64) {
    let mut browser = Browser::new(house);
    work_of(house, async {
        assert_eq!(browser.identify(name).await.next(), "/reset/stopped", "{name}");
        assert_eq!(browser.page("/reset/stopped").await.status, 200, "{name}");
    })
    .await
}

/// The work of each step of a name of which nothing is told, with the address and the number that are typed.
async fn works_alike(house: &House, (name, address, number): (&str, &str, &str), place: u8) -> Vec<(Vec<Work>, u64)> {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, place, 7];
    let mut works = Vec::new();
    let deed = async {
        assert_eq!(browser.identify(name).await.next(), "/reset/choose", "{name}");
        assert_eq!(browser.page("/reset/choose").await.status, 200, "{name}");
    };
    works.push(work_of(house, deed).await);
    for (method, whole, code) in [("email", address, "00000000"), ("text", number, "000000")] {
        let asked = async {
            assert_eq!(browser.ask(method, whole).await.next(), "/reset/code", "{name}");
            assert_eq!(browser.page("/reset/code").await.status, 200, "{name}");
        };
        works.push(work_of(house, asked).await);
        house.later(31);
        let again = async {
            let key = browser.key().await;
            let heard = browser.post("reset/again", &[("method", method), ("key", &key)]).await;
            assert_eq!(heard.next(), "/reset/code", "{name}");
        };
        works.push(work_of(house, again).await);
        let typed = async {
            assert_eq!(browser.verify(code).await.status, 422, "{name}");
        };
        works.push(work_of(house, typed).await);
        house.later(61);
    }
    let questions = async {
        assert_eq!(browser.ask("questions", "").await.next(), "/reset/questions", "{name}");
        assert_eq!(browser.page("/reset/questions").await.status, 200, "{name}");
        let key = browser.key().await;
        let answers = [("answer1", "a"), ("answer2", "b"), ("answer3", "c"), ("key", &*key)];
        assert_eq!(browser.post("reset/questions", &answers).await.status, 422, "{name}");
    };
    works.push(work_of(house, questions).await);
    let others = async {
        let key = browser.key().await;
        browser.post("reset/contact", &[("key", &key)]).await;
        assert_eq!(browser.page("/contact").await.status, 200, "{name}");
        assert_eq!(browser.identify(name).await.next(), "/reset/questions", "{name}");
    };
    works.push(work_of(house, others).await);
    works
}

#[tokio::test]
async fn where_nothing_is_told_every_step_costs_the_same_for_every_name() {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Listener));
    let house = uniform().await;
    let nobody = ("nobody.here", "nobody@example.net", "080 2211 1111");
    works_alike(&house, ("nobody.before", "before@example.net", "080 2311 1110"), 0).await;
    // The owner is written to once a day: then, and when they are not.
    for round in 0..2 {
        house.later(4_000);
        let first = works_alike(&house, nobody, 1 + u8::try_from(round).unwrap() * 20).await;
        assert_eq!(first[7].1, 3, "a hash for each answer");
        for (place, who) in [
            ("k.sato", "ken.sato@example.net", "090 1234 5678"),
            ("r.ito", "nobody.at.all@example.net", "080 2411 1112"),
            ("h.tanaka", "hana.tanaka@example.net", "080 2511 1114"),
            ("m.suzuki", "misaki.suzuki@example.net", "080 3111 1113"),
            ("d.kato", "daisuke.kato@example.net", "080 6789 0123"),
            ("s.nakamura", "satoshi.nakamura@example.net", "080 4567 8901"),
            ("e.yoshida", "megumi.yoshida@example.net", "080 5678 9012"),
            ("a.watanabe", "aoi.watanabe@example.net", "080 7890 1234"),
            ("u.mori", "umi.mori@example.net", "080 3211 1115"),
            ("nobody.else", "nobody.else@example.net", "080 3311 1116"),
        ]
        .into_iter()
        .enumerate()
        {
            house.later(4_000);
            let place = u8::try_from(2 + place + round * 20).unwrap();
            for (step, work) in works_alike(&house, who, place).await.into_iter().enumerate() {
                assert_eq!(work, first[step], "{} in round {round}, step {step}", who.0);
            }
        }
    }
}

#[tokio::test]
async fn a_name_costs_as_many_statements_rows_and_hashes_whether_anybody_has_it_or_not() {
    // The connections are threads of the driver, so only a listener for the whole process hears them.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Listener));
    let house = House::open().await;
    work_for(&house, "nobody.before").await;
    let (nobody, hashes) = work_for(&house, "nobody.here").await;
    assert!(
        nobody
            .iter()
            .any(|(text, rows)| text.starts_with("insert into flow") && *rows == 1),
        "{nobody:#?}"
    );
    // Without a method, with one, switched off.
    for name in ["h.tanaka", "m.suzuki", "d.kato", "y.kobayashi", "nobody.else"] {
        house.later(61);
        let (work, computed) = work_for(&house, name).await;
        assert_eq!(work, nobody, "{name}");
        assert_eq!(computed, hashes, "{name}");
    }
}
