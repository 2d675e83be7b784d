//! Methods that had closed after too many failures, opened again by an administrator.

use portal::account::UserName;
use portal::audit::{Actor, Event};
use portal::limits::{Factor, Failures, Lane, Leave};
use portal::moment::Moment;
use portal::ports::{Change, Committed, Freeze};

use crate::store::{Result, SqlStore, audit};

/// What closes.
const CLOSING: [Factor; 5] = [
    Factor::Email,
    Factor::Phone,
    Factor::Questions,
    Factor::WholeNumber,
    Factor::History,
];

impl SqlStore {
    /// Allows self-service again for somebody who had said "this was not me"; whether it was stopped. Links of before stop
    /// nothing any more. None where there is nobody of this name.
    pub async fn unfreeze(&self, name: &UserName, by: Actor, now: Moment) -> Result<Option<bool>> {
        loop {
            let Some(account) = self.find_account_named(name).await? else {
                return Ok(None);
            };
            if account.frozen_until(now).is_none() {
                return Ok(Some(false));
            }
            let changes = vec![
                Change::AccountIs {
                    account: account.id.clone(),
                    revision: account.revision,
                },
                Change::Freeze {
                    account: account.id.clone(),
                    freeze: Freeze { at: now, until: now },
                },
                Change::Record(audit::entry_by(
                    by.clone(),
                    Some(account.id),
                    Event::Unfreeze,
                    String::new(),
                    now,
                )),
            ];
            if self.make_true(changes).await? == Committed::Done {
                return Ok(Some(true));
            }
        }
    }

    /// Reopens what had closed for this person, and ends every wait, in the owner's own browsers too; what it was. None where
    /// there is nobody of this name.
    pub async fn reopen_methods(&self, name: &UserName, by: Actor, now: Moment) -> Result<Option<Vec<Factor>>> {
        loop {
            let Some(account) = self.find_account_named(name).await? else {
                return Ok(None);
            };
            let mut closed = Vec::new();
            let mut changes = Vec::new();
            for (factor, lane) in CLOSING
                .into_iter()
                .flat_map(|factor| Lane::ALL.map(|lane| (factor, lane)))
            {
                let counter = lane.counter(&account.id);
                let before = self.read_failures(&counter, factor).await?;
                // In the owner's own browsers nothing closes: so many failures make each further one a wait of an hour.
                if before.leave(now) != Leave::Granted {
                    closed.push(factor);
                    changes.push(Change::SaveFailures {
                        account: counter,
                        factor,
                        before,
                        after: Failures::default(),
                    });
                }
            }
            closed.dedup();
            if closed.is_empty() {
                return Ok(Some(closed));
            }
            let words: Vec<&str> = closed.iter().map(|factor| factor.word()).collect();
            let entry = audit::entry_by(by.clone(), Some(account.id), Event::ReopenMethods, words.join(" "), now);
            changes.push(Change::Record(entry));
            // Somebody who fails at this very moment makes it begin anew.
            if self.make_true(changes).await? == Committed::Done {
                return Ok(Some(closed));
            }
        }
    }
}
