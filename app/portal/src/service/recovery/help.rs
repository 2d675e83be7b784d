//! "Contact an administrator", from a reset that could not go on.

use super::behind::stand_in;
use super::{Decided, FormKey, Onward};
use crate::audit::{Event, Outcome};
use crate::policy::HelpDesk;
use crate::ports::Change;
use crate::recovery::{Case, Form, Stage};
use crate::refusal::Refusal;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Writes to the help desk on behalf of a flow that could not go on. Once in a flow; past the limits, and for a name
    /// nobody has, the person sees the same.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] where the policy gives an address instead: then no page of ours has the button.
    pub async fn contact_administrator(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Contact, key, &["contact"], move |found, now| {
            Box::pin(async move {
                if self.policy().await?.0.help_desk != HelpDesk::Message {
                    return Err(Refusal::Malformed.into());
                }
                if found.walk.has_contacted() {
                    return Ok(Decided::Move {
                        walk: found.walk.clone(),
                        changes: vec![],
                        rotate: false,
                    });
                }
                let case = match found.walk.stage(now) {
                    Stage::Stopped(Case::NotEnabled) => "not_enabled",
                    Stage::Stopped(Case::NotVerified) => "not_verified",
                    _ => "stuck",
                };
                let subject = stand_in(&found.flow);
                // Looked for whether somebody has the name or not.
                let account = self.store.account(&subject).await?;
                let mut changes = self
                    .call_for_help(visit, account.as_ref(), &subject, case, &found.flow.support, now)
                    .await?;
                let mut entry =
                    self.flow_entry(visit, &found.flow, now, Event::ContactAdministrator, Outcome::Succeeded);
                entry.detail = case.into();
                changes.push(Change::Record(entry));
                Ok(Decided::Move {
                    walk: found.walk.clone().contact(now)?,
                    changes,
                    rotate: false,
                })
            })
        })
        .await
    }
}
