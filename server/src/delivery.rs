//! The worker that takes messages from the outbox to the couriers.
//!
//! A message is leased, put into words, handed over, and marked. Its address and its code are read at this moment and
//! never stored with it. What could not be delivered is tried again while it is worth it.

use std::sync::Arc;
use std::time::Duration;

use portal::identity::ContactId;
use portal::method::ContactKind;
use portal::moment::{hours, seconds};
use portal::ports::{Clock, Contact, Fault, Matter, Message, Recipient, Store as _, Trust};
use portal::service::Portal;
use tokio::sync::watch;

use crate::compose::{Draft, Sender};
use crate::courier::{Courier, Couriers, Parcel, Undelivered};
use crate::housekeeping::told;
use crate::store::SqlStore;

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// Messages taken at once.
const BATCH: u32 = 16;
/// The first wait after a failure; it doubles.
const FIRST_WAIT: Duration = seconds(1);
/// The longest wait for a code, whose life is short.
const LONGEST_FOR_CODES: Duration = seconds(30);
/// The longest wait for a notice.
const LONGEST_FOR_NOTICES: Duration = hours(1);

/// What the worker needs.
pub struct Delivery {
    /// The outbox.
    pub store: Arc<SqlStore>,
    /// Who makes the digits of codes.
    pub portal: Arc<Portal>,
    /// Who delivers.
    pub couriers: Couriers,
    /// Who speaks, in each language.
    pub senders: Arc<dyn Fn(portal::account::Language) -> Sender + Send + Sync>,
    /// Mailboxes of the help desk; without any, the administrators are written to.
    pub help_desk: Vec<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The name of this worker in leases.
    pub name: String,
}

impl Delivery {
    /// Works until it is told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            match self.round().await {
                // More may wait: go on at once.
                Ok(taken) if taken == BATCH as usize => continue,
                Ok(_) => {}
                Err(fault) => tracing::error!(%fault, "the outbox cannot be read"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = told(&mut stop) => return,
            }
        }
    }

    /// Takes what is due; how many messages there were.
    pub async fn round(&self) -> Result<usize, Fault> {
        let now = self.clock.now();
        let taken = self.store.lease_due(now, &self.name, BATCH).await?;
        for outgoing in &taken {
            // One message that cannot be read must not keep the others waiting; its lease runs out by itself.
            if let Err(fault) = self.send(&outgoing.message, outgoing.attempts).await {
                tracing::error!(%fault, message = outgoing.message.id.as_str(), "a message cannot be sent");
            }
        }
        Ok(taken.len())
    }

    async fn send(&self, message: &Message, attempts: u32) -> Result<(), Fault> {
        let id = &message.id;
        let parcels = self.parcels(message).await?;
        if parcels.is_empty() {
            return Ok(self.store.discard(id, "nothing to say, or nobody to say it to").await?);
        }
        let mut worst = None;
        for (number, parcel) in parcels.iter().enumerate() {
            // One name per recipient, so that a repetition is known as such at the other side.
            if let Err(undelivered) = self
                .couriers
                .deliver(parcel, &format!("{}-{number}", id.as_str()))
                .await
            {
                worst = Some(undelivered);
            }
        }
        let now = self.clock.now();
        let Some(undelivered) = worst else {
            return Ok(self.store.delivered(id, now).await?);
        };
        let matter = matter_word(&message.matter);
        tracing::warn!(message = id.as_str(), matter, attempts, why = %undelivered, "a message was not delivered");
        let reason = match undelivered {
            Undelivered::Later(_) => "the other side did not take it",
            Undelivered::Never(_) => "the other side will never take it",
            Undelivered::NoSuchChannel => "no such channel",
        };
        let next = now + wait(&message.matter, attempts);
        if matches!(undelivered, Undelivered::Later(_)) && next < message.expires {
            self.store.postpone(id, next, reason).await?;
        } else {
            self.store.bury(id, reason).await?;
        }
        Ok(())
    }

    /// What a message comes to, for each of its recipients.
    async fn parcels(&self, message: &Message) -> Result<Vec<Parcel>, Fault> {
        let account = match &message.account {
            Some(id) => self.store.account(id).await?,
            None => None,
        };
        let name = account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        let sender = (self.senders)(message.language);
        let draft = Draft {
            language: message.language,
            name: &name,
            at: message.at,
            network: &message.network,
        };
        let contact = match &message.to {
            Recipient::Contact(id) => self.store.contact_for_sending(id).await?,
            Recipient::HelpDesk => None,
        };
        match (&message.matter, &message.to, contact) {
            (Matter::Nothing, _, _) => Ok(Vec::new()),
            (Matter::Code { code }, Recipient::Contact(_), Some(contact)) => {
                let Some(code) = self.store.code_for_sending(code).await? else {
                    return Ok(Vec::new());
                };
                let may_go = may_receive(&contact, &code.contact) && !code.closed;
                let digits = self.portal.digits(&code);
                Ok(if may_go {
                    vec![sender.code(draft, &code, &digits, contact.address)]
                } else {
                    Vec::new()
                })
            }
            (matter, Recipient::Contact(_), Some(contact)) if contact.trust != Trust::Pending => Ok(sender
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

    async fn administrators(&self) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        for administrator in self.store.administrators().await? {
            let contacts = self.store.contacts(&administrator.id).await?;
            let mailbox = contacts
                .into_iter()
                .find(|contact| contact.kind == ContactKind::Mailbox && contact.trust != Trust::Pending);
            found.extend(mailbox.map(|contact| contact.address));
        }
        Ok(found)
    }
}

/// A code goes to the very contact it was asked for and nowhere else.
fn may_receive(contact: &Contact, asked_for: &ContactId) -> bool {
    contact.id == *asked_for && contact.kind != ContactKind::Mailbox
}

fn wait(matter: &Matter, attempts: u32) -> Duration {
    let longest = if matches!(matter, Matter::Code { .. }) {
        LONGEST_FOR_CODES
    } else {
        LONGEST_FOR_NOTICES
    };
    FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(attempts.min(16)))
        .min(longest)
}

const fn matter_word(matter: &Matter) -> &'static str {
    match matter {
        Matter::Code { .. } => "code",
        Matter::Nothing => "nothing",
        Matter::WasReset => "was_reset",
        Matter::WasChanged => "was_changed",
        Matter::MethodAdded { .. } => "method_added",
        Matter::MethodRemoved { .. } => "method_removed",
        Matter::Unfinished => "unfinished",
        Matter::Closed => "closed",
        Matter::AdministratorReset { .. } => "administrator_reset",
        Matter::HelpWanted { .. } => "help_wanted",
    }
}
