//! `aikagi backup` and `aikagi restore`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portal::ports::Clock as _;

use super::serve::open;
use super::{Configured, Outcome, Sentence, block_on, shown};
use crate::clock::SystemClock;
use crate::keyring::Keyring;
use crate::settings::{Database, Settings};
use crate::store::restoring::{Content, Copy};
use crate::store::{CannotOpen, SqlStore};

/// Copy the database, as it stands at one moment, into a file. The server may go on meanwhile.
#[derive(clap::Args)]
pub struct Backup {
    /// The file to write; it must not exist.
    to: PathBuf,
    #[command(flatten)]
    configured: Configured,
}

/// Put a backup in the place of a database that is lost. Whoever was signed in, or in the middle of a reset, begins anew.
#[derive(clap::Args)]
pub struct Restore {
    /// The file that `aikagi backup` wrote.
    #[arg(required_unless_present = "here")]
    from: Option<PathBuf>,
    /// Only look whether it could be restored, and change nothing.
    #[arg(long, conflicts_with = "here")]
    check: bool,
    /// The database is a backup already, brought back by the tools of its server: end what people held when it was made.
    #[arg(long, conflicts_with = "from")]
    here: bool,
    #[command(flatten)]
    configured: Configured,
}

impl Backup {
    pub fn run(self) -> Outcome {
        block_on(async {
            let settings = Settings::load(&self.configured.config)?;
            let bytes = SqlStore::copy(file(&settings)?, &self.to).await.map_err(told)?;
            println!(
                "Wrote {}: {bytes} bytes, readable by its owner only.",
                self.to.display()
            );
            println!(
                "The keyring ({}) is not in it, nor is the configuration: keep copies of both, the keyring elsewhere.",
                settings.keyring.display()
            );
            Ok(())
        })
    }
}

impl Restore {
    pub fn run(self) -> Outcome {
        block_on(async {
            let Some(from) = &self.from else {
                return begin_anew(&self.configured).await;
            };
            let settings = Settings::load(&self.configured.config)?;
            let keyring = Keyring::load(&settings.keyring)?;
            let place = file(&settings)?;
            if !self.check && place.exists() {
                let place = place.display();
                return Err(format!("{place} is there, and nothing is put in its place; move it away first").into());
            }
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            }
            let copy = Copy::open(from, place, Arc::new(keyring)).await.map_err(told)?;
            match look(&copy).await {
                Ok(content) => tell(from, content, &settings),
                Err(wrong) => {
                    copy.discard().await?;
                    return Err(wrong);
                }
            }
            if self.check {
                copy.discard().await?;
                println!("It can be restored. Nothing was changed.");
                return Ok(());
            }
            let epoch = copy.put(place, SystemClock.now()).await.map_err(told)?;
            println!("{} is in its place.", place.display());
            told_anew(epoch);
            Ok(())
        })
    }
}

async fn look(copy: &Copy) -> Result<Content, Sentence> {
    let (content, report) = copy.look().await?;
    for finding in &report.findings {
        println!("{}", shown::line(&finding.to_string()));
    }
    if report.is_sound() {
        return Ok(content);
    }
    Err("the audit log in the backup is not what was written, or was written with another keyring".into())
}

fn tell(from: &Path, content: Content, settings: &Settings) {
    println!(
        "{} is whole: {} people, {} ways to reach them; its audit log is what was written, and the keyring opens it.",
        from.display(),
        content.accounts,
        content.contacts
    );
    if let Some(newest) = content.newest {
        println!(
            "Last written to at {}; what was done since then is not in it, new passwords and \"this was not me\" neither.",
            shown::moment(newest, &settings.time_zone)
        );
    }
}

async fn begin_anew(configured: &Configured) -> Outcome {
    let opened = open(configured).await?;
    let begun = opened.store.begin_anew(SystemClock.now()).await;
    opened.store.close().await?;
    told_anew(begun?);
    Ok(())
}

fn told_anew(epoch: i64) {
    println!("Sessions, resets under way, codes and known browsers of then are ended (restore {epoch}).");
}

/// The database's file.
fn file(settings: &Settings) -> Result<&Path, Sentence> {
    match &settings.database {
        Database::Sqlite(place) => Ok(place),
        Database::Postgres(_) => Err(
            "the database is on a PostgreSQL server: copy it with pg_dump, bring it back with \
             pg_restore, and then run `aikagi restore --here`"
                .into(),
        ),
    }
}

/// With what helps.
fn told(refused: CannotOpen) -> Sentence {
    match &refused {
        CannotOpen::File(place, cause) if cause.kind() == ErrorKind::AlreadyExists => {
            format!("{} exists, and nothing is written over", place.display()).into()
        }
        _ => refused.into(),
    }
}
