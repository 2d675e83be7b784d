//! Opening what was not closed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portal::ports::Keys;
use server::store::{CannotOpen, SqlStore};

use super::ground::{Folder, Ground, dump, keyring, raw};

/// The files as they lie there when a process is killed.
fn killed(ground: &Ground) -> Folder {
    let left = Folder::new();
    for file in std::fs::read_dir(ground.folder.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
    }
    left
}

/// A store with people in it, closed.
async fn closed() -> Ground {
    let ground = Ground::new().await;
    for n in 0..200 {
        ground.person(&format!("person{n}")).await;
    }
    ground.store.close().await.unwrap();
    ground
}

/// Writes over a page in the middle of the file.
fn damage(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    std::fs::write(database, bytes).unwrap();
}

fn lock(folder: &Folder) -> PathBuf {
    folder.path().join("aikagi.db.lock")
}

async fn opened(folder: &Folder) -> Result<SqlStore, CannotOpen> {
    SqlStore::open(&folder.database(), keyring() as Arc<dyn Keys>).await
}

#[tokio::test]
async fn what_a_killed_process_left_is_opened_where_it_is_whole() {
    let ground = Ground::new().await;
    ground.person("h.tanaka").await;
    let before = ground.dump().await;
    let left = killed(&ground);
    assert!(!std::fs::read(lock(&left)).unwrap().is_empty());

    let store = opened(&left).await.unwrap();
    assert_eq!(dump(&mut raw(&left.database()).await).await, before);
    store.ready().await.unwrap();
    store.close().await.unwrap();
    assert!(std::fs::read(lock(&left)).unwrap().is_empty());
}

#[tokio::test]
async fn what_a_killed_process_left_damaged_is_refused_in_plain_words_every_time() {
    let ground = closed().await;
    damage(&ground.folder.database());
    std::fs::write(lock(&ground.folder), "open\n").unwrap();
    for _ in 0..2 {
        let Err(refused) = opened(&ground.folder).await else {
            panic!("it was opened")
        };
        assert!(matches!(refused, CannotOpen::Damaged { .. }), "{refused}");
        let words = refused.to_string();
        assert!(
            words.contains("aikagi.db is damaged") && words.contains("restore"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn what_was_closed_is_not_looked_at() {
    let ground = closed().await;
    damage(&ground.folder.database());
    opened(&ground.folder).await.unwrap();
}
