//! `aikagi keys`. Changes the keyring beside a running server, which reads it again within seconds.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use portal::ports::Clock as _;

use super::{Configured, Outcome, Sentence, block_on};
use crate::clock::SystemClock;
use crate::keyring::Keyring;
use crate::random::SystemRandom;
use crate::settings::{Database, Settings};
use crate::store::SqlStore;
use crate::store::rotation::Under;

/// How long a keyring has to be what it is before a key is retired: by then every running server has read it.
const SETTLED: Duration = portal::moment::minutes(1);

/// Add a key, see what still needs an older one, and retire that.
#[derive(clap::Args)]
pub struct KeysCommand {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the keys, oldest first, and how many addresses, and passwords and answers, still need each.
    List,
    /// Add a key. A running server takes it up within seconds, and encrypts anew what stands under the older ones.
    Rotate,
    /// Take a key away that nothing needs any more. Of the oldest, what look-ups and the audit log need is kept.
    Retire {
        /// Its name, as `list` prints it.
        kid: String,
    },
}

impl KeysCommand {
    pub fn run(self) -> Outcome {
        block_on(async {
            let settings = Settings::load(&self.configured.config)?;
            match self.deed {
                Deed::List => list(&settings).await,
                Deed::Rotate => rotate(&settings.keyring),
                Deed::Retire { kid } => retire(&settings, &kid).await,
            }
        })
    }
}

async fn list(settings: &Settings) -> Outcome {
    let keyring = Arc::new(Keyring::load(&settings.keyring)?);
    for kid in keyring.retired() {
        println!("{kid}: retired; look-ups and the audit log go by it");
    }
    let kids = keyring.kids();
    let found = under(settings, &keyring, &kids).await?;
    for (number, one) in found.iter().enumerate() {
        let newest = if number + 1 == found.len() { "; in use" } else { "" };
        println!(
            "{}: {} addresses, {} passwords and answers{newest}",
            one.kid, one.addresses, one.hashes
        );
    }
    Ok(())
}

fn rotate(place: &Path) -> Outcome {
    let kid = Keyring::rotate(place, &SystemClock, &SystemRandom)?;
    println!(
        "Added {kid} to {}: keep a copy of it in a safe place now.",
        place.display()
    );
    println!("A running server takes it up within seconds; `aikagi keys list` shows what still needs the older keys.");
    Ok(())
}

async fn retire(settings: &Settings, kid: &str) -> Outcome {
    let place = &settings.keyring;
    let keyring = Arc::new(Keyring::load(place)?);
    let found = under(settings, &keyring, &[kid.to_owned()]).await?;
    for Under { addresses, hashes, .. } in found {
        if addresses > 0 || hashes > 0 {
            return Err(format!(
                "{addresses} addresses and {hashes} passwords or answers still need `{kid}`\n    a running server encrypts \
                 addresses anew; a password is hashed anew when its owner signs in or sets another, an answer to a \
                 security question when its owner gives it in a reset or registers questions again"
            )
            .into());
        }
    }
    let changed = std::fs::metadata(place).and_then(|file| file.modified());
    let age = changed
        .map_err(|error| error.to_string())?
        .duration_since(std::time::UNIX_EPOCH)?;
    let now = Duration::from_millis(u64::try_from(SystemClock.now().millis())?);
    if now.saturating_sub(age) < SETTLED {
        return Err("the keyring was changed less than a minute ago; a running server may not have read it yet".into());
    }
    Keyring::retire(place, kid)?;
    println!("Retired {kid}. Backups from before need the keyring that went with them: keep its copy as long as them.");
    Ok(())
}

/// What stands under these keys, seen from beside a running server.
async fn under(settings: &Settings, keyring: &Arc<Keyring>, kids: &[String]) -> Result<Vec<Under>, Sentence> {
    match &settings.database {
        Database::Sqlite(place) => Ok(SqlStore::under_beside(place, kids).await?),
        Database::Postgres(place) => {
            let store = SqlStore::connect(place, Arc::clone(keyring) as _).await?;
            let found = store.under(kids).await;
            store.close().await?;
            Ok(found?)
        }
    }
}
