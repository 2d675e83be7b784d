//! Where secrets must not be: the database, the log, the answers.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};
use super::questions::register;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_database_nor_log_nor_answers_hold_a_secret() {
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = House::open().await;
    let mut secrets: Vec<String> = [
        PASSWORD,
        NEW_PASSWORD,
        EMAIL,
        PHONE,
        "9012345678",
        "wrong-marker-password",
        "hana-marker@example.net",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut answers = String::new();

    let mut owner = Browser::new(&house);
    owner.sign_in("h.tanaka", "first lantern 2041").await;
    owner
        .post("register/email", &[("address", "hana-marker@example.net")])
        .await;
    let code = house.code("hana-marker@example.net").await;
    owner.post("register/verify", &[("code", &code)]).await;
    secrets.push(code);
    let known = ["teacher", "street", "dish", "parents", "film"].map(|what| format!("{what}qqxjzmarker"));
    let questions = [
        "first-teacher",
        "childhood-street",
        "first-dish",
        "parents-met",
        "first-film",
    ];
    let set: Vec<(&str, &str)> = questions.into_iter().zip(known.iter().map(String::as_str)).collect();
    assert_eq!(register(&mut owner, &set).await.next(), "/register");
    secrets.extend(known);
    let mut stranger = Browser::new(&house);
    stranger.identify("u.mori").await;
    stranger.ask("questions", "").await;
    let key = stranger.key().await;
    let guessed = [
        ("answer1", "guessedqqxjzmarker"),
        ("answer2", "guessedqqxjzother"),
        ("answer3", "guessedqqxjzthird"),
        ("key", &*key),
    ];
    answers.push_str(&stranger.post("reset/questions", &guessed).await.body);
    secrets.extend(guessed[..3].iter().map(|(_, typed)| (*typed).to_owned()));
    let mut browser = Browser::new(&house);
    answers.push_str(&browser.sign_in("k.sato", "wrong-marker-password").await.body);
    browser.identify("k.sato").await;
    answers.push_str(&browser.ask("email", "").await.body);
    answers.push_str(&browser.page("/reset/code").await.body);
    let code = house.code(EMAIL).await;
    answers.push_str(&browser.verify(&code).await.body);
    secrets.push(code);
    answers.push_str(&browser.page("/reset/choose").await.body);
    browser.ask("text", "090 1234 5678").await;
    answers.push_str(&browser.page("/reset/code").await.body);
    let code = house.code(PHONE).await;
    answers.push_str(&browser.verify(&code).await.body);
    secrets.push(code);
    answers.push_str(&browser.page("/reset/password").await.body);
    answers.push_str(&browser.set("short marker").await.body);
    answers.push_str(&browser.set(NEW_PASSWORD).await.body);
    answers.push_str(&browser.page("/reset/done").await.body);
    secrets.extend(browser.cookies.values().filter(|value| value.len() >= 32).cloned());
    secrets.extend(owner.cookies.values().filter(|value| value.len() >= 32).cloned());
    house.deliver().await;
    house.store().seal(house.now(), "test").await.unwrap();

    let mut stored = Vec::new();
    for file in std::fs::read_dir(&house.folder).unwrap() {
        stored.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let stored = String::from_utf8_lossy(&stored);
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(stored.contains("k.sato"), "the database was read");
    for secret in &secrets {
        // Eight digits or six may stand by chance within a longer run of hexadecimal; alone they are a leak.
        let is_code = secret.len() <= 8;
        for (place, text) in [("database", &*stored), ("log", &*logged), ("answers", &*answers)] {
            let leaks = text.match_indices(secret.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + secret.len()..].chars().next();
                !is_code || ![before, after].into_iter().flatten().any(|c| c.is_ascii_alphanumeric())
            });
            assert!(!leaks, "{place} holds {secret}");
        }
    }
}
