//! The store: what the rules ask for, kept in SQL.
//!
//! One file per concern; this one puts them behind the port. Every writing transaction takes the write lock at its
//! beginning, or its turn where many write at once, and every change carries its own precondition and looks at the number
//! of rows it met, so that of many requests at once exactly one wins. Which rules those preconditions serve is not known
//! here.
//!
//! The texts of the queries keep to what SQLite and `PostgreSQL` have in common; only opening, the migrations, the
//! beginning of a transaction and the turns are each database's own.

pub mod audit;
pub mod outbox;
pub mod people;
pub mod restoring;
pub mod rotation;

mod accounts;
mod answers;
mod breakdown;
mod change;
mod codes;
mod contacts;
mod devices;
mod flows;
mod foundation;
mod help;
mod leading;
mod lease;
mod limits;
mod notices;
mod opening;
mod policy;
mod purge;
mod row;
mod sessions;
mod set_back;
mod taking_over;
mod turns;
mod upkeep;
mod watch;

use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use portal::account::UserName;
use portal::identity::{AccountId, CodeId, FlowId};
use portal::limits::{Factor, Failures, Lane, Sent};
use portal::method::Method;
use portal::method::proof::Proof;
use portal::moment::Moment;
use portal::policy::Policy;
use portal::ports::{
    Account, Change, Clock, Code, Committed, Contact, Fault, Flow, FlowKind, HeldBack, KeptAnswer, Keys, Session,
    Store, Unfinished,
};
use portal::upkeep::Upkeep;
use sqlx::any::AnyQueryResult;
use sqlx::{Any, AnyPool, Transaction};

pub use breakdown::Breakdown;
use foundation::Foundation;
pub use opening::{CannotOpen, Reserve, Unready};

/// What a question or a change of the store comes to.
pub type Result<T> = std::result::Result<T, Breakdown>;

/// Rows that one batch of housekeeping touches at most, so that a person's write waits less than 50 ms for it.
const BATCH: i64 = 500;

/// Rows that a page of a list holds at most.
pub const LONGEST_PAGE: i64 = 200;

/// The store in a database.
pub struct SqlStore {
    /// In a file one connection: SQLite has one writer, and queueing for it here is fair. Whoever waits too long is told
    /// to come back.
    writer: AnyPool,
    reader: AnyPool,
    keys: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    foundation: Foundation,
    /// A sealed nothing, opened where there are no contacts, so that the work is the same.
    decoy: RwLock<Vec<u8>>,
}

impl SqlStore {
    /// Begins a writing transaction.
    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        self.foundation.begin(&self.writer).await
    }

    /// Begins a transaction that reads everything as it stands at one moment.
    async fn begin_reading(&self) -> Result<Transaction<'static, Any>> {
        self.foundation.begin_reading(&self.reader).await
    }
}

/// Done where exactly one row was met.
fn met_one(result: &AnyQueryResult) -> Committed {
    if result.rows_affected() == 1 {
        Committed::Done
    } else {
        Committed::Stale
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn account_named(&self, name: &UserName) -> std::result::Result<Option<Account>, Fault> {
        Ok(self.find_account_named(name).await?)
    }

    async fn account(&self, id: &AccountId) -> std::result::Result<Option<Account>, Fault> {
        Ok(self.find_account(id).await?)
    }

    async fn administrators(&self) -> std::result::Result<Vec<Account>, Fault> {
        Ok(self.list_administrators().await?)
    }

    async fn contacts(&self, account: &AccountId) -> std::result::Result<Vec<Contact>, Fault> {
        Ok(self.list_contacts(account).await?)
    }

    async fn answers(&self, account: &AccountId) -> std::result::Result<Vec<KeptAnswer>, Fault> {
        Ok(self.list_answers(account).await?)
    }

    async fn history(&self, account: &AccountId, most: u8) -> std::result::Result<Vec<String>, Fault> {
        Ok(self.list_former_passwords(account, most).await?)
    }

    async fn policy(&self) -> std::result::Result<(Policy, i64), Fault> {
        Ok(self.read_policy().await?)
    }

    async fn flow(&self, kind: FlowKind, holder: &str) -> std::result::Result<Option<Flow>, Fault> {
        Ok(self.find_flow(kind, holder).await?)
    }

    async fn proofs(&self, flow: &FlowId) -> std::result::Result<Vec<Proof>, Fault> {
        Ok(self.list_proofs(flow).await?)
    }

    async fn code(&self, id: &CodeId) -> std::result::Result<Option<Code>, Fault> {
        Ok(self.find_code(id).await?)
    }

    async fn live_codes(
        &self,
        account: &AccountId,
        except: &FlowId,
        since: Moment,
    ) -> std::result::Result<Vec<(Moment, Lane)>, Fault> {
        Ok(self.list_live_codes(account, except, since).await?)
    }

    async fn failures(&self, account: &AccountId, factor: Factor) -> std::result::Result<Failures, Fault> {
        Ok(self.read_failures(account, factor).await?)
    }

    async fn sends(&self, channel: &str, network: &str, since: Moment) -> std::result::Result<Vec<Sent>, Fault> {
        Ok(self.list_sends(channel, network, since).await?)
    }

    async fn sends_to_prefix(&self, prefix: &str, since: Moment) -> std::result::Result<Vec<(Moment, Lane)>, Fault> {
        Ok(self.list_sends_to_prefix(prefix, since).await?)
    }

    async fn spent(&self, method: Method, since: Moment) -> std::result::Result<(u32, u32), Fault> {
        Ok(self.count_spent(method, since).await?)
    }

    async fn guessed(&self, day: i64) -> std::result::Result<u64, Fault> {
        Ok(self.read_guessed(day).await?)
    }

    async fn unknown_names(&self, since: Moment, most: u32) -> std::result::Result<Option<String>, Fault> {
        Ok(self.find_unknown_names(since, most).await?)
    }

    async fn names_given(&self, since: Moment) -> std::result::Result<(u32, u32), Fault> {
        Ok(self.count_names(since).await?)
    }

    async fn sends_for(&self, account: &AccountId, since: Moment) -> std::result::Result<Vec<(Moment, Lane)>, Fault> {
        Ok(self.list_sends_for(account, since).await?)
    }

    async fn calls_for_help(
        &self,
        account: &AccountId,
        since: Moment,
    ) -> std::result::Result<(Vec<Moment>, Vec<Moment>), Fault> {
        Ok(self.list_calls_for_help(account, since).await?)
    }

    async fn held_back(&self, until: Moment, most: u8) -> std::result::Result<Option<HeldBack>, Fault> {
        Ok(self.list_held_back(until, most).await?)
    }

    async fn unfinished(&self, now: Moment) -> std::result::Result<Vec<Unfinished>, Fault> {
        Ok(self.list_unfinished(now).await?)
    }

    async fn told_of_failures(&self, account: &AccountId, since: Moment) -> std::result::Result<bool, Fault> {
        Ok(self.find_notice_of_failures(account, since).await?)
    }

    async fn told_of_case(&self, account: &AccountId, since: Moment) -> std::result::Result<bool, Fault> {
        Ok(self.find_notice_of_case(account, since).await?)
    }

    async fn failing(&self, now: Moment) -> std::result::Result<Vec<Method>, Fault> {
        Ok(self.list_failing(now).await?)
    }

    async fn knows_device(&self, token: &str, account: &AccountId) -> std::result::Result<bool, Fault> {
        Ok(self.find_device(token, account).await?)
    }

    async fn device_owner(&self, token: &str) -> std::result::Result<Option<AccountId>, Fault> {
        Ok(self.find_device_owner(token).await?)
    }

    async fn upkeep(&self, account: &AccountId) -> std::result::Result<Upkeep, Fault> {
        Ok(self.find_upkeep(account).await?)
    }

    async fn to_remind(&self, since: Moment) -> std::result::Result<Vec<AccountId>, Fault> {
        Ok(self.list_to_remind(since).await?)
    }

    async fn session(&self, token: &str) -> std::result::Result<Option<Session>, Fault> {
        Ok(self.find_session(token).await?)
    }

    async fn commit(&self, changes: Vec<Change>) -> std::result::Result<Committed, Fault> {
        Ok(self.make_true(changes).await?)
    }
}
