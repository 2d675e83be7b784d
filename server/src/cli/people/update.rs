//! What a line of a file makes different about somebody who is there already.

use csv::StringRecord;
use portal::account::UserName;
use portal::audit::Actor;
use portal::method::{ContactKind, email};
use portal::ports::{Clock as _, Committed, Contact, Trust};

use super::entry::opens_with_it;
use crate::cli::{Sentence, shown};
use crate::clock::SystemClock;
use crate::settings::Wrong;
use crate::store::SqlStore;
use crate::store::people::{NewPerson, PersonUpdate};

/// What is wrong where, after the update, the account's own mailbox and the authentication email would be one: it opens
/// with the password that would be reset.
pub async fn one_mailbox(
    store: &SqlStore,
    new: &NewPerson,
    columns: &StringRecord,
) -> Result<Option<(&'static str, Wrong)>, Sentence> {
    let Some((_, contacts)) = store.person(&new.name).await? else {
        return Ok(None);
    };
    let has = |column: &str| columns.iter().any(|one| one == column);
    let present = |kind, trust: &[Trust]| {
        let of = contacts
            .iter()
            .find(|one| one.kind == kind && trust.contains(&one.trust));
        of.map(|contact| contact.address.as_str())
    };
    let known = present(ContactKind::Mailbox, &[Trust::Vouched, Trust::Verified]);
    let typed = new.mailbox.as_deref().filter(|_| has("mailbox"));
    // What its owner has proved stays.
    let proved = present(ContactKind::Email, &[Trust::Verified]);
    let is_email_typed = proved.is_none() && has("email");
    let email = proved.or_else(|| {
        if is_email_typed {
            let mut vouched = new.vouched.iter();
            vouched.find_map(|(kind, address)| (*kind == ContactKind::Email).then_some(address.as_str()))
        } else {
            present(ContactKind::Email, &[Trust::Vouched])
        }
    });
    let (Some(mailbox), Some(email)) = (typed.or(known), email) else {
        return Ok(None);
    };
    let is_one = email::same_mailbox(mailbox, email);
    Ok(if is_one && typed.is_some() {
        let wrong = Wrong::new("is the authentication email as well, which has to open without this password");
        Some((
            "mailbox",
            wrong.hint("give another `email`, or leave the mailbox empty"),
        ))
    } else {
        (is_one && is_email_typed).then(|| ("email", opens_with_it()))
    })
}

/// A change that was found, and how it is told.
pub struct Difference {
    name: UserName,
    update: PersonUpdate,
    told: Vec<String>,
}

impl Difference {
    /// What the columns of a file say otherwise than the store; none where they say the same.
    pub async fn of(
        store: &SqlStore,
        name: UserName,
        new: &NewPerson,
        columns: &StringRecord,
    ) -> Result<Option<Self>, Sentence> {
        let Some((account, contacts)) = store.person(&name).await? else {
            return Ok(None);
        };
        let has = |column: &str| columns.iter().any(|one| one == column);
        let mut found = Self {
            name,
            update: PersonUpdate::default(),
            told: Vec::new(),
        };
        if has("display") && new.display != account.display {
            found.tell("display", &shown::line(&account.display), &shown::line(&new.display));
            found.update.display = Some(new.display.clone());
        }
        if has("groups") && new.groups != account.groups {
            found.tell("groups", &account.groups.join(" "), &new.groups.join(" "));
            found.update.groups = Some(new.groups.clone());
        }
        let typed = |kind| {
            new.vouched
                .iter()
                .find(|(one, _)| *one == kind)
                .map(|(_, address)| address.as_str())
        };
        // A mailbox is replaced, and never taken away.
        if let Some(mailbox) = new.mailbox.as_deref().filter(|_| has("mailbox")) {
            found.contact(ContactKind::Mailbox, Some(mailbox), &contacts);
        }
        for kind in [ContactKind::Email, ContactKind::Phone, ContactKind::Office] {
            if has(kind.word()) {
                found.contact(kind, typed(kind), &contacts);
            }
        }
        Ok((found.update != PersonUpdate::default()).then_some(found))
    }

    fn tell(&mut self, what: &str, old: &str, new: &str) {
        let or_none = |text: &str| {
            if text.is_empty() {
                "none".to_owned()
            } else {
                text.to_owned()
            }
        };
        self.told.push(format!("{what} {} → {}", or_none(old), or_none(new)));
    }

    /// What an administrator stands for follows the file; what its owner has proved is not an administrator's to change in
    /// passing.
    fn contact(&mut self, kind: ContactKind, typed: Option<&str>, contacts: &[Contact]) {
        let present = |trust| {
            contacts
                .iter()
                .find(move |contact| contact.kind == kind && contact.trust == trust)
        };
        if present(Trust::Verified).is_some() {
            return;
        }
        let before = present(Trust::Vouched).map(|contact| contact.address.as_str());
        let mask = |address: Option<&str>| address.map(|address| shown::masked(kind, address)).unwrap_or_default();
        match typed {
            _ if typed == before => {}
            Some(address) => {
                self.tell(kind.word(), &mask(before), &mask(typed));
                self.update.vouched.push((kind, address.to_owned()));
            }
            None => {
                self.told.push(format!("{} {} removed", kind.word(), mask(before)));
                self.update.removed.push(kind);
            }
        }
    }

    /// Old and new, addresses masked.
    pub fn told(&self) -> String {
        self.told.join("; ")
    }

    /// Makes it so.
    pub async fn make_true(self, store: &SqlStore) -> Result<(), Sentence> {
        let now = SystemClock.now();
        if store
            .update_person(&self.name, self.update, Actor::Console, now)
            .await?
            == Committed::Stale
        {
            return Err(format!(
                "{} was changed by somebody else at this moment; try again",
                shown::line(self.name.as_str())
            )
            .into());
        }
        Ok(())
    }
}
