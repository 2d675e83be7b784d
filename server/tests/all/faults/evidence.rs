//! What is left after a server was killed for the last time: read from its files by somebody who was not there.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;

use portal::ports::{Hashing as _, Password};
use server::hashing::{Argon2Pool, Cost};
use server::keyring::Keyring;
use server::random::SystemRandom;
use server::store::SqlStore;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _};

use super::person::Ledger;
use super::sink::Delivered;
use super::victim::Victim;

/// An account as it stands.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub old_fits: bool,
    pub new_fits: bool,
    /// Failures with the password, in a row.
    pub wrong_passwords: u32,
    /// And with codes by mail.
    pub wrong_codes: u32,
    /// Epochs of its sessions that are not the account's own.
    pub stale_sessions: usize,
}

/// A row of the audit log.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub subject: String,
    pub event: String,
    pub outcome: String,
    pub method: String,
    pub flow: String,
}

/// A row of the outbox.
#[derive(Clone, Debug)]
pub struct Written {
    pub id: String,
    pub account: String,
    pub what: String,
    pub state: String,
}

#[derive(Clone, Debug)]
pub struct Evidence {
    pub kills: usize,
    /// In the order of the ledgers.
    pub accounts: Vec<Account>,
    /// In its own order.
    pub audit: Vec<Recorded>,
    /// What is wrong with the chain.
    pub unsound: Vec<String>,
    pub outbox: Vec<Written>,
    pub delivered: Vec<Delivered>,
    /// Secrets that stand somewhere in a file.
    pub leaks: Vec<String>,
}

/// Reads it all. The server is not running.
pub async fn gather(victim: &Victim, ledgers: &[Ledger], kills: usize) -> Evidence {
    let leaks = leaks(victim, ledgers);
    let keyring = victim.keyring();
    let store = SqlStore::open(&victim.database(), Arc::clone(&keyring) as _)
        .await
        .unwrap();
    store.seal_alone().await.unwrap();
    let report = store.verify_audit([]).await.unwrap();
    store.close().await.unwrap();
    let options = SqliteConnectOptions::new().filename(victim.database());
    let mut raw = options.connect().await.unwrap();
    let whole: String = scalar(&mut raw, "pragma integrity_check").await;
    assert_eq!(whole, "ok");
    let gaps: i64 = scalar(
        &mut raw,
        "select count(*) from audit where seq is null or seq not between 1 and (select count(*) from audit)",
    )
    .await;
    let mut unsound: Vec<String> = report.findings.iter().map(|finding| format!("{finding:?}")).collect();
    if gaps > 0 {
        unsound.push(format!("{gaps} rows out of place"));
    }
    let evidence = Evidence {
        kills,
        accounts: accounts(&mut raw, ledgers, keyring).await,
        audit: audit(&mut raw).await,
        unsound,
        outbox: outbox(&mut raw).await,
        delivered: victim.sink.list(),
        leaks,
    };
    raw.close().await.unwrap();
    evidence
}

async fn scalar<T>(raw: &mut SqliteConnection, query: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
{
    sqlx::query_scalar(query).fetch_one(raw).await.unwrap()
}

async fn accounts(raw: &mut SqliteConnection, ledgers: &[Ledger], keyring: Arc<Keyring>) -> Vec<Account> {
    let hashing = Argon2Pool::new(keyring, Arc::new(SystemRandom), Cost::default(), None);
    let rows = sqlx::query(
        "select
            id,
            name,
            hash,
            coalesce((
                select sum(in_a_row) from failures where failures.account = account.id and factor = 'password'
            ), 0) as wrong_passwords,
            coalesce((
                select sum(in_a_row) from failures where failures.account = account.id and factor = 'email'
            ), 0) as wrong_codes,
            (select count(*) from session where session.account = account.id and session.epoch <> account.epoch) as stale
        from account",
    );
    let rows = rows.fetch_all(raw).await.unwrap();
    let rows: BTreeMap<String, &SqliteRow> = rows.iter().map(|row| (row.get("name"), row)).collect();
    let mut accounts = Vec::new();
    for ledger in ledgers {
        let row = rows[&ledger.name];
        let hash: String = row.get("hash");
        let fits = async |text: &str| hashing.verify(&Password::typed(text), Some(&hash)).await.unwrap();
        let count = |column: &str| u32::try_from(row.get::<i64, _>(column)).unwrap();
        accounts.push(Account {
            id: row.get("id"),
            old_fits: fits(&ledger.old).await,
            new_fits: fits(&ledger.new).await,
            wrong_passwords: count("wrong_passwords"),
            wrong_codes: count("wrong_codes"),
            stale_sessions: count("stale") as usize,
        });
    }
    accounts
}

/// Everything that a statement finds.
async fn listed<T>(raw: &mut SqliteConnection, statement: &'static str, read: impl Fn(&SqliteRow) -> T) -> Vec<T> {
    let rows = sqlx::query(statement).fetch_all(raw).await.unwrap();
    rows.iter().map(read).collect()
}

async fn audit(raw: &mut SqliteConnection) -> Vec<Recorded> {
    let statement = "select subject, event, outcome, method, flow from audit order by number";
    listed(raw, statement, |row| Recorded {
        subject: row.get("subject"),
        event: row.get("event"),
        outcome: row.get("outcome"),
        method: row.get("method"),
        flow: row.get("flow"),
    })
    .await
}

async fn outbox(raw: &mut SqliteConnection) -> Vec<Written> {
    let statement = "select id, coalesce(account, '') as account, what, state from outbox order by number";
    listed(raw, statement, |row| Written {
        id: row.get("id"),
        account: row.get("account"),
        what: row.get("what"),
        state: row.get("state"),
    })
    .await
}

/// Looks for everything that is secret in the database, its log of writes and the server's log.
fn leaks(victim: &Victim, ledgers: &[Ledger]) -> Vec<String> {
    let mut wal = victim.database().into_os_string();
    wal.push("-wal");
    let files = [victim.database(), wal.into(), victim.log()];
    let mut found = Vec::new();
    for file in files {
        let bytes = match std::fs::read(&file) {
            // Where all of it went to the database, the log of writes is gone.
            Err(error) if error.kind() == ErrorKind::NotFound && file.to_string_lossy().ends_with("-wal") => Vec::new(),
            read => read.unwrap(),
        };
        let text = String::from_utf8_lossy(&bytes);
        for ledger in ledgers {
            let Ledger {
                old,
                new,
                email,
                phone,
                secrets,
                ..
            } = ledger;
            let shown = [old, new, email, phone].into_iter().chain(secrets);
            // Six digits stand in any large file by chance.
            let leaked = shown.filter(|secret| secret.len() > 7 && text.contains(secret.as_str()));
            found.extend(leaked.map(|secret| format!("{secret} in {}", file.display())));
        }
    }
    found
}
