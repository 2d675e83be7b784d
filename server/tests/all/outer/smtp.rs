//! Mail, against a real mail server that the test starts: Exim on an address of its own.

#[path = "smtp/exim.rs"]
pub mod exim;

use std::path::Path;
use std::time::Duration;

use server::courier::smtp::Smtp;
use server::courier::{Courier as _, Parcel, Undelivered};
use server::settings::{Environment, Settings};
use tokio::io::AsyncWriteExt as _;

use self::exim::Exim;

fn courier(section: &str) -> Smtp {
    let text = format!(
        "public_url = \"https://reset.example.org\"\n[mail]\nfrom = \"北山大学 <no-reply@example.org>\"\n{section}"
    );
    let settings =
        Settings::read(&text, Path::new("/"), &Environment::new()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Smtp::new(&settings.mail.unwrap(), settings.public_url.host()).unwrap()
}

/// With everything that this server asks for.
pub fn section(exim: &Exim) -> String {
    format!(
        "host = \"{}\"\nport = {}\nuser = \"aikagi\"\npassword = \"{}\"\nca = \"{}\"\n",
        exim.host,
        exim.starttls,
        exim.password,
        exim.ca.display()
    )
}

fn mail(to: &str) -> Parcel {
    Parcel::Mail {
        to: to.into(),
        subject: "確認コード / Your code".into(),
        text: "コード: 77190264\n\n.\nA line with a dot follows the way SMTP wants it.\n".into(),
    }
}

#[tokio::test]
async fn a_mail_arrives_encrypted_and_signed_in() {
    let Some(exim) = Exim::start().await else { return };
    courier(&section(&exim))
        .deliver(&mail("tanaka@example.org"), "m-17")
        .await
        .unwrap();
    let arrived = exim.arrived(1).await;
    let text = &arrived[0];
    for line in [
        "Envelope-to: tanaka@example.org",
        "Message-ID: <m-17@reset.example.org>",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.contains("esmtpsa"), "not encrypted, or not signed in:\n{text}");
    assert!(
        !text.contains("77190264") || text.contains("Content-Transfer-Encoding"),
        "{text}"
    );
    assert_eq!(text.matches("\nContent-Type").count(), 1, "{text}");
}

#[tokio::test]
async fn encryption_from_the_first_byte_works_as_well() {
    let Some(exim) = Exim::start().await else { return };
    let tls = section(&exim).replace(
        &format!("port = {}", exim.starttls),
        &format!("security = \"tls\"\nport = {}", exim.tls),
    );
    courier(&tls)
        .deliver(&mail("tanaka@example.org"), "m-18")
        .await
        .unwrap();
    assert!(exim.arrived(1).await[0].contains("<m-18@reset.example.org>"));
}

#[tokio::test]
async fn many_mails_share_a_few_connections() {
    let Some(exim) = Exim::start().await else { return };
    let courier = std::sync::Arc::new(courier(&section(&exim)));
    let sent: Vec<_> = (0..20)
        .map(|n| {
            let courier = std::sync::Arc::clone(&courier);
            tokio::spawn(async move { courier.deliver(&mail("tanaka@example.org"), &format!("m-{n}")).await })
        })
        .collect();
    for one in sent {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert_eq!(exim.arrived(20).await.len(), 20);
}

#[tokio::test]
async fn refusals_of_the_server_are_told_apart_without_its_words() {
    let Some(exim) = Exim::start().await else { return };
    let courier = courier(&section(&exim));
    let never = courier.deliver(&mail("nobody@example.org"), "m-1").await;
    assert_eq!(never, Err(Undelivered::Never("the mail server answered 550".into())));
    let later = courier.deliver(&mail("later@example.org"), "m-2").await;
    assert_eq!(later, Err(Undelivered::Later("the mail server answered 451".into())));
    assert_eq!(courier.deliver(&mail("tanaka@example.org"), "m-3").await, Ok(()));
}

#[tokio::test]
async fn a_wrong_password_is_put_right_in_the_settings_not_held_against_the_mail() {
    let Some(exim) = Exim::start().await else { return };
    let wrong = section(&exim).replace(&exim.password, "wrong");
    let outcome = courier(&wrong).deliver(&mail("tanaka@example.org"), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away("the mail server answered 535".into())));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_mail() {
    let Some(exim) = Exim::start().await else { return };
    let without: String = section(&exim)
        .lines()
        .filter(|line| !line.starts_with("ca"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let outcome = courier(&without).deliver(&mail("tanaka@example.org"), "m").await;
    assert!(
        matches!(&outcome, Err(Undelivered::Away(why)) if why.contains("no trusted connection")),
        "{outcome:?}"
    );
    assert!(exim.arrived(0).await.is_empty());
}

#[tokio::test]
async fn a_server_that_hides_starttls_gets_no_mail() {
    let Some(exim) = Exim::start().await else { return };
    // It would take the mail, and asks for no password: only we insist.
    let stripped = format!(
        "host = \"{}\"\nport = {}\nca = \"{}\"\n",
        exim.host,
        exim.plain,
        exim.ca.display()
    );
    let outcome = courier(&stripped).deliver(&mail("tanaka@example.org"), "m").await;
    assert!(matches!(outcome, Err(Undelivered::Away(_))), "{outcome:?}");
    assert!(exim.arrived(0).await.is_empty());
}

#[tokio::test]
async fn a_server_on_this_machine_may_be_plain_where_that_was_said() {
    let Some(exim) = Exim::start().await else { return };
    let plain = format!(
        "host = \"{}\"\nport = {}\nsecurity = \"none-for-loopback-only\"\n",
        exim.host, exim.plain
    );
    courier(&plain)
        .deliver(&mail("tanaka@example.org"), "m-19")
        .await
        .unwrap();
    assert!(exim.arrived(1).await[0].contains("<m-19@reset.example.org>"));
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let plain = "host = \"127.0.0.1\"\nport = 1\nsecurity = \"none-for-loopback-only\"\n";
    let outcome = courier(plain).deliver(&mail("tanaka@example.org"), "m").await;
    assert_eq!(
        outcome,
        Err(Undelivered::Away("the mail server cannot be reached".into()))
    );
}

#[tokio::test]
async fn a_server_that_takes_connections_and_says_nothing_is_given_up() {
    let Some(exim) = Exim::start().await else { return };
    let courier = courier(&section(&exim));
    exim.hang(true);
    // The seconds pass at once.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let outcome = courier.deliver(&mail("tanaka@example.org"), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away("the mail server is too slow".into())));
    assert!(began.elapsed() <= Duration::from_secs(31), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_that_closes_down_is_out_of_reach_whoever_the_mail_is_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            client.write_all(b"421 4.3.2 we are closing\r\n").await.ok();
        }
    });
    let plain = format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"none-for-loopback-only\"\n");
    let outcome = courier(&plain).deliver(&mail("tanaka@example.org"), "m").await;
    assert_eq!(outcome, Err(Undelivered::Away("the mail server answered 421".into())));
}
