//! Who stands behind a flow: looked for with the same work whether anybody does or not.

use super::Found;
use crate::identity::AccountId;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact, Flow};
use crate::service::{Answer, Portal};

/// The account of a flow with its contacts, or the name under which is counted for one that nobody has.
pub(super) struct Behind {
    pub id: AccountId,
    /// None also where the flow must not go on with it: its password is another by now.
    pub account: Option<Account>,
    /// The revision at which it was read, where there is an account.
    pub revision: Option<i64>,
    pub contacts: Vec<Contact>,
}

/// Whose failures, sends and calls for help are counted in a flow.
pub(super) fn stand_in(flow: &Flow) -> AccountId {
    let nobody = || AccountId::new(format!("name:{}", flow.name));
    flow.account.clone().unwrap_or_else(nobody)
}

impl Behind {
    /// That it is still as it was read; of nobody, that there is still nobody.
    pub(super) fn is_as_read(&self) -> Change {
        let account = self.id.clone();
        match self.revision {
            Some(revision) => Change::AccountIs { account, revision },
            None => Change::NoAccount(account),
        }
    }
}

impl Portal {
    pub(super) async fn behind(&self, flow: &Flow) -> Answer<Behind> {
        let id = stand_in(flow);
        let account = self.store.account(&id).await?;
        let contacts = self.store.contacts(&id).await?;
        Ok(Behind {
            revision: account.as_ref().map(|account| account.revision),
            account: account.filter(|account| account.epoch == flow.epoch),
            contacts,
            id,
        })
    }

    /// The account that a flow may go on with. Where nothing may be told of it, the gate is judged at every step, for the flow
    /// does not stop where it is shut.
    pub(super) fn passing<'b>(
        &self,
        found: &Found,
        behind: &'b Behind,
        policy: &Policy,
        now: Moment,
    ) -> Option<&'b Account> {
        let account = behind.account.as_ref()?;
        let gate = || self.gate(Some(account), &behind.contacts, policy, now);
        (!policy.is_uniform() || found.walk.suffices(gate())).then_some(account)
    }
}
