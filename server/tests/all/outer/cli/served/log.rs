//! The log, as machines read it: of everything that goes well and wrong, and of nobody's secrets.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use sqlx::Connection as _;

use super::{Served, soon};
use crate::outer::smtp::exim::Refuses;
use crate::requests::browser::{Browser, ORIGIN};

const PEOPLE: &str = "name,mailbox,email,phone,password\n\
    k.sato,k.sato@corp.example,ken-marker@mail.example,+819012345678,quiet harbour 7130\n\
    h.tanaka,h.tanaka@corp.example,,,first lantern 2041\n";
const POLICY: &str = r#"{"enabled":"everyone","methods_required":2,"methods":["email","text","questions"]}"#;

/// What is typed, and must stand nowhere.
const TYPED: [&str; 16] = [
    "quiet harbour 7130",
    "first lantern 2041",
    "marker of a wrong password",
    "marker short",
    "sakoru bitami hudano 83",
    "nobiru kasane witomo 29",
    "marker-of-a-body",
    "marker-of-a-query",
    "marker-of-the-gateway",
    "ken-marker@mail.example",
    "hana-marker@mail.example",
    "9012345678",
    "9087654321",
    "marker-teacher",
    "marker-street",
    "marker-dish",
];

/// Follows a journey and keeps what must stay secret of it.
struct Walker<'a> {
    served: &'a Served,
    browser: Browser,
    secrets: &'a mut Vec<String>,
}

impl Walker<'_> {
    /// The code in a mail, used once.
    async fn mailed(&mut self, to: &str) -> String {
        let code = self.served.code(to, self.secrets).await;
        self.secrets.push(code.clone());
        code
    }

    async fn texted(&mut self, to: &str) -> String {
        let code = self.served.texts.code(to, self.secrets).await;
        self.secrets.push(code.clone());
        code
    }

    /// Keeps what the browser holds, and the key of the next form.
    async fn keep(&mut self) {
        self.secrets.extend(self.browser.cookies.values().cloned());
        let view = self.browser.view("reset/view?step=identify").await;
        for secret in [&view["key"], &view["screen"]["identify"]["token"]] {
            self.secrets.push(secret.as_str().unwrap().to_owned());
        }
    }

    /// A newcomer who changes the first password and registers, with a mistake now and then.
    async fn register(&mut self) {
        let browser = &mut self.browser;
        let wrong = browser.sign_in("h.tanaka", "marker of a wrong password").await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        assert_eq!(
            browser.sign_in("h.tanaka", "first lantern 2041").await.next(),
            "/change"
        );
        for (current, status) in [("marker of a wrong password", 422), ("first lantern 2041", 200)] {
            let new = "nobiru kasane witomo 29";
            let form = [("current", current), ("new_password", new), ("again", new)];
            assert_eq!(browser.post("change", &form).await.status, status);
        }
        let email = [("address", "hana-marker@mail.example")];
        assert_eq!(browser.post("register/email", &email).await.next(), "/register/code");
        assert_eq!(
            browser.post("register/verify", &[("code", "12345678")]).await.status,
            422
        );
        let code = self.mailed("hana-marker@mail.example").await;
        let verified = self.browser.post("register/verify", &[("code", &code)]).await;
        assert_eq!(verified.next(), "/register");
        let phone = [("country", "JP"), ("number", "090-8765-4321"), ("way", "text")];
        assert_eq!(
            self.browser.post("register/phone", &phone).await.next(),
            "/register/code"
        );
        let code = self.texted("+819087654321").await;
        let verified = self.browser.post("register/verify", &[("code", &code)]).await;
        assert_eq!(verified.next(), "/register");
        let answers = [
            ("question1", "first-teacher"),
            ("answer1", "marker-teacher"),
            ("question2", "childhood-street"),
            ("answer2", "marker-street"),
            ("question3", "first-dish"),
            ("answer3", "marker-dish"),
            ("question4", "parents-met"),
            ("answer4", "marker of a place"),
            ("question5", "first-film"),
            ("answer5", "marker of a film"),
        ];
        let set = self.browser.post("register/questions", &answers).await;
        assert_eq!(set.next(), "/register", "{}", set.body);
        assert_eq!(self.browser.post("register/finish", &[]).await.next(), "/register/done");
        self.keep().await;
    }

    /// A reset in which the gateway fails at first, and every mistake is made once.
    async fn reset(&mut self) {
        self.browser.identify("nobody.here").await;
        assert_eq!(self.browser.identify("k.sato").await.next(), "/reset/choose");
        assert_eq!(self.browser.ask("email", "").await.next(), "/reset/code");
        assert_eq!(self.browser.verify("12345678").await.status, 422);
        let code = self.mailed("ken-marker@mail.example").await;
        assert_eq!(self.browser.verify(&code).await.next(), "/reset/choose");
        assert_eq!(self.browser.ask("text", "090 1111 2222").await.status, 422);
        self.served.texts.status.store(500, Ordering::SeqCst);
        assert_eq!(self.browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
        self.served.says("a message was not delivered").await;
        self.served.texts.status.store(200, Ordering::SeqCst);
        let code = self.texted("+819012345678").await;
        assert_eq!(self.browser.verify(&code).await.next(), "/reset/password");
        self.keep().await;
        for (password, status) in [
            ("marker short", 422),
            ("quiet harbour 7130", 422),
            ("sakoru bitami hudano 83", 200),
        ] {
            let set = self.browser.set(password).await;
            assert_eq!(set.status, status, "{password}: {}", set.body);
        }
    }

    /// What nobody of ours sends, and what fails on our side.
    async fn trouble(&mut self) {
        let post = |door: &str, site: &str, body: &str| {
            Request::post(format!("/api/{door}?x=marker-of-a-query"))
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", site)
                .header("origin", ORIGIN)
                .body(Body::from(body.to_owned()))
                .unwrap()
        };
        let long = format!("user_name={}", "marker-of-a-body".repeat(2_000));
        for (door, site, body) in [
            ("signin", "cross-site", "user_name=marker-of-a-body"),
            (
                "signin",
                "same-origin",
                "user_name=marker-of-a-body&user_name=marker-of-a-body",
            ),
            ("signin", "same-origin", "marker-of-a-body"),
            ("signin", "same-origin", &long),
            ("marker-of-a-body", "same-origin", "x=1"),
        ] {
            let heard = self.browser.send(post(door, site, body)).await;
            assert!(
                heard.status.is_client_error(),
                "{door}: {} {}",
                heard.status,
                heard.body
            );
        }
        // The database is not what it was.
        let mut raw = self.served.installation.raw().await;
        sqlx::query("alter table policy rename to mislaid")
            .execute(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
        let fault = self.browser.sign_in("k.sato", "marker of a wrong password").await;
        let form = [("user_name", "k.sato"), ("password", "sakoru bitami hudano 83")];
        let another = self.browser.post("signin", &form).await;
        assert!(
            fault.status == 500 || another.status == 500,
            "{} {}",
            fault.status,
            another.status
        );
    }
}

impl Served {
    /// The lines of the log so far.
    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// Waits until the log says so.
    async fn says(&self, message: &str) {
        let said = format!("\"message\":\"{message}\"");
        soon(message, async || {
            std::fs::read_to_string(&self.log)
                .unwrap()
                .contains(&said)
                .then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn every_line_is_one_for_machines_and_none_tells_a_secret_whatever_went_wrong() {
    let Some(mut served) = Served::start(PEOPLE, POLICY).await else {
        return;
    };
    let mut secrets = Vec::new();
    for walk in ["register", "reset", "trouble"] {
        let mut walker = Walker {
            browser: served.browser(),
            served: &served,
            secrets: &mut secrets,
        };
        match walk {
            "register" => walker.register().await,
            "reset" => walker.reset().await,
            _ => {
                // The notice of the reset is refused for good.
                served.mail.refuse(Some(Refuses::Always));
                walker.browser.identify("k.sato").await;
                walker.browser.ask("text", "090 1234 5678").await;
                walker.trouble().await;
            }
        }
    }
    served.stop();
    let lines = served.lines();
    for line in &lines {
        let level = line["level"].as_str().unwrap();
        assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level), "{line}");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(line["target"].is_string(), "{line}");
        // A sentence, and not what a field of that name says.
        assert!(line["fields"]["message"].as_str().unwrap().contains(' '), "{line}");
    }
    for said in [
        "a message was not delivered",
        "a request failed",
        "requests were not let through",
    ] {
        assert!(
            lines.iter().any(|line| line["fields"]["message"] == said),
            "nothing of: {said}"
        );
    }
    secrets.extend(TYPED.map(str::to_owned));
    secrets.push(served.mail.password.clone());
    let text = std::fs::read_to_string(&served.log).unwrap();
    for secret in secrets.iter().filter(|secret| secret.len() >= 6) {
        // Digits may stand by chance within a longer run; alone they are a code.
        let is_code = secret.len() <= 8;
        for (at, _) in text.match_indices(secret.as_str()) {
            let around = [text[..at].chars().next_back(), text[at + secret.len()..].chars().next()];
            let stands_alone = !around.into_iter().flatten().any(|c| c.is_ascii_alphanumeric());
            let line = text[..at].matches('\n').count();
            assert!(is_code && !stands_alone, "{secret} is told: {}", lines[line]);
        }
    }
}
