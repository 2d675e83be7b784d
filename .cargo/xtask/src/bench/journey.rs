//! What whole resets cost the server's processor: hashing, which is meant to be dear, and everything else, which is not.
//! People who were imported make them with plain forms, from the user name to the new password; messages go out by SMTP
//! and HTTP as they do for real, though without TLS.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use sha2::{Digest as _, Sha256};

use super::Bench;
use super::browser::{Browser, Page};
use super::figure::{Budget, Figure, Unit};
use super::memory;
use super::person::{self, Person};
use super::post::Post;
use super::processor::{Processor, Spent};
use super::scratch::{Installation, Scratch};
use crate::place::Place;
use crate::stopwatch::Stopwatch;

/// Resets before anything is measured: what is read and compiled at first use is no cost of every reset.
const WARMING: u32 = 4;
/// Resets one after the other.
const ALONE: u32 = 12;
/// Resets of which many are under way at once.
const TOGETHER: u32 = 96;
/// How many of those: enough that the server always has something to do while messages are waited for.
const AT_ONCE: usize = 32;
/// More people come in a minute than texts are paid for otherwise.
const POLICY: &str = r#"{"spending": {"texts_a_minute": 1000}}"#;
/// Longer than the ticket of the first form takes to ripen.
pub const RIPENING: Duration = Duration::from_secs(11);
/// Longer than the outbox is left alone between two looks.
const DELIVERY: Duration = Duration::from_millis(400);

/// A browser that stands at a page, and who sits before it.
type Begun = (Person, Browser, Page);

/// Somebody before the page of the new password.
pub struct Proved(Begun);

impl Proved {
    /// Sets it.
    pub fn set(self) -> Result<()> {
        set(self.0)
    }
}

/// An organisation whose people reset, served by servers of its own.
pub struct Organisation {
    /// Who they are that have not done so yet.
    people: std::ops::Range<u32>,
    post: Post,
    /// One or more, before the same database.
    servers: Vec<Scratch>,
    /// Removed after the servers have ended.
    installation: Installation,
}

impl Organisation {
    /// One of so many people who can reset, amid a crowd of so many who never come.
    pub fn of(place: &Place, people: u32, crowd: u32) -> Result<Self> {
        let post = Post::open()?;
        let installation = Installation::of(place, &settings(&post), &person::csv(people))?;
        installation.crowd(place, crowd)?;
        Self::open(place, people, post, installation)
    }

    /// One of so many people who can reset, kept in the database at this address of a `PostgreSQL` server.
    pub fn kept_at(place: &Place, people: u32, address: &str) -> Result<Self> {
        let post = Post::open()?;
        let settings = format!("{}[database]\nurl = \"{address}\"\n", settings(&post));
        let installation = Installation::of(place, &settings, &person::csv(people))?;
        Self::open(place, people, post, installation)
    }

    fn open(place: &Place, people: u32, post: Post, installation: Installation) -> Result<Self> {
        installation.decide(place, POLICY)?;
        Ok(Self {
            people: 0..people,
            post,
            servers: vec![Scratch::serve(place, &installation)?],
            installation,
        })
    }

    /// Starts another server on the same database.
    pub fn widen(&mut self, place: &Place) -> Result<()> {
        let further = self.server().serve_beside(place, &self.installation)?;
        self.servers.push(further);
        Ok(())
    }

    /// The server, or the first of them.
    pub fn server(&self) -> &Scratch {
        &self.servers[0]
    }

    /// Lets the next people reset, so many at once; what it cost the servers, and how long it took from the first form on.
    pub fn reset(&mut self, count: u32, at_once: usize) -> Result<(Spent, Duration)> {
        let people = self.people.by_ref().take(usize::try_from(count)?);
        reset_all(&self.servers, &self.post, people.map(Person).collect(), at_once)
    }

    /// Lets the next people prove who they are, and stop there.
    pub fn prove(&mut self, count: u32) -> Result<Vec<Proved>> {
        let people = self.people.by_ref().take(usize::try_from(count)?).map(Person);
        let begun: Vec<_> = people
            .map(|person| begin(&self.servers, person))
            .collect::<Result<_>>()?;
        thread::sleep(RIPENING);
        let proved = begun.into_iter().map(|begun| prove(&self.post, begun).map(Proved));
        proved.collect()
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut organisation = Organisation::of(bench.place, WARMING + ALONE + TOGETHER, 0)?;
    organisation.reset(WARMING, 1)?;
    let (alone, _) = organisation.reset(ALONE, 1)?;
    let (together, took) = organisation.reset(TOGETHER, AT_ONCE)?;
    ensure!(
        !together.hashing.is_zero(),
        "no thread named for hashing was seen to work"
    );

    let mut figures = rows(&format!("a reset, mean of {ALONE} alone"), alone / ALONE, Budget::None);
    figures.extend(rows(
        &format!("a reset, mean of {TOGETHER}, {AT_ONCE} at once"),
        together / TOGETHER,
        Budget::AtMost(10.0),
    ));
    let rate = f64::from(TOGETHER) / took.as_secs_f64();
    figures.push(Figure::new(
        "resets, with their browsers on this machine",
        rate,
        Unit::PerSecond,
        Budget::None,
    ));
    figures.push(memory::figure(
        "resident memory, after the resets",
        organisation.server(),
        120.0,
    )?);
    Ok(figures)
}

fn rows(what: &str, one: Spent, budget: Budget) -> Vec<Figure> {
    let row =
        |what: String, time: Duration| Figure::new(what, time.as_secs_f64() * 1000.0, Unit::Milliseconds, Budget::None);
    let share = one.rest().as_secs_f64() / one.all().as_secs_f64();
    vec![
        row(format!("CPU of {what}"), one.all()),
        row("  hashing".to_owned(), one.hashing),
        row("  SQLite".to_owned(), one.database),
        row("  HTTP, rules, pages, messages".to_owned(), one.other),
        Figure::new("  share outside hashing", share * 100.0, Unit::Percent, budget),
    ]
}

/// Lets everybody reset, so many at once; what it cost the servers, and how long it took from the first form on.
fn reset_all(servers: &[Scratch], post: &Post, people: Vec<Person>, at_once: usize) -> Result<(Spent, Duration)> {
    let processor = Processor::of(servers.iter().map(Scratch::process));
    let mut spent = Spent::default();
    let begun = processor.during(&mut spent, || {
        let begun = people.into_iter().map(|person| begin(servers, person));
        begun.collect::<Result<Vec<_>>>()
    })?;
    // Without scripts the first form is taken only after a while, and nothing happens meanwhile.
    thread::sleep(RIPENING);
    let mut took = Duration::ZERO;
    processor.during(&mut spent, || {
        let watch = Stopwatch::start();
        shared_out(begun, at_once, |begun| go_on(post, begun))?;
        took = watch.read();
        // The notices that it was done are part of it.
        thread::sleep(DELIVERY);
        Ok(())
    })?;
    Ok((spent, took))
}

/// Does all of the work on so many threads.
fn shared_out<T: Send>(work: Vec<T>, threads: usize, run: impl Fn(T) -> Result<()> + Sync) -> Result<()> {
    let mut shares: Vec<Vec<T>> = (0..threads).map(|_| Vec::new()).collect();
    for (number, one) in work.into_iter().enumerate() {
        shares[number % threads].push(one);
    }
    thread::scope(|scope| {
        let run = &run;
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().try_for_each(run)))
            .collect();
        running
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("a browser broke down"))?)
    })
}

fn begin(servers: &[Scratch], person: Person) -> Result<Begun> {
    let addresses: Vec<_> = servers.iter().map(Scratch::address).collect();
    let public = servers.first().context("there is no server")?.public();
    let mut browser = Browser::arrive(&addresses, public, person.network())?;
    let page = browser.open("/reset")?;
    Ok((person, browser, page))
}

fn go_on(post: &Post, begun: Begun) -> Result<()> {
    set(prove(post, begun)?)
}

/// From the user name to the page of the new password.
fn prove(post: &Post, (person, mut browser, page): Begun) -> Result<Begun> {
    let name = person.name();
    browser.reconnect()?;
    let walk = |browser: &mut Browser| -> Result<Page> {
        let mut page = browser.submit(&page.form("step")?.fill("user_name", &name))?;
        for (method, address) in [("text", person.phone()), ("email", person.email())] {
            let mut form = at(&page, "/reset/choose")?.form("step")?.fill("method", method);
            if method == "text" {
                form = form.fill("whole_text", &address);
            }
            page = browser.submit(&form)?;
            let form = at(&page, "/reset/code")?.form("step")?;
            let message = post.collect(&address)?;
            let code = digits(&message).with_context(|| format!("no code in `{message}`"))?;
            page = browser.submit(&form.fill("code", &code))?;
        }
        Ok(page)
    };
    let page = walk(&mut browser).with_context(|| format!("the proofs of {name}"))?;
    Ok((person, browser, page))
}

fn set((person, mut browser, page): Begun) -> Result<()> {
    // Nobody has had it before, and nobody guesses it.
    let name = person.name();
    let password = hex::encode(&Sha256::digest(format!("new {name}"))[..12]);
    let mut walk = || -> Result<()> {
        let form = at(&page, "/reset/password")?.form("step")?;
        let page = browser.submit(&form.fill("new_password", &password).fill("again", &password))?;
        at(&page, "/reset/done").map(drop)
    };
    walk().with_context(|| format!("the new password of {name}"))
}

fn at<'a>(page: &'a Page, path: &str) -> Result<&'a Page> {
    if page.path != path {
        bail!("it stands at {} instead of {path}", page.path);
    }
    Ok(page)
}

/// The code in a message: what follows the last `#`, as texts end for phones that fill them in, or a line of digits.
fn digits(message: &str) -> Option<String> {
    let is_code = |part: &str| part.chars().all(|letter| letter.is_ascii_digit() || letter == ' ');
    let after_hash = message.rsplit_once('#').map(|(_, code)| code.trim());
    after_hash
        .into_iter()
        .chain(message.lines())
        .find(|part| !part.is_empty() && is_code(part))
        .map(|code| code.replace(' ', ""))
}

/// The organisation of the people: who delivers its messages, and that the bench tells where people come from.
fn settings(post: &Post) -> String {
    format!(
        r#"trusted_proxies = ["127.0.0.1"]
[organisation]
name.en = "Bench"
[mail]
host = "127.0.0.1"
port = {}
security = "none-for-loopback-only"
from = "Bench <no-reply@example.org>"
[text]
url = "http://{}/"
body = '{{"to": "{{to}}", "text": "{{text}}"}}'
success = {{ status = ["200"] }}
[log]
level = "warn"
"#,
        post.mail.port(),
        post.texts
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_texts_and_in_mails_of_any_language() {
        assert_eq!(digits("コード 123456\n\n@localhost #123456").as_deref(), Some("123456"));
        assert_eq!(
            digits("Subject: #1 of 2\n\nHello\n\n1234 5678\n\nuntil 10:30").as_deref(),
            Some("12345678")
        );
        assert_eq!(digits("Your password was reset at 10:30.\n"), None);
    }
}
