//! What texts and calls may cost, before one more is sent.

use super::{Portal, hex};
use crate::limits::Lane;
use crate::limits::spending::{BUDGETS_WITHIN, PREFIX_WITHIN, next_to_prefix, prefix};
use crate::method::Method;
use crate::moment::Moment;
use crate::ports::{Alarm, Change, Fault, Label, Spent};

/// When one more may be sent, and what has to be still true when it is.
pub(super) struct Costs {
    pub next: Moment,
    pub changes: Vec<Change>,
}

impl Portal {
    /// Methods that cannot be used right now: their messages are not getting through, or their budget is used up.
    pub(super) async fn failing(&self, now: Moment) -> Result<Vec<Method>, Fault> {
        let mut failing = self.store.failing(now).await?;
        for method in [Method::Text, Method::Call] {
            if !failing.contains(&method) && self.is_spent(method, now).await? {
                failing.push(method);
            }
        }
        if failing.contains(&Method::Call) && !failing.contains(&Method::Office) {
            failing.push(Method::Office);
        }
        Ok(failing)
    }

    /// Whether the budget of a method is used up. Administrators hear of it.
    async fn is_spent(&self, method: Method, now: Moment) -> Result<bool, Fault> {
        for change in self.budgets(method, now).await? {
            if let Change::SendsBelow { since, most, .. } = change
                && self.store.spent(method, since).await?.0 >= most
            {
                self.raise_once(Alarm::Spending { method }, now).await;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What may be sent by a method in all.
    async fn budgets(&self, method: Method, now: Moment) -> Result<Vec<Change>, Fault> {
        let (policy, _) = self.policy().await?;
        let budgets = policy.spending.budgets(method).into_iter().flatten();
        let below = budgets.zip(BUDGETS_WITHIN).map(|(most, within)| Change::SendsBelow {
            of: Spent::By(method.travels_as()),
            since: now - within,
            most,
        });
        Ok(below.collect())
    }

    /// What one more message costs, to a number with these first digits where it goes to one. Others who ask at the same
    /// moment judge anew where it is the last.
    pub(super) async fn costs(
        &self,
        method: Method,
        prefix: Option<&str>,
        lane: Lane,
        now: Moment,
    ) -> Result<Costs, Fault> {
        let mut changes = self.budgets(method, now).await?;
        let Some(prefix) = prefix else {
            return Ok(Costs { next: now, changes });
        };
        let (policy, _) = self.policy().await?;
        let most = policy.spending.to_prefix_an_hour;
        let since = now - PREFIX_WITHIN;
        let past = self.store.sends_to_prefix(prefix, since).await?;
        changes.push(Change::SendsBelow {
            of: Spent::To(prefix.to_owned(), lane),
            since,
            most,
        });
        let next = next_to_prefix(&past, lane, most, now);
        Ok(Costs { next, changes })
    }

    /// Keyed digest of the first digits of a number.
    pub(super) fn prefix(&self, number: &str) -> String {
        let prefix = prefix(number);
        hex(&self.keys.digest(Label::Index, &[b"prefix", prefix.as_bytes()])[..16])
    }
}
