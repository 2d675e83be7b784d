//! Asking for a code to be sent: the limits, the row, the message. Nothing is sent here; the outbox does that.

use std::time::Duration;

use super::reachable::{Reachable, Source};
use super::spending::Costs;
use super::{Answer, Portal, Visit};
use crate::account::Language;
use crate::identity::{AccountId, Channel, CodeId, ContactId, FlowId, MessageId};
use crate::limits::{MESSAGES_WITHIN, next_code, next_message, next_send};
use crate::method::code::{LIFE, Purpose, digits_of};
use crate::method::{ContactKind, Method};
use crate::moment::{Moment, days, hours};
use crate::ports::{Account, Change, Code, Contact, Fault, Label, Matter, Message, Recipient, Trust};
use crate::refusal::Refusal;

/// A wait for another code that is told with its day.
const LONG_WAIT: Duration = hours(1);
/// How long a notice is worth sending.
pub const NOTICE_LIFE: Duration = hours(24);

/// A code that may be asked for, with all that has to be committed for it.
pub(super) struct Asked {
    pub code: CodeId,
    pub changes: Vec<Change>,
}

/// What a code is asked for.
pub(super) struct Request<'a> {
    pub flow: &'a FlowId,
    pub account: &'a AccountId,
    pub purpose: Purpose,
    pub method: Method,
    pub digits: u8,
    pub to: Destination,
}

/// Where a code goes.
pub(super) struct Destination {
    /// To which contact; none where nothing is sent, and only counted as if it were.
    pub contact: Option<ContactId>,
    /// Keyed digest of the address.
    pub channel: Channel,
    /// Keyed digest of the first digits, where it is a number.
    pub prefix: Option<String>,
}

impl Portal {
    /// The digits of a code. A keyed function of its row: asked again it gives the same, and without the key nothing.
    pub fn digits(&self, code: &Code) -> String {
        let digest = self.keys.digest(
            Label::Code,
            &[
                code.purpose.word().as_bytes(),
                code.id.as_str().as_bytes(),
                code.flow.as_str().as_bytes(),
                code.account.as_str().as_bytes(),
                code.method.word().as_bytes(),
                code.channel.as_bytes(),
                code.nonce.as_bytes(),
            ],
        );
        digits_of(&digest, usize::from(code.digits))
    }

    /// Prepares a code: judges the limits, then lists what to commit.
    pub(super) async fn ask_for_code(&self, visit: &Visit, request: Request<'_>, now: Moment) -> Answer<Asked> {
        let Request {
            flow,
            account,
            purpose,
            method,
            digits,
            to: Destination {
                contact,
                channel,
                prefix,
            },
        } = request;
        let network = self.sends_network(visit);
        let lane = self.lane(visit, account).await?;
        if self.failing(now).await?.contains(&method) {
            return Err(Refusal::ChannelDown.into());
        }
        let Costs { next, mut changes } = self.costs(method, prefix.as_deref(), lane, now).await?;
        let past = self.store.sends(channel.as_str(), &network, now - days(1)).await?;
        let mut next = next.max(next_send(&past, lane, now));
        // By whatever way: somebody who registers one number after the other is stopped here as well.
        let messages = self.store.sends_for(account, now - MESSAGES_WITHIN).await?;
        let for_account = messages.len();
        next = next.max(next_message(&messages, lane, now));
        let live = self.store.live_codes(account, flow, now - LIFE).await?;
        next = next.max(next_code(&live, lane, now));
        if next > now {
            let is_long = next.since(now) > LONG_WAIT;
            return Err(Refusal::Sends { until: next, is_long }.into());
        }
        let goes_out = contact.is_some();
        let contact = match contact {
            Some(contact) => contact,
            // No contact has this name.
            None => ContactId::new(self.fresh_name()?),
        };
        let code = Code {
            id: CodeId::new(self.fresh_name()?),
            flow: flow.clone(),
            account: account.clone(),
            purpose,
            method,
            digits,
            lane,
            contact: contact.clone(),
            channel: channel.as_str().to_owned(),
            nonce: self.fresh_name()?,
            asked: now,
            tries: 0,
            closed: false,
        };
        let message = Message {
            id: MessageId::new(self.fresh_name()?),
            to: Recipient::Contact(contact),
            account: Some(account.clone()),
            language: visit.language,
            matter: if goes_out {
                Matter::Code { code: code.id.clone() }
            } else {
                Matter::Unsent { code: code.id.clone() }
            },
            at: now,
            expires: now + LIFE,
            network: visit.coarse.clone(),
        };
        let carried = code.id.clone();
        changes.extend([
            // Others who ask at the same moment judge anew.
            Change::SendsAre {
                channel: channel.as_str().to_owned(),
                since: now - days(1),
                seen: past.len(),
            },
            Change::SendsForAre {
                account: account.clone(),
                since: now - MESSAGES_WITHIN,
                seen: for_account,
            },
            Change::OpenCode(code),
            Change::RecordSend {
                channel: channel.as_str().to_owned(),
                network,
                account: account.clone(),
                lane,
                method: method.travels_as(),
                prefix,
                code: carried.clone(),
                unsent: !goes_out,
                at: now,
            },
            Change::Enqueue(message),
        ]);
        Ok(Asked { code: carried, changes })
    }

    /// The network whose sends to one destination are counted together: an IPv4 /24, an IPv6 /64.
    fn sends_network(&self, visit: &Visit) -> String {
        let network = if visit.network.contains(':') {
            &visit.network
        } else {
            &visit.coarse
        };
        self.index("network", network)
    }

    /// Where a code to a contact goes.
    pub(super) fn destination(&self, contact: &Contact) -> Destination {
        Destination {
            contact: Some(contact.id.clone()),
            channel: self.channel(contact),
            prefix: contact.kind.is_phone().then(|| self.prefix(&contact.address)),
        }
    }

    /// When the next code may be sent to a channel on behalf of an account.
    pub(super) async fn next_send_to(
        &self,
        visit: &Visit,
        channel: &Channel,
        account: &AccountId,
        now: Moment,
    ) -> Result<Moment, Fault> {
        let network = self.sends_network(visit);
        let past = self.store.sends(channel.as_str(), &network, now - days(1)).await?;
        let lane = self.lane(visit, account).await?;
        Ok(next_send(&past, lane, now))
    }

    /// A notice to everybody in [`whom_to_tell`].
    pub(super) fn notices(
        &self,
        visit: &Visit,
        account: &Account,
        contacts: &[Contact],
        matter: &Matter,
        now: Moment,
    ) -> Result<Vec<Change>, Fault> {
        whom_to_tell(contacts, matter)
            .into_iter()
            .map(|contact| {
                self.notice(
                    visit,
                    account,
                    Recipient::Contact(contact.id.clone()),
                    account.language,
                    matter,
                    now,
                )
            })
            .collect()
    }

    /// A notice to one recipient.
    pub(super) fn notice(
        &self,
        visit: &Visit,
        about: &Account,
        to: Recipient,
        language: Language,
        matter: &Matter,
        now: Moment,
    ) -> Result<Change, Fault> {
        Ok(Change::Enqueue(Message {
            id: MessageId::new(self.fresh_name()?),
            to,
            account: Some(about.id.clone()),
            language,
            matter: matter.clone(),
            at: now,
            expires: now + NOTICE_LIFE,
            network: visit.coarse.clone(),
        }))
    }
}

impl Reachable {
    /// The way that was picked, where this contact offers it.
    pub(super) fn offers(&self, method: Method) -> bool {
        self.methods.contains(&method)
    }

    /// The contact that codes are sent to, where it is one.
    pub(super) fn contact(&self) -> Option<&Contact> {
        match &self.source {
            Source::Contact(contact) => Some(contact),
            Source::Questions => None,
        }
    }
}

/// Whether only an address that codes are sent to would hear of a reset: whoever reads there could reset unnoticed
/// (NIST SP 800-63B §4.6 asks for more than one).
pub fn is_told_alone(contacts: &[Contact]) -> bool {
    matches!(whom_to_tell(contacts, &Matter::WasReset)[..], [one] if one.kind != ContactKind::Mailbox)
}

/// The contacts by which the owner is told: every address, the account's own mailbox included; by text where there is no
/// mailbox at all.
pub fn whom_to_tell<'a>(contacts: &'a [Contact], matter: &Matter) -> Vec<&'a Contact> {
    // The office phone is for codes: whoever answers there need not be its owner.
    let known = contacts
        .iter()
        .filter(|contact| contact.trust != Trust::Pending && contact.kind != ContactKind::Office);
    let (mut told, phones): (Vec<&Contact>, Vec<&Contact>) =
        known.partition(|contact| contact.kind != ContactKind::Phone);
    // A phone that is replaced or removed hears of it itself; otherwise texts are for those who have no mailbox.
    let is_about_phone = matches!(
        matter,
        Matter::MethodAdded { kind } | Matter::MethodRemoved { kind } if *kind == ContactKind::Phone.into()
    );
    if told.is_empty() || is_about_phone {
        told.extend(phones);
    }
    told
}
