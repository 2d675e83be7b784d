//! `aikagi keys`.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use portal::ports::{Keys as _, Label};
use server::keyring::Keyring;

use super::Installation;

fn keyring(installation: &Installation) -> Keyring {
    Keyring::load(&installation.scratch.path("etc/keyring.toml")).unwrap()
}

/// The keyring has been what it is for a while.
#[expect(
    clippy::disallowed_methods,
    reason = "the age of a file is told by the clock of the machine"
)]
fn settle(installation: &Installation) {
    let long_ago = SystemTime::now() - Duration::from_secs(90);
    let file = File::options()
        .write(true)
        .open(installation.scratch.path("etc/keyring.toml"));
    file.unwrap().set_modified(long_ago).unwrap();
}

#[tokio::test]
async fn a_key_goes_only_when_nothing_needs_it_and_leaves_its_digests() {
    let installation = Installation::new();
    installation
        .type_in(
            "people add h.tanaka --mailbox h.tanaka@example.org --password-stdin",
            "seven lanterns over the harbour",
        )
        .done();
    let before = keyring(&installation);
    let said = installation.run("keys list").done();
    assert_eq!(said, "k1: 1 addresses, 1 passwords and answers; in use\n");

    // Beside a running server.
    let server = installation.store().await;
    installation.run("keys rotate").done();
    let said = installation.run("keys list").done();
    assert_eq!(
        said,
        "k1: 1 addresses, 1 passwords and answers\nk2: 0 addresses, 0 passwords and answers; in use\n"
    );
    settle(&installation);
    let told = installation.run("keys retire k1").refused();
    assert!(
        told.contains("1 addresses and 1 passwords or answers still need `k1`"),
        "{told}"
    );
    assert!(installation.run("keys retire k2").refused().contains("in use"));
    assert!(installation.run("keys retire k9").refused().contains("there is no key"));
    server.close().await.unwrap();

    let server = installation.store().await;
    assert_eq!(
        server.encrypt_anew(&["k1".to_owned(), "k2".to_owned()]).await.unwrap(),
        1
    );
    server.close().await.unwrap();
    installation
        .type_in("people set h.tanaka --password-stdin", "eleven herons under the bridge")
        .done();
    let said = installation.run("keys list").done();
    assert!(said.starts_with("k1: 0 addresses, "), "{said}");
    // The password before is remembered, so that it is not chosen again.
    let mut raw = installation.raw().await;
    sqlx::query("delete from former_password")
        .execute(&mut raw)
        .await
        .unwrap();
    sqlx::Connection::close(raw).await.unwrap();

    installation.run("keys retire k1").done();
    let text = std::fs::read_to_string(installation.scratch.path("etc/keyring.toml")).unwrap();
    assert_eq!(text.matches("secret = ").count(), 1, "the secret of k1 is still there");
    let after = keyring(&installation);
    assert_eq!((after.kids(), after.retired()), (vec!["k2".into()], vec!["k1".into()]));
    for label in [Label::Token, Label::Index, Label::Code, Label::Challenge, Label::Audit] {
        assert_eq!(before.digest(label, &[b"x"]), after.digest(label, &[b"x"]));
    }
    assert!(after.pepper_of("k1").is_none());
    let sealed = before.seal(Label::Contact, "p", b"x").unwrap();
    assert!(after.open(Label::Contact, "p", &sealed).is_err());
    installation.run("doctor").done();
    let mode = std::fs::metadata(installation.scratch.path("etc/keyring.toml"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_key_that_a_server_may_still_write_with_is_not_retired() {
    let installation = Installation::new();
    installation.run("keys rotate").done();
    assert!(
        installation
            .run("keys retire k1")
            .refused()
            .contains("less than a minute ago")
    );
    settle(&installation);
    installation.run("keys retire k1").done();
    assert_eq!(keyring(&installation).kids(), ["k2"]);
    // The next has a name that none had.
    installation.run("keys rotate").done();
    assert_eq!(keyring(&installation).kids(), ["k2", "k3"]);
}
