//! Turns, on a server where many write at once: what is judged on more rows than it writes is judged by one at a time.
//!
//! A turn is a lock of the transaction by a number made from a name. It leaves no row behind, and a pooler between us and
//! the database that hands a connection out for one transaction keeps it. Two names with the same number only wait for
//! each other.

use std::collections::BTreeSet;

use portal::ports::{Change, Flow, Spent};
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;

use super::foundation::Foundation;
use super::{Result, SqlStore};

/// What is done by one at a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn<'a> {
    /// Whatever concerns one account, be it one that does not exist.
    Account(&'a str),
    /// What is sent to one destination.
    Destination(&'a str),
    /// Calls for help, which are counted over all accounts.
    Help,
    /// What is spent, which is counted over all accounts. Taken late, and after every other: see `watch.rs`.
    Spending,
    /// What is sent to numbers that begin alike.
    Prefix(&'a str),
    /// Alarms.
    Alarms,
    /// New names.
    Names,
    /// The chain of the audit log.
    Chain,
}

impl Turn<'_> {
    fn number(self) -> i64 {
        let (kind, name) = match self {
            Self::Account(id) => ("account", id),
            Self::Destination(channel) => ("destination", channel),
            Self::Help => ("help", ""),
            Self::Spending => ("spending", ""),
            Self::Prefix(prefix) => ("prefix", prefix),
            Self::Alarms => ("alarms", ""),
            Self::Names => ("names", ""),
            Self::Chain => ("chain", ""),
        };
        let digest = Sha256::digest(format!("{kind}|{name}"));
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(first)
    }
}

/// The turns that a change is judged in. None where its own statement is guarded by the row that it writes.
fn of(change: &Change) -> Vec<Turn<'_>> {
    match change {
        Change::AccountIs { account, .. }
        | Change::EndFlows { account, .. }
        | Change::SaveFailures { account, .. }
        | Change::SendsForAre { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Rehash { account, .. }
        | Change::EndSessions { account, .. }
        | Change::DropPending { account, .. }
        | Change::FinishRegistration { account, .. }
        | Change::Freeze { account, .. }
        | Change::KnowDevice { account, .. }
        | Change::NoAccount(account)
        | Change::ForgetDevices(account)
        | Change::SaveUpkeep(account, _)
        | Change::SetAnswers { account, .. }
        | Change::RehashAnswer { account, .. } => vec![Turn::Account(account.as_str())],
        Change::OpenFlow(flow) | Change::SaveFlow(flow) => vec![owner(flow)],
        Change::OpenCode(code) => vec![Turn::Account(code.account.as_str())],
        Change::OpenSession(session) => vec![Turn::Account(session.account.as_str())],
        Change::PutContact(contact) => vec![Turn::Account(contact.account.as_str())],
        Change::SendsAre { channel, .. } => vec![Turn::Destination(channel)],
        Change::RecordSend { channel, account, .. } => {
            vec![Turn::Destination(channel), Turn::Account(account.as_str())]
        }
        Change::HoldBack(_) | Change::TellHeldBack { .. } | Change::CallsAtMost { .. } => vec![Turn::Help],
        Change::SendsBelow {
            of: Spent::To(prefix, _),
            ..
        } => vec![Turn::Prefix(prefix)],
        Change::RaiseAlarm { .. } => vec![Turn::Alarms],
        // What a method spends takes its turn by itself, where it has to. A policy is only looked at: what is decided while
        // one is being set goes by the one before. The others are guarded by the rows that their statements write and look
        // at again, or only add to what there is or take it away.
        Change::SendsBelow { of: Spent::By(_), .. }
        | Change::PolicyIs(_)
        | Change::AddProof(..)
        | Change::DropProofs(_)
        | Change::TakeProofs(_)
        | Change::CountTry { .. }
        | Change::SpendCode(_)
        | Change::CloseCodes(_)
        | Change::CountGuess { .. }
        | Change::AnswerSend(_)
        | Change::SpendChallenge { .. }
        | Change::TouchSession { .. }
        | Change::PutOff(_)
        | Change::EndSession(_)
        | Change::TouchDevice { .. }
        | Change::VerifyContact { .. }
        | Change::ConfirmContact(_)
        | Change::RemoveContact(_)
        | Change::Enqueue(_)
        | Change::Record(_) => Vec::new(),
    }
}

/// A flow of nobody takes its turn by the name that was typed: the work is the same.
fn owner(flow: &Flow) -> Turn<'_> {
    Turn::Account(
        flow.account
            .as_ref()
            .map_or(flow.name.as_str(), |account| account.as_str()),
    )
}

impl SqlStore {
    /// Waits for the turns of these changes, held until the transaction ends.
    pub(super) async fn await_turns(&self, conn: &mut AnyConnection, changes: &[Change]) -> Result<()> {
        let turns: Vec<Turn<'_>> = changes.iter().flat_map(of).collect();
        self.await_turn(conn, &turns).await
    }

    /// Waits for these turns. In a file every transaction has its turn already.
    pub(super) async fn await_turn(&self, conn: &mut AnyConnection, turns: &[Turn<'_>]) -> Result<()> {
        if matches!(self.foundation, Foundation::File(_)) || turns.is_empty() {
            return Ok(());
        }
        // Everybody takes them in the same order, so nobody waits in a circle.
        let numbers: BTreeSet<i64> = turns.iter().map(|turn| turn.number()).collect();
        let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
        sqlx::query(
            "select count(*) as taken from \
             (select pg_advisory_xact_lock(number::bigint) as turn from unnest(string_to_array($1, ',')) as number) \
             as turns",
        )
        .bind(numbers.join(","))
        .fetch_one(conn)
        .await?;
        Ok(())
    }
}
