//! Methods that had closed after too many failures, opened again by an administrator.

use portal::account::UserName;
use portal::audit::{Actor, Event};
use portal::limits::{Factor, Failures, Leave};
use portal::moment::Moment;
use portal::ports::{Change, Committed};

use crate::store::{Result, SqlStore, audit};

/// What closes.
const CLOSING: [Factor; 4] = [Factor::Email, Factor::Phone, Factor::WholeNumber, Factor::History];

impl SqlStore {
    /// Reopens what had closed for this person; what it was. None where there is nobody of this name.
    pub async fn reopen_methods(&self, name: &UserName, by: Actor, now: Moment) -> Result<Option<Vec<Factor>>> {
        loop {
            let Some(account) = self.find_account_named(name).await? else {
                return Ok(None);
            };
            let mut closed = Vec::new();
            let mut changes = Vec::new();
            for factor in CLOSING {
                let before = self.read_failures(&account.id, factor).await?;
                if before.leave(now) == Leave::Closed {
                    closed.push(factor);
                    changes.push(Change::SaveFailures {
                        account: account.id.clone(),
                        factor,
                        before,
                        after: Failures::default(),
                    });
                }
            }
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
