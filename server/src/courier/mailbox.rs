//! A mailbox in memory, where everything arrives that would leave the house: for the demo and for tests.
//!
//! It can be told to fail, so that outages can be played.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use portal::moment::Moment;
use portal::ports::Clock;

use super::{Channel, Courier, Parcel, Undelivered};

/// Most letters that are kept; the oldest go first.
const MOST_LETTERS: usize = 500;

/// A parcel that arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// What arrived.
    pub parcel: Parcel,
    /// When.
    pub at: Moment,
    /// Under which name.
    pub id: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} {:?})", self.id, self.parcel)
    }
}

/// How a channel fails when it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// As if the other side were away.
    Away,
    /// As if the other side did not take the parcel now.
    Later,
    /// As if the other side refused the parcel.
    Never,
    /// As if nobody had been named.
    NoSuchChannel,
}

/// The mailbox.
pub struct Mailbox {
    clock: Arc<dyn Clock>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    /// Newest first.
    letters: VecDeque<Letter>,
    outages: HashMap<Channel, Outage>,
}

impl Mailbox {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inside: Mutex::default(),
        }
    }

    /// What arrived, newest first.
    pub fn list(&self) -> Vec<Letter> {
        self.inside().letters.iter().cloned().collect()
    }

    /// Throws everything away.
    pub fn clear(&self) {
        self.inside().letters.clear();
    }

    /// Lets a channel fail from now on, or work again.
    pub fn fail(&self, channel: Channel, outage: Option<Outage>) {
        let outages = &mut self.inside().outages;
        match outage {
            Some(outage) => outages.insert(channel, outage),
            None => outages.remove(&channel),
        };
    }

    /// How a channel fails at present; none where it works.
    pub fn outage(&self, channel: Channel) -> Option<Outage> {
        self.inside().outages.get(&channel).copied()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing in here can be half done: each change is one call.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({} letters)", self.inside().letters.len())
    }
}

#[async_trait]
impl Courier for Mailbox {
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered> {
        let mut inside = self.inside();
        match inside.outages.get(&parcel.channel()) {
            Some(Outage::Away) => return Err(Undelivered::Away("an outage is being played".into())),
            Some(Outage::Later) => return Err(Undelivered::Later("a delay is being played".into())),
            Some(Outage::Never) => return Err(Undelivered::Never("a refusal is being played".into())),
            Some(Outage::NoSuchChannel) => return Err(Undelivered::NoSuchChannel),
            None => {}
        }
        inside.letters.truncate(MOST_LETTERS - 1);
        inside.letters.push_front(Letter {
            parcel: parcel.clone(),
            at: self.clock.now(),
            id: id.to_owned(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MovingClock;
    use crate::courier::Couriers;

    fn text(text: &str) -> Parcel {
        Parcel::Text {
            to: "+819012345678".into(),
            text: text.into(),
        }
    }

    fn mailbox() -> Arc<Mailbox> {
        Arc::new(Mailbox::new(Arc::new(MovingClock::new())))
    }

    #[tokio::test]
    async fn what_is_delivered_arrives_newest_first() {
        let mailbox = mailbox();
        let couriers = Couriers::to_mailbox(&mailbox);
        couriers.deliver(&text("one"), "m-1").await.unwrap();
        couriers
            .deliver(
                &Parcel::Mail {
                    to: "t@example.org".into(),
                    subject: "s".into(),
                    text: "two".into(),
                },
                "m-2",
            )
            .await
            .unwrap();
        let ids: Vec<_> = mailbox.list().into_iter().map(|letter| letter.id).collect();
        assert_eq!(ids, ["m-2", "m-1"]);
        mailbox.clear();
        assert_eq!(mailbox.list(), []);
    }

    #[tokio::test]
    async fn it_never_holds_more_than_it_can() {
        let mailbox = mailbox();
        for n in 0..=MOST_LETTERS {
            mailbox.deliver(&text("x"), &n.to_string()).await.unwrap();
        }
        let letters = mailbox.list();
        assert_eq!((letters.len(), letters[0].id.as_str()), (MOST_LETTERS, "500"));
    }

    #[tokio::test]
    async fn an_outage_hits_one_channel_until_it_is_over() {
        let mailbox = mailbox();
        mailbox.fail(Channel::Text, Some(Outage::Away));
        assert!(matches!(
            mailbox.deliver(&text("x"), "m").await,
            Err(Undelivered::Away(_))
        ));
        mailbox.fail(Channel::Text, Some(Outage::Later));
        assert!(matches!(
            mailbox.deliver(&text("x"), "m").await,
            Err(Undelivered::Later(_))
        ));
        mailbox.fail(Channel::Text, Some(Outage::Never));
        assert!(matches!(
            mailbox.deliver(&text("x"), "m").await,
            Err(Undelivered::Never(_))
        ));
        mailbox.fail(Channel::Text, Some(Outage::NoSuchChannel));
        assert_eq!(mailbox.deliver(&text("x"), "m").await, Err(Undelivered::NoSuchChannel));
        assert_eq!(mailbox.outage(Channel::Mail), None);
        mailbox.fail(Channel::Text, None);
        assert_eq!(mailbox.deliver(&text("x"), "m").await, Ok(()));
        assert_eq!(mailbox.list().len(), 1);
    }
}
