//! Asking for a code where nothing may be told of the account: the whole address or number is typed, and only that of an
//! account that may go on is sent to. For every other the same is written and counted, and nothing goes out.

use super::behind::Behind;
use super::{Decided, Found};
use crate::audit::{Event, Outcome};
use crate::identity::Channel;
use crate::method::code::Purpose;
use crate::method::{ContactKind, Method, email, phone};
use crate::moment::{Moment, days};
use crate::policy::Policy;
use crate::ports::{Change, Contact, Fault, Matter, Recipient};
use crate::recovery::{Decoy, Recovery, Stage};
use crate::refusal::Refusal;
use crate::service::blocked::refused;
use crate::service::reachable::factor;
use crate::service::sending::{Asked, Destination, Request, whom_to_tell};
use crate::service::{Answer, Portal, Trouble, Visit};

/// Where a code shall go, as far as what was typed says.
struct Aim {
    channel: Channel,
    typed: Decoy,
}

/// The proofs that everybody is told of, until something is proved.
pub(super) fn required_alike(walk: &Recovery, policy: &Policy) -> u8 {
    if walk.proofs().is_empty() {
        policy.methods_required
    } else {
        walk.required()
    }
}

impl Portal {
    /// "Send the code", decided from what was typed alone as far as anybody can see.
    pub(super) async fn decide_alike(
        &self,
        visit: &Visit,
        found: &Found,
        (method, typed): (Method, &str),
        policy: &Policy,
        now: Moment,
    ) -> Answer<Decided> {
        if policy.shown_to_everybody().all(|shown| shown != method) {
            return Err(Refusal::Method.into());
        }
        let behind = self.behind(&found.flow).await?;
        let lane = self.lane(visit, &behind.id).await?;
        let failures = self.store.failures(&lane.counter(&behind.id), factor(method)).await?;
        if let Some(refusal) = refused(lane.leave(&failures, now)) {
            return Ok(self.blocked(visit, found, now, Event::Send, method, refusal));
        }
        if method == Method::Questions {
            return Ok(Decided::Move {
                walk: found.walk.clone().question(now)?,
                changes: vec![],
                rotate: false,
            });
        }
        let aim = self.aim(found, &behind, (method, typed), policy, now)?;
        if found.walk.has_proved_by(&aim.channel) {
            return Err(Refusal::Method.into());
        }
        self.send_alike(visit, found, &behind, (method, aim), policy, now).await
    }

    async fn send_alike(
        &self,
        visit: &Visit,
        found: &Found,
        behind: &Behind,
        (method, Aim { channel, typed }): (Method, Aim),
        policy: &Policy,
        now: Moment,
    ) -> Answer<Decided> {
        let to = self.fitting(found, behind, (method, &channel), policy, now);
        let is_sent = to.is_some();
        let request = Request {
            flow: &found.flow.id,
            account: &behind.id,
            purpose: Purpose::Recovery,
            method,
            digits: self
                .digits_asked(method, required_alike(&found.walk, policy), now)
                .await?,
            to: to.unwrap_or_else(|| Destination {
                contact: None,
                channel: channel.clone(),
                prefix: typed.prefix.clone(),
            }),
        };
        let told = self.tell_case(visit, behind, policy, now).await?;
        let Asked { code, mut changes } = match self.ask_for_code(visit, request, now).await {
            Ok(asked) => asked,
            Err(Trouble::Refused(refusal)) => {
                return Ok(self.blocked(visit, found, now, Event::Send, method, refusal));
            }
            Err(fault) => return Err(fault),
        };
        let mut entry = self.flow_entry(visit, &found.flow, now, Event::Send, Outcome::Succeeded);
        entry.method = Some(method);
        let walk = found.walk.clone();
        let walk = if is_sent {
            walk.ask(method, channel, code, now)?
        } else {
            entry.outcome = Outcome::Failed;
            entry.detail = "unsent".into();
            walk.ask_in_vain(method, channel, code, typed, now)?
        };
        changes.push(told);
        changes.push(Change::Record(entry));
        Ok(Decided::Move {
            walk,
            changes,
            rotate: false,
        })
    }

    /// Where to, by the text alone; for another code to where the last one went, or would have gone, nothing is typed.
    fn aim(
        &self,
        found: &Found,
        behind: &Behind,
        (method, typed): (Method, &str),
        policy: &Policy,
        now: Moment,
    ) -> Result<Aim, Refusal> {
        if let Stage::Awaiting {
            method: before,
            channel,
            decoy,
            ..
        } = found.walk.stage(now)
            && typed.trim().is_empty()
            && before.means() == method.means()
        {
            // Asked by a way that the number does not take, it is refused whether or not it is somebody's.
            let typed = Decoy {
                prefix: decoy.as_ref().and_then(|decoy| decoy.prefix.clone()),
                ways: self.ways_alike(behind, (before, &channel), decoy, policy),
            };
            let is_way = typed.ways.contains(&method);
            return is_way.then_some(Aim { channel, typed }).ok_or(Refusal::Method);
        }
        let served = &policy.countries;
        let (address, ways) = match method {
            Method::Email | Method::Questions => (email::parse(typed).map_err(Refusal::Email)?, vec![Method::Email]),
            Method::Office => {
                let number = phone::parse_whole(typed, served, Method::Call).map_err(Refusal::Phone)?;
                (number.e164, vec![Method::Office])
            }
            Method::Text | Method::Call => {
                let number = phone::parse_whole(typed, served, method).map_err(Refusal::Phone)?;
                let ways = phone::ways(&number.e164, served);
                let ways = ways.into_iter().filter(|way| policy.allows(*way)).collect();
                (number.e164, ways)
            }
        };
        Ok(Aim {
            channel: self.channel_to(&address),
            typed: Decoy {
                prefix: (method != Method::Email).then(|| self.prefix(&address)),
                ways,
            },
        })
    }

    /// The contact that was typed whole, of an account that may go on.
    fn fitting(
        &self,
        found: &Found,
        behind: &Behind,
        (method, channel): (Method, &Channel),
        policy: &Policy,
        now: Moment,
    ) -> Option<Destination> {
        let account = self.passing(found, behind, policy, now)?;
        let reachable = self.reachable(account, &behind.contacts, policy, now);
        let way = reachable
            .iter()
            .find(|one| one.channel == *channel && one.offers(method))?;
        Some(self.destination(way.contact()?))
    }

    /// Tells the owner, at most once a day, why the account cannot be recovered: what nobody is told here. Where there is
    /// nothing or nobody to tell, a message that says nothing.
    async fn tell_case(&self, visit: &Visit, behind: &Behind, policy: &Policy, now: Moment) -> Result<Change, Fault> {
        let was_told = self.store.told_of_case(&behind.id, now - days(1)).await?;
        let case = self.gate(behind.account.as_ref(), &behind.contacts, policy, now).err();
        if let (Some(account), Some(case), false) = (&behind.account, case, was_told) {
            let matter = Matter::CannotReset { case };
            if let Some(contact) = first_to_tell(&behind.contacts, &matter) {
                let to = Recipient::Contact(contact.id.clone());
                return self.notice(visit, account, to, account.language, &matter, now);
            }
        }
        let nothing = self.to_help_desk(Some(behind.id.clone()), Matter::Nothing, visit.coarse.clone(), now)?;
        Ok(Change::Enqueue(nothing))
    }
}

/// One of those by which an owner is told: the account's own mailbox, where there is one.
fn first_to_tell<'c>(contacts: &'c [Contact], matter: &Matter) -> Option<&'c Contact> {
    let told = whom_to_tell(contacts, matter);
    let mailbox = told.iter().find(|contact| contact.kind == ContactKind::Mailbox);
    mailbox.or_else(|| told.first()).copied()
}
