//! Every statement of a long day, and how the database goes about it: by an index, never through a whole table.

mod changes;

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use portal::account::UserName;
use portal::audit::{Actor, Event};
use portal::identity::{Channel as Proved, ContactId};
use portal::limits::{Factor, Failures, Lane};
use portal::method::proof::Proof;
use portal::method::{ContactKind, Method};
use portal::moment::{days, hours, minutes, seconds};
use portal::ports::{Account, Change, FlowKind, Matter, Recipient, Spent, Store as _, Trust};
use portal::upkeep::Upkeep;
use server::courier::Channel;
use server::store::audit::Filter;
use server::store::outbox::Obstacle;
use server::store::people::PersonUpdate;
use sqlx::Row as _;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::SubscriberExt as _;

use super::ground::{Ground, START, carrying, code, contact, entry, flow, message, raw, session, user};

/// Every statement that any store of this process ran.
static STATEMENTS: OnceLock<Mutex<BTreeSet<String>>> = OnceLock::new();

fn statements() -> &'static Mutex<BTreeSet<String>> {
    STATEMENTS.get_or_init(Mutex::default)
}

/// Keeps what the driver tells its log.
struct Listener;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Listener {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Statement(String::new()));
        }
    }
}

struct Statement(String);

impl Visit for Statement {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.0),
            // Longer than its summary: the whole text stands here.
            "db.statement" => {
                let text = if value.trim().is_empty() {
                    self.0.as_str()
                } else {
                    value.trim()
                };
                statements()
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(text.to_owned());
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn no_statement_of_a_long_day_reads_a_whole_table() {
    // The writing connection is a thread of the driver, so only a listener for the whole process hears it.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Listener));
    let ground = Ground::new().await;
    a_long_day(&ground).await;
    let heard: Vec<String> = statements()
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .cloned()
        .collect();
    assert!(heard.len() > 90, "only {} statements were heard", heard.len());

    let mut raw = raw(&ground.folder.database()).await;
    let mut scans = Vec::new();
    for statement in heard {
        for step in plan(&mut raw, &statement).await {
            if step.starts_with("SCAN") && !is_small(&step) {
                scans.push(format!("{step}: {statement}"));
            }
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

/// Tables of one row, what a limit already cut down, and indexes that hold only the rows that are asked for.
fn is_small(step: &str) -> bool {
    let what = step.trim_start_matches("SCAN ").split(' ').next().unwrap_or_default();
    matches!(
        what,
        "policy" | "pulse" | "audit_retention" | "sqlite_master" | "CONSTANT" | "next"
    ) || [
        "account_administrator",
        "account_older",
        "contact_leftover",
        "outbox_lane",
    ]
    .iter()
    .any(|index| step.ends_with(index))
}

#[expect(clippy::disallowed_methods, reason = "statements of our own, to be explained")]
async fn plan(raw: &mut sqlx::SqliteConnection, statement: &str) -> Vec<String> {
    let first = statement.split_whitespace().next().unwrap_or_default();
    if !matches!(first, "select" | "insert" | "update" | "delete") {
        return Vec::new();
    }
    let explained = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("explain query plan {statement}")));
    let rows = explained
        .fetch_all(raw)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Everything that the store can be asked and told.
async fn a_long_day(ground: &Ground) {
    let account = ground.person("h.tanaka").await;
    changes::changes(ground, &account).await;
    super::freeze::freeze(ground, &account).await;
    changes::questions(ground, &account).await;
    let store = &ground.store;
    let name: UserName = user("h.tanaka");
    let update = PersonUpdate {
        hash: Some("hash-9".into()),
        vouched: vec![(ContactKind::Mailbox, "m@corp.example".into())],
        ..PersonUpdate::default()
    };
    store.update_person(&name, update, Actor::Console, START).await.unwrap();
    store.people("", 10).await.unwrap();
    store.person(&name).await.unwrap();
    store.is_empty().await.unwrap();
    store.older_hash().await.unwrap();
    store.resembling(&name).await.unwrap();
    let (mut policy, version) = store.policy().await.unwrap();
    policy.password_days = 9;
    store.set_policy(&policy, version, Actor::Console, START).await.unwrap();
    store.seal(START, "sealer").await.unwrap();
    store.anchor(START).await.unwrap();
    store.verify_audit(None).await.unwrap();
    for filter in [
        Filter::All,
        Filter::Subject(account.id.clone()),
        Filter::Event(Event::Reset),
        Filter::Support("ABCD-2345".into()),
    ] {
        store.list_audit(&filter, None, 10).await.unwrap();
    }
    store.retain_audit(START + days(9), Actor::System, START).await.unwrap();
    store.seal(START, "sealer").await.unwrap();
    store.ready().await.unwrap();
    store.encrypt_anew(&["k0".to_owned()]).await.unwrap();
    store
        .record_keys(&["k0".to_owned(), "k1".to_owned()], START)
        .await
        .unwrap();
    store.unsealed_audit().await.unwrap();
    store.backlog().await.unwrap();
    store.drop_expired(START + days(2)).await.unwrap();
    store.purge(START + days(30)).await.unwrap();
}
