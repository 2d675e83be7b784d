//! From one key to the next while people reset their passwords.

use std::ops::Range;
use std::time::Duration;

use super::{Served, soon};
use crate::requests::browser::NEW_PASSWORD;

const POLICY: &str = r#"{"enabled":"everyone","methods_required":1,"methods":["email"]}"#;

/// Who resets a password.
const PEOPLE: usize = 12;

fn people() -> String {
    let lines = (0..PEOPLE).map(|n| format!("person{n},person{n}@mail.example,first lantern of {n} 2041\n"));
    std::iter::once("name,email,password\n".to_owned())
        .chain(lines)
        .collect()
}

/// A whole reset over the wire; each in a network of its own.
async fn reset(served: &Served, n: usize) {
    let mut browser = served.browser();
    browser.address = [198, 51, 100, u8::try_from(n).unwrap()];
    let (name, mail) = (format!("person{n}"), format!("person{n}@mail.example"));
    assert_eq!(browser.identify(&name).await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    let code = served.code(&mail, &[]).await;
    assert_eq!(browser.verify(&code).await.next(), "/reset/password");
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_eq!(browser.sign_in(&name, NEW_PASSWORD).await.next(), "/register");
}

impl Served {
    /// What `aikagi keys list` says of a key.
    fn under(&self, kid: &str) -> String {
        let said = self.installation.run("keys list").done();
        let line = said.lines().find(|line| line.starts_with(&format!("{kid}:")));
        line.unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn nobody_who_resets_a_password_notices_that_the_keys_change() {
    let Some(mut served) = Served::start(&people(), POLICY).await else {
        return;
    };
    // Two keys more, each as soon as the server has moved to the one before.
    let rotate = async {
        for kid in ["k1", "k2"] {
            served.installation.run("keys rotate").done();
            soon("every address is under the newest key", async || {
                tokio::time::sleep(Duration::from_millis(200)).await;
                served.under(kid).contains(" 0 addresses").then_some(())
            })
            .await;
        }
    };
    let walk = async |people: Range<usize>| {
        for n in people {
            reset(&served, n).await;
        }
    };
    tokio::join!(rotate, walk(0..PEOPLE / 2), walk(PEOPLE / 2..PEOPLE));
    assert!(
        served.under("k3").contains(&format!("{PEOPLE} addresses")),
        "{}",
        served.under("k3")
    );
    // Whoever set a password under an older key gives it again.
    for n in 0..PEOPLE {
        let signed_in = served.browser().sign_in(&format!("person{n}"), NEW_PASSWORD).await;
        assert_eq!(signed_in.next(), "/register");
    }
    served.stop();
    let mut raw = served.installation.raw().await;
    let older = sqlx::query_scalar::<_, i64>("select count(*) from account where hash not like 'k3$%'");
    assert_eq!(older.fetch_one(&mut raw).await.unwrap(), 0);
}
