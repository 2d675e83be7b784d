//! Typing the code that is awaited, or leaving it.

use super::Found;
use crate::audit::{Event, Outcome};
use crate::moment::Moment;
use crate::ports::{Change, Committed, Contact, Matter, Trust};
use crate::refusal::Refusal;
use crate::registration::{Errand, Registration, Stage};
use crate::service::code::{Judged, Try};
use crate::service::{Answer, Portal, ROUNDS, Visit};

impl Portal {
    /// Verifies the contact that is being set up, or the one that proves: then for what, if it was for something.
    pub async fn registration_verify(&self, visit: &Visit, typed: &str) -> Answer<Option<Errand>> {
        for _ in 0..ROUNDS {
            let found = self.find_registration(visit).await?;
            let now = self.now();
            found.is_unfrozen(now)?;
            // A form that was left behind: lead to the page as it is.
            let Some(dispatch) = found.walk.stage.dispatch() else {
                return Ok(None);
            };
            let account = &found.person.account;
            let contacts = self.store.contacts(&account.id).await?;
            let contact = contacts
                .iter()
                .find(|one| one.id == dispatch.contact)
                .ok_or(Refusal::CodeDead)?;
            let attempt = Try {
                typed,
                code: &dispatch.code,
                purpose: found.walk.stage.purpose(),
                flow: &found.flow.id,
                subject: &account.id,
                account: Some(account),
                contacts: &contacts,
                was_sent: true,
                method: dispatch.method,
                channel: self.channel(contact),
                is_seasoned: true,
                entry: self.own_entry(visit, &found, Event::Verify, Outcome::Failed),
            };
            let is_proof = matches!(found.walk.stage, Stage::Proving(_));
            let (judged, answer) = match self.judge_code(visit, attempt).await? {
                Judged::Right { mut changes, .. } => {
                    changes.extend(self.verified(visit, &found, &contacts, contact, now)?);
                    (changes, Ok(found.walk.errand.filter(|_| is_proof)))
                }
                Judged::Wrong { refusal, changes } => (changes, Err(refusal.into())),
            };
            let mut changes = found.guarded(now);
            changes.extend(judged);
            if self.store.commit(changes).await? == Committed::Done {
                return answer;
            }
        }
        Err(Refusal::Busy.into())
    }

    /// What follows from the right code: the contact is one's own from here on, or it has proved.
    fn verified(
        &self,
        visit: &Visit,
        found: &Found,
        contacts: &[Contact],
        contact: &Contact,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        if let Stage::Proving(_) = found.walk.stage {
            let proved = Registration {
                stage: Stage::Overview,
                proved: Some(now),
                again: found.walk.again.iter().cloned().chain([contact.id.clone()]).collect(),
                errand: None,
            };
            return Ok(vec![found.saved_as(&proved)?]);
        }
        if contact.trust == Trust::Vouched {
            return Ok(self.confirmed(visit, found, contact)?);
        }
        let mut added = self.own_entry(visit, found, Event::AddMethod, Outcome::Succeeded);
        added.method = found.walk.stage.dispatch().map(|dispatch| dispatch.method);
        // Told to the addresses known before: the new one is not among them.
        let others: Vec<Contact> = contacts.iter().filter(|one| one.id != contact.id).cloned().collect();
        let matter = Matter::MethodAdded {
            kind: contact.kind.into(),
        };
        let mut changes = self.notices(visit, &found.person.account, &others, &matter, now)?;
        changes.push(found.saved(Stage::Overview)?);
        changes.push(Change::VerifyContact {
            contact: contact.id.clone(),
            at: now,
        });
        changes.push(Change::Record(added));
        Ok(changes)
    }

    /// Leaves the code that is awaited, and the contact with it.
    pub async fn registration_leave(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let mut changes = vec![found.saved(Stage::Overview)?, Change::CloseCodes(found.flow.id.clone())];
        match &found.walk.stage {
            Stage::Overview => return Ok(()),
            Stage::Proving(_) => {}
            Stage::Awaiting(dispatch) => {
                changes.extend(dispatch.method.contact().map(|kind| Change::DropPending {
                    account: found.person.account.id.clone(),
                    kind,
                }));
                let mut entry = self.own_entry(visit, &found, Event::AddMethod, Outcome::Cancelled);
                entry.method = Some(dispatch.method);
                changes.push(Change::Record(entry));
            }
        }
        self.settle(visit, &found, now, changes).await
    }
}
