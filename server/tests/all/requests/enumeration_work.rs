//! What a name costs the server: the same for one that nobody has and one that cannot be recovered.
//!
//! Time is measured by the bench. Here the work is counted, which no load of the machine disturbs.

use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::SubscriberExt as _;

use super::browser::{Browser, House};

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

/// What the server does from the name to the page that tells the case; and the passwords it computes.
async fn work_for(house: &House, name: &str) -> (Vec<Work>, u64) {
    let mut browser = Browser::new(house);
    let computed = house.server.hashing.computed();
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).clear();
    assert_eq!(browser.identify(name).await.next(), "/reset/stopped", "{name}");
    assert_eq!(browser.page("/reset/stopped").await.status, 200, "{name}");
    let mut heard = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    // A connection that is opened in between says how it reads, whoever it is for.
    heard.retain(|(text, _)| !text.to_lowercase().starts_with("pragma"));
    // Each connection tells of its statements from a thread of its own, when it comes to it.
    heard.sort_unstable();
    (heard, house.server.hashing.computed() - computed)
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
