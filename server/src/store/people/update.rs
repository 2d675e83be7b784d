//! Changing a person. What is not named stays as it is.

use portal::account::{Language, Role, UserName};
use portal::audit::{Actor, Event};
use portal::identity::MessageId;
use portal::limits::{Factor, Lane};
use portal::method::{ContactKind, Means};
use portal::moment::Moment;
use portal::ports::{Account, Committed, Contact, Matter, Message, Recipient};
use portal::service::sending::{NOTICE_LIFE, whom_to_tell};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::random::{SystemRandom, name};
use crate::store::accounts::{self, select_account};
use crate::store::turns::Turn;
use crate::store::{Breakdown, Result, SqlStore, answers, audit, contacts, devices, flows, limits, outbox, sessions};

/// What is to be different about a person; what is none stays.
#[derive(Default, PartialEq, Eq)]
pub struct PersonUpdate {
    /// The name shown to people.
    pub display: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// The groups they are in.
    pub groups: Option<Vec<String>>,
    /// The password lives where we may not write.
    pub managed_elsewhere: Option<bool>,
    /// Switched off.
    pub disabled: Option<bool>,
    /// When the account ends.
    pub expires: Option<Expiry>,
    /// The hash of a new password. Sessions and recoveries end with the old one.
    pub hash: Option<String>,
    /// The password has to be changed at the next sign-in.
    pub must_change: Option<bool>,
    /// The language of mails to them.
    pub language: Option<Language>,
    /// Contacts that an administrator stands for, the mailbox among them; each takes the place of all of its kind, be it
    /// that their owner proved them: the phone that counts may be the one that was stolen.
    pub vouched: Vec<(ContactKind, String)>,
    /// Kinds of which no contact is to be left.
    pub removed: Vec<ContactKind>,
    /// No answer to a security question is to be left.
    pub answers_removed: bool,
}

impl PersonUpdate {
    fn expires(&self, account: &Account) -> Option<Moment> {
        match self.expires {
            None => account.expires,
            Some(Expiry::Never) => None,
            Some(Expiry::At(end)) => Some(end),
        }
    }

    /// Setting a password takes the duty to change it away, unless it is asked for.
    fn must_change(&self, account: &Account) -> bool {
        self.must_change.unwrap_or(account.must_change && self.hash.is_none())
    }
}

/// When an account ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Not.
    Never,
    /// At this moment.
    At(Moment),
}

impl SqlStore {
    /// Changes what is to be different about a person, and tells them what concerns how they get in, by the contacts
    /// that they had before. Stale where there is none of this name.
    pub async fn update_person(
        &self,
        name: &UserName,
        update: PersonUpdate,
        by: Actor,
        now: Moment,
    ) -> Result<Committed> {
        let Some(found) = self.find_account_named(name).await? else {
            return Ok(Committed::Stale);
        };
        let mut tx = self.begin().await?;
        self.await_turn(&mut tx, &[Turn::Account(found.id.as_str())]).await?;
        let row = sqlx::query(select_account!("where name = $1"))
            .bind(name.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let account = row.as_ref().map(accounts::read).transpose()?;
        let Some(account) = account.filter(|account| account.name == name.as_str()) else {
            return Ok(Committed::Stale);
        };
        let before = contacts::present(&mut tx, self.keys.as_ref(), &account.id).await?;
        let detail = difference(&account, &before, &update);
        let mut matters = Vec::new();
        if let Some(hash) = &update.hash {
            if self.replace_password(&mut tx, &account, hash, now).await? == Committed::Stale {
                return Ok(Committed::Stale);
            }
            matters.extend(self.read_policy().await?.0.notify_person.then_some(Matter::WasReset));
        }
        for kind in &update.removed {
            if contacts::remove_kind(&mut tx, &account.id, *kind).await? > 0 {
                matters.push(Matter::MethodRemoved { kind: (*kind).into() });
            }
        }
        if update.answers_removed && account.answered.is_some() {
            answers::set(&mut tx, &account.id, &[], now).await?;
            let kind = Means::Questions;
            matters.push(Matter::MethodRemoved { kind });
        }
        for (kind, address) in &update.vouched {
            contacts::remove_kind(&mut tx, &account.id, *kind).await?;
            self.vouch(&mut tx, &account.id, *kind, address.clone(), now).await?;
            matters.push(Matter::MethodAdded { kind: (*kind).into() });
        }
        for matter in matters {
            tell(&mut tx, &account, &before, &matter, now).await?;
        }
        write(&mut tx, &account, update).await?;
        let entry = audit::entry_by(by, Some(account.id), Event::ChangeAccount, detail, now);
        self.record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Committed::Done)
    }

    /// As after a reset: the old password becomes history, whatever was opened with it ends, and what went wrong with it
    /// is forgotten.
    async fn replace_password(
        &self,
        conn: &mut AnyConnection,
        account: &Account,
        hash: &str,
        now: Moment,
    ) -> Result<Committed> {
        let (policy, _) = self.read_policy().await?;
        sessions::end_all(conn, &account.id, None).await?;
        flows::end(conn, &account.id, None).await?;
        devices::forget(conn, &account.id).await?;
        for lane in Lane::ALL {
            for factor in [Factor::Password, Factor::History] {
                limits::forgive(conn, &lane.counter(&account.id), factor).await?;
            }
        }
        accounts::set_password(conn, &account.id, hash, account.epoch, now, policy.password.history()).await
    }
}

/// A notice to the owner, by the contacts of before.
async fn tell(
    conn: &mut AnyConnection,
    account: &Account,
    before: &[Contact],
    matter: &Matter,
    now: Moment,
) -> Result<()> {
    for contact in whom_to_tell(before, matter) {
        let notice = Message {
            id: MessageId::new(name(&SystemRandom)?),
            to: Recipient::Contact(contact.id.clone()),
            account: Some(account.id.clone()),
            language: account.language,
            matter: matter.clone(),
            at: now,
            expires: now + NOTICE_LIFE,
            network: String::new(),
        };
        outbox::enqueue(conn, &notice).await?;
    }
    Ok(())
}

async fn write(conn: &mut AnyConnection, account: &Account, update: PersonUpdate) -> Result<()> {
    let (expires, must_change) = (update.expires(account), update.must_change(account));
    let result = sqlx::query(
        "update account set
            display = $2,
            role = $3,
            groups = $4,
            managed_elsewhere = $5,
            disabled = $6,
            expires = $7,
            must_change = $8,
            language = $9,
            revision = revision + 1
        where id = $1",
    )
    .bind(account.id.as_str())
    .bind(update.display.unwrap_or_else(|| account.display.clone()))
    .bind(update.role.unwrap_or(account.role).word())
    .bind(serde_json::to_string(
        &update.groups.unwrap_or_else(|| account.groups.clone()),
    )?)
    .bind(i64::from(update.managed_elsewhere.unwrap_or(account.managed_elsewhere)))
    .bind(i64::from(update.disabled.unwrap_or(account.disabled)))
    .bind(expires.map(Moment::millis))
    .bind(i64::from(must_change))
    .bind(update.language.unwrap_or(account.language).tag())
    .execute(conn)
    .await?;
    if result.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Breakdown::Row("id"))
    }
}

/// What an update changes, as JSON for the audit log: the old and the new value where both are from a closed set, and no
/// more than what was done to it where people choose what stands there.
fn difference(account: &Account, before: &[Contact], update: &PersonUpdate) -> String {
    let (expires, must_change) = (update.expires(account), update.must_change(account));
    let closed = [
        (
            "role",
            json!(account.role.word()),
            json!(update.role.unwrap_or(account.role).word()),
        ),
        (
            "managed_elsewhere",
            json!(account.managed_elsewhere),
            json!(update.managed_elsewhere.unwrap_or(account.managed_elsewhere)),
        ),
        (
            "disabled",
            json!(account.disabled),
            json!(update.disabled.unwrap_or(account.disabled)),
        ),
        ("expires", json!(account.expires), json!(expires)),
        ("must_change", json!(account.must_change), json!(must_change)),
        (
            "language",
            json!(account.language.tag()),
            json!(update.language.unwrap_or(account.language).tag()),
        ),
    ];
    let mut changed: serde_json::Map<String, Value> = closed
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| (field.to_owned(), json!({ "old": old, "new": new })))
        .collect();
    let replaced = [
        ("display", update.display.is_some()),
        ("groups", update.groups.is_some()),
        ("password", update.hash.is_some()),
    ];
    for (field, _) in replaced.into_iter().filter(|(_, is_replaced)| *is_replaced) {
        changed.insert(field.to_owned(), "replaced".into());
    }
    let has = |kind| before.iter().any(|contact| contact.kind == kind);
    for kind in update.removed.iter().filter(|kind| has(**kind)) {
        changed.insert(kind.word().to_owned(), "removed".into());
    }
    if update.answers_removed && account.answered.is_some() {
        changed.insert(Means::Questions.word().to_owned(), "removed".into());
    }
    for (kind, _) in &update.vouched {
        let deed = if has(*kind) { "replaced" } else { "added" };
        changed.insert(kind.word().to_owned(), deed.into());
    }
    Value::Object(changed).to_string()
}
