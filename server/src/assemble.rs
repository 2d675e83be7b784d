//! The one place where adapters meet ports.

use std::sync::Arc;
use std::time::Duration;

use app::api::demo::Theatre;
use portal::account::Language;
use portal::method::Method;
use portal::ports::{Clock, Fault, HashTrouble, Keys, Random, Store};
use portal::service::{Organisation, Portal};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::compose::Sender;
use crate::courier::mailbox::Mailbox;
use crate::courier::{Channel, Couriers};
use crate::delivery::Delivery;
use crate::hashing::Argon2Pool;
use crate::housekeeping::{Housekeeping, told};
use crate::http::accept::{Bounds, serve as accept};
use crate::http::address::TrustedProxies;
use crate::http::refusals::Refusals;
use crate::http::router::{House, offset_minutes, router};
use crate::http::site;
use crate::keyring::Keyring;
use crate::metrics;
use crate::random::{SystemRandom, name};
use crate::settings::Settings;
use crate::store::SqlStore;

/// How long workers are waited for at the end; delivery needs ten seconds for what is under way.
const FAREWELL: Duration = Duration::from_secs(12);

/// Connections at a time that read metrics.
const READERS_OF_METRICS: usize = 16;

/// What a demonstration adds: its stage and its mailbox.
pub type Demonstration = (Arc<dyn Theatre>, Arc<Mailbox>);

/// The parts that differ between a real server, the demonstration and a test.
pub struct Wiring {
    /// What the operator decided.
    pub settings: Settings,
    /// The secret keys.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The store, open and migrated.
    pub store: Arc<SqlStore>,
    /// Who delivers.
    pub couriers: Couriers,
}

/// A server, put together.
pub struct Server {
    /// The services.
    pub portal: Arc<Portal>,
    /// The store.
    pub store: Arc<SqlStore>,
    /// The hashing pool.
    pub hashing: Arc<Argon2Pool>,
    wiring: Wiring,
    name: String,
}

impl Server {
    /// Puts a server together.
    pub fn new(wiring: Wiring) -> Result<Self, Fault> {
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let hashing = &wiring.settings.hashing;
        let hashing = Arc::new(Argon2Pool::new(
            Arc::clone(&wiring.keyring),
            Arc::clone(&random),
            hashing.cost,
            hashing.permits,
        ));
        let names = Language::ALL
            .into_iter()
            .map(|language| wiring.settings.organisation.name.of(language).to_owned());
        let portal = Arc::new(Portal::new(
            Arc::clone(&wiring.store) as Arc<dyn Store>,
            Arc::clone(&wiring.keyring) as Arc<dyn Keys>,
            Arc::clone(&wiring.clock),
            Arc::clone(&random),
            Arc::clone(&hashing) as _,
            Organisation { names: names.collect() },
            served(&wiring.couriers),
        ));
        Ok(Self {
            portal,
            store: Arc::clone(&wiring.store),
            hashing,
            name: name(random.as_ref())?,
            wiring,
        })
    }

    /// The methods of the policy whose messages nobody delivers, for want of a section in the configuration.
    pub async fn undelivered(&self) -> Result<Vec<Method>, Fault> {
        let served = served(&self.wiring.couriers);
        let (policy, _) = self.store.policy().await?;
        Ok(policy
            .methods
            .into_iter()
            .filter(|method| !served.contains(method))
            .collect())
    }

    /// The worker that empties the outbox.
    pub fn delivery(&self) -> Delivery {
        let settings = self.wiring.settings.clone();
        let clock = Arc::clone(&self.wiring.clock);
        Delivery {
            store: Arc::clone(&self.store),
            portal: Arc::clone(&self.portal),
            couriers: self.wiring.couriers.clone(),
            senders: Arc::new(move |language| Sender {
                organisation: settings.organisation.name.of(language).to_owned(),
                help: settings.whom_to_tell(language),
                host: settings.public_url.host().to_owned(),
                origin: settings.public_url.origin().to_owned(),
                offset_minutes: offset_minutes(&settings.time_zone, clock.now()),
            }),
            help_desk: self
                .wiring
                .settings
                .mail
                .as_ref()
                .map(|mail| mail.help_desk.clone())
                .unwrap_or_default(),
            clock: Arc::clone(&self.wiring.clock),
            name: self.name.clone(),
        }
    }

    /// The worker that keeps the house.
    pub fn housekeeping(&self) -> Housekeeping {
        Housekeeping {
            store: Arc::clone(&self.store),
            keyring: Arc::clone(&self.wiring.keyring),
            portal: Arc::clone(&self.portal),
            keep_audit: self.wiring.settings.audit.keep,
            clock: Arc::clone(&self.wiring.clock),
            name: self.name.clone(),
        }
    }

    /// Shows the metrics of the process on an address of their own, until told to stop.
    pub fn show_metrics(
        &self,
        listener: TcpListener,
        mut stop: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + use<> {
        let router = metrics::router(metrics::Sources {
            store: Arc::clone(&self.store),
            hashing: Arc::clone(&self.hashing),
            keyring: Arc::clone(&self.wiring.keyring),
            clock: Arc::clone(&self.wiring.clock),
        });
        let bounds = Bounds {
            connections: READERS_OF_METRICS,
            farewell: Duration::ZERO,
            ..Bounds::default()
        };
        let nobody = TrustedProxies::new(Vec::new());
        async move { accept(listener, router, nobody, bounds, told(&mut stop)).await }
    }

    /// The addresses, behind the guard; and what the guard refuses, to be written down.
    pub fn router(&self, package: &str, stage: Option<Demonstration>) -> (axum::Router, Refusals) {
        let (refusals, on_refused) = Refusals::new(Arc::clone(&self.wiring.clock));
        let settings = &self.wiring.settings;
        let house = House {
            portal: Arc::clone(&self.portal),
            store: Arc::clone(&self.store),
            public_url: settings.public_url.clone(),
            proxies: self.proxies(),
            limits: settings.limits.clone(),
            organisation: settings.organisation.clone(),
            time_zone: settings.time_zone.clone(),
            package: package.to_owned(),
            stage,
            on_refused,
        };
        (router(house), refusals)
    }

    /// How long a comparison takes where there are hashes of another system, before the first person is compared.
    async fn learn_pace(&self) {
        let learnt = match self.store.older_hash().await {
            Ok(None) => return,
            Ok(Some(older)) => self.hashing.learn_from(&older).await,
            Err(breakdown) => Err(HashTrouble::Fault(breakdown.into())),
        };
        if let Err(trouble) = learnt {
            tracing::error!(?trouble, "how long older hashes take is not known yet");
        }
    }

    /// Says in the log what the server of the database could lose or let happen, by how it is set up.
    async fn look_at_database(&self) {
        match self.store.examine_server().await {
            Ok(findings) => {
                for finding in findings {
                    tracing::warn!(finding, "the database is not set up as it has to be");
                }
            }
            Err(cause) => tracing::error!(%cause, "how the database is set up is not known"),
        }
    }

    fn proxies(&self) -> TrustedProxies {
        TrustedProxies::new(self.wiring.settings.trusted_proxies.clone())
    }

    /// Serves until told to stop, then finishes what is under way.
    ///
    /// # Errors
    /// Also where the look after an unclean stop finds the database damaged: then it stops by itself.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stage: Option<Demonstration>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), Fault> {
        let package = site::package().map_err(Fault::new)?;
        self.serve_site(&package, listener, stage, stop).await
    }

    /// The same with a site whose package is in this folder.
    pub async fn serve_site(
        &self,
        package: &str,
        listener: TcpListener,
        stage: Option<Demonstration>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), Fault> {
        let (router, refusals) = self.router(package, stage);
        self.store.take_over().await?;
        if let Some(behind) = self.store.end_what_was_set_back(self.wiring.clock.now()).await? {
            tracing::error!(
                behind_seconds = behind.as_secs(),
                "the clock of the machine stands before the time at which a server served last; what it would have \
                 lengthened was ended. Look whether the clock is right"
            );
        }
        self.look_at_database().await;
        self.learn_pace().await;
        let (end, ended) = watch::channel(false);
        let (rest, resting) = watch::channel(false);
        let workers = [
            tokio::spawn(self.delivery().run(ended)),
            tokio::spawn(refusals.write_down(Arc::clone(&self.store) as _)),
        ];
        let housekeeping = tokio::spawn(self.housekeeping().run(resting));
        let mut damage = None;
        accept(listener, router, self.proxies(), Bounds::of_process(), async {
            tokio::select! {
                () = told(&mut stop) => {}
                found = self.store.damage() => damage = Some(found),
            }
            let _ = end.send(true);
        })
        .await;
        for worker in workers {
            farewell(worker).await;
        }
        // Now that nobody writes any more, what was written last is sealed.
        let _ = rest.send(true);
        farewell(housekeeping).await;
        self.store.close().await?;
        damage.map_or(Ok(()), |damage| Err(Fault::new(damage)))
    }
}

/// Waits for a worker, but not for ever.
async fn farewell(worker: JoinHandle<()>) {
    match tokio::time::timeout(FAREWELL, worker).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "a worker did not end well"),
        // A message that is under way is leased, and tried again by whoever comes next.
        Err(_) => tracing::warn!("a worker was not waited for any longer"),
    }
}

/// The methods whose messages somebody delivers, and those that send none.
fn served(couriers: &Couriers) -> Vec<Method> {
    Method::ALL
        .into_iter()
        .filter(|method| Channel::of(*method).is_none_or(|channel| couriers.serve(channel)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::settings::Environment;

    #[tokio::test]
    async fn a_server_whose_database_turns_out_damaged_stops_and_says_so() {
        let folder = std::env::temp_dir().join(format!("aikagi-damaged-{}", name(&SystemRandom).unwrap()));
        std::fs::create_dir(&folder).unwrap();
        let keyring = Arc::new(Keyring::ephemeral(&SystemRandom).unwrap());
        let store = SqlStore::open(&folder.join("aikagi.db"), Arc::clone(&keyring) as _).await;
        let (store, tell) = store.unwrap().being_looked_at();
        let settings = "public_url = \"http://localhost:1\"\nkeyring = \"k\"\n[organisation]\nname.en = \"K\"\n";
        let clock = Arc::new(SystemClock);
        let server = Server::new(Wiring {
            settings: Settings::read(settings, &folder.join("aikagi.toml"), &Environment::default()).unwrap(),
            keyring,
            clock: Arc::clone(&clock) as _,
            store: Arc::new(store),
            couriers: Couriers::to_mailbox(&Arc::new(Mailbox::new(clock))),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_stop, stopped) = watch::channel(false);
        tell("page 7 is lost");
        let ended = tokio::time::timeout(
            Duration::from_secs(30),
            server.serve_site("pkg-test", listener, None, stopped),
        )
        .await;
        let fault = ended.expect("it goes on serving").unwrap_err().to_string();
        assert!(fault.contains("damaged (page 7 is lost)"), "{fault}");
        let lock = std::fs::read(folder.join("aikagi.db.lock")).unwrap();
        assert!(!lock.is_empty(), "it will not be looked at again");
        std::fs::remove_dir_all(&folder).ok();
    }
}
