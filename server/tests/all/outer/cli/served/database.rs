//! What an operator is told where the database cannot be used.

use super::postgres::{PASSWORD, Postgres};
use super::spawn;
use crate::cluster;
use crate::outer::cli::{Installation, say};
use crate::outer::scratch::Scratch;
use crate::outer::smtp::exim::{certificates, free_ports};
use crate::wire::soon;

/// An installation whose configuration ends with this section.
fn installation(section: &str) -> Installation {
    let installation = Installation {
        scratch: Scratch::new(),
    };
    let folder = installation.scratch.path("etc");
    say(&["init".as_ref(), folder.as_os_str()], "").done();
    let text = format!(
        "public_url = \"https://reset.example.org\"\nkeyring = \"keyring.toml\"\ndata_dir = \"data\"\n\
         [organisation]\nname.en = \"Kitayama\"\n{section}"
    );
    std::fs::write(installation.config(), text).unwrap();
    installation
}

#[tokio::test]
async fn an_operator_is_told_why_the_database_cannot_be_used_and_what_to_do() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let section = postgres.section();
    let good = installation(&section);
    good.run("migrate").done();
    let said = good.run("doctor");
    assert!(said.out.contains("database: "), "{}{}", said.out, said.error);

    let stranger = Scratch::new();
    certificates(stranger.dir());
    let (port, [nobody]) = (postgres.port, free_ports());
    let ca = postgres.ca.display().to_string();
    for (one, other, hint) in [
        (PASSWORD.to_owned(), "another".to_owned(), "_PASSWORD holds"),
        (port.to_string(), nobody.to_string(), "is the server running"),
        (ca.clone(), stranger.path("ca.pem").display().to_string(), "`ca`"),
        (format!("ca = \"{ca}\"\n"), String::new(), "`ca`"),
        ("/aikagi\"".to_owned(), "/elsewhere\"".to_owned(), "create database"),
    ] {
        let wrong = installation(&section.replace(&one, &other));
        for command in ["doctor", "migrate", "people list", "serve"] {
            let said = wrong.run(command);
            let told = format!("{}{}", said.out, said.error);
            println!("{command}: {told}");
            assert!(!said.is_done && told.contains(hint), "{command}, {hint}: {told}");
            assert!(!told.contains(PASSWORD), "{told}");
        }
    }
}

#[tokio::test]
async fn what_a_server_of_the_database_could_lose_is_told_at_the_start_and_what_can_be_is_made_up_for() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let installation = installation(&postgres.section());
    let [port] = free_ports();
    installation.configure(
        "[organisation]",
        &format!("listen = \"127.0.0.1:{port}\"\n[organisation]"),
    );
    installation.run("migrate").done();
    let mut admin = postgres.admin("aikagi").await;
    cluster::run(&mut admin, "alter role aikagi set synchronous_commit = off").await;
    let said = installation.run("doctor");
    assert!(
        said.out.contains("fsync is off: what was answered may be lost"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("synchronous_commit"), "{}", said.out);
    let log = installation.scratch.path("log");
    let mut server = spawn(&installation.config(), &log);
    let told = soon("it says what it found", async || {
        let told = std::fs::read_to_string(&log).ok()?;
        told.contains("fsync is off").then_some(told)
    })
    .await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(!told.contains("synchronous_commit"), "{told}");
}
