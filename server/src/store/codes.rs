//! Codes that were asked for. A row tells everything about a code but its digits.

use portal::identity::{AccountId, CodeId, ContactId, FlowId};
use portal::limits::Lane;
use portal::method::Method;
use portal::method::code::Purpose;
use portal::moment::Moment;
use portal::ports::{Code, Committed};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{flag, moment, small, text, word};
use super::{Result, SqlStore, met_one, outbox};

/// Every column of a code, as it is written and read.
macro_rules! code_columns {
    () => {
        "id,
        flow,
        account,
        purpose,
        method,
        digits,
        lane,
        contact,
        channel,
        nonce,
        asked,
        tries,
        closed"
    };
}

/// `select` and every column of a code; the rest of the query follows.
macro_rules! select_code {
    ($rest:literal) => {
        concat!("select ", code_columns!(), " from code ", $rest)
    };
}

fn read(row: &AnyRow) -> Result<Code> {
    Ok(Code {
        id: CodeId::new(text(row, "id")?),
        flow: FlowId::new(text(row, "flow")?),
        account: AccountId::new(text(row, "account")?),
        purpose: word(row, "purpose", Purpose::from_word)?,
        method: word(row, "method", Method::from_word)?,
        digits: small(row, "digits")?,
        lane: word(row, "lane", Lane::from_word)?,
        contact: ContactId::new(text(row, "contact")?),
        channel: text(row, "channel")?,
        nonce: text(row, "nonce")?,
        asked: moment(row, "asked")?,
        tries: small(row, "tries")?,
        closed: flag(row, "closed")?,
    })
}

impl SqlStore {
    pub(super) async fn find_code(&self, id: &CodeId) -> Result<Option<Code>> {
        let row = sqlx::query(select_code!("where id = $1"))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The code of a message, where it is still worth sending: not used, not replaced, its contact still there. Whether
    /// its time is up is for the caller to say.
    pub async fn code_for_sending(&self, id: &CodeId) -> Result<Option<Code>> {
        let row = sqlx::query(select_code!(
            "where id = $1 and closed = 0 and contact in (select contact.id from contact where contact.gone = 0 \
             and contact.id = code.contact)"
        ))
        .bind(id.as_str())
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Codes that are closed are dead and hold no place.
    pub(super) async fn list_live_codes(
        &self,
        account: &AccountId,
        except: &FlowId,
        since: Moment,
    ) -> Result<Vec<(Moment, Lane)>> {
        let rows =
            sqlx::query("select asked, lane from code where account = $1 and asked > $2 and flow <> $3 and closed = 0")
                .bind(account.as_str())
                .bind(since.millis())
                .bind(except.as_str())
                .fetch_all(&self.reader)
                .await?;
        rows.iter()
            .map(|row| Ok((moment(row, "asked")?, word(row, "lane", Lane::from_word)?)))
            .collect()
    }
}

/// A new code; every earlier one of its flow dies, whatever way it travelled.
pub(super) async fn open(conn: &mut AnyConnection, code: &Code) -> Result<Committed> {
    close_all(conn, &code.flow).await?;
    sqlx::query(concat!(
        "insert into code (",
        code_columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    ))
    .bind(code.id.as_str())
    .bind(code.flow.as_str())
    .bind(code.account.as_str())
    .bind(code.purpose.word())
    .bind(code.method.word())
    .bind(i64::from(code.digits))
    .bind(code.lane.word())
    .bind(code.contact.as_str())
    .bind(&code.channel)
    .bind(&code.nonce)
    .bind(code.asked.millis())
    .bind(i64::from(code.tries))
    .bind(i64::from(code.closed))
    .execute(conn)
    .await?;
    Ok(Committed::Done)
}

/// Every code of an account dies, whatever it was asked for, and the messages that would carry one are dropped.
pub(super) async fn close_of(conn: &mut AnyConnection, account: &AccountId) -> Result<()> {
    for statement in [
        "update outbox set state = 'dropped', settled = expires, reason = 'codes ended' \
         where state = 'waiting' and code in (select id from code where account = $1 and closed = 0)",
        "update code set closed = 1 where account = $1 and closed = 0",
    ] {
        sqlx::query(statement)
            .bind(account.as_str())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn count_try(conn: &mut AnyConnection, code: &CodeId, seen: u8) -> Result<Committed> {
    let result = sqlx::query("update code set tries = tries + 1 where id = $1 and tries = $2 and closed = 0")
        .bind(code.as_str())
        .bind(i64::from(seen))
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

pub(super) async fn spend(conn: &mut AnyConnection, code: &CodeId) -> Result<Committed> {
    let result = sqlx::query("update code set closed = 1 where id = $1 and closed = 0")
        .bind(code.as_str())
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

/// Every code of a flow dies, and the messages that would carry one are dropped.
pub(super) async fn close_all(conn: &mut AnyConnection, flow: &FlowId) -> Result<Committed> {
    outbox::drop_codes(conn, flow).await?;
    sqlx::query("update code set closed = 1 where flow = $1 and closed = 0")
        .bind(flow.as_str())
        .execute(conn)
        .await?;
    Ok(Committed::Done)
}
