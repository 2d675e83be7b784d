//! `aikagi backup` and `aikagi restore`.

use std::os::unix::fs::PermissionsExt as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::Installation;

/// What a person may hold: a session, a browser that is known, a reset with a proof and a code that waits to be sent.
const HELD: [&str; 6] = [
    "insert into session (token, account, epoch, opened, proved, seen) select 't', id, epoch, 1, 1, 1 from account",
    "insert into device (token, account, since, seen) select 't', id, 1, 1 from account",
    "insert into flow (id, kind, holder, account, name, epoch, version, body, opened, ends, support) \
     select 'f', 'recovery', 'h', id, 'n', epoch, 1, '{}', 1, 9999999999999, 's' from account",
    "insert into proof (flow, channel, method, seasoned, at) values ('f', 'c', 'email', 1, 1)",
    "insert into code (id, flow, account, purpose, method, contact, channel, nonce, asked, tries, closed) \
     select 'c', 'f', id, 'recovery', 'email', 'x', 'c', 'n', 1, 0, 0 from account",
    "insert into outbox (number, id, line, language, what, matter, code, at, expires, network, state, due, attempts, reason) \
     values (1, 'm', 'l', 'en', 'code', '{}', 'c', 1, 9999999999999, '', 'waiting', 1, 0, '')",
];

/// How many of those are left.
const LEFT: &str = "select (select count(*) from session) + (select count(*) from device) + (select count(*) from flow) \
     + (select count(*) from proof) + (select count(*) from code) \
     + (select count(*) from outbox where state = 'waiting')";

async fn somebody() -> Installation {
    let installation = Installation::new();
    installation
        .run("people add h.tanaka --mailbox h.tanaka@example.org")
        .done();
    let mut raw = installation.raw().await;
    for insert in HELD {
        sqlx::query(insert).execute(&mut raw).await.unwrap();
    }
    raw.close().await.unwrap();
    installation
}

async fn number(installation: &Installation, query: &'static str) -> i64 {
    let mut raw = installation.raw().await;
    let found = sqlx::query(query).fetch_one(&mut raw).await.unwrap().get(0);
    raw.close().await.unwrap();
    found
}

/// The database is lost.
fn lose(installation: &Installation) {
    for end in ["", "-wal", "-shm", ".lock"] {
        let file = format!("{}{end}", installation.database().display());
        std::fs::remove_file(file).ok();
    }
}

#[tokio::test]
async fn a_backup_is_made_beside_a_running_server_and_never_over_a_file() {
    let installation = somebody().await;
    let server = installation.store().await;
    let to = installation.scratch.path("night.db");
    let backup = format!("backup {}", to.display());
    let said = installation.run(&backup).done();
    assert!(said.contains("keyring") && said.contains("not in it"), "{said}");
    let file = std::fs::metadata(&to).unwrap();
    assert!(said.contains(&format!("{} bytes", file.len())), "{said}");
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(installation.run(&backup).refused().contains("nothing is written over"));
    assert_eq!(std::fs::metadata(&to).unwrap().len(), file.len());

    // Looking changes nothing, beside the server neither.
    let before = std::fs::read(&to).unwrap();
    let said = installation.run(&format!("restore {} --check", to.display())).done();
    assert!(
        said.contains("1 people, 1 ways") && said.contains("Nothing was changed"),
        "{said}"
    );
    assert_eq!(std::fs::read(&to).unwrap(), before);
    server.close().await.unwrap();
    let left: Vec<_> = std::fs::read_dir(installation.scratch.path("etc/data"))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains("restoring"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn what_is_restored_lets_nobody_go_on_with_what_they_held() {
    let installation = somebody().await;
    let to = installation.scratch.path("night.db");
    installation.run(&format!("backup {}", to.display())).done();
    let restore = format!("restore {}", to.display());
    assert!(installation.run(&restore).refused().contains("move it away first"));
    assert_eq!(number(&installation, LEFT).await, 6);

    lose(&installation);
    let said = installation.run(&restore).done();
    assert!(said.contains("restore 1"), "{said}");
    assert_eq!(number(&installation, LEFT).await, 0);
    assert_eq!(number(&installation, "select count(*) from account").await, 1);
    assert_eq!(number(&installation, "select max(epoch) from restored").await, 1);
    let log = installation.run("audit list --event restore").done();
    assert!(
        log.contains("\"detail\":\"epoch 1\"") && log.contains("console"),
        "{log}"
    );
    installation.run("doctor").done();

    // A second time it is another one.
    installation.run(&format!("backup {}.2", to.display())).done();
    lose(&installation);
    assert!(installation.run(&format!("{restore}.2")).done().contains("restore 2"));
    // What the tools of a server brought back is treated alike.
    assert!(installation.run("restore --here").done().contains("restore 3"));
}

#[tokio::test]
async fn the_write_ahead_log_of_a_lost_database_is_not_written_into_the_restored_one() {
    let installation = somebody().await;
    let to = installation.scratch.path("night.db");
    installation.run(&format!("backup {}", to.display())).done();
    lose(&installation);
    let log = format!("{}-wal", installation.database().display());
    std::fs::write(&log, b"what the lost one wrote last").unwrap();
    let said = installation.run(&format!("restore {}", to.display())).refused();
    assert!(said.contains("-wal exists"), "{said}");
    assert!(!installation.database().exists());
}

#[tokio::test]
async fn a_backup_that_is_damaged_or_of_another_keyring_is_not_restored() {
    let installation = somebody().await;
    let to = installation.scratch.path("night.db");
    installation.run(&format!("backup {}", to.display())).done();
    let check = format!("restore {} --check", to.display());

    let whole = std::fs::read(&to).unwrap();
    let mut damaged = whole.clone();
    let last = damaged.len() - 4_096;
    damaged[last..last + 64].fill(0xff);
    std::fs::write(&to, damaged).unwrap();
    assert!(installation.run(&check).refused().contains("is damaged"));
    std::fs::write(&to, whole).unwrap();
    installation.run(&check).done();

    let keyring = installation.scratch.path("etc/keyring.toml");
    std::fs::rename(&keyring, installation.scratch.path("keyring.toml")).unwrap();
    let other = Installation::new();
    std::fs::copy(other.scratch.path("etc/keyring.toml"), &keyring).unwrap();
    let said = installation.run(&check).refused();
    assert!(said.contains("altered or moved"), "{said}");
}

#[tokio::test]
async fn a_backup_in_which_something_was_altered_or_belongs_to_nobody_is_not_restored() {
    let installation = somebody().await;
    installation.run("audit seal").done();
    let harms: [(&[&'static str], &str); 2] = [
        (
            &[
                "drop trigger audit_is_never_altered",
                "update audit set detail = 'something else'",
            ],
            "not what was written",
        ),
        (
            &["pragma foreign_keys = off", "update session set account = 'nobody'"],
            "is damaged",
        ),
    ];
    for (number, (harm, told)) in harms.into_iter().enumerate() {
        let to = installation.scratch.path(&number.to_string());
        installation.run(&format!("backup {}", to.display())).done();
        let check = format!("restore {} --check", to.display());
        installation.run(&check).done();
        let mut raw = SqliteConnectOptions::new().filename(&to).connect().await.unwrap();
        for statement in harm {
            sqlx::query(*statement).execute(&mut raw).await.unwrap();
        }
        raw.close().await.unwrap();
        let said = installation.run(&check).refused();
        assert!(said.contains(told), "{said}");
    }
}
