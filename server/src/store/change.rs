//! Making changes true: all of them in one transaction, or none.

use portal::ports::{Change, Committed};
use sqlx::AnyConnection;

use super::{
    Result, SqlStore, accounts, answers, codes, contacts, devices, flows, help, limits, outbox, policy, sessions,
    upkeep, watch,
};
use crate::metrics::METRICS;
use crate::point::Point;

/// How often changes are tried that collide with those of others: the database ends one of two that wait for each other.
const TRIES: u8 = 5;

impl SqlStore {
    /// Applies the changes in their order. The first that finds the world other than it was decided on ends it all.
    pub(super) async fn make_true(&self, changes: Vec<Change>) -> Result<Committed> {
        for _ in 1..TRIES {
            match self.try_to_make_true(&changes).await {
                Err(breakdown) if breakdown.is_collision() => {}
                outcome => return outcome,
            }
        }
        self.try_to_make_true(&changes).await
    }

    async fn try_to_make_true(&self, changes: &[Change]) -> Result<Committed> {
        let mut tx = self.begin().await?;
        self.await_turns(&mut tx, changes).await?;
        for change in changes {
            if self.apply(&mut tx, change.clone()).await? == Committed::Stale {
                tx.rollback().await?;
                return Ok(Committed::Stale);
            }
        }
        Point::BeforeChange.reached();
        tx.commit().await?;
        Point::AfterChange.reached();
        for change in changes {
            if let Change::Record(entry) = change {
                METRICS.recorded(entry);
            }
        }
        Ok(Committed::Done)
    }

    async fn apply(&self, conn: &mut AnyConnection, change: Change) -> Result<Committed> {
        match change {
            Change::AccountIs { account, revision } => accounts::is_at(conn, &account, revision).await,
            Change::NoAccount(account) => accounts::is_nobodys(conn, &account).await,
            Change::PolicyIs(version) => policy::is_at(conn, version).await,
            Change::OpenFlow(flow) => flows::open(conn, &flow).await,
            Change::SaveFlow(flow) => flows::save(conn, &flow).await,
            Change::EndFlows { account, except } => flows::end(conn, &account, except.as_ref()).await,
            Change::AddProof(flow, proof) => flows::add_proof(conn, &flow, &proof).await,
            Change::DropProofs(flow) => flows::drop_proofs(conn, &flow).await,
            Change::TakeProofs(flow) => flows::take_proofs(conn, &flow).await,
            Change::OpenCode(code) => codes::open(conn, &code).await,
            Change::CountTry { code, seen } => codes::count_try(conn, &code, seen).await,
            Change::SpendCode(code) => codes::spend(conn, &code).await,
            Change::CloseCodes(flow) => codes::close_all(conn, &flow).await,
            Change::SaveFailures {
                account,
                factor,
                before,
                after,
            } => limits::save_failures(conn, &account, factor, &before, &after).await,
            Change::SendsAre { channel, since, seen } => limits::sends_are(conn, &channel, since, seen).await,
            Change::SendsForAre { account, since, seen } => limits::sends_for_are(conn, &account, since, seen).await,
            Change::RecordSend {
                channel,
                network,
                account,
                lane,
                method,
                prefix,
                code,
                unsent,
                at,
            } => {
                let cost = (lane, method, prefix.as_deref(), &code, unsent);
                limits::record_send(conn, &channel, &network, &account, cost, at).await
            }
            Change::SendsBelow { of, since, most } => self.sends_below(conn, &of, since, most).await,
            Change::AnswerSend(code) => watch::answer_send(conn, &code).await,
            Change::CountGuess { day, chance } => watch::count_guess(conn, day, chance).await,
            Change::RaiseAlarm { name, at, since } => watch::raise(conn, &name, at, since).await,
            Change::SpendChallenge { token, until } => limits::spend_challenge(conn, &token, until).await,
            Change::SetPassword {
                account,
                hash,
                epoch,
                at,
                keep,
            } => accounts::set_password(conn, &account, &hash, epoch, at, keep).await,
            Change::Rehash { account, before, after } => accounts::rehash(conn, &account, &before, &after).await,
            Change::OpenSession(session) => sessions::open(conn, &session).await,
            Change::TouchSession { token, seen, proved } => sessions::touch(conn, &token, seen, proved).await,
            Change::PutOff(token) => sessions::put_off(conn, &token).await,
            Change::SaveUpkeep(account, kept) => upkeep::save(conn, &account, &kept).await,
            Change::EndSession(token) => sessions::end(conn, &token).await,
            Change::EndSessions { account, except } => sessions::end_all(conn, &account, except.as_deref()).await,
            Change::KnowDevice {
                token,
                before,
                account,
                at,
            } => devices::know(conn, &token, before.as_deref(), &account, at).await,
            Change::TouchDevice { token, at } => devices::touch(conn, &token, at).await,
            Change::ForgetDevices(account) => devices::forget(conn, &account).await,
            Change::PutContact(contact) => contacts::put(conn, self.keys.as_ref(), &contact).await,
            Change::VerifyContact { contact, at } => contacts::verify(conn, &contact, at).await,
            Change::ConfirmContact(contact) => contacts::confirm(conn, &contact).await,
            Change::RemoveContact(contact) => contacts::remove(conn, &contact).await,
            Change::DropPending { account, kind } => contacts::drop_pending(conn, &account, kind).await,
            Change::SetAnswers { account, answers, at } => answers::set(conn, &account, &answers, at).await,
            Change::RehashAnswer {
                account,
                question,
                before,
                after,
            } => answers::rehash(conn, &account, &question, &before, &after).await,
            Change::Freeze { account, freeze } => {
                codes::close_of(conn, &account).await?;
                flows::end(conn, &account, None).await?;
                accounts::freeze(conn, &account, freeze).await
            }
            Change::FinishRegistration { account, at } => accounts::finish_registration(conn, &account, at).await,
            Change::Enqueue(message) => outbox::enqueue(conn, &message).await,
            Change::HoldBack(message) => help::hold_back(conn, &message).await,
            Change::TellHeldBack { until, seen } => help::tell(conn, until, seen).await,
            Change::CallsAtMost { account, since, most } => help::at_most(conn, account.as_ref(), since, most).await,
            Change::Record(entry) => {
                self.record(conn, &entry).await?;
                Ok(Committed::Done)
            }
        }
    }
}
