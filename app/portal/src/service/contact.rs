//! "Contact an administrator": one mail to the help desk, without free text and without secrets. Where too many ask in
//! an hour, the help desk hears of the others in one digest.

use super::{Answer, Portal, Visit};
use crate::account::Language;
use crate::identity::{AccountId, MessageId};
use crate::limits::{CALLS_AN_HOUR, CALLS_IN_DIGEST, CALLS_PER_ACCOUNT, DIGEST_AFTER};
use crate::moment::{Moment, days, hours};
use crate::ports::{Account, Change, Committed, Fault, HeldBack, Matter, Message, Recipient};

impl Portal {
    /// What to commit for a call for help: told of one by one or in the digest, or, past the limit of the account and for a
    /// name nobody has, not at all.
    pub(super) async fn call_for_help(
        &self,
        visit: &Visit,
        account: Option<&Account>,
        subject: &AccountId,
        case: &str,
        support: &str,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        let (day, hour) = (now - days(1), now - hours(1));
        let (of_account, of_all) = self.store.calls_for_help(subject, day).await?;
        let (in_day, in_hour) = (of_account.len(), of_all.into_iter().filter(|&at| at > hour).count());
        let matter = match account {
            Some(account) if in_day < CALLS_PER_ACCOUNT => Matter::HelpWanted {
                name: account.name.clone(),
                case: case.to_owned(),
                support: support.to_owned(),
            },
            _ => Matter::Nothing,
        };
        let is_held_back = matter != Matter::Nothing && in_hour >= CALLS_AN_HOUR;
        let message = self.to_help_desk(Some(subject.clone()), matter, visit.coarse.clone(), now)?;
        Ok(vec![
            // Others who ask at the same moment judge anew.
            Change::CallsAtMost {
                account: Some(subject.clone()),
                since: day,
                most: in_day.max(CALLS_PER_ACCOUNT - 1),
            },
            Change::CallsAtMost {
                account: None,
                since: hour,
                most: in_hour.max(CALLS_AN_HOUR - 1),
            },
            if is_held_back {
                Change::HoldBack(message)
            } else {
                Change::Enqueue(message)
            },
        ])
    }

    /// Tells the help desk of the calls that were held back, all in one message, once the first of them has waited for an
    /// hour. How many they were.
    pub async fn digest_help(&self) -> Result<u32, Fault> {
        let now = self.now();
        let held_back = self.store.held_back(now, CALLS_IN_DIGEST).await?;
        let Some(HeldBack { since, count, first }) = held_back.filter(|held| now >= held.since + DIGEST_AFTER) else {
            return Ok(0);
        };
        let digest = Matter::HelpDigest { since, count, first };
        let changes = vec![
            Change::TellHeldBack {
                until: now,
                seen: count,
            },
            Change::Enqueue(self.to_help_desk(None, digest, String::new(), now)?),
        ];
        Ok(match self.store.commit(changes).await? {
            Committed::Done => count,
            // Another server has told of them, or one more came in this moment: it is told of the next time.
            Committed::Stale => 0,
        })
    }

    /// A message to the help desk.
    pub(super) fn to_help_desk(
        &self,
        account: Option<AccountId>,
        matter: Matter,
        network: String,
        now: Moment,
    ) -> Result<Message, Fault> {
        Ok(Message {
            id: MessageId::new(self.fresh_name()?),
            to: Recipient::HelpDesk,
            account,
            language: Language::default(),
            matter,
            at: now,
            expires: now + hours(24),
            network,
        })
    }
}
