//! Somebody who resets a password while the server is killed, and keeps a ledger of what was answered.

use std::collections::BTreeSet;

use portal::presence::Search;
use serde_json::Value;
use server::point::Point;

use super::victim::Victim;
use crate::requests::browser::{Browser, Heard};
use crate::wire::{NO_ANSWER, soon};

/// What came of the last form of a reset, as far as the person knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Never,
    /// Sent, and not answered.
    Unknown,
    Succeeded,
}

/// What somebody was told, and what nobody else may learn.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub name: String,
    pub old: String,
    pub new: String,
    pub email: String,
    pub phone: String,
    pub set: Set,
    /// Challenges that were solved.
    pub solved: usize,
    /// Codes that were typed, each of them at least twice.
    pub codes: BTreeSet<String>,
    /// Whether a session from before the reset was answered after it.
    pub outlived: bool,
    /// Cookies, keys of forms and codes.
    pub secrets: Vec<String>,
    pub wrong_passwords: Wrong,
    pub wrong_codes: Wrong,
}

/// What was typed wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wrong {
    /// Sent.
    pub sent: u32,
    /// And told to be wrong.
    pub told: u32,
}

impl Ledger {
    pub fn of(n: u16) -> Self {
        Self {
            name: format!("person{n}"),
            old: format!("first lantern of {n} 2041"),
            new: format!("sakoru bitami {n} hudano 83"),
            email: format!("marked{n}@mail.example"),
            phone: format!("+8190{:08}", 12_000_000 + u32::from(n)),
            set: Set::Never,
            solved: 0,
            codes: BTreeSet::new(),
            outlived: false,
            secrets: Vec::new(),
            wrong_passwords: Wrong::default(),
            wrong_codes: Wrong::default(),
        }
    }

    /// A line of a file to import.
    pub fn line(&self) -> String {
        let Self {
            name,
            email,
            phone,
            old,
            ..
        } = self;
        format!("{name},{email},{phone},{old}\n")
    }
}

/// What was answered to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    On(String),
    /// Nothing: the server is gone.
    Cut,
    Refused(u16),
}

/// The forms of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Identify,
    Ask,
    Verify,
    Set,
}

pub struct Person<'a> {
    pub ledger: Ledger,
    victim: &'a Victim,
    browser: Browser,
    /// A browser that was signed in before.
    before: Browser,
    n: u16,
    /// The last form, to be sent again where it was not answered.
    last: Option<(&'static str, Vec<(String, String)>)>,
    /// Methods that were proved.
    proved: usize,
    /// Where a code was sent to, and how many had arrived there before.
    asked: Option<(String, usize)>,
    /// Where the server is to die in the next form of this step.
    armed: Option<(Step, Point)>,
}

impl<'a> Person<'a> {
    pub fn new(victim: &'a Victim, n: u16) -> Self {
        Self {
            ledger: Ledger::of(n),
            victim,
            browser: victim.browser(n),
            before: victim.browser(n),
            n,
            last: None,
            proved: 0,
            asked: None,
            armed: None,
        }
    }

    pub fn dying_at(mut self, step: Step, point: Point) -> Self {
        self.armed = Some((step, point));
        self
    }

    /// Signs in with the old password, for a session that the reset has to end.
    pub async fn sign_in_before(&mut self) {
        let heard = self.before.sign_in(&self.ledger.name, &self.ledger.old).await;
        assert!(matches!(read(&heard), Reply::On(_)), "{} {}", heard.status, heard.body);
        self.ledger.secrets.extend(self.before.cookies.values().cloned());
    }

    async fn post(&mut self, step: Step, door: &'static str, fields: &[(&str, &str)]) -> Reply {
        let Some(view) = look(&mut self.browser).await else {
            return Reply::Cut;
        };
        let mut fields: Vec<_> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        fields.push(("key".into(), view["key"].as_str().unwrap().to_owned()));
        if let Some((_, point)) = self.armed.take_if(|(armed, _)| *armed == step) {
            self.victim.arm(point);
        }
        self.last = Some((door, fields));
        let heard = self.again().await;
        self.ledger.secrets.extend(self.browser.cookies.values().cloned());
        heard
    }

    /// Sends the last form, as it was.
    async fn again(&mut self) -> Reply {
        let (door, fields) = self.last.clone().unwrap();
        let fields: Vec<_> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let reply = read(&self.browser.post(door, &fields).await);
        if matches!(reply, Reply::On(_)) {
            match door {
                "reset/verify" => self.proved += usize::from(self.asked.take().is_some()),
                "reset/set" => self.ledger.set = Set::Succeeded,
                _ => {}
            }
        }
        reply
    }

    /// Identifies, proves twice, sets; up to where somebody is not answered.
    pub async fn reset(&mut self) -> Reply {
        let identified = self.identify().await;
        self.go_on(identified).await
    }

    /// Fills in the form that the last answer led to, and the ones after it.
    async fn go_on(&mut self, mut reply: Reply) -> Reply {
        loop {
            let Reply::On(path) = &reply else { return reply };
            reply = match path.as_str() {
                "/reset/choose" => self.ask().await,
                "/reset/code" => self.verify().await,
                "/reset/password" => self.set().await,
                _ => return reply,
            };
        }
    }

    async fn identify(&mut self) -> Reply {
        let Some(view) = look(&mut self.browser).await else {
            return Reply::Cut;
        };
        let challenge = &view["screen"]["identify"];
        let token = challenge["token"].as_str().unwrap();
        let bits = u8::try_from(challenge["bits"].as_u64().unwrap()).unwrap();
        let answer = Search::new(token, bits).advance(u32::MAX).unwrap();
        let name = self.ledger.name.clone();
        let fields = [("user_name", name.as_str()), ("token", token), ("answer", &answer)];
        self.ledger.solved += 1;
        let mut other = self.victim.browser(self.n);
        let own = look(&mut other).await;
        let reply = self.post(Step::Identify, "reset/identify", &fields).await;
        // The same challenge in another browser, which has all that a browser needs, but was asked something else.
        if let Some(own) = own {
            let fields = fields.into_iter().chain([("key", own["key"].as_str().unwrap())]);
            let heard = other.post("reset/identify", &fields.collect::<Vec<_>>()).await;
            assert!(!matches!(read(&heard), Reply::On(_)), "{}", heard.body);
        }
        reply
    }

    async fn ask(&mut self) -> Reply {
        let (method, to) = [
            ("email", self.ledger.email.clone()),
            ("text", self.ledger.phone.clone()),
        ][self.proved % 2]
            .clone();
        self.asked = Some((to.clone(), self.victim.sink.codes(&to).len()));
        let whole = local(&self.ledger.phone);
        let reply = self
            .post(Step::Ask, "reset/ask", &[("method", method), ("whole_text", &whole)])
            .await;
        if self.last.as_ref().is_none_or(|(door, _)| *door != "reset/ask") {
            // The server was gone before it could be asked.
            self.asked = None;
        }
        reply
    }

    /// The code that was asked for, as soon as it arrives; none where the server is gone before.
    async fn code(&mut self) -> Option<String> {
        let (to, seen) = self.asked.clone().unwrap();
        let code = soon("a code arrives", async || {
            let code = self.victim.sink.codes(&to).get(seen).cloned();
            code.map(Some).or_else(|| (!self.victim.is_alive()).then_some(None))
        })
        .await;
        self.ledger.secrets.extend(code.clone());
        code
    }

    async fn verify(&mut self) -> Reply {
        let Some(code) = self.code().await else {
            return Reply::Cut;
        };
        self.ledger.codes.insert(code.clone());
        let mut copied = self.browser.clone();
        let reply = self.post(Step::Verify, "reset/verify", &[("code", &code)]).await;
        // The same code as another form, with the cookie from before.
        copied
            .post("reset/verify", &[("code", &code), ("key", "another")])
            .await;
        reply
    }

    async fn set(&mut self) -> Reply {
        if self.ledger.set == Set::Never {
            self.ledger.set = Set::Unknown;
        }
        let new = self.ledger.new.clone();
        self.post(Step::Set, "reset/set", &[("new_password", &new), ("again", &new)])
            .await
    }

    /// After the server came back: sends again what was not answered, goes on from there, and begins anew where that leads
    /// nowhere; in the end the new password is good.
    pub async fn finish(&mut self, reply: Reply) {
        let mut heard = vec![format!("{reply:?} to {:?}", self.last)];
        let reply = match reply {
            Reply::Cut if self.last.is_some() => {
                let repeated = self.again().await;
                heard.push(format!("{repeated:?}"));
                self.go_on(repeated).await
            }
            other => other,
        };
        if !matches!(reply, Reply::On(_)) {
            heard.push(format!("{reply:?} to {:?}", self.last));
            self.browser = self.victim.browser(self.n);
            self.proved = 0;
            let reply = self.reset().await;
            assert!(
                matches!(reply, Reply::On(_)),
                "{}: {reply:?}, after {heard:?}",
                self.ledger.name
            );
        }
        assert_eq!(self.ledger.set, Set::Succeeded, "{}", self.ledger.name);
        assert!(self.is_in().await, "{}: the new password is not good", self.ledger.name);
        self.look_back().await;
    }

    async fn is_in(&mut self) -> bool {
        let mut browser = self.victim.browser(self.n);
        matches!(
            read(&browser.sign_in(&self.ledger.name, &self.ledger.new).await),
            Reply::On(_)
        )
    }

    /// Whether the session from before the reset is still good for something.
    async fn look_back(&mut self) {
        if !self.before.cookies.is_empty() {
            let view = self.before.view("register/view?page=x").await;
            self.ledger.outlived |= view["No"] != "session_ended";
        }
    }

    /// Types a wrong password, each time another; the status of the answer.
    pub async fn guess(&mut self) -> u16 {
        let Wrong { sent, told } = &mut self.ledger.wrong_passwords;
        *sent += 1;
        let wrong = format!("wrong guess {sent}");
        let heard = self.browser.sign_in(&self.ledger.name, &wrong).await;
        *told += u32::from(heard.status == 422);
        heard.status.as_u16()
    }

    /// Types so many wrong codes in the place of one that was sent, each time another, and never the right one; the last
    /// answer.
    pub async fn mistype(&mut self, times: u32) -> Reply {
        if self.asked.is_none() {
            let mut reply = self.identify().await;
            if reply == Reply::On("/reset/choose".into()) {
                reply = self.ask().await;
            }
            if reply != Reply::On("/reset/code".into()) {
                self.asked = None;
                return reply;
            }
        }
        let Some(code) = self.code().await else {
            return Reply::Cut;
        };
        let mut reply = Reply::Cut;
        for _ in 0..times {
            self.ledger.wrong_codes.sent += 1;
            let wrong = (code.parse::<u32>().unwrap() + self.ledger.wrong_codes.sent) % 10_u32.pow(8);
            reply = self
                .post(Step::Verify, "reset/verify", &[("code", &format!("{wrong:08}"))])
                .await;
            self.ledger.wrong_codes.told += u32::from(reply == Reply::Refused(422));
        }
        reply
    }
}

/// The first page of a reset, where the server is there.
async fn look(browser: &mut Browser) -> Option<Value> {
    let request = axum::http::Request::get("/api/reset/view?step=identify").header("accept", "application/json");
    let heard = browser.send(request.body(axum::body::Body::empty()).unwrap()).await;
    serde_json::from_str(&heard.body).ok()
}

fn read(heard: &Heard) -> Reply {
    match serde_json::from_str(&heard.body) {
        Ok(Value::String(path)) if heard.status == 200 => Reply::On(path),
        _ if heard.status == NO_ANSWER => Reply::Cut,
        _ => Reply::Refused(heard.status.as_u16()),
    }
}

/// A number as its owner types it.
fn local(phone: &str) -> String {
    phone.replacen("+81", "0", 1)
}
