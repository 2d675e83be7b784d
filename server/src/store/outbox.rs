//! The outbox: messages that were written together with what they tell, and wait to be sent.
//!
//! A request writes, a worker sends; neither waits for the other. A message is sent at least once, and its id tells the
//! receiving side when it comes twice. Order is kept within a line: the codes to one contact, the notices to one contact,
//! the calls for help about one account. A code never waits behind a notice, for it lives five minutes and a notice may
//! be tried for a day.

mod sending;

use portal::account::Language;
use portal::identity::{AccountId, ContactId, FlowId, MessageId};
use portal::method::Method;
use portal::moment::{Moment, minutes};
use portal::ports::{Committed, Matter, Message, Recipient};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{maybe_text, moment, small, text, word};
use super::{Result, SqlStore};

pub use sending::{DeadLetter, LEASE, Outgoing};

/// How long back a method is judged by its messages.
const JUDGED_OVER: std::time::Duration = minutes(2);
/// Messages of that time that could not be delivered, from which on a method counts as failing.
const TOO_MANY: i64 = 2;

impl SqlStore {
    /// Only calls that were really made count; for a name nobody has, and past the limits, nothing is sent.
    pub(super) async fn list_calls_for_help(
        &self,
        account: &AccountId,
        since: Moment,
    ) -> Result<(Vec<Moment>, Vec<Moment>)> {
        let about = sqlx::query(
            "select at from outbox where what = 'help_wanted' and account = $1 and at > $2 order by at desc limit 200",
        )
        .bind(account.as_str())
        .bind(since.millis())
        .fetch_all(&self.reader)
        .await?;
        let in_all =
            sqlx::query("select at from outbox where what = 'help_wanted' and at > $1 order by at desc limit 500")
                .bind(since.millis())
                .fetch_all(&self.reader)
                .await?;
        let moments = |rows: &[AnyRow]| rows.iter().map(|row| moment(row, "at")).collect::<Result<Vec<_>>>();
        Ok((moments(&about)?, moments(&in_all)?))
    }

    /// Methods of which at least two messages with codes could not be delivered within the last two minutes, and none
    /// could. What was buried does not count: one recipient's refusal says nothing about the method.
    pub(super) async fn list_failing(&self, now: Moment) -> Result<Vec<Method>> {
        let since = (now - JUDGED_OVER).millis();
        let rows = sqlx::query(
            "select method from outbox where failed is not null and failed > $1 and method is not null \
             group by method having count(*) >= $2",
        )
        .bind(since)
        .bind(TOO_MANY)
        .fetch_all(&self.reader)
        .await?;
        let mut failing = Vec::new();
        for row in rows {
            let method = word(&row, "method", Method::from_word)?;
            let delivered =
                sqlx::query("select id from outbox where state = 'delivered' and method = $1 and settled > $2 limit 1")
                    .bind(method.word())
                    .bind(since)
                    .fetch_optional(&self.reader)
                    .await?;
            if delivered.is_none() {
                failing.push(method);
            }
        }
        Ok(failing)
    }
}

/// Puts a message into the outbox. The method of a code is noted beside it, for judging the method later.
pub(super) async fn enqueue(conn: &mut AnyConnection, message: &Message) -> Result<Committed> {
    let code = match &message.matter {
        Matter::Code { code } => Some(code.as_str()),
        _ => None,
    };
    let contact = match &message.to {
        Recipient::Contact(contact) => Some(contact.as_str()),
        Recipient::HelpDesk => None,
    };
    sqlx::query(
        "insert into outbox (
            id,
            line,
            contact,
            account,
            language,
            what,
            matter,
            code,
            method,
            at,
            expires,
            network,
            state,
            due,
            attempts,
            reason
        )
        values (
            $1, $2, $3, $4, $5, $6, $7, $8, (select method from code where id = $8), $9, $10, $11, 'waiting', $9, 0, ''
        )",
    )
    .bind(message.id.as_str())
    .bind(line(message))
    .bind(contact)
    .bind(message.account.as_ref().map(AccountId::as_str))
    .bind(message.language.tag())
    .bind(what(&message.matter))
    .bind(serde_json::to_string(&message.matter)?)
    .bind(code)
    .bind(message.at.millis())
    .bind(message.expires.millis())
    .bind(&message.network)
    .execute(conn)
    .await?;
    Ok(Committed::Done)
}

/// The messages that would carry a code of this flow are dropped. They count as settled when they would have run out.
pub(super) async fn drop_codes(conn: &mut AnyConnection, flow: &FlowId) -> Result<()> {
    sqlx::query(
        "update outbox set state = 'dropped', settled = expires, reason = 'code closed' \
         where state = 'waiting' and code in (select id from code where flow = $1)",
    )
    .bind(flow.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// The line in which a message waits its turn.
fn line(message: &Message) -> String {
    match (&message.matter, &message.to) {
        (Matter::Nothing, _) => format!("nothing:{}", message.id.as_str()),
        (Matter::Code { .. }, Recipient::Contact(contact)) => format!("code:{}", contact.as_str()),
        (_, Recipient::Contact(contact)) => format!("notice:{}", contact.as_str()),
        (_, Recipient::HelpDesk) => format!("help:{}", message.account.as_ref().map_or("", AccountId::as_str)),
    }
}

/// The name of a matter in the store, the same as in its JSON.
const fn what(matter: &Matter) -> &'static str {
    match matter {
        Matter::Code { .. } => "code",
        Matter::Nothing => "nothing",
        Matter::WasReset => "was_reset",
        Matter::WasChanged => "was_changed",
        Matter::MethodAdded { .. } => "method_added",
        Matter::MethodRemoved { .. } => "method_removed",
        Matter::Unfinished => "unfinished",
        Matter::Closed => "closed",
        Matter::AdministratorReset { .. } => "administrator_reset",
        Matter::HelpWanted { .. } => "help_wanted",
    }
}

fn read(row: &AnyRow) -> Result<Outgoing> {
    let message = Message {
        id: MessageId::new(text(row, "id")?),
        to: maybe_text(row, "contact")?.map_or(Recipient::HelpDesk, |id| Recipient::Contact(ContactId::new(id))),
        account: maybe_text(row, "account")?.map(AccountId::new),
        language: word(row, "language", Language::from_tag)?,
        matter: serde_json::from_str(&text(row, "matter")?)?,
        at: moment(row, "at")?,
        expires: moment(row, "expires")?,
        network: text(row, "network")?,
    };
    Ok(Outgoing {
        message,
        attempts: small(row, "attempts")?,
    })
}
