//! What administrators are told of by itself: each thing once in a while, whoever notices it and how often.

use std::time::Duration;

use super::sending::{NOTICE_LIFE, whom_to_tell};
use super::{Portal, Visit};
use crate::account::Language;
use crate::audit::{Actor, Event, Outcome};
use crate::identity::MessageId;
use crate::limits::population::day;
use crate::limits::spending::{ANSWERED_WITHIN, is_unanswered};
use crate::method::Method;
use crate::moment::{Moment, days, hours, minutes};
use crate::ports::{Alarm, Change, Committed, Fault, Matter, Message, Recipient};

/// Unknown names from one network within [`FEW_MINUTES`] from which on somebody seems to try them out.
const UNKNOWN_NAMES: u32 = 100;
/// The span for [`UNKNOWN_NAMES`].
const FEW_MINUTES: Duration = minutes(10);
/// The span in which names that nobody has are compared with all that were given.
const SHARE_WITHIN: Duration = minutes(15);
/// Fewer names than this say nothing about their share.
const ENOUGH_NAMES: u32 = 50;

impl Alarm {
    /// How long it is until administrators are told again.
    const fn every(self) -> Duration {
        match self {
            Self::Names => hours(1),
            Self::Guessing | Self::Spending { .. } | Self::Unanswered { .. } => days(1),
        }
    }
}

impl Portal {
    /// Looks for what administrators should know and no request notices: names that are tried out, codes that nobody types.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn watch(&self) -> Result<(), Fault> {
        let now = self.now();
        self.is_elevated(now).await?;
        for method in [Method::Text, Method::Call] {
            let (sent, answered) = self.store.spent(method, now - ANSWERED_WITHIN).await?;
            if is_unanswered(sent, answered) {
                self.raise(Alarm::Unanswered { method }, "", now).await?;
            }
        }
        let busiest = self.store.unknown_names(now - FEW_MINUTES, UNKNOWN_NAMES).await?;
        let (unknown, all) = self.store.names_given(now - SHARE_WITHIN).await?;
        if let Some(network) = busiest {
            self.raise(Alarm::Names, &network, now).await?;
        } else if all >= ENOUGH_NAMES && unknown.saturating_mul(2) > all {
            self.raise(Alarm::Names, "", now).await?;
        }
        Ok(())
    }

    /// As [`Self::raise`], for what every request may notice: the store is asked once an hour at most.
    pub(super) async fn raise_once(&self, alarm: Alarm, now: Moment) -> Result<(), Fault> {
        // A day of many wrong codes is told of on that day.
        let kind = format!("alarm {} {}", alarm.word(), day(now));
        if self.recorded.is_first(kind, now) {
            self.raise(alarm, "", now).await?;
        }
        Ok(())
    }

    /// Tells administrators, and the audit log, where they were not told of late.
    async fn raise(&self, alarm: Alarm, network: &str, now: Moment) -> Result<(), Fault> {
        let since = match alarm {
            Alarm::Guessing => Moment::from_millis(day(now) * 86_400_000) - Duration::from_millis(1),
            _ => now - alarm.every(),
        };
        let mut entry = self.entry(&Visit::default(), now, Event::Alarm, Outcome::Succeeded);
        entry.actor = Actor::System;
        entry.network = network.to_owned();
        entry.detail = alarm.word();
        let mut changes = vec![
            Change::RaiseAlarm {
                name: alarm.word(),
                at: now,
                since,
            },
            Change::Record(entry),
        ];
        let matter = Matter::Alarm { alarm };
        let mut told = Vec::new();
        for administrator in self.store.administrators().await? {
            let contacts = self.store.contacts(&administrator.id).await?;
            let to = whom_to_tell(&contacts, &matter).into_iter();
            told.extend(to.map(|contact| (Recipient::Contact(contact.id.clone()), administrator.language)));
        }
        if told.is_empty() {
            told.push((Recipient::HelpDesk, Language::default()));
        }
        for (to, language) in told {
            changes.push(Change::Enqueue(Message {
                id: MessageId::new(self.fresh_name()?),
                to,
                account: None,
                language,
                matter: matter.clone(),
                at: now,
                expires: now + NOTICE_LIFE,
                network: network.to_owned(),
            }));
        }
        // Where they were told before, nothing of it is true.
        let _: Committed = self.store.commit(changes).await?;
        Ok(())
    }
}
