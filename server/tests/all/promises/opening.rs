//! Opening, copying and closing.

use std::sync::Arc;

use portal::ports::{Change, Keys, Store as _};
use server::store::{CannotOpen, SqlStore};
use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::ground::{Folder, Ground, dump, entry, keyring, open, raw};

async fn cannot_open(folder: &Folder) -> CannotOpen {
    match SqlStore::open(&folder.database(), keyring() as Arc<dyn Keys>).await {
        Ok(_) => panic!("it was opened"),
        Err(cause) => cause,
    }
}

#[tokio::test]
async fn a_fresh_store_has_the_default_policy_and_nobody_in_it() {
    let ground = Ground::new().await;
    assert_eq!(
        ground.store.policy().await.unwrap(),
        (portal::policy::Policy::default(), 1)
    );
    assert!(ground.store.is_empty().await.unwrap());
    ground.person("h.tanaka").await;
    assert!(!ground.store.is_empty().await.unwrap());
}

#[tokio::test]
async fn what_was_committed_is_there_after_closing_and_opening() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let before = ground.dump().await;
    let ground = ground.reopen().await;
    assert_eq!(ground.dump().await, before);
    assert_eq!(ground.store.account(&account.id).await.unwrap(), Some(account));
}

#[tokio::test]
async fn closing_leaves_everything_in_one_file() {
    let ground = Ground::new().await;
    ground.person("h.tanaka").await;
    ground.store.close().await.unwrap();
    let wal = ground.folder.path().join("aikagi.db-wal");
    assert!(!wal.exists() || std::fs::metadata(&wal).unwrap().len() == 0);
    assert!(ground.store.ready().await.is_err());
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_refused() {
    let ground = Ground::new().await;
    assert!(matches!(cannot_open(&ground.folder).await, CannotOpen::InUse(_)));
    ground.store.close().await.unwrap();
    open(&ground.folder, &ground.keys).await;
}

#[tokio::test]
async fn a_schema_from_a_later_version_is_refused_and_left_alone() {
    let ground = Ground::new().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'later', true, x'00', 0)",
    )
    .execute(&mut ground.raw().await)
    .await
    .unwrap();
    let before = ground.dump().await;
    ground.store.close().await.unwrap();
    let refused = cannot_open(&ground.folder).await;
    assert!(
        matches!(refused, CannotOpen::NewerSchema { found: 9999, .. }),
        "{refused}"
    );
    assert_eq!(ground.dump().await, before);
    // It is not looked at the next time for having been refused.
    let lock = ground.folder.path().join("aikagi.db.lock");
    assert!(std::fs::read(lock).unwrap().is_empty());
}

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// A database as an earlier version left it, and the last migration it knew.
async fn earlier(folder: &Folder, version: i64) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(folder.database())
        .create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    MIGRATIONS.run_to(version, &mut conn).await.unwrap();
    conn
}

#[tokio::test]
async fn a_migration_is_preceded_by_a_copy() {
    let versions: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let [.., before_last, _] = versions.as_slice() else {
        panic!("{versions:?}")
    };
    let folder = Folder::new();
    let before = dump(&mut earlier(&folder, *before_last).await).await;
    // One that an earlier try has made.
    let first = folder.path().join(format!("aikagi.db.schema-{before_last}"));
    std::fs::write(&first, "kept").unwrap();
    let ground = Ground {
        store: open(&folder, &keyring()).await,
        keys: keyring(),
        folder,
    };
    ground.done(vec![Change::Record(entry(None))]).await;
    assert_eq!(std::fs::read(&first).unwrap(), b"kept");
    let copy = ground.folder.path().join(format!("aikagi.db.schema-{before_last}.2"));
    assert_eq!(dump(&mut raw(&copy).await).await, before);
    assert!(!ground.folder.path().join("aikagi.db.part").exists());
}

#[tokio::test]
async fn messages_of_an_earlier_version_find_their_lanes() {
    let folder = Folder::new();
    let mut conn = earlier(&folder, 5).await;
    sqlx::raw_sql(
        "insert into account (id, name, skeleton, display, role, groups, managed_elsewhere, disabled, must_change, \
             password_set, epoch, revision, language) \
         values ('a', 'a', 'a', 'a', 'person', '[]', 0, 0, 0, 0, 1, 1, 'en'); \
         insert into contact (id, account, kind, address, trust, added, gone) \
         values ('p', 'a', 'phone', x'00', 'vouched', 0, 0), ('m', 'a', 'mailbox', x'00', 'vouched', 0, 0); \
         insert into outbox (id, line, contact, language, what, matter, method, at, expires, network, state, due, \
             attempts, failed, reason) \
         values \
             ('notice to p', '1', 'p', 'en', 'was_reset', '', null, 0, 9, '', 'waiting', 0, 0, null, ''), \
             ('notice to m', '2', 'm', 'en', 'was_reset', '', null, 0, 9, '', 'waiting', 0, 0, 7, ''), \
             ('text to p', '3', 'p', 'en', 'code', '', 'text', 0, 9, '', 'waiting', 0, 0, null, ''), \
             ('call to p', '4', 'p', 'en', 'code', '', 'call', 0, 9, '', 'waiting', 0, 0, null, ''), \
             ('mail to e', '5', 'e', 'en', 'code', '', 'email', 0, 9, '', 'waiting', 0, 0, null, '')",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    open(&folder, &keyring()).await.close().await.unwrap();
    let found: Vec<(String, String)> =
        sqlx::query_as("select id, channel from outbox where failed is null order by number")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let expected = [
        ("notice to p", "text"),
        ("notice to m", "mail"),
        ("text to p", "text"),
        ("call to p", "call"),
        ("mail to e", "mail"),
    ];
    assert_eq!(found, expected.map(|(id, channel)| (id.to_owned(), channel.to_owned())));
}

#[tokio::test]
async fn a_copy_is_whole_and_never_written_over_something() {
    let ground = Ground::new().await;
    ground.person("h.tanaka").await;
    let copy = ground.folder.path().join("copy.db");
    ground.store.back_up(&copy).await.unwrap();
    assert_eq!(dump(&mut raw(&copy).await).await, ground.dump().await);
    assert!(ground.store.back_up(&copy).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_but_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::new().await;
    ground.person("h.tanaka").await;
    ground
        .store
        .back_up(&ground.folder.path().join("copy.db"))
        .await
        .unwrap();
    for file in std::fs::read_dir(ground.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            file.file_name()
        );
    }
}

#[tokio::test]
async fn a_path_with_strange_characters_is_that_path() {
    let folder = Folder::new();
    let place = folder.path().join("あ %41?x#y.db");
    let store = SqlStore::open(&place, keyring() as Arc<dyn Keys>).await.unwrap();
    store.ready().await.unwrap();
    store.close().await.unwrap();
    assert!(place.exists());
}

#[tokio::test]
async fn it_is_ready_while_it_takes_writes_and_says_within_a_second_when_it_does_not() {
    let ground = Ground::new().await;
    ground.store.ready().await.unwrap();
    let mut raw = ground.raw().await;
    sqlx::raw_sql("begin immediate").execute(&mut raw).await.unwrap();
    assert!(ground.store.ready().await.is_err());
    sqlx::raw_sql("rollback").execute(&mut raw).await.unwrap();
    ground.done(vec![Change::Record(entry(None))]).await;
    ground.store.ready().await.unwrap();
}

#[tokio::test]
async fn the_journal_is_the_one_that_lets_people_read_while_somebody_writes() {
    let ground = Ground::new().await;
    let journal: String = sqlx::query_scalar("pragma journal_mode")
        .fetch_one(&mut ground.raw().await)
        .await
        .unwrap();
    assert_eq!(journal, "wal");
}
