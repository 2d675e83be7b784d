//! Picking a method, and asking for its code.

use super::{Decided, FormKey, Found, Onward};
use crate::audit::{Event, Outcome};
use crate::limits::Lane;
use crate::method::code::Purpose;
use crate::method::{Method, phone};
use crate::moment::Moment;
use crate::ports::{Change, Contact};
use crate::recovery::{Form, Stage};
use crate::refusal::Refusal;
use crate::service::blocked::refused;
use crate::service::reachable::factor;
use crate::service::sending::{Asked, Request};
use crate::service::{Answer, Portal, Trouble, Visit};

/// What became of the whole number that was asked for.
enum Whole {
    /// It is the one on record, or need not be typed: what to commit with the code that goes there.
    Fits(Vec<Change>),
    /// Nothing goes there.
    Refused(Decided),
}

impl Portal {
    /// "Send the code": by this method, for a phone after the whole number was typed. Questions are asked at once.
    pub async fn ask(&self, visit: &Visit, method: &str, whole: &str, key: FormKey<'_>) -> Answer<Onward> {
        let picked = Method::from_word(method);
        self.deed(visit, Form::Ask, key, &[method, whole], move |found, now| {
            Box::pin(async move {
                let method = picked.ok_or(Refusal::Method)?;
                let (policy, _) = self.policy().await?;
                if policy.is_uniform() {
                    return self.decide_alike(visit, &found, (method, whole), &policy, now).await;
                }
                let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                if !found.walk.suffices(self.gate(Some(&account), &contacts, &policy, now)) {
                    return Ok(self.no_longer(visit, &found, now, Event::Send));
                }
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let way = reachable.iter().find(|one| one.offers(method)).ok_or(Refusal::Method)?;
                if found.walk.has_proved_by(&way.channel) {
                    return Err(Refusal::Method.into());
                }
                let lane = self.lane(visit, &account.id).await?;
                let failures = self.store.failures(&lane.counter(&account.id), factor(method)).await?;
                if let Some(refusal) = refused(lane.leave(&failures, now)) {
                    return Ok(self.blocked(visit, &found, now, Event::Send, method, refusal));
                }
                let Some(contact) = way.contact() else {
                    return Ok(Decided::Move {
                        walk: found.walk.clone().question(now)?,
                        changes: vec![],
                        rotate: false,
                    });
                };
                let forgiven = match self
                    .whole_number(visit, &found, (contact, lane), method, whole, now)
                    .await?
                {
                    Whole::Fits(forgiven) => forgiven,
                    Whole::Refused(decided) => return Ok(decided),
                };
                let request = Request {
                    flow: &found.flow.id,
                    account: &account.id,
                    purpose: Purpose::Recovery,
                    method,
                    digits: self.digits_asked(method, found.walk.required(), now).await?,
                    to: self.destination(contact),
                };
                let Asked { code, mut changes } = match self.ask_for_code(visit, request, now).await {
                    Ok(asked) => asked,
                    Err(Trouble::Refused(refusal)) => {
                        return Ok(self.blocked(visit, &found, now, Event::Send, method, refusal));
                    }
                    Err(fault) => return Err(fault),
                };
                let walk = found.walk.clone().ask(method, way.channel.clone(), code, now)?;
                let mut entry = self.flow_entry(visit, &found.flow, now, Event::Send, Outcome::Succeeded);
                entry.method = Some(method);
                changes.extend(forgiven);
                changes.push(Change::Record(entry));
                Ok(Decided::Move {
                    walk,
                    changes,
                    rotate: false,
                })
            })
        })
        .await
    }

    /// For a phone the whole number is typed before anything is sent there, but for a code that follows another to the same
    /// number. A wrong one counts, a right one forgives.
    async fn whole_number(
        &self,
        visit: &Visit,
        found: &Found,
        (contact, lane): (&Contact, Lane),
        method: Method,
        whole: &str,
        now: Moment,
    ) -> Answer<Whole> {
        let was_given =
            matches!(found.walk.stage(now), Stage::Awaiting { channel, .. } if channel == self.channel(contact));
        if method == Method::Email || was_given {
            return Ok(Whole::Fits(Vec::new()));
        }
        let counted = self.whole_numbers(visit, &contact.account, lane).await?;
        if let Some(refusal) = refused(counted.leave(now)) {
            let decided = self.blocked(visit, found, now, Event::Send, method, refusal);
            return Ok(Whole::Refused(decided));
        }
        if whole.trim().is_empty() {
            return Err(Refusal::Phone(phone::Problem::Missing).into());
        }
        if phone::is_same(whole, &contact.address) {
            return Ok(Whole::Fits(counted.forgiven()));
        }
        let mut changes = counted.wrong(now);
        let mut entry = self.flow_entry(visit, &found.flow, now, Event::Send, Outcome::Failed);
        entry.method = Some(method);
        entry.detail = "whole_number".into();
        changes.push(Change::Record(entry));
        Ok(Whole::Refused(Decided::Refuse {
            walk: None,
            changes,
            refusal: Refusal::WholeNumber,
        }))
    }

    /// "Use another method".
    pub async fn choose_another(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Another, key, &["another"], move |found, now| {
            Box::pin(async move {
                Ok(Decided::Move {
                    walk: found.walk.clone().another(now)?,
                    changes: vec![],
                    rotate: false,
                })
            })
        })
        .await
    }
}
