//! People, as an administrator sees them: added, changed, listed. Each deed is one transaction with its audit row.

mod reopen;
mod update;

use portal::account::{Language, Role, Unfit, UserName};
use portal::audit::{Actor, Event};
use portal::identity::{AccountId, ContactId};
use portal::method::ContactKind;
use portal::moment::Moment;
use portal::ports::{Account, Contact, Trust};
use sqlx::AnyConnection;

use super::accounts::{self, account_columns, select_account};
use super::row::text;
use super::turns::Turn;
use super::{LONGEST_PAGE, Result, SqlStore, audit, contacts};
use crate::random::{SystemRandom, name};

pub use update::{Expiry, PersonUpdate};

/// A person to be added.
pub struct NewPerson {
    /// The user name.
    pub name: UserName,
    /// The name shown to people.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// The groups they are in.
    pub groups: Vec<String>,
    /// The password lives where we may not write.
    pub managed_elsewhere: bool,
    /// Switched off.
    pub disabled: bool,
    /// Ends at this moment.
    pub expires: Option<Moment>,
    /// The password has to be changed at the first sign-in.
    pub must_change: bool,
    /// The hash of the password, where there is one.
    pub hash: Option<String>,
    /// The account's own mailbox, for notices.
    pub mailbox: Option<String>,
    /// The language of mails to them.
    pub language: Language,
    /// Contacts that an administrator stands for.
    pub vouched: Vec<(ContactKind, String)>,
}

/// The account with this name or one that looks the same: one at most, for an equal name looks the same as well.
const RESEMBLING: &str = "select name from account where name = $1 or skeleton = $2 limit 1";

/// How adding a person went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adding {
    /// They are there.
    Added(AccountId),
    /// There is an account with this name.
    NameTaken,
    /// The name would be taken for this one.
    LooksLike(String),
    /// Nobody with this role is given such a name.
    Unfit(Unfit),
}

impl SqlStore {
    /// Adds a person, unless the name is taken or looks like one that is (UTS #39).
    pub async fn add_person(&self, person: NewPerson, by: Actor, now: Moment) -> Result<Adding> {
        let mut tx = self.begin().await?;
        self.await_turn(&mut tx, &[Turn::Names]).await?;
        let skeleton = person.name.skeleton();
        let row = sqlx::query(RESEMBLING)
            .bind(person.name.as_str())
            .bind(&skeleton)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = row {
            let name = text(&row, "name")?;
            return Ok(if name == person.name.as_str() {
                Adding::NameTaken
            } else {
                Adding::LooksLike(name)
            });
        }
        if let Some(unfit) = person.name.unfit_for(person.role) {
            return Ok(Adding::Unfit(unfit));
        }
        let id = AccountId::new(name(&SystemRandom)?);
        sqlx::query(concat!(
            "insert into account (",
            account_columns!(),
            ", skeleton) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, 1, null, $12, $13)",
        ))
        .bind(id.as_str())
        .bind(person.name.as_str())
        .bind(&person.display)
        .bind(person.role.word())
        .bind(serde_json::to_string(&person.groups)?)
        .bind(i64::from(person.managed_elsewhere))
        .bind(i64::from(person.disabled))
        .bind(person.expires.map(Moment::millis))
        .bind(person.hash.as_deref())
        .bind(i64::from(person.must_change))
        .bind(now.millis())
        .bind(person.language.tag())
        .bind(&skeleton)
        .execute(&mut *tx)
        .await?;
        let mailbox = person
            .mailbox
            .into_iter()
            .map(|address| (ContactKind::Mailbox, address));
        for (kind, address) in mailbox.chain(person.vouched) {
            self.vouch(&mut tx, &id, kind, address, now).await?;
        }
        let entry = audit::entry_by(by, Some(id.clone()), Event::AddAccount, String::new(), now);
        self.record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Adding::Added(id))
    }

    /// The name of the account that has this name, or one that people would take for it (UTS #39).
    pub async fn resembling(&self, name: &UserName) -> Result<Option<String>> {
        let row = sqlx::query(RESEMBLING)
            .bind(name.as_str())
            .bind(name.skeleton())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| text(&row, "name")).transpose()
    }

    /// A contact that an administrator stands for.
    async fn vouch(
        &self,
        conn: &mut AnyConnection,
        account: &AccountId,
        kind: ContactKind,
        address: String,
        now: Moment,
    ) -> Result<()> {
        let contact = Contact {
            id: ContactId::new(name(&SystemRandom)?),
            account: account.clone(),
            kind,
            address,
            trust: Trust::Vouched,
            added: now,
        };
        contacts::put(conn, self.keys.as_ref(), &contact).await?;
        Ok(())
    }

    /// People by name, after this one; at most `most` (and [`LONGEST_PAGE`]).
    pub async fn people(&self, after: &str, most: i64) -> Result<Vec<Account>> {
        let rows = sqlx::query(select_account!("where name > $1 order by name limit $2"))
            .bind(after)
            .bind(most.clamp(1, LONGEST_PAGE))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(accounts::read).collect()
    }

    /// A person with their contacts.
    pub async fn person(&self, name: &UserName) -> Result<Option<(Account, Vec<Contact>)>> {
        let Some(account) = self.find_account_named(name).await? else {
            return Ok(None);
        };
        let contacts = self.list_contacts(&account.id).await?;
        Ok(Some((account, contacts)))
    }

    /// A stored hash that came from another system, where there is one.
    pub async fn older_hash(&self) -> Result<Option<String>> {
        let row = sqlx::query("select hash from account where hash not like '%$$argon2id$%' limit 1")
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| text(&row, "hash")).transpose()
    }

    /// Whether there is anybody yet.
    pub async fn is_empty(&self) -> Result<bool> {
        let somebody = sqlx::query("select id from account where id > '' limit 1")
            .fetch_optional(&self.reader)
            .await?;
        Ok(somebody.is_none())
    }
}
