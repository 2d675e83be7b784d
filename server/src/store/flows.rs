//! Flows and the proofs given in them.

use portal::identity::{AccountId, Channel, FlowId};
use portal::method::Method;
use portal::method::proof::Proof;
use portal::moment::{Moment, days};
use portal::ports::{Committed, Flow, FlowKind, Replay, Unfinished};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{flag, maybe_moment, maybe_text, moment, number, text, word};
use super::{Result, SqlStore, met_one};

/// Every column of a flow, as it is written and read.
macro_rules! flow_columns {
    () => {
        "id,
        kind,
        holder,
        holder_before,
        account,
        name,
        epoch,
        version,
        body,
        opened,
        ends,
        support,
        replay_key,
        replay_content,
        replay_at"
    };
}

/// `select` and every column of a flow; the rest of the query follows.
macro_rules! select_flow {
    ($rest:literal) => {
        concat!("select ", flow_columns!(), " from flow ", $rest)
    };
}

fn read(kind: FlowKind, row: &AnyRow) -> Result<Flow> {
    let replay = (
        maybe_text(row, "replay_key")?,
        maybe_text(row, "replay_content")?,
        maybe_moment(row, "replay_at")?,
    );
    Ok(Flow {
        id: FlowId::new(text(row, "id")?),
        kind,
        holder: text(row, "holder")?,
        holder_before: maybe_text(row, "holder_before")?,
        account: maybe_text(row, "account")?.map(AccountId::new),
        name: text(row, "name")?,
        epoch: number(row, "epoch")?,
        version: number(row, "version")?,
        body: text(row, "body")?,
        opened: moment(row, "opened")?,
        ends: moment(row, "ends")?,
        support: text(row, "support")?,
        replay: match replay {
            (Some(key), Some(content), Some(at)) => Some(Replay { key, content, at }),
            _ => None,
        },
    })
}

impl SqlStore {
    pub(super) async fn find_flow(&self, kind: FlowKind, holder: &str) -> Result<Option<Flow>> {
        let held = sqlx::query(select_flow!("where kind = $1 and holder = $2"))
            .bind(kind.word())
            .bind(holder)
            .fetch_optional(&self.reader)
            .await?;
        if let Some(row) = held {
            return read(kind, &row).map(Some);
        }
        // One cookie may have been left behind by several flows, when an answer was lost: the last of them counts.
        let held_before = sqlx::query(select_flow!(
            "where kind = $1 and holder_before = $2 order by opened desc, id limit 1"
        ))
        .bind(kind.word())
        .bind(holder)
        .fetch_optional(&self.reader)
        .await?;
        held_before.map(|row| read(kind, &row)).transpose()
    }

    /// Found by their proofs, for those are few: a proof goes with the password that it was given for, with the flow that
    /// another ends, and with the owner being told.
    pub(super) async fn list_unfinished(&self, now: Moment) -> Result<Vec<Unfinished>> {
        let rows = sqlx::query(
            "select
                flow.id as id,
                flow.account as account,
                flow.support as support,
                (
                    select count(*) from outbox
                    where outbox.what = 'unfinished' and outbox.account = flow.account and outbox.at > $2
                ) as told
            from flow
            where flow.id in (select proof.flow from proof where proof.at < $1 order by proof.at limit 1000)
                and flow.kind = 'recovery'
                and flow.ends < $1
                and flow.account is not null
            limit 100",
        )
        .bind(now.millis())
        .bind((now - days(1)).millis())
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Unfinished {
                    flow: FlowId::new(text(row, "id")?),
                    account: AccountId::new(text(row, "account")?),
                    support: text(row, "support")?,
                    was_told: number(row, "told")? > 0,
                })
            })
            .collect()
    }

    pub(super) async fn list_proofs(&self, flow: &FlowId) -> Result<Vec<Proof>> {
        let rows = sqlx::query(
            "select
                channel,
                method,
                seasoned,
                at
            from proof
            where flow = $1
            order by at, channel limit 20",
        )
        .bind(flow.as_str())
        .fetch_all(&self.reader)
        .await?;
        let proof = |row: &AnyRow| {
            Ok(Proof::recorded(
                word(row, "method", Method::from_word)?,
                Channel::of_address(text(row, "channel")?),
                flag(row, "seasoned")?,
                moment(row, "at")?,
            ))
        };
        rows.iter().map(proof).collect()
    }
}

/// A new flow. Stale when its cookie holds one already: another tab was faster.
pub(super) async fn open(conn: &mut AnyConnection, flow: &Flow) -> Result<Committed> {
    let result = sqlx::query(concat!(
        "insert into flow (",
        flow_columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing",
    ))
    .bind(flow.id.as_str())
    .bind(flow.kind.word())
    .bind(&flow.holder)
    .bind(flow.holder_before.as_deref())
    .bind(flow.account.as_ref().map(AccountId::as_str))
    .bind(&flow.name)
    .bind(flow.epoch)
    .bind(flow.version)
    .bind(&flow.body)
    .bind(flow.opened.millis())
    .bind(flow.ends.millis())
    .bind(&flow.support)
    .bind(flow.replay.as_ref().map(|replay| replay.key.as_str()))
    .bind(flow.replay.as_ref().map(|replay| replay.content.as_str()))
    .bind(flow.replay.as_ref().map(|replay| replay.at.millis()))
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// What a flow is about (its kind, account, name, epoch, beginning) never changes; the rest is written.
pub(super) async fn save(conn: &mut AnyConnection, flow: &Flow) -> Result<Committed> {
    let result = sqlx::query(
        "update flow set
            holder = $3,
            holder_before = $4,
            version = $2,
            body = $5,
            ends = $6,
            support = $7,
            replay_key = $8,
            replay_content = $9,
            replay_at = $10
        where id = $1 and version = $2 - 1",
    )
    .bind(flow.id.as_str())
    .bind(flow.version)
    .bind(&flow.holder)
    .bind(flow.holder_before.as_deref())
    .bind(&flow.body)
    .bind(flow.ends.millis())
    .bind(&flow.support)
    .bind(flow.replay.as_ref().map(|replay| replay.key.as_str()))
    .bind(flow.replay.as_ref().map(|replay| replay.content.as_str()))
    .bind(flow.replay.as_ref().map(|replay| replay.at.millis()))
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// All recoveries of an account but one end: no cookie holds them, their codes and proofs are gone, and the messages that
/// would carry a code. They move to the next version, so that a request which read one before cannot write it back to
/// life.
pub(super) async fn end(conn: &mut AnyConnection, account: &AccountId, except: Option<&FlowId>) -> Result<Committed> {
    // By sets, for a stranger may have begun thousands. The flows themselves are the last: the others look at them.
    for statement in [
        "update outbox set state = 'dropped', settled = expires, reason = 'flow ended' \
         where state = 'waiting' and code in (select id from code where account = $1 and closed = 0 and flow in \
         (select id from flow where account = $1 and kind = 'recovery' and id <> $2 and holder <> 'over:' || id))",
        "update code set closed = 1 where account = $1 and closed = 0 and flow in \
         (select id from flow where account = $1 and kind = 'recovery' and id <> $2 and holder <> 'over:' || id)",
        "delete from proof where flow in \
         (select id from flow where account = $1 and kind = 'recovery' and id <> $2 and holder <> 'over:' || id)",
        "update flow set holder = 'over:' || id, holder_before = null, version = version + 1 \
         where account = $1 and kind = 'recovery' and id <> $2 and holder <> 'over:' || id",
    ] {
        sqlx::query(statement)
            .bind(account.as_str())
            .bind(except.map_or("", FlowId::as_str))
            .execute(&mut *conn)
            .await?;
    }
    Ok(Committed::Done)
}

/// A proof in a flow. Stale when its channel has proved already.
pub(super) async fn add_proof(conn: &mut AnyConnection, flow: &FlowId, proof: &Proof) -> Result<Committed> {
    let result = sqlx::query(
        "insert into proof (
            flow,
            channel,
            method,
            seasoned,
            at
        )
        values ($1, $2, $3, $4, $5)
        on conflict (flow, channel) do nothing",
    )
    .bind(flow.as_str())
    .bind(proof.channel().as_str())
    .bind(proof.method().word())
    .bind(i64::from(proof.is_seasoned()))
    .bind(proof.at().millis())
    .execute(conn)
    .await?;
    Ok(met_one(&result))
}

/// Stale where there are none: of two that look after a flow at once, the second waits for the first and finds nothing.
pub(super) async fn take_proofs(conn: &mut AnyConnection, flow: &FlowId) -> Result<Committed> {
    let result = sqlx::query("delete from proof where flow = $1")
        .bind(flow.as_str())
        .execute(conn)
        .await?;
    Ok(if result.rows_affected() > 0 {
        Committed::Done
    } else {
        Committed::Stale
    })
}

pub(super) async fn drop_proofs(conn: &mut AnyConnection, flow: &FlowId) -> Result<Committed> {
    sqlx::query("delete from proof where flow = $1")
        .bind(flow.as_str())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}
