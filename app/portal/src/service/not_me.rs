//! "This was not me": the link that mails carry, the page it opens, and what its button does.
//!
//! The link is a keyed function of the account and the message, so only whoever reads the owner's mail has one. Opening it
//! changes nothing; the button stops self-service for a while, whatever it was that somebody did.

use std::time::Duration;

use subtle::ConstantTimeEq as _;

use super::{Answer, Portal, ROUNDS, Visit, hex};
use crate::audit::{Event, Outcome};
use crate::identity::AccountId;
use crate::moment::{Moment, days, hours};
use crate::ports::{Account, Change, Committed, Fault, Freeze, Label, Matter, Message, Recipient};
use crate::refusal::Refusal;
use crate::screen::NotMe;

/// How long self-service is stopped: long enough for a weekend, and for administrators to look.
pub const FROZEN_FOR: Duration = hours(72);
/// How long a link is good for.
pub const LINK_LIFE: Duration = days(7);
/// Hexadecimal digits of the part that nobody can guess: 128 bits.
const DIGITS: usize = 32;

/// A link that is ours and still young.
struct Link {
    account: Account,
    sent: Moment,
}

impl Link {
    /// What it says was said before: it was used, or belongs to a time that an administrator has looked at.
    fn is_spent(&self) -> bool {
        self.account.frozen.is_some_and(|freeze| self.sent <= freeze.at)
    }
}

impl Portal {
    /// The last part of the link in a message to the owner of the account it is about; none where it tells of nothing that
    /// somebody else may have done.
    pub fn not_me_token(&self, message: &Message) -> Option<String> {
        let account = message.account.as_ref()?;
        let is_told = match &message.matter {
            Matter::Nothing
            | Matter::Unsent { .. }
            | Matter::AdministratorReset { .. }
            | Matter::Frozen { .. }
            | Matter::Disowned { .. }
            | Matter::Invitation { .. }
            | Matter::HelpWanted { .. }
            | Matter::HelpDigest { .. } => false,
            _ => matches!(message.to, Recipient::Contact(_)),
        };
        let (at, id) = (message.at.millis().to_string(), message.id.as_str());
        let signed = self.signed(account.as_str(), &at, id);
        is_told.then(|| format!("{}-{at}-{id}-{signed}", account.as_str()))
    }

    fn signed(&self, account: &str, at: &str, message: &str) -> String {
        let parts = [&b"not me"[..], account.as_bytes(), at.as_bytes(), message.as_bytes()];
        hex(&self.keys.digest(Label::Token, &parts))[..DIGITS].to_owned()
    }

    async fn link(&self, token: &str, now: Moment) -> Result<Option<Link>, Fault> {
        let mut parts = token.rsplitn(4, '-');
        let (Some(signed), Some(message), Some(at), Some(account)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let expected = self.signed(account, at, message);
        if !bool::from(expected.as_bytes().ct_eq(signed.as_bytes())) {
            return Ok(None);
        }
        let sent = at.parse().map(Moment::from_millis).map_err(Fault::new)?;
        if now >= sent + LINK_LIFE {
            return Ok(None);
        }
        let account = self.store.account(&AccountId::new(account)).await?;
        Ok(account.map(|account| Link { account, sent }))
    }

    /// The page behind a link. Looking at it changes nothing, however often and by whatever program.
    pub async fn not_me(&self, token: &str) -> Answer<NotMe> {
        let now = self.now();
        Ok(match self.link(token, now).await? {
            None => NotMe::Void,
            Some(link) => match link.account.frozen_until(now) {
                Some(until) => NotMe::Stopped {
                    name: link.account.name,
                    until,
                },
                None if link.is_spent() => NotMe::Void,
                None => NotMe::Ask {
                    name: link.account.name,
                },
            },
        })
    }

    /// "This was not me": stops self-service for the account, once, and tells its owner and all administrators. A link that
    /// leads no further does nothing, and its page says so.
    pub async fn disown(&self, visit: &Visit, token: &str) -> Answer<()> {
        for _ in 0..ROUNDS {
            let now = self.now();
            let link = self.link(token, now).await?;
            let Some(link) = link.filter(|link| !link.is_spent() && link.account.frozen_until(now).is_none()) else {
                return Ok(());
            };
            let changes = self.frozen(visit, &link.account, now).await?;
            if self.store.commit(changes).await? == Committed::Done {
                return Ok(());
            }
        }
        Err(Refusal::Busy.into())
    }

    async fn frozen(&self, visit: &Visit, account: &Account, now: Moment) -> Answer<Vec<Change>> {
        let until = now + FROZEN_FOR;
        let contacts = self.store.contacts(&account.id).await?;
        let mut entry = self.entry(visit, now, Event::Freeze, Outcome::Succeeded);
        entry.subject = Some(account.id.clone());
        let mut changes = vec![
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Change::Freeze {
                account: account.id.clone(),
                freeze: Freeze { at: now, until },
            },
        ];
        changes.extend(self.notices(visit, account, &contacts, &Matter::Frozen { until }, now)?);
        let matter = Matter::Disowned {
            name: account.name.clone(),
            until,
        };
        for (to, language) in self.administrators_to_tell(&matter).await? {
            changes.push(self.notice(visit, account, to, language, &matter, now)?);
        }
        changes.push(Change::Record(entry));
        Ok(changes)
    }
}
