//! One channel's lane. A few messages are under way in it at once, so that a slow one holds up few others, and none that
//! travel by another channel.

use std::sync::Arc;
use std::time::Duration;

use portal::moment::seconds;
use portal::ports::Fault;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::{AT_ONCE, Delivery, EVERY};
use crate::courier::Channel;
use crate::housekeeping::told;

/// How long what is under way is waited for at the end.
const FAREWELL: Duration = seconds(10);

pub(super) struct Lane {
    delivery: Arc<Delivery>,
    channel: Channel,
    under_way: JoinSet<()>,
}

impl Lane {
    pub fn new(delivery: Arc<Delivery>, channel: Channel) -> Self {
        Self {
            delivery,
            channel,
            under_way: JoinSet::new(),
        }
    }

    /// Works until it is told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(fault) = self.fill().await {
                tracing::error!(%fault, channel = self.channel.word(), "the outbox cannot be read");
            }
            tokio::select! {
                () = told(&mut stop) => break,
                // A place is free: more may wait.
                Some(ended) = self.under_way.join_next() => look_at(ended),
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        self.end().await;
    }

    /// Takes as many messages as there are places, and sends them off.
    async fn fill(&mut self) -> Result<(), Fault> {
        while let Some(ended) = self.under_way.try_join_next() {
            look_at(ended);
        }
        let free = AT_ONCE - self.under_way.len();
        if free == 0 {
            return Ok(());
        }
        let Delivery { store, name, clock, .. } = &*self.delivery;
        let now = clock.now();
        for outgoing in store.lease_due(now, name, self.channel, free).await? {
            let delivery = Arc::clone(&self.delivery);
            self.under_way.spawn(async move { delivery.carry(outgoing, now).await });
        }
        Ok(())
    }

    /// Waits for what is under way.
    async fn finish(&mut self) {
        while let Some(ended) = self.under_way.join_next().await {
            look_at(ended);
        }
    }

    /// Waits for what is under way, but not for ever: the rest is given back for whoever comes next.
    async fn end(&mut self) {
        if tokio::time::timeout(FAREWELL, self.finish()).await.is_ok() {
            return;
        }
        self.under_way.shutdown().await;
        let Delivery { store, name, clock, .. } = &*self.delivery;
        let channel = self.channel.word();
        match store.give_back(name, self.channel, clock.now()).await {
            Ok(messages) => tracing::warn!(channel, messages, "messages that took too long were given back"),
            Err(fault) => tracing::error!(%fault, channel, "messages were not given back; their leases run out"),
        }
    }
}

/// A message whose sending panicked is tried again when its lease is over.
fn look_at(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "sending a message did not end well");
    }
}
