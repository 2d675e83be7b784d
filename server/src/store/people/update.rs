//! Changing a person. What is not named stays as it is.

use portal::account::{Language, Role, UserName};
use portal::audit::{Actor, Event};
use portal::method::ContactKind;
use portal::moment::Moment;
use portal::ports::{Account, Committed};
use sqlx::AnyConnection;

use crate::store::accounts::{self, select_account};
use crate::store::{Breakdown, Result, SqlStore, audit, contacts, flows, sessions};

/// What is to be different about a person; what is none stays.
#[derive(Default)]
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
    /// Contacts that an administrator stands for, the mailbox among them; each takes the place of the one of its kind.
    pub vouched: Vec<(ContactKind, String)>,
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
    /// Changes what is to be different about a person. Stale where there is none of this name.
    pub async fn update_person(
        &self,
        name: &UserName,
        update: PersonUpdate,
        by: Actor,
        now: Moment,
    ) -> Result<Committed> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(select_account!("where name = $1"))
            .bind(name.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let account = row.as_ref().map(accounts::read).transpose()?;
        let Some(account) = account.filter(|account| account.name == name.as_str()) else {
            return Ok(Committed::Stale);
        };
        let detail = changed_fields(&update);
        if let Some(hash) = &update.hash
            && self.replace_password(&mut tx, &account, hash, now).await? == Committed::Stale
        {
            return Ok(Committed::Stale);
        }
        for (kind, address) in &update.vouched {
            contacts::drop_vouched(&mut tx, &account.id, *kind).await?;
            self.vouch(&mut tx, &account.id, *kind, address.clone(), now).await?;
        }
        write(&mut tx, &account, update).await?;
        let entry = audit::entry_by(by, Some(account.id), Event::AddAccount, detail, now);
        self.record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Committed::Done)
    }

    /// As after a reset: the old password becomes history, and whatever was opened with it ends.
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
        accounts::set_password(conn, &account.id, hash, account.epoch, now, policy.password.history()).await
    }
}

async fn write(conn: &mut AnyConnection, account: &Account, update: PersonUpdate) -> Result<()> {
    let expires = match update.expires {
        None => account.expires,
        Some(Expiry::Never) => None,
        Some(Expiry::At(end)) => Some(end),
    };
    // Setting a password takes the duty to change it away; here it is put back where it is asked for.
    let must_change = update
        .must_change
        .unwrap_or(account.must_change && update.hash.is_none());
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

/// What an update changes, for the audit log: names of fields, never what stands in them.
fn changed_fields(update: &PersonUpdate) -> String {
    let fields = [
        ("display", update.display.is_some()),
        ("role", update.role.is_some()),
        ("groups", update.groups.is_some()),
        ("managed_elsewhere", update.managed_elsewhere.is_some()),
        ("disabled", update.disabled.is_some()),
        ("expires", update.expires.is_some()),
        ("password", update.hash.is_some()),
        ("must_change", update.must_change.is_some()),
        ("language", update.language.is_some()),
        ("contacts", !update.vouched.is_empty()),
    ];
    let changed: Vec<&str> = fields
        .into_iter()
        .filter_map(|(field, is_changed)| is_changed.then_some(field))
        .collect();
    format!("changed {}", changed.join(" "))
}
