//! A server that may have few files open keeps enough of them for itself.

use std::process::Command;

use tokio::net::TcpStream;

use super::{Served, run};
use crate::wire::soon;

const POLICY: &str = r#"{"enabled":"everyone","methods_required":1,"methods":["email"]}"#;
const PEOPLE: &str = "name,email,password\nk.sato,ken@mail.example,quiet harbour 7130\n";

#[tokio::test]
async fn more_connections_than_files_leave_the_database_and_the_mail_enough_of_them() {
    let Some(mut served) = Served::start(PEOPLE, POLICY).await else {
        return;
    };
    let mut browser = served.browser();
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    served.stop();
    let mut limited = Command::new("prlimit");
    limited.arg("--nofile=192:192").arg(std::env::current_exe().unwrap());
    served.process = Some(run(limited, &served.installation.config(), &served.log));
    served.is_up().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(TcpStream::connect(served.address).await.unwrap());
    }
    // Those it has taken wait for their turn to speak, and the others in front of the door.
    idle.truncate(80);
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let code = served.code("ken@mail.example", &[]).await;
    drop(idle);
    let verified = soon("it answers", async || {
        let heard = browser.verify(&code).await;
        (heard.status == 200).then(|| heard.next())
    })
    .await;
    assert_eq!(verified, "/reset/password");
    let said = std::fs::read_to_string(&served.log).unwrap();
    assert!(said.contains("\"connections\":64"), "{said}");
    assert!(!said.contains("os error 24"), "{said}");
}
