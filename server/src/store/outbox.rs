//! The outbox: messages that were written together with what they tell, and wait to be sent.
//!
//! A request writes, a worker sends; neither waits for the other. A message is sent at least once, and its id tells the
//! receiving side when it comes twice. Order is kept within a line: the codes to one contact, the notices to one contact,
//! the calls for help about one account. A code never waits behind a notice, for it lives five minutes and a notice may
//! be tried for a day.

mod backlog;
mod down;
mod sending;

use portal::account::Language;
use portal::identity::{AccountId, ContactId, FlowId, MessageId};
use portal::moment::Moment;
use portal::ports::{Committed, Matter, Message, Recipient};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{maybe_text, moment, small, text, word};
use super::{Result, SqlStore};

pub use backlog::{Backlog, DeadLetter};
pub use sending::{LEASE, Obstacle, Outgoing};

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
        let in_all = sqlx::query(
            "select at from outbox where what = 'help_wanted' and at > $1 and state not in ('held', 'told') \
             order by at desc limit 500",
        )
        .bind(since.millis())
        .fetch_all(&self.reader)
        .await?;
        let moments = |rows: &[AnyRow]| rows.iter().map(|row| moment(row, "at")).collect::<Result<Vec<_>>>();
        Ok((moments(&about)?, moments(&in_all)?))
    }
}

/// Puts a message into the outbox, into the lane of the channel that it will travel by.
pub(super) async fn enqueue(conn: &mut AnyConnection, message: &Message) -> Result<Committed> {
    let code = match &message.matter {
        Matter::Code { code } | Matter::Unsent { code } => Some(code.as_str()),
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
            channel,
            at,
            expires,
            network,
            state,
            due,
            attempts,
            reason
        )
        values (
            $1,
            $2,
            $3,
            $4,
            $5,
            $6,
            $7,
            $8,
            coalesce(
                (select case method when 'email' then 'mail' when 'office_phone' then 'call' else method end from code where id = $8),
                (select case kind when 'phone' then 'text' else 'mail' end from contact where id = $3),
                'mail'
            ),
            $9,
            $10,
            $11,
            'waiting',
            $9,
            0,
            ''
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
        (Matter::Code { .. } | Matter::Unsent { .. }, Recipient::Contact(contact)) => {
            format!("code:{}", contact.as_str())
        }
        (_, Recipient::Contact(contact)) => format!("notice:{}", contact.as_str()),
        (_, Recipient::HelpDesk) => format!("help:{}", message.account.as_ref().map_or("", AccountId::as_str)),
    }
}

/// The name of a matter in the store and the log, the same as in its JSON.
pub const fn what(matter: &Matter) -> &'static str {
    match matter {
        Matter::Code { .. } => "code",
        Matter::Nothing => "nothing",
        Matter::Unsent { .. } => "unsent",
        Matter::CannotReset { .. } => "cannot_reset",
        Matter::WasReset => "was_reset",
        Matter::WasUnlocked => "was_unlocked",
        Matter::WasChanged => "was_changed",
        Matter::MethodAdded { .. } => "method_added",
        Matter::MethodRemoved { .. } => "method_removed",
        Matter::Unfinished => "unfinished",
        Matter::Invitation { .. } => "invitation",
        Matter::AfterFailures { .. } => "after_failures",
        Matter::Closed => "closed",
        Matter::AdministratorReset { .. } => "administrator_reset",
        Matter::Frozen { .. } => "frozen",
        Matter::Disowned { .. } => "disowned",
        Matter::Alarm { .. } => "alarm",
        Matter::HelpWanted { .. } => "help_wanted",
        Matter::HelpDigest { .. } => "help_digest",
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
        is_probe: false,
    })
}
