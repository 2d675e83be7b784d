//! "Contact an administrator": one mail to the help desk, without free text and without secrets.

use super::recovery::{FormKey, Onward};
use super::{Answer, Portal, Visit};
use crate::account::Language;
use crate::identity::{AccountId, MessageId};
use crate::limits::{CONTACTS_AN_HOUR, CONTACTS_PER_ACCOUNT};
use crate::moment::{Moment, days, hours};
use crate::ports::{Account, Change, Matter, Message, Recipient};

impl Portal {
    /// Writes to the help desk on behalf of a flow that could not go on. Once in a flow; past the limits, and for a name
    /// nobody has, the person sees the same and nothing is sent.
    pub async fn contact_administrator(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.contact_within_flow(visit, key).await
    }

    pub(super) async fn call_for_help(
        &self,
        visit: &Visit,
        account: Option<&Account>,
        subject: &AccountId,
        case: &str,
        support: &str,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        let (of_account, of_all) = self.store.calls_for_help(subject, now - days(1)).await?;
        let in_hour = of_all.into_iter().filter(|&at| at > now - hours(1)).count();
        let may_send = of_account.len() < CONTACTS_PER_ACCOUNT && in_hour < CONTACTS_AN_HOUR;
        let matter = match account {
            Some(account) if may_send => Matter::HelpWanted {
                name: account.name.clone(),
                case: case.to_owned(),
                support: support.to_owned(),
            },
            _ => Matter::Nothing,
        };
        Ok(vec![Change::Enqueue(Message {
            id: MessageId::new(self.fresh_name()?),
            to: Recipient::HelpDesk,
            account: Some(subject.clone()),
            language: Language::default(),
            matter,
            at: now,
            expires: now + hours(24),
            network: visit.coarse.clone(),
        })])
    }
}
