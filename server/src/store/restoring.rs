//! A backup in the place of the database.
//!
//! A copy is not trusted because it is ours: it is looked at page by page, its audit log is verified, and of every key one
//! address is opened, in a folder of its own, before it takes any place. What somebody held when the backup was made (a
//! session, a flow, a code, a browser that was known) may have been taken from them since, so none of it lives on.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portal::audit::{Actor, Event};
use portal::identity::ContactId;
use portal::moment::Moment;
use portal::ports::Keys;

use super::audit::{Report, entry_by};
use super::opening::{CannotOpen, beside, sync_folder};
use super::row::{number, text};
use super::set_back::end_what_is_held;
use super::{Result, SqlStore};

/// A copy of a backup, opened where nobody else looks.
pub struct Copy {
    /// The store in it.
    pub store: SqlStore,
    folder: PathBuf,
}

/// What is in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// People.
    pub accounts: i64,
    /// Ways to reach them.
    pub contacts: i64,
    /// When something was recorded last.
    pub newest: Option<Moment>,
}

impl Copy {
    /// Copies a backup into a folder beside the database's place, and opens it there. What a run before left is taken away.
    ///
    /// # Errors
    /// It is damaged, of a later version of this program, or cannot be copied.
    pub async fn open(backup: &Path, place: &Path, keys: Arc<dyn Keys>) -> std::result::Result<Self, CannotOpen> {
        if let Some(what) = SqlStore::examine_file(backup).await?.into_iter().next() {
            let place = backup.to_owned();
            return Err(CannotOpen::Damaged { place, what });
        }
        let folder = beside(place, "restoring");
        let unmade = |cause| CannotOpen::File(folder.clone(), cause);
        match std::fs::remove_dir_all(&folder) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(unmade(cause)),
            _ => DirBuilder::new().mode(0o700).create(&folder).map_err(unmade)?,
        }
        let file = folder.join("aikagi.db");
        let opened = match SqlStore::copy(backup, &file).await {
            Ok(_) => SqlStore::open(&file, keys).await,
            Err(refused) => Err(refused),
        };
        match opened {
            Ok(store) => Ok(Self { store, folder }),
            Err(refused) => {
                std::fs::remove_dir_all(&folder).ok();
                Err(refused)
            }
        }
    }

    /// Verifies its audit log and opens an address under every key.
    ///
    /// # Errors
    /// The keyring is not the one that belongs to it.
    pub async fn look(&self) -> Result<(Content, Report)> {
        self.store.open_one_under_each_key().await?;
        let report = self.store.verify_audit(Vec::new()).await?;
        let counts = sqlx::query(
            "select (select count(*) from account) as accounts, (select count(*) from contact where gone = 0) as contacts",
        )
        .fetch_one(&self.store.reader)
        .await?;
        let content = Content {
            accounts: number(&counts, "accounts")?,
            contacts: number(&counts, "contacts")?,
            newest: self.store.newest_audit().await?,
        };
        Ok((content, report))
    }

    /// Puts it into its place, where nothing may be, and lets nothing that somebody held live on.
    pub async fn put(self, place: &Path, now: Moment) -> std::result::Result<i64, CannotOpen> {
        let lost = |cause| CannotOpen::File(place.to_owned(), cause);
        // SQLite would write what stands in the log of a database that is gone into this one.
        if let Some(left) = ["", "-wal", "-journal"]
            .iter()
            .map(|end| ending(place, end))
            .find(|left| left.exists())
        {
            self.discard().await?;
            return Err(CannotOpen::File(left, ErrorKind::AlreadyExists.into()));
        }
        let epoch = self.store.begin_anew(now).await?;
        // The log of writes ends up in the file, which is all that is moved.
        self.store.close().await?;
        // Never takes the place of anything, as renaming would.
        std::fs::hard_link(self.folder.join("aikagi.db"), place)
            .and_then(|()| sync_folder(place))
            .map_err(lost)?;
        std::fs::remove_dir_all(&self.folder).map_err(lost)?;
        Ok(epoch)
    }

    /// Takes it away again.
    pub async fn discard(self) -> std::result::Result<(), CannotOpen> {
        self.store.close().await?;
        std::fs::remove_dir_all(&self.folder).map_err(|cause| CannotOpen::File(self.folder.clone(), cause))
    }
}

impl SqlStore {
    /// Ends everything that somebody may hold and that an older state of the database would bring back: sessions, known
    /// browsers, flows with their proofs and codes, and codes that wait to be sent. All of it together, with its entry;
    /// how often it was done.
    pub async fn begin_anew(&self, now: Moment) -> Result<i64> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "insert into restored (epoch, at) select coalesce(max(epoch), 0) + 1, $1 from restored returning epoch",
        )
        .bind(now.millis())
        .fetch_one(&mut *tx)
        .await?;
        let epoch = number(&row, "epoch")?;
        end_what_is_held(&mut tx, now, "restored").await?;
        sqlx::query("update lease set until = 0").execute(&mut *tx).await?;
        let entry = entry_by(Actor::Console, None, Event::Restore, format!("epoch {epoch}"), now);
        self.record(&mut tx, &entry).await?;
        tx.commit().await?;
        self.seal_alone().await?;
        Ok(epoch)
    }

    /// Opens one address under each key that seals any.
    async fn open_one_under_each_key(&self) -> Result<()> {
        let rows = sqlx::query("select min(id) as id from contact group by kid")
            .fetch_all(&self.reader)
            .await?;
        for row in rows {
            let id = text(&row, "id")?;
            self.contact_for_sending(&ContactId::new(id)).await?;
        }
        Ok(())
    }
}

/// The file of SQLite's beside the database that ends like this.
fn ending(place: &Path, end: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(end);
    name.into()
}
