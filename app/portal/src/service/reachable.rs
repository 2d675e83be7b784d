//! Which ways to prove are there for an account: its contacts, seen through the policy.

use super::Portal;
use crate::account::Role;
use crate::identity::{AccountId, Channel};
use crate::limits::{Factor, Lane, Leave};
use crate::method::{ContactKind, Method, email, phone};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Contact, Fault, Trust};
use crate::recovery::Case;
use crate::registration::is_seasoned;
use crate::screen::Hurdle;

/// What a proof comes from.
#[derive(Clone)]
pub(super) enum Source {
    /// A contact that a code is sent to.
    Contact(Contact),
    /// The answers to questions.
    Questions,
}

/// What counts for a reset.
pub(super) struct Reachable {
    pub source: Source,
    pub channel: Channel,
    pub methods: Vec<Method>,
    pub is_seasoned: bool,
}

impl Portal {
    /// The channel behind a contact: the keyed digest of its present address.
    pub fn channel(&self, contact: &Contact) -> Channel {
        self.channel_to(&contact.address)
    }

    /// The same of an address, however its letters are written: that is one mailbox.
    pub(super) fn channel_to(&self, address: &str) -> Channel {
        Channel::of_address(self.index("address", &email::folded(address)))
    }

    /// The contacts of an account that count for a reset under this policy.
    pub(super) fn reachable(
        &self,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> Vec<Reachable> {
        let office = best(contacts, ContactKind::Office).filter(|office| !ways(office, policy).is_empty());
        // Two calls are never enough for an administrator: beside an office phone, the other one is texted.
        let is_texted = account.role == Role::Administrator && office.is_some();
        [ContactKind::Phone, ContactKind::Office, ContactKind::Email]
            .into_iter()
            .filter_map(|kind| {
                let contact = best(contacts, kind)?;
                let mut methods = ways(contact, policy);
                methods.retain(|method| *method != Method::Call || !is_texted);
                (!methods.is_empty()).then(|| Reachable {
                    channel: self.channel(contact),
                    is_seasoned: contact.trust == Trust::Vouched
                        || is_seasoned(contact.added, account.first_finish, now),
                    source: Source::Contact(contact.clone()),
                    methods,
                })
            })
            .chain(self.questioned(account, policy, now))
            .collect()
    }

    /// The gate after identification, in the order in which a person is told: not switched on, managed elsewhere, not
    /// enough methods or no such account. Unknown and unregistered cannot be told apart by the work done.
    pub(super) fn gate(
        &self,
        account: Option<&Account>,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> Result<u8, Case> {
        let Some(account) = account else {
            return Err(if policy.enabled == crate::policy::Enabled::Nobody {
                Case::NotEnabled
            } else {
                Case::NotVerified
            });
        };
        if !policy.is_enabled_for(&account.groups) {
            return Err(Case::NotEnabled);
        }
        if account.managed_elsewhere {
            return Err(Case::ManagedElsewhere);
        }
        let required = policy.proofs_required(account.role);
        let reachable = self.reachable(account, contacts, policy, now);
        let is_enough = channels(&reachable) >= usize::from(required) && reachable.iter().any(|one| one.is_seasoned);
        if account.is_open(now) && account.frozen_until(now).is_none() && is_enough {
            Ok(required)
        } else {
            Err(Case::NotVerified)
        }
    }

    /// What stands in the way of a method right now.
    pub(super) async fn hurdle(
        &self,
        account: &AccountId,
        lane: Lane,
        method: Method,
        failing: &[Method],
        now: Moment,
    ) -> Result<Option<Hurdle>, Fault> {
        let failures = self.store.failures(&lane.counter(account), factor(method)).await?;
        Ok(match lane.leave(&failures, now) {
            Leave::Closed => Some(Hurdle::Closed),
            Leave::Wait(until) => Some(Hurdle::Wait(until)),
            Leave::Granted => failing.contains(&method).then_some(Hurdle::Down),
        })
    }
}

/// How many different channels there are: two contacts with one number are one.
pub(super) fn channels(reachable: &[Reachable]) -> usize {
    let is_first = |(place, one): &(usize, &Reachable)| {
        let mut before = reachable.iter().take(*place);
        before.all(|other| other.channel != one.channel)
    };
    reachable.iter().enumerate().filter(is_first).count()
}

/// The contact of a kind that counts: one proved by its owner before one that was filled in.
pub(super) fn best(contacts: &[Contact], kind: ContactKind) -> Option<&Contact> {
    let of = |trust| {
        contacts
            .iter()
            .find(move |contact| contact.kind == kind && contact.trust == trust)
    };
    of(Trust::Verified).or_else(|| of(Trust::Vouched))
}

/// The ways to a contact that the policy allows and its address takes, in the order in which they are offered.
pub(super) fn ways(contact: &Contact, policy: &Policy) -> Vec<Method> {
    let mut ways = match contact.kind {
        ContactKind::Mailbox => Vec::new(),
        ContactKind::Email => vec![Method::Email],
        ContactKind::Phone => phone::ways(&contact.address, &policy.countries),
        // Called, whatever else its number takes.
        ContactKind::Office => phone::ways(&contact.address, &policy.countries)
            .into_iter()
            .filter_map(|way| (way == Method::Call).then_some(Method::Office))
            .collect(),
    };
    ways.retain(|method| policy.allows(*method));
    ways
}

/// What counts the failures of a method.
pub(super) const fn factor(method: Method) -> Factor {
    match method {
        Method::Email => Factor::Email,
        Method::Text | Method::Call | Method::Office => Factor::Phone,
        Method::Questions => Factor::Questions,
    }
}

/// How an address is shown to somebody who has proved nothing.
pub(super) fn mask(contact: &Contact) -> String {
    match contact.kind {
        ContactKind::Mailbox | ContactKind::Email => email::mask(&contact.address),
        ContactKind::Phone | ContactKind::Office => {
            phone::mask(&contact.address, &phone::shown(&contact.address).country_code)
        }
    }
}
