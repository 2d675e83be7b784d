//! `aikagi serve` and `aikagi migrate`.

use std::io::{ErrorKind, IsTerminal as _};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use super::{Configured, Outcome, Sentence, block_on};
use crate::assemble::{Server, Wiring};
use crate::clock::steady::{self, SteadyClock};
use crate::courier::{Couriers, install_tls};
use crate::keyring::Keyring;
use crate::settings::{Database, Log, LogFormat, Settings};
use crate::store::SqlStore;

/// An installation opened for a command.
pub struct Opened {
    pub settings: Settings,
    pub keyring: Arc<Keyring>,
    pub store: Arc<SqlStore>,
    pub clock: Arc<SteadyClock>,
}

/// Reads the configuration and the keyring, and opens the database.
pub async fn open(configured: &Configured) -> Result<Opened, Sentence> {
    let settings = Settings::load(&configured.config)?;
    let keyring = Arc::new(Keyring::load(&settings.keyring)?);
    std::fs::create_dir_all(&settings.data_dir).map_err(|error| {
        let place = settings.data_dir.display();
        format!("{place} cannot be made: {error}\n    `data_dir` in the configuration says where it is to be")
    })?;
    let clock = Arc::new(SteadyClock::of_machine());
    let store = SqlStore::of(&settings.database, Arc::clone(&keyring) as _).await?;
    let store = Arc::new(store.with_clock(Arc::clone(&clock) as _));
    Ok(Opened {
        settings,
        keyring,
        store,
        clock,
    })
}

pub fn serve(configured: &Configured) -> Outcome {
    block_on(async {
        let opened = open(configured).await?;
        let store = Arc::clone(&opened.store);
        let outcome = serve_opened(opened).await;
        // Where serving did not begin, nobody else closes it.
        store.close().await?;
        outcome
    })
}

async fn serve_opened(opened: Opened) -> Outcome {
    let Opened {
        settings,
        keyring,
        store,
        clock,
    } = opened;
    log(settings.log);
    install_tls();
    let couriers = Couriers::new(&settings)?;
    let listen = settings.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| cannot_listen(listen, "`listen` in the configuration", &error))?;
    let metrics = match settings.metrics {
        Some(listen) => Some(
            TcpListener::bind(listen)
                .await
                .map_err(|error| cannot_listen(listen, "`listen` under [metrics] in the configuration", &error))?,
        ),
        None => None,
    };
    tracing::info!(%listen, public_url = settings.public_url.origin(), "serving");
    let server = Server::new(Wiring {
        settings,
        keyring,
        clock: Arc::clone(&clock) as _,
        store,
        couriers,
    })?;
    for method in server.undelivered().await? {
        tracing::warn!(
            method = method.word(),
            "the policy allows this method, and nothing is configured that delivers it: nobody can use it"
        );
    }
    let watch = tokio::spawn(steady::watch(clock, Arc::clone(&server.store) as _));
    let stop = told_to_stop()?;
    if let Some(listener) = metrics {
        tokio::spawn(server.show_metrics(listener, stop.clone()));
    }
    let outcome = server.serve(listener, None, stop).await;
    watch.abort();
    Ok(outcome?)
}

/// Why an address cannot be listened on, and what helps; `given` is where the address comes from.
pub fn cannot_listen(listen: SocketAddr, given: &str, error: &std::io::Error) -> String {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => format!("something else listens there; stop it, or change {given}"),
        ErrorKind::AddrNotAvailable => format!("it is no address of this machine; change {given}"),
        ErrorKind::PermissionDenied => format!("ports below 1024 are not for everybody; change {given}"),
        _ => format!("see {given}"),
    };
    format!("cannot listen on {listen}: {error}\n    {hint}")
}

pub fn migrate(configured: &Configured) -> Outcome {
    block_on(async {
        let settings = Settings::load(&configured.config)?;
        match &settings.database {
            Database::Sqlite(_) => open(configured).await?.store.close().await?,
            // Who changes the schema needs no keys.
            Database::Postgres(place) => SqlStore::migrate_server(place).await?,
        }
        println!("The database is up to date.");
        Ok(())
    })
}

/// Becomes true when the process is asked to end.
pub fn told_to_stop() -> std::io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (tell, told) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = tell.send(true);
    });
    Ok(told)
}

/// Sets up the log of the process.
pub fn log(log: Log) {
    let filter = EnvFilter::new(format!(
        "{},sqlx=warn,hyper=warn,lettre=warn",
        log.level.as_str().to_lowercase()
    ));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second call, in tests, changes nothing.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
