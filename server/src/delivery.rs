//! The worker that takes messages from the outbox to the couriers: a lane for each channel.
//!
//! A message is leased, put into words, handed over, and marked. Its address and its code are read at this moment and
//! never stored with it. What could not be delivered is tried again while it is worth it.

mod lane;

use std::sync::Arc;
use std::time::Duration;

use portal::account::Language;
use portal::method::ContactKind;
use portal::moment::{Moment, hours, seconds};
use portal::ports::{Clock, Code, Committed, Contact, Fault, Matter, Message, Recipient, Store as _, Trust};
use portal::service::Portal;
use tokio::sync::watch;

use self::lane::Lane;
use crate::compose::{Draft, Sender};
use crate::courier::{Channel, Courier, Couriers, Parcel, Undelivered};
use crate::metrics::METRICS;
use crate::point::Point;
use crate::store::SqlStore;
use crate::store::outbox::{LEASE, Obstacle, Outgoing, what};

/// Messages of a channel that are under way at once: few gateways and mail servers like more from one client.
const AT_ONCE: usize = 4;
/// How often the outbox is looked at, and a lease while its message is being sent.
const EVERY: Duration = Duration::from_millis(250);
/// The first wait after a failure; it doubles.
const FIRST_WAIT: Duration = seconds(1);
/// The longest wait for a code, whose life is short.
const LONGEST_FOR_CODES: Duration = seconds(30);
/// The longest wait for a notice.
const LONGEST_FOR_NOTICES: Duration = hours(1);

/// What the worker needs.
#[derive(Clone)]
pub struct Delivery {
    /// The outbox.
    pub store: Arc<SqlStore>,
    /// Who makes the digits of codes.
    pub portal: Arc<Portal>,
    /// Who delivers.
    pub couriers: Couriers,
    /// Who speaks, in each language.
    pub senders: Arc<dyn Fn(Language) -> Sender + Send + Sync>,
    /// Mailboxes of the help desk; without any, the administrators are written to.
    pub help_desk: Vec<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The name of this worker in leases; no other has the same.
    pub name: String,
}

impl Delivery {
    /// Works until it is told to stop; then what is under way is waited for, and given back if it takes too long.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let [mail, text, call] = self.lanes();
        tokio::join!(mail.run(stop.clone()), text.run(stop.clone()), call.run(stop));
    }

    /// Takes a few messages of every channel that are due, and tries one after the other; how many there were. For whoever
    /// has no worker running.
    pub async fn round(&self) -> Result<usize, Fault> {
        let mut taken = 0;
        for channel in Channel::ALL {
            let now = self.clock.now();
            for outgoing in self.store.lease_due(now, &self.name, channel, AT_ONCE).await? {
                self.carry(outgoing, now).await;
                taken += 1;
            }
        }
        Ok(taken)
    }

    fn lanes(self) -> [Lane; 3] {
        let delivery = Arc::new(self);
        Channel::ALL.map(|channel| Lane::new(Arc::clone(&delivery), channel))
    }

    /// Sends a message that was leased at this moment, and lets go of it where it is not this worker's to send any more.
    async fn carry(&self, outgoing: Outgoing, leased: Moment) {
        // Not `message`: that is the sentence itself where the log is for machines.
        let id = outgoing.message.id.as_str();
        tokio::select! {
            sent = self.send(&outgoing) => if let Err(fault) = sent {
                // Its lease runs out by itself.
                tracing::error!(%fault, id, "a message cannot be sent");
            },
            held = self.hold(&outgoing, leased) => match held {
                Ok(()) => tracing::info!(id, "a message is no longer to be sent"),
                Err(fault) => tracing::error!(%fault, id, "a message cannot be kept, and is let go"),
            },
        }
    }

    /// Prolongs the lease of a message in time, however slow its courier is. Ends when the message is somebody else's, or
    /// is not to be sent any more; with a fault where the lease could not be prolonged and is nearly over.
    async fn hold(&self, outgoing: &Outgoing, mut since: Moment) -> Result<(), Fault> {
        loop {
            tokio::time::sleep(EVERY).await;
            let now = self.clock.now();
            // Early enough for a store that takes its time.
            if now.since(since) < LEASE / 3 {
                continue;
            }
            match self.store.prolong(outgoing, now).await {
                Ok(Committed::Stale) => return Ok(()),
                Ok(Committed::Done) => since = now,
                Err(fault) if now.since(since) >= LEASE * 2 / 3 => return Err(fault.into()),
                Err(fault) => tracing::warn!(%fault, "a message is not kept yet; it is tried again"),
            }
        }
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<(), Fault> {
        let message = &outgoing.message;
        let parcels = self.parcels(message).await?;
        if parcels.is_empty() {
            let why = "nothing to say, or nobody to say it to";
            return Ok(self.store.discard(outgoing, why).await?);
        }
        let handed = self.hand_over(&parcels, message.id.as_str()).await;
        if let Some(parcel) = parcels.first() {
            METRICS.delivered(parcel.channel(), came_of(&handed));
        }
        let Err(undelivered) = handed else {
            self.store.delivered(&message.id, self.clock.now()).await?;
            return self.after_probe(outgoing, &parcels).await;
        };
        let (id, matter, attempts) = (message.id.as_str(), what(&message.matter), outgoing.attempts);
        tracing::warn!(id, matter, attempts, why = %undelivered, "a message was not delivered");
        let (obstacle, reason) = match undelivered {
            Undelivered::Away(_) => (Some(Obstacle::Channel), "the other side is out of reach"),
            Undelivered::Later(_) => (Some(Obstacle::Recipient), "the other side did not take it"),
            Undelivered::Never(_) => (None, "the other side will never take it"),
            Undelivered::NoSuchChannel => (None, "no such channel"),
        };
        let next = self.clock.now() + wait(&message.matter, attempts);
        if let Some(obstacle) = obstacle.filter(|_| next < message.expires) {
            self.store.postpone(outgoing, next, obstacle, reason).await?;
        } else {
            tracing::error!(id, matter, attempts, reason, "a message was given up");
            self.store.bury(outgoing, reason).await?;
        }
        Ok(())
    }

    /// One message has shown that its channel is up again: the others need not wait for their turns.
    async fn after_probe(&self, outgoing: &Outgoing, parcels: &[Parcel]) -> Result<(), Fault> {
        if let Some(parcel) = parcels.first().filter(|_| outgoing.is_probe) {
            let channel = parcel.channel();
            let messages = self.store.hurry(channel, self.clock.now()).await?;
            tracing::info!(channel = channel.word(), messages, "a channel is up again");
        }
        Ok(())
    }

    /// Hands over to everybody. One of several is enough: to try again would write to that one again.
    async fn hand_over(&self, parcels: &[Parcel], id: &str) -> Result<(), Undelivered> {
        let mut outcome = Err(Undelivered::NoSuchChannel);
        for (number, parcel) in parcels.iter().enumerate() {
            // One name per recipient, so that a repetition is known as such at the other side.
            Point::BeforeSend.reached();
            let handed = self.couriers.deliver(parcel, &format!("{id}-{number}")).await;
            Point::AfterSend.reached();
            if hope(&handed) > hope(&outcome) {
                outcome = handed;
            }
        }
        outcome
    }

    /// What a message comes to, for each of its recipients.
    async fn parcels(&self, message: &Message) -> Result<Vec<Parcel>, Fault> {
        let account = match &message.account {
            Some(id) => self.store.account(id).await?,
            None => None,
        };
        let name = account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        let sender = (self.senders)(message.language);
        let contact = match &message.to {
            Recipient::Contact(id) => self.store.contact_for_sending(id).await?,
            Recipient::HelpDesk => None,
        };
        // Whoever gets it may stop self-service for the account: the owner alone, and not by what others are told of it.
        let is_owner = |contact: &&Contact| Some(&contact.account) == message.account.as_ref();
        let link = contact
            .as_ref()
            .filter(is_owner)
            .and_then(|_| self.portal.not_me_token(message));
        let draft = Draft {
            language: message.language,
            name: &name,
            at: message.at,
            network: &message.network,
            not_me: link.as_deref(),
        };
        match (&message.matter, &message.to, contact) {
            (Matter::Nothing | Matter::Unsent { .. }, _, _) => Ok(Vec::new()),
            (Matter::Code { code }, Recipient::Contact(_), Some(contact)) => {
                let code = self.store.code_for_sending(code).await?;
                let Some(code) = code.filter(|code| self.may_receive(&contact, code)) else {
                    return Ok(Vec::new());
                };
                let digits = self.portal.digits(&code);
                Ok(sender
                    .code(draft, &code, &digits, contact.address)
                    .into_iter()
                    .collect())
            }
            (matter, Recipient::Contact(_), Some(contact)) if may_hear(&contact) => Ok(sender
                .notice(draft, matter, contact.kind, contact.address.clone())
                .into_iter()
                .collect()),
            (matter, Recipient::HelpDesk, _) => {
                let desk = if self.help_desk.is_empty() {
                    self.administrators().await?
                } else {
                    self.help_desk.clone()
                };
                Ok(desk
                    .into_iter()
                    .take(100)
                    .filter_map(|to| sender.notice(draft, matter, ContactKind::Mailbox, to))
                    .collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Where administrators are written to. Where the contacts of one cannot be read the others are.
    async fn administrators(&self) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        for administrator in self.store.administrators().await? {
            let contacts = match self.store.contacts(&administrator.id).await {
                Ok(contacts) => contacts,
                Err(fault) => {
                    tracing::error!(%fault, account = administrator.id.as_str(), "an administrator was not told");
                    continue;
                }
            };
            let mailbox = contacts
                .into_iter()
                .find(|contact| contact.kind == ContactKind::Mailbox && contact.trust != Trust::Pending);
            found.extend(mailbox.map(|contact| contact.address));
        }
        Ok(found)
    }

    /// A code goes to the very contact it was asked for, at the address that it had then, and nowhere else.
    fn may_receive(&self, contact: &Contact, code: &Code) -> bool {
        contact.id == code.contact
            && contact.kind != ContactKind::Mailbox
            && self.portal.channel(contact).as_str() == code.channel
    }
}

/// Whether notices may go to a contact: to none that was only typed, and to no office phone.
fn may_hear(contact: &Contact) -> bool {
    contact.trust != Trust::Pending && contact.kind != ContactKind::Office
}

/// Of what came of several parcels, the most hopeful counts for all.
const fn hope(outcome: &Result<(), Undelivered>) -> u8 {
    match outcome {
        Ok(()) => 3,
        Err(Undelivered::Away(_) | Undelivered::Later(_)) => 2,
        Err(Undelivered::Never(_)) => 1,
        Err(Undelivered::NoSuchChannel) => 0,
    }
}

/// What came of it, for the metrics.
const fn came_of(outcome: &Result<(), Undelivered>) -> &'static str {
    match outcome {
        Ok(()) => "delivered",
        Err(Undelivered::Away(_)) => "out_of_reach",
        Err(Undelivered::Later(_)) => "later",
        Err(Undelivered::Never(_) | Undelivered::NoSuchChannel) => "never",
    }
}

/// How long to wait after so many attempts, of which the first is 1.
fn wait(matter: &Matter, attempts: u32) -> Duration {
    let longest = if matches!(matter, Matter::Code { .. }) {
        LONGEST_FOR_CODES
    } else {
        LONGEST_FOR_NOTICES
    };
    FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1).min(16)))
        .min(longest)
}

#[cfg(test)]
mod tests {
    use portal::identity::CodeId;

    use super::*;

    #[test]
    fn the_first_wait_is_a_second_and_each_is_twice_the_one_before_up_to_the_longest() {
        let code = Matter::Code {
            code: CodeId::new("code"),
        };
        let waits = |matter: &Matter| [1, 2, 3, 5, 6, 12, 13, 99].map(|attempt| wait(matter, attempt).as_secs());
        assert_eq!(waits(&code), [1, 2, 4, 16, 30, 30, 30, 30]);
        assert_eq!(waits(&Matter::WasReset), [1, 2, 4, 16, 32, 2_048, 3_600, 3_600]);
    }
}
