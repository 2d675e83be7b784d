//! The deeds of registration: set up, verify, replace, delete, finish.

use crate::audit::{Actor, Entry, Event, Outcome};
use crate::identity::{ContactId, FlowId};
use crate::limits::{Failures, Leave};
use crate::method::code::{AGAIN_AFTER, LIFE, Life, Purpose, life, tidy};
use crate::method::proof::Proof;
use crate::method::{ContactKind, Method, email, phone};
use crate::moment::{Moment, hours};
use crate::policy::Policy;
use crate::ports::{Change, Committed, Contact, Fault, Flow, FlowKind, Matter, Password, Trust};
use crate::refusal::Refusal;
use crate::registration::{AFTER_SIGN_IN, PROOF_AGE, Registration, Stage};
use crate::screen::{Awaited, Country, Line, Overview, PhoneForm, Standing};

use super::reachable::{best, factor, mask};
use super::sending::{Asked, Request};
use super::sign_in::{Person, pressing};
use super::{Answer, Portal, ROUNDS, Visit};

/// A registration as it was found.
struct Found {
    person: Person,
    flow: Flow,
    walk: Registration,
    is_new: bool,
}

impl Portal {
    async fn find_registration(&self, visit: &Visit) -> Answer<Found> {
        let person = self.person(visit).await?;
        let now = self.now();
        let holder = person.session.token.clone();
        if let Some(flow) = self.store.flow(FlowKind::Registration, &holder).await? {
            let walk = serde_json::from_str(&flow.body).map_err(Fault::new)?;
            return Ok(Found {
                person,
                flow,
                walk,
                is_new: false,
            });
        }
        let flow = Flow {
            id: FlowId::new(self.fresh_name()?),
            kind: FlowKind::Registration,
            holder,
            holder_before: None,
            account: Some(person.account.id.clone()),
            name: String::new(),
            epoch: person.account.epoch,
            version: 0,
            body: String::new(),
            opened: now,
            ends: now + hours(12),
            support: self.support_code(visit.holder.as_deref().unwrap_or(&person.session.token)),
            replay: None,
        };
        Ok(Found {
            person,
            flow,
            walk: Registration::default(),
            is_new: true,
        })
    }

    /// The change that stores the walk at its next version.
    fn saved(found: &Found, stage: Stage) -> Result<Change, Fault> {
        Self::saved_as(
            found,
            &Registration {
                stage,
                proved: found.walk.proved,
            },
        )
    }

    fn saved_as(found: &Found, walk: &Registration) -> Result<Change, Fault> {
        let mut flow = found.flow.clone();
        flow.version += 1;
        flow.body = serde_json::to_string(walk).map_err(Fault::new)?;
        Ok(if found.is_new {
            Change::OpenFlow(flow)
        } else {
            Change::SaveFlow(flow)
        })
    }

    fn own_entry(&self, visit: &Visit, found: &Found, event: Event, outcome: Outcome) -> Entry {
        let mut entry = self.entry(visit, self.now(), event, outcome);
        entry.actor = Actor::Account(found.person.account.id.clone());
        entry.subject = Some(found.person.account.id.clone());
        entry.flow = Some(found.flow.id.clone());
        entry.support.clone_from(&found.flow.support);
        entry
    }

    /// Whether what this person wants to change asks for a proof first. During the first registration the sign-in suffices
    /// for a while; later the password has to be fresh, and a method of one's own that is registered has to prove too: a
    /// password alone must not replace what it is recovered with.
    fn needs_proof(found: &Found, contacts: &[Contact], now: Moment) -> bool {
        let account = &found.person.account;
        let since_password = now.since(found.person.session.proved);
        if account.first_finish.is_none() {
            return since_password > AFTER_SIGN_IN;
        }
        let is_proved = found.walk.proved.is_some_and(|at| now.since(at) <= PROOF_AGE);
        since_password > PROOF_AGE || (own(contacts).next().is_some() && !is_proved)
    }

    /// A password that has to be changed opens nothing else.
    fn is_pressing(found: &Found, policy: &Policy, now: Moment) -> Result<(), Refusal> {
        pressing(&found.person.account, policy, now).map_or(Ok(()), |_| Err(Refusal::ChangeFirst))
    }

    /// Proves the password once more; where a method of one's own is registered, sends a code there as well. Whether a
    /// code is awaited from here on.
    pub async fn prove_again(&self, visit: &Visit, typed: &str) -> Answer<bool> {
        let found = self.find_registration(visit).await?;
        if typed.is_empty() {
            return Err(Refusal::PasswordMissing.into());
        }
        let now = self.now();
        let account = &found.person.account;
        let fresh = Change::TouchSession {
            token: found.person.session.token.clone(),
            seen: now,
            proved: now,
        };
        self.check_current(visit, account, &Password::typed(typed), Event::SignIn, vec![fresh])
            .await?;
        let contacts = self.store.contacts(&account.id).await?;
        let (policy, _) = self.policy().await?;
        if account.first_finish.is_none() || own(&contacts).next().is_none() {
            return Ok(false);
        }
        let methods = [Method::Email, Method::Text, Method::Call];
        let found_way = methods
            .into_iter()
            .filter(|method| policy.allows(*method))
            .find_map(|method| {
                own(&contacts)
                    .find(|contact| contact.kind == method.contact())
                    .map(|contact| (method, contact.clone()))
            });
        let (method, contact) = found_way.ok_or(Refusal::Method)?;
        self.ask_for_proof(visit, &found, method, &contact, now).await?;
        Ok(true)
    }

    async fn ask_for_proof(
        &self,
        visit: &Visit,
        found: &Found,
        method: Method,
        contact: &Contact,
        now: Moment,
    ) -> Answer<()> {
        let account = &found.person.account.id;
        let request = Request {
            flow: &found.flow.id,
            account,
            purpose: Purpose::Registration,
            method,
            contact,
        };
        let Asked { code, changes: asked } = self.ask_for_code(visit, request, now).await?;
        let stage = Stage::Proving {
            contact: contact.id.clone(),
            method,
            code,
            asked: now,
        };
        // The flow first: the code belongs to it.
        let mut changes = vec![Self::saved(found, stage)?];
        changes.extend(asked);
        let mut entry = self.own_entry(visit, found, Event::Send, Outcome::Succeeded);
        entry.method = Some(method);
        changes.push(Change::Record(entry));
        self.settle(changes).await
    }

    /// The registration page.
    pub async fn overview(&self, visit: &Visit) -> Answer<Overview> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let now = self.now();
        let account = &found.person.account;
        let contacts = self.store.contacts(&account.id).await?;
        let required = policy.proofs_required(account.role);
        let have = u8::try_from(self.reachable(account, &contacts, &policy, now).len()).unwrap_or(u8::MAX);
        let lines = [ContactKind::Phone, ContactKind::Email]
            .into_iter()
            .filter(|kind| {
                Method::ALL
                    .into_iter()
                    .any(|method| method.contact() == *kind && policy.allows(method))
            })
            .map(|kind| {
                let contact = best(&contacts, kind);
                Line {
                    kind,
                    mask: contact.map(mask).unwrap_or_default(),
                    standing: match contact {
                        None => Standing::Missing,
                        Some(contact) if contact.trust == Trust::Verified => Standing::Verified(contact.added),
                        Some(_) => Standing::Vouched,
                    },
                    can_remove: contact.is_some_and(|contact| contact.trust == Trust::Verified)
                        && (account.first_finish.is_none() || have > required),
                }
            })
            .collect();
        Ok(Overview {
            user_name: account.name.clone(),
            display: account.display.clone(),
            required,
            have,
            lines,
            finished: account.first_finish,
            needs_proof: Self::needs_proof(&found, &contacts, now),
        })
    }

    /// The support code of a signed-in person's pages.
    pub async fn registration_support(&self, visit: &Visit) -> Answer<String> {
        Ok(self.find_registration(visit).await?.flow.support)
    }

    /// The page on which a phone is added.
    pub async fn phone_form(&self, visit: &Visit) -> Answer<PhoneForm> {
        self.person(visit).await?;
        let (policy, _) = self.policy().await?;
        let countries = policy
            .countries
            .iter()
            .filter_map(|code| {
                let calling = phone::calling_code(code)?;
                Some(Country {
                    code: code.clone(),
                    calling,
                })
            })
            .collect();
        let ways = [Method::Text, Method::Call]
            .into_iter()
            .filter(|way| policy.allows(*way))
            .collect();
        Ok(PhoneForm { countries, ways })
    }

    /// Sets up or replaces the authentication e-mail: sends a code there.
    pub async fn begin_email(&self, visit: &Visit, typed: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let address = email::parse(typed).map_err(Refusal::Email)?;
        let is_own = email::lies_in(&address, &policy.own_domains)
            || contacts
                .iter()
                .any(|contact| contact.kind == ContactKind::Mailbox && email::same_mailbox(&contact.address, &address));
        if is_own {
            return Err(Refusal::Email(email::Problem::OwnMailbox).into());
        }
        self.begin(visit, found, &contacts, Method::Email, address).await
    }

    /// Sets up or replaces the authentication phone: sends a code there.
    pub async fn begin_phone(&self, visit: &Visit, region: &str, typed: &str, way: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let way = Method::from_word(way)
            .filter(|way| way.contact() == ContactKind::Phone)
            .ok_or(Refusal::Method)?;
        let number = phone::parse(typed, region, &policy.countries, way).map_err(Refusal::Phone)?;
        self.begin(visit, found, &contacts, way, number.e164).await
    }

    async fn begin(
        &self,
        visit: &Visit,
        found: Found,
        contacts: &[Contact],
        method: Method,
        address: String,
    ) -> Answer<()> {
        let now = self.now();
        let (policy, _) = self.policy().await?;
        if !policy.allows(method) {
            return Err(Refusal::Method.into());
        }
        Self::is_pressing(&found, &policy, now)?;
        if Self::needs_proof(&found, contacts, now) {
            return Err(Refusal::ProofTooOld.into());
        }
        let account = &found.person.account;
        let is_same = |contact: &&Contact| {
            contact.kind == method.contact() && contact.trust == Trust::Verified && contact.address == address
        };
        if contacts.iter().find(is_same).is_some() {
            return Err(Refusal::SameContact.into());
        }
        let contact = Contact {
            id: ContactId::new(self.fresh_name()?),
            account: account.id.clone(),
            kind: method.contact(),
            address,
            trust: Trust::Pending,
            added: now,
        };
        let request = Request {
            flow: &found.flow.id,
            account: &account.id,
            purpose: Purpose::Registration,
            method,
            contact: &contact,
        };
        let Asked { code, mut changes } = self.ask_for_code(visit, request, now).await?;
        let stage = Stage::Awaiting {
            contact: contact.id.clone(),
            method,
            code,
            asked: now,
        };
        let mut entry = self.own_entry(visit, &found, Event::Send, Outcome::Succeeded);
        entry.method = Some(method);
        let mut all = vec![
            Self::saved(&found, stage)?,
            Change::DropPending {
                account: account.id.clone(),
                kind: method.contact(),
            },
            Change::PutContact(contact),
        ];
        all.append(&mut changes);
        all.extend(Self::touched(&found.person, now));
        all.push(Change::Record(entry));
        self.settle(all).await
    }

    /// Sends another code to the contact that is being set up, perhaps the other way.
    pub async fn registration_again(&self, visit: &Visit, way: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let (policy, _) = self.policy().await?;
        if let Stage::Proving { .. } = &found.walk.stage {
            let way = Method::from_word(way)
                .filter(|way| policy.allows(*way))
                .ok_or(Refusal::Method)?;
            let contacts = self.store.contacts(&found.person.account.id).await?;
            let contact = own(&contacts)
                .find(|one| one.kind == way.contact())
                .ok_or(Refusal::Method)?;
            return self.ask_for_proof(visit, &found, way, contact, now).await;
        }
        let Stage::Awaiting { contact, method, .. } = &found.walk.stage else {
            return Ok(());
        };
        let way = Method::from_word(way)
            .filter(|way| way.contact() == method.contact())
            .ok_or(Refusal::Method)?;
        if !policy.allows(way) {
            return Err(Refusal::Method.into());
        }
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let contact = contacts
            .iter()
            .find(|one| &one.id == contact)
            .ok_or(Refusal::CodeDead)?;
        let account = found.person.account.id.clone();
        let request = Request {
            flow: &found.flow.id,
            account: &account,
            purpose: Purpose::Registration,
            method: way,
            contact,
        };
        let Asked { code, mut changes } = self.ask_for_code(visit, request, now).await?;
        let stage = Stage::Awaiting {
            contact: contact.id.clone(),
            method: way,
            code,
            asked: now,
        };
        changes.push(Self::saved(&found, stage)?);
        let mut entry = self.own_entry(visit, &found, Event::Send, Outcome::Succeeded);
        entry.method = Some(way);
        changes.push(Change::Record(entry));
        self.settle(changes).await
    }

    /// The page of the code that is awaited; none where no contact is being set up.
    pub async fn registration_code(&self, visit: &Visit) -> Answer<Option<Awaited>> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let (Stage::Awaiting {
            contact, method, asked, ..
        }
        | Stage::Proving {
            contact, method, asked, ..
        }) = found.walk.stage.clone()
        else {
            return Ok(None);
        };
        let is_proving = matches!(found.walk.stage, Stage::Proving { .. });
        let contacts = self.store.contacts(&found.person.account.id).await?;
        let has_phone = own(&contacts).any(|one| one.kind == ContactKind::Phone);
        let Some(contact) = contacts.into_iter().find(|one| one.id == contact) else {
            return Ok(None);
        };
        let (policy, _) = self.policy().await?;
        let failures = self.store.failures(&found.person.account.id, factor(method)).await?;
        let paused = match failures.leave(now) {
            Leave::Wait(until) => Some(until),
            Leave::Granted | Leave::Closed => None,
        };
        Ok(Some(Awaited {
            method,
            address: match contact.kind {
                // What is registered is shown whole only to whoever has proved it.
                _ if is_proving => mask(&contact),
                ContactKind::Phone => phone::shown(&contact.address).shown,
                ContactKind::Mailbox | ContactKind::Email => contact.address.clone(),
            },
            digits: u8::try_from(method.digits()).unwrap_or(8),
            asked,
            until: asked + LIFE,
            again: self.next_send_to(visit, &contact, now).await?.max(asked + AGAIN_AFTER),
            other_way: [Method::Text, Method::Call]
                .into_iter()
                .filter(|way| *way != method && policy.allows(*way))
                .find(|_| method != Method::Email || (is_proving && has_phone)),
            paused,
            is_down: self.store.failing(now).await?.contains(&method),
            has_other: true,
        }))
    }

    /// Verifies the contact that is being set up.
    pub async fn registration_verify(&self, visit: &Visit, typed: &str) -> Answer<()> {
        for _ in 0..ROUNDS {
            let found = self.find_registration(visit).await?;
            let now = self.now();
            // A form that was left behind: lead to the page as it is.
            let is_proving = matches!(found.walk.stage, Stage::Proving { .. });
            let (Stage::Awaiting {
                contact, method, code, ..
            }
            | Stage::Proving {
                contact, method, code, ..
            }) = found.walk.stage.clone()
            else {
                return Ok(());
            };
            if typed.trim().is_empty() {
                return Err(Refusal::CodeMissing.into());
            }
            let account = found.person.account.clone();
            let before = self.store.failures(&account.id, factor(method)).await?;
            if let Leave::Wait(until) = before.leave(now) {
                return Err(Refusal::Wait { until }.into());
            }
            let code = self.store.code(&code).await?.ok_or(Refusal::CodeDead)?;
            let left = match life(code.asked, code.tries, code.closed, now) {
                Life::Live { left } => left,
                Life::Expired => return Err(Refusal::CodeExpired.into()),
                Life::Dead => return Err(Refusal::CodeDead.into()),
            };
            let contacts = self.store.contacts(&account.id).await?;
            let pending = contacts.iter().find(|one| one.id == contact).ok_or(Refusal::CodeDead)?;
            let is_ours =
                code.purpose == Purpose::Registration && code.flow == found.flow.id && code.contact == contact;
            let expected = if is_ours { self.digits(&code) } else { String::new() };
            let channel = self.channel(pending);
            let typed_code = tidy(typed).unwrap_or_default();
            let count = Change::CountTry {
                code: code.id.clone(),
                seen: code.tries,
            };
            let mut entry = self.own_entry(visit, &found, Event::Verify, Outcome::Failed);
            entry.method = Some(method);
            let is_right = Proof::by_code(&expected, &typed_code, method, channel, true, now).is_some();
            let (changes, answer) = if is_right {
                entry.outcome = Outcome::Succeeded;
                let mut changes = vec![count, Change::SpendCode(code.id)];
                if is_proving {
                    let walk = Registration {
                        stage: Stage::Overview,
                        proved: Some(now),
                    };
                    changes.push(Self::saved_as(&found, &walk)?);
                } else {
                    let mut added = self.own_entry(visit, &found, Event::AddMethod, Outcome::Succeeded);
                    added.method = Some(method);
                    changes.push(Self::saved(&found, Stage::Overview)?);
                    // Told to the addresses known before: the new one is not among them.
                    let others: Vec<Contact> = contacts.iter().filter(|one| one.id != contact).cloned().collect();
                    let matter = Matter::MethodAdded { kind: pending.kind };
                    changes.extend(self.notices(visit, &account, &others, &matter, now)?);
                    changes.push(Change::VerifyContact { contact, at: now });
                    changes.push(Change::Record(added));
                }
                let after = Failures::default();
                changes.push(Change::SaveFailures {
                    account: account.id.clone(),
                    factor: factor(method),
                    before,
                    after,
                });
                changes.push(Change::Record(entry));
                (changes, Ok(()))
            } else {
                let after = before.count(now);
                let save = Change::SaveFailures {
                    account: account.id.clone(),
                    factor: factor(method),
                    before,
                    after,
                };
                let refusal = if left > 1 {
                    Refusal::Code { left: left - 1 }
                } else {
                    Refusal::CodeDead
                };
                (vec![count, save, Change::Record(entry)], Err(refusal.into()))
            };
            if self.store.commit(changes).await? == Committed::Done {
                return answer;
            }
        }
        Err(Refusal::Busy.into())
    }

    /// Leaves the code that is awaited, and the contact with it.
    pub async fn registration_leave(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let mut changes = vec![
            Self::saved(&found, Stage::Overview)?,
            Change::CloseCodes(found.flow.id.clone()),
        ];
        match &found.walk.stage {
            Stage::Overview => return Ok(()),
            Stage::Proving { .. } => {}
            Stage::Awaiting { method, .. } => changes.push(Change::DropPending {
                account: found.person.account.id.clone(),
                kind: method.contact(),
            }),
        }
        self.settle(changes).await
    }

    /// Deletes a contact, where enough are left.
    pub async fn remove_contact(&self, visit: &Visit, kind: &str) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let kind = ContactKind::from_word(kind)
            .filter(|kind| *kind != ContactKind::Mailbox)
            .ok_or(Refusal::Method)?;
        let account = &found.person.account;
        let (policy, version) = self.policy().await?;
        let contacts = self.store.contacts(&account.id).await?;
        let Some(contact) = best(&contacts, kind).filter(|contact| contact.trust == Trust::Verified) else {
            return Ok(());
        };
        Self::is_pressing(&found, &policy, now)?;
        if Self::needs_proof(&found, &contacts, now) {
            return Err(Refusal::ProofTooOld.into());
        }
        let required = policy.proofs_required(account.role);
        let left: Vec<Contact> = contacts.iter().filter(|one| one.id != contact.id).cloned().collect();
        let has_enough = self.reachable(account, &left, &policy, now).len() >= usize::from(required);
        if account.first_finish.is_some() && !has_enough {
            return Err(Refusal::TooFewMethods { required }.into());
        }
        let mut changes = vec![
            Change::PolicyIs(version),
            Change::AccountIs {
                account: account.id.clone(),
                revision: account.revision,
            },
            Self::saved(&found, Stage::Overview)?,
        ];
        // Told to the one that goes as well.
        changes.extend(self.notices(visit, account, &contacts, &Matter::MethodRemoved { kind }, now)?);
        changes.push(Change::RemoveContact(contact.id.clone()));
        let mut entry = self.own_entry(visit, &found, Event::RemoveMethod, Outcome::Succeeded);
        entry.detail = kind.word().into();
        changes.push(Change::Record(entry));
        self.settle(changes).await
    }

    /// "Finish": enough is registered.
    pub async fn finish_registration(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let account = &found.person.account;
        let (policy, _) = self.policy().await?;
        let contacts = self.store.contacts(&account.id).await?;
        if !self.has_enough(account, &contacts, &policy, now) {
            return Err(Refusal::TooFewMethods {
                required: policy.proofs_required(account.role),
            }
            .into());
        }
        let entry = self.own_entry(visit, &found, Event::FinishRegistration, Outcome::Succeeded);
        let mut changes = vec![Self::saved(&found, Stage::Overview)?];
        if account.first_finish.is_none() {
            changes.push(Change::FinishRegistration {
                account: account.id.clone(),
                at: now,
            });
        }
        changes.push(Change::Record(entry));
        self.settle(changes).await
    }

    async fn settle(&self, changes: Vec<Change>) -> Answer<()> {
        match self.store.commit(changes).await? {
            Committed::Done => Ok(()),
            // Another tab of the same person was faster.
            Committed::Stale => Err(Refusal::Busy.into()),
        }
    }
}

/// Contacts that their owner has proved; what an administrator filled in is no proof for changing.
fn own(contacts: &[Contact]) -> impl Iterator<Item = &Contact> {
    contacts
        .iter()
        .filter(|contact| contact.trust == Trust::Verified && contact.kind != ContactKind::Mailbox)
}
