//! `aikagi doctor`.

use super::Installation;

/// Of the database's file, in bytes.
const PAGE: usize = 4096;

#[test]
fn a_sound_installation_is_told_so_and_a_damaged_page_is_found() {
    let installation = Installation::new();
    for n in 0..3 {
        installation.run(&format!("people add person{n}")).done();
    }
    let said = installation.run("doctor").done();
    for part in ["configuration: ", "keyring, disk: ", "is whole", "Nothing was altered"] {
        assert!(said.contains(part), "{part}: {said}");
    }

    // A disk that lied: the head of every page but the first ones, which opening needs, is something else.
    let mut file = std::fs::read(installation.database()).unwrap();
    let last = file.len() / PAGE - 1;
    file[last * PAGE..last * PAGE + 64].fill(0xff);
    std::fs::write(installation.database(), file).unwrap();
    let said = installation.run("doctor");
    assert!(
        !said.is_done && said.out.contains("database: "),
        "{}{}",
        said.out,
        said.error
    );
    assert!(said.error.contains("something is wrong"), "{}", said.error);
}

#[tokio::test]
async fn a_row_that_belongs_to_nobody_is_found() {
    let installation = Installation::new();
    let mut raw = installation.raw().await;
    for change in [
        "pragma foreign_keys = off",
        "insert into former_password (account, epoch, hash) values ('nobody', 1, 'x')",
    ] {
        sqlx::query(change).execute(&mut raw).await.unwrap();
    }
    sqlx::Connection::close(raw).await.unwrap();
    let said = installation.run("doctor");
    assert!(
        said.out.contains("a row of former_password belongs to one of"),
        "{}",
        said.out
    );
    assert!(!said.is_done);
}
