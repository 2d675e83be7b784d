//! What the promises are tried on: a store in a folder of its own, and builders for what goes into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portal::account::{Language, Role, UserName};
use portal::audit::{Actor, Entry, Event, Outcome};
use portal::identity::{AccountId, CodeId, ContactId, FlowId, MessageId};
use portal::method::code::Purpose;
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, hours, minutes};
use portal::ports::{
    Account, Change, Code, Committed, Contact, Flow, FlowKind, Keys, Matter, Message, Recipient, Session, Store as _,
    Trust,
};
use server::keyring::Keyring;
use server::random::{SystemRandom, name};
use server::store::SqlStore;
use server::store::people::{Adding, NewPerson};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AnyConnection, ConnectOptions as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::cluster;

pub const START: Moment = Moment::from_millis(1_800_000_000_000);

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("aikagi-promise-{}", fresh()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("aikagi.db")
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        cluster::forget(&self.0);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A fresh name for a row.
pub fn fresh() -> String {
    name(&SystemRandom).unwrap()
}

pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::ephemeral(&SystemRandom).unwrap())
}

/// A clock that stands still.
pub struct Still(pub Moment);

impl portal::ports::Clock for Still {
    fn now(&self) -> Moment {
        self.0
    }
}

/// A store to try promises on.
pub struct Ground {
    pub store: Arc<SqlStore>,
    pub keys: Arc<Keyring>,
    pub folder: Folder,
}

impl Ground {
    pub async fn new() -> Self {
        let (folder, keys) = (Folder::new(), keyring());
        let store = open(&folder, &keys).await;
        Self { store, keys, folder }
    }

    /// The same database by a connection of a stranger, who asks nobody.
    pub async fn raw(&self) -> AnyConnection {
        cluster::raw(self.folder.path()).await
    }

    pub async fn commit(&self, changes: Vec<Change>) -> Committed {
        self.store.commit(changes).await.unwrap()
    }

    pub async fn done(&self, changes: Vec<Change>) {
        assert_eq!(self.commit(changes).await, Committed::Done);
    }

    /// A person with this name.
    pub async fn person(&self, name: &str) -> Account {
        let adding = self
            .store
            .add_person(person(name), Actor::Console, START)
            .await
            .unwrap();
        let Adding::Added(id) = adding else {
            panic!("{adding:?}")
        };
        self.store.account(&id).await.unwrap().unwrap()
    }

    /// A flow of this account, opened.
    pub async fn flow(&self, account: &Account) -> Flow {
        let flow = flow(account);
        self.done(vec![Change::OpenFlow(flow.clone())]).await;
        flow
    }

    /// A contact of this account, put.
    pub async fn contact(&self, account: &Account, kind: ContactKind, address: &str, trust: Trust) -> Contact {
        let contact = contact(account, kind, address, trust);
        self.done(vec![Change::PutContact(contact.clone())]).await;
        contact
    }

    /// A flow with a code that was asked for.
    pub async fn code(&self, account: &Account) -> Code {
        let contact = self
            .contact(account, ContactKind::Email, "k.private@mail.example", Trust::Verified)
            .await;
        let flow = self.flow(account).await;
        let code = code(&flow, account, &contact, Method::Email);
        self.done(vec![Change::OpenCode(code.clone())]).await;
        code
    }

    /// Everything that stands in the database, as text: for comparing before and after.
    pub async fn dump(&self) -> String {
        if cluster::is_server() {
            cluster::dump(&mut self.raw().await).await
        } else {
            dump(&mut raw(&self.folder.database()).await).await
        }
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query(query)
            .fetch_one(&mut self.raw().await)
            .await
            .unwrap()
            .get(0)
    }

    /// The store closed and opened again.
    pub async fn reopen(self) -> Self {
        self.store.close().await.unwrap();
        let store = open(&self.folder, &self.keys).await;
        Self { store, ..self }
    }
}

pub async fn open(folder: &Folder, keys: &Arc<Keyring>) -> Arc<SqlStore> {
    let store = cluster::open(folder.path(), Arc::clone(keys) as Arc<dyn Keys>).await;
    Arc::new(store.with_clock(Arc::new(Still(START))))
}

/// A file by a connection of a stranger.
pub async fn raw(place: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(place).connect().await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the names of our own tables, in a test")]
pub async fn dump(conn: &mut SqliteConnection) -> String {
    let tables = sqlx::query("select name from sqlite_master where type = 'table' order by name");
    let mut text = String::new();
    for table in tables.fetch_all(&mut *conn).await.unwrap() {
        let table: String = table.get(0);
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("select * from {table} order by 1, 2")));
        for row in rows.fetch_all(&mut *conn).await.unwrap() {
            text.push_str(&table);
            for column in 0..row.len() {
                let value = row.try_get_raw(column).unwrap();
                let shown = match value.type_info().name() {
                    "BLOB" => hex::encode(row.get::<Vec<u8>, _>(column)),
                    "INTEGER" => row.get::<i64, _>(column).to_string(),
                    "TEXT" => row.get::<String, _>(column),
                    _ => String::from("-"),
                };
                text.push('|');
                text.push_str(&shown);
            }
            text.push('\n');
        }
    }
    text
}

pub fn user(typed: &str) -> UserName {
    UserName::parse(typed).unwrap()
}

pub fn person(typed: &str) -> NewPerson {
    NewPerson {
        name: user(typed),
        display: "Hanako Tanaka".into(),
        role: Role::Person,
        groups: vec!["staff".into()],
        managed_elsewhere: false,
        disabled: false,
        expires: None,
        must_change: false,
        hash: Some("hash-0".into()),
        mailbox: None,
        language: Language::Ja,
        vouched: Vec::new(),
    }
}

pub fn flow(account: &Account) -> Flow {
    let id = fresh();
    Flow {
        holder: format!("holder-{id}"),
        id: FlowId::new(id),
        kind: FlowKind::Recovery,
        holder_before: None,
        account: Some(account.id.clone()),
        name: "digest-of-name".into(),
        epoch: account.epoch,
        version: 1,
        body: "{}".into(),
        opened: START,
        ends: START + minutes(15),
        support: "ABCD-2345".into(),
        replay: None,
    }
}

pub fn contact(account: &Account, kind: ContactKind, address: &str, trust: Trust) -> Contact {
    Contact {
        id: ContactId::new(fresh()),
        account: account.id.clone(),
        kind,
        address: address.into(),
        trust,
        added: START,
    }
}

pub fn code(flow: &Flow, account: &Account, contact: &Contact, method: Method) -> Code {
    Code {
        id: CodeId::new(fresh()),
        flow: flow.id.clone(),
        account: account.id.clone(),
        purpose: Purpose::Recovery,
        method,
        digits: method.digits(),
        lane: portal::limits::Lane::Unknown,
        contact: contact.id.clone(),
        channel: "digest-of-address".into(),
        nonce: fresh(),
        asked: START,
        tries: 0,
        closed: false,
    }
}

pub fn session(account: &Account) -> Session {
    Session {
        token: format!("token-{}", fresh()),
        account: account.id.clone(),
        epoch: account.epoch,
        opened: START,
        proved: START,
        seen: START,
        put_off: false,
    }
}

pub fn message(to: Recipient, matter: Matter) -> Message {
    Message {
        id: MessageId::new(fresh()),
        to,
        account: None,
        language: Language::En,
        matter,
        at: START,
        expires: START + hours(24),
        network: "192.0.2.0/24".into(),
    }
}

/// The message that carries a code.
pub fn carrying(code: &Code) -> Message {
    Message {
        account: Some(code.account.clone()),
        expires: START + minutes(5),
        ..message(
            Recipient::Contact(code.contact.clone()),
            Matter::Code { code: code.id.clone() },
        )
    }
}

pub fn entry(subject: Option<AccountId>) -> Entry {
    Entry {
        at: START,
        actor: Actor::Visitor,
        subject,
        network: "192.0.2.0/24".into(),
        agent: "0123456789abcdef".into(),
        event: Event::Verify,
        outcome: Outcome::Failed,
        method: Some(Method::Email),
        flow: None,
        support: "ABCD-2345".into(),
        detail: String::new(),
    }
}
