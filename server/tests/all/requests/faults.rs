//! When something fails on our side: what a person reads to the help desk is found in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use crate::cluster;

use super::browser::{Browser, House};

/// The log of a test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps what is told of errors for as long as the guard lives.
    fn keep() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::ERROR)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// The lines since somebody looked last.
    fn lines(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Does something to the database that nobody of ours does.
async fn harm(house: &House, how: &'static str) {
    cluster::run(&mut cluster::raw(&house.folder).await, how).await;
}

fn support_in(lines: &[String]) -> String {
    assert_eq!(lines.len(), 1, "{lines:?}");
    let code = lines[0].split("support=\"").nth(1).unwrap();
    code.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_fault_in_a_flow_is_told_and_logged_with_the_code_of_the_flow() {
    let (log, _guard) = Log::keep();
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    let view = browser.view("reset/view?step=choose").await;
    let (support, key) = (view["support"].as_str().unwrap(), view["key"].as_str().unwrap());
    // The cookie was changed meanwhile: what is made of it alone is another code.
    assert_ne!(
        house.server.portal.support_code(&browser.cookies["aikagi-flow"]),
        support
    );
    harm(&house, "update policy set body = 'no policy'").await;

    let refused = browser.post("reset/ask", &[("method", "email"), ("key", key)]).await;
    assert_eq!(refused.status, 500);
    assert_eq!(refused.json()["Fault"]["support"], support);
    assert_eq!(support_in(&log.lines()), support);

    let page = browser.page("/reset/choose").await;
    assert_eq!(page.status, 500);
    assert!(page.body.contains(&format!("<code>{support}<")), "{}", page.body);
    assert!(
        page.body
            .contains("href=\"/reset/choose\" rel=\"external\" class=\"button primary\">Try again"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains(&format!("by the support code {support}.")),
        "{}",
        page.body
    );
    assert_eq!(support_in(&log.lines()), support);
}

#[tokio::test]
async fn a_fault_before_the_flow_is_found_is_told_and_logged_with_the_code_of_the_browser() {
    let (log, _guard) = Log::keep();
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.identify("k.sato").await.next(), "/reset/choose");
    harm(&house, "alter table flow rename to mislaid").await;

    let page = browser.page("/reset/choose").await;
    assert_eq!(page.status, 500);
    let support = house.server.portal.support_code(&browser.cookies["aikagi-flow"]);
    assert!(page.body.contains(&format!("<code>{support}<")), "{}", page.body);
    assert_eq!(support_in(&log.lines()), support);
}

#[tokio::test]
async fn a_fault_in_a_registration_is_told_and_logged_with_its_code() {
    let (log, _guard) = Log::keep();
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("h.tanaka", "first lantern 2041").await;
    browser.post("register/email", &[("address", "hana@example.net")]).await;
    let support = browser.view("register/code/view").await["support"]
        .as_str()
        .unwrap()
        .to_owned();
    // As when somebody signs in and goes on in a browser that lost the other cookie.
    browser.cookies.remove("aikagi-flow");
    harm(&house, "update policy set body = 'no policy'").await;
    let refused = browser.post("register/email", &[("address", "hana@example.org")]).await;
    assert_eq!(refused.json()["Fault"]["support"], support.as_str());
    assert_eq!(support_in(&log.lines()), support);
}

#[tokio::test]
async fn nobody_is_told_that_they_are_signed_out_where_they_are_not() {
    let (log, _guard) = Log::keep();
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", "quiet harbour 7130").await;
    harm(&house, "alter table session rename to mislaid").await;
    assert_eq!(browser.post("signout", &[]).await.status, 500);
    assert_eq!(log.lines().len(), 1);
    // The cookie stays, for another try.
    harm(&house, "alter table mislaid rename to session").await;
    let mut other = browser.clone();
    assert_eq!(browser.post("signout", &[]).await.next(), "/");
    assert_eq!(other.view("register/view?page=x").await["No"], "session_ended");
}
