//! The demonstration: a sample organisation in a scratch database, with a clock that can be moved and a mailbox that
//! shows what would have been sent. It takes no configuration and listens on this machine only; nothing of it exists in
//! a real server.

mod people;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::api::demo::{Arrived, Player, Stage, Theatre};
use async_trait::async_trait;
use portal::policy::AccountMessages;
use portal::ports::{Clock as _, Fault};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::assemble::{Server, Wiring};
use crate::cli::cannot_listen;
use crate::clock::MovingClock;
use crate::courier::mailbox::{Letter, Mailbox};
use crate::courier::{Couriers, Parcel};
use crate::housekeeping::told as told_to;
use crate::keyring::Keyring;
use crate::random::{SystemRandom, name};
use crate::settings::{Database, Environment, Log, LogFormat, Settings};
use crate::store::SqlStore;

/// What the demonstration offers to its pages.
struct Play {
    clock: Arc<MovingClock>,
    mailbox: Arc<Mailbox>,
    players: Vec<Player>,
    again: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
}

#[async_trait]
impl Theatre for Play {
    fn stage(&self) -> Stage {
        Stage {
            players: self.players.clone(),
            now: self.clock.now(),
            moved: self.clock.ahead().as_secs(),
        }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.mailbox.list().into_iter().map(arrived).collect()
    }

    fn move_clock(&self, seconds: u64) {
        self.clock.move_forward(Duration::from_secs(seconds));
    }

    async fn start_over(&self) -> Result<(), Fault> {
        self.again.store(true, Ordering::SeqCst);
        // The house is built anew once this answer, and what else is under way, has gone out.
        self.stop.send(true).map_err(Fault::new)
    }
}

fn arrived(letter: Letter) -> Arrived {
    let subject = match &letter.parcel {
        Parcel::Mail { subject, .. } => subject.clone(),
        Parcel::Text { .. } | Parcel::Call { .. } => String::new(),
    };
    Arrived {
        id: letter.id,
        kind: letter.parcel.channel().word().to_owned(),
        to: letter.parcel.to().to_owned(),
        subject,
        text: letter.parcel.text().to_owned(),
        at: letter.at,
    }
}

/// Runs the demonstration until told to stop.
pub async fn run(
    listen: SocketAddr,
    folder: Option<PathBuf>,
    messages: AccountMessages,
    mut told: watch::Receiver<bool>,
) -> Result<(), Fault> {
    crate::cli::log(Log {
        format: LogFormat::Text,
        level: tracing::Level::WARN,
    });
    let (folder, is_ours) = match folder {
        Some(folder) => (folder, false),
        None => (
            std::env::temp_dir().join(format!("aikagi-demo-{}", name(&SystemRandom)?)),
            true,
        ),
    };
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Fault::new(format!(
            "{} is not empty; the demonstration wants a folder of its own",
            folder.display()
        )));
    }
    // Bound once, so that starting over loses no connection.
    let listener =
        std::net::TcpListener::bind(listen).map_err(|error| Fault::new(cannot_listen(listen, "`--listen`", &error)))?;
    listener.set_nonblocking(true).map_err(Fault::new)?;
    let port = listener.local_addr().map_err(Fault::new)?.port();
    let mut is_first = true;
    loop {
        let listener = TcpListener::from_std(listener.try_clone().map_err(Fault::new)?).map_err(Fault::new)?;
        let again = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = watch::channel(false);
        let (server, stage) = build(
            &folder,
            &Database::Sqlite(folder.join("aikagi.db")),
            port,
            Arc::clone(&again),
            stop.clone(),
        )
        .await?;
        people::decide(&server, messages).await?;
        if is_first {
            println!("The demonstration is at http://localhost:{port}/ : begin with http://localhost:{port}/demo");
            is_first = false;
        }
        {
            let serving = server.serve(listener, Some(stage), stopped);
            tokio::pin!(serving);
            tokio::select! {
                ended = &mut serving => ended?,
                () = told_to(&mut told) => {
                    let _ = stop.send(true);
                    serving.await?;
                }
            }
        }
        drop(server);
        std::fs::remove_dir_all(&folder).map_err(Fault::new)?;
        if !again.load(Ordering::SeqCst) {
            if !is_ours {
                std::fs::create_dir_all(&folder).map_err(Fault::new)?;
            }
            return Ok(());
        }
    }
}

/// A house with its people, as it is in the beginning, on a database in which nobody is yet.
pub async fn build(
    folder: &Path,
    database: &Database,
    port: u16,
    again: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
) -> Result<(Server, (Arc<dyn Theatre>, Arc<Mailbox>)), Fault> {
    std::fs::create_dir_all(folder).map_err(Fault::new)?;
    let clock = Arc::new(MovingClock::new());
    let settings = Settings::read(
        &organisation(port),
        &folder.join("aikagi.toml"),
        &Environment::default(),
    )
    .map_err(Fault::new)?;
    let keyring = Arc::new(Keyring::ephemeral(&SystemRandom)?);
    let store = SqlStore::of(database, Arc::clone(&keyring) as _)
        .await
        .map_err(Fault::new)?;
    let store = Arc::new(store.with_clock(Arc::clone(&clock) as _));
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock) as _));
    let couriers = Couriers::to_mailbox(&mailbox);
    let server = Server::new(Wiring {
        settings,
        keyring,
        clock: Arc::clone(&clock) as _,
        store,
        couriers,
    })?;
    let players = people::enter(&server, clock.now()).await?;
    let theatre: Arc<dyn Theatre> = Arc::new(Play {
        clock,
        mailbox: Arc::clone(&mailbox),
        players,
        again,
        stop,
    });
    Ok((server, (theatre, mailbox)))
}

/// The settings of the sample organisation.
fn organisation(port: u16) -> String {
    format!(
        r#"
public_url = "http://localhost:{port}"
listen = "127.0.0.1:{port}"
keyring = "../unused-keyring.toml"

[organisation]
name = {{ en = "Kitayama Works", ja = "北山製作所" }}
emblem = "北"
help = {{ en = "IT desk 03-5550-1234, weekdays 9:00 to 18:00", ja = "IT 窓口 03-5550-1234（平日 9:00〜18:00）" }}
"#
    )
}
