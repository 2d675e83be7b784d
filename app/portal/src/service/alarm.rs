//! What administrators are told of by itself: each thing once in a while, whoever notices it and how often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
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
/// How long this server does not ask the store whether an alarm was raised.
const ASK_AGAIN: Duration = hours(1);
/// How long it does not try again to raise one, where that failed or is under way.
const TRY_AGAIN: Duration = minutes(1);

impl Alarm {
    /// How long it is until administrators are told again.
    const fn every(self) -> Duration {
        match self {
            Self::Names => hours(1),
            Self::Guessing | Self::Spending { .. } | Self::Unanswered { .. } => days(1),
        }
    }
}

/// When this server last raised each alarm, or tried to, so that a request need not ask the store. There are as many as
/// alarms: nothing that strangers do makes room for another or takes it.
#[derive(Default)]
pub(super) struct Raised(Mutex<HashMap<String, Tried>>);

/// When an alarm was raised last, and how long that is enough.
struct Tried {
    at: Moment,
    rest: Duration,
}

impl Raised {
    /// Whether the store is to be asked by whoever asks here: it was not for an hour, or not on this day, and nobody else is
    /// about to. A day of many wrong codes is told of on that day.
    fn is_due(&self, name: &str, now: Moment) -> bool {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = tried
            .get(name)
            .is_none_or(|last| now.since(last.at) >= last.rest || (last.rest == ASK_AGAIN && day(last.at) != day(now)));
        if is_due {
            let rest = TRY_AGAIN;
            tried.insert(name.to_owned(), Tried { at: now, rest });
        }
        is_due
    }

    fn was_told(&self, name: String, now: Moment) {
        let rest = ASK_AGAIN;
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.insert(name, Tried { at: now, rest });
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

    /// As [`Self::raise`], for what every request may notice: the store is asked once an hour at most. Where it cannot be
    /// told nobody's request fails for that; it is tried again after a minute.
    pub(super) async fn raise_once(&self, alarm: Alarm, now: Moment) {
        if !self.raised.is_due(&alarm.word(), now) {
            return;
        }
        match self.raise(alarm, "", now).await {
            Ok(()) => self.raised.was_told(alarm.word(), now),
            Err(fault) => tracing::error!(%fault, alarm = alarm.word(), "administrators were not told"),
        }
    }

    /// Every contact by which an administrator hears of something, with its language; the help desk where there is none.
    /// Where those of one cannot be read the others hear of it.
    pub(super) async fn administrators_to_tell(&self, matter: &Matter) -> Result<Vec<(Recipient, Language)>, Fault> {
        let mut told = Vec::new();
        for administrator in self.store.administrators().await? {
            let contacts = match self.store.contacts(&administrator.id).await {
                Ok(contacts) => contacts,
                Err(fault) => {
                    tracing::error!(%fault, account = administrator.id.as_str(), "an administrator was not told");
                    continue;
                }
            };
            let to = whom_to_tell(&contacts, matter).into_iter();
            told.extend(to.map(|contact| (Recipient::Contact(contact.id.clone()), administrator.language)));
        }
        if told.is_empty() {
            told.push((Recipient::HelpDesk, Language::default()));
        }
        Ok(told)
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
        for (to, language) in self.administrators_to_tell(&matter).await? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::seconds;

    #[test]
    fn the_store_is_asked_once_an_hour_and_on_every_new_day() {
        let raised = Raised::default();
        // 23:30 of some day.
        let now = Moment::from_millis(20_000 * 86_400_000 + (23 * 60 + 30) * 60_000);
        assert!(raised.is_due("guessing", now));
        // Somebody is about to, and it may fail.
        assert!(!raised.is_due("guessing", now + seconds(59)));
        assert!(raised.is_due("guessing", now + minutes(1)));
        raised.was_told("guessing".into(), now);
        assert!(!raised.is_due("guessing", now + seconds(29 * 60 + 59)));
        assert!(raised.is_due("names", now));
        assert!(raised.is_due("guessing", now + minutes(30)));
        let morning = now + minutes(60);
        raised.was_told("guessing".into(), morning);
        assert!(!raised.is_due("guessing", morning + seconds(3_599)));
        assert!(raised.is_due("guessing", morning + hours(1)));
    }
}
