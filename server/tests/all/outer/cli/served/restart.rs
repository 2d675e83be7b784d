//! The server is stopped and started again, for a later version say, while people are in the middle of something.

use super::Served;
use crate::requests::browser::NEW_PASSWORD;

const POLICY: &str = r#"{"enabled":"everyone","methods_required":1,"methods":["email"]}"#;
const PEOPLE: &str = "name,email,password\nk.sato,ken@mail.example,quiet harbour 7130\n";

#[tokio::test]
async fn a_reset_goes_on_where_it_was_after_the_server_was_stopped_and_started_again() {
    let Some(mut served) = Served::start(PEOPLE, POLICY).await else {
        return;
    };
    let mut browser = served.browser();
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
    // Whether or not the code has left by now.
    served.stop();
    served.serve().await;
    let code = served.code("ken@mail.example", &[]).await;
    let key = browser.key().await;
    served.stop();
    served.serve().await;
    // The form that was open all the time.
    let verified = browser.post("reset/verify", &[("code", &code), ("key", &key)]).await;
    assert_eq!(verified.next(), "/reset/password");
    served.stop();
    served.serve().await;
    assert_eq!(browser.set(NEW_PASSWORD).await.next(), "/reset/done");
    assert_eq!(browser.sign_in("k.sato", NEW_PASSWORD).await.next(), "/register");
    served.stop();
    let mut raw = served.installation.raw().await;
    let sent = sqlx::query_scalar::<_, i64>("select count(*) from outbox where what = 'code' and state = 'delivered'");
    assert_eq!(sent.fetch_one(&mut raw).await.unwrap(), 1);
    let mails = served.mail.arrived(1).await;
    let written = format!("{} {}", &code[..4], &code[4..]);
    assert_eq!(
        mails.iter().filter(|mail| mail.contains(&written)).count(),
        1,
        "{mails:?}"
    );
}
