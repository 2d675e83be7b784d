//! `aikagi people`.

mod entry;
mod import;
mod registration;
mod set;
mod update;

use std::sync::Arc;

use clap::Subcommand;
use portal::account::UserName;
use portal::audit::Actor;
use portal::ports::{Clock as _, Hashing as _, Password};
use portal::service::sending::is_told_alone;

use self::entry::{Entry, First, Person, Standards, Wrongs, looks_like};
use self::import::Import;
use self::registration::{Demand, Invite, List};
use self::set::Set;
use super::serve::{Opened, open};
use super::{Configured, Outcome, Sentence, block_on, shown};
use crate::clock::SystemClock;
use crate::hashing::Argon2Pool;
use crate::random::SystemRandom;
use crate::settings::{Mistake, Mistakes, Place, Wrong};
use crate::store::people::Adding;

/// Add, import, change, reopen, invite, list and show people.
#[derive(clap::Args)]
pub struct People {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Subcommand)]
enum Deed {
    /// Add a person. The first password is read from standard input with --password-stdin; else one is made up and shown
    /// once. It has to be changed at the first sign-in.
    Add(Entry),
    /// Add people from a CSV file with the columns name, display, role, groups, mailbox, email, phone, `office_phone`,
    /// language, and password or `password_hash`: bcrypt, PBKDF2 or SSHA of another system, whose passwords go on being
    /// good.
    Import(Import),
    /// Change a person. What is not named stays as it is.
    Set(Set),
    /// Reopen what closed after too many wrong tries, or waits, or because the person said "this was not me", so that they can
    /// reset again at once.
    Reopen {
        /// The user name.
        name: String,
    },
    /// Write to people who are to register; those who do not are reminded, as the policy says (`reminder_days`).
    Invite(Invite),
    /// Ask people to confirm what is registered, or to verify it again, at their next sign-in.
    Demand(Demand),
    /// List people: name, display name, role, and how the registration stands. Methods that an administrator filled in count.
    List(List),
    /// Show one person: how the account stands and what is registered, masked.
    Show {
        /// The user name.
        name: String,
    },
}

impl People {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            let outcome = match self.deed {
                Deed::Add(entry) => add(&opened, entry).await,
                Deed::Import(import) => import.run(&opened).await,
                Deed::Set(set) => set.run(&opened).await,
                Deed::Reopen { name } => reopen(&opened, &name).await,
                Deed::Invite(invite) => invite.run(&opened).await,
                Deed::Demand(demand) => demand.run(&opened).await,
                Deed::List(list) => list.run(&opened).await,
                Deed::Show { name } => show(&opened, &name).await,
            };
            opened.store.close().await?;
            outcome
        })
    }
}

/// Whom people are added to, with what their passwords take.
struct Register<'a> {
    opened: &'a Opened,
    standards: Standards,
    hashing: Argon2Pool,
}

impl<'a> Register<'a> {
    fn new(opened: &'a Opened, standards: Standards) -> Self {
        let cost = opened.settings.hashing.cost;
        let hashing = Argon2Pool::new(Arc::clone(&opened.keyring), Arc::new(SystemRandom), cost, None);
        Self {
            opened,
            standards,
            hashing,
        }
    }

    /// Adds somebody; what to tell about it.
    async fn add(&self, person: Person) -> Result<String, Sentence> {
        let Person { mut new, first } = person;
        let (hash, made_up) = match first {
            First::Typed(password) => (Some(self.hash(password.expose()).await?), None),
            First::Older(older) => {
                let adopted = self.hashing.adopt(&older).await;
                (Some(adopted.map_err(|_| "the password could not be hashed")?), None)
            }
            First::ToMakeUp => {
                let password = self.standards.make_up(new.name.as_str(), &new.display)?;
                (Some(self.hash(password.expose()).await?), Some(password))
            }
            // Nothing fits no hash, and comparing with none is as much work.
            First::Nothing => (None, None),
        };
        new.hash = hash;
        let name = shown::line(new.name.as_str());
        let added = self.opened.store.add_person(new, Actor::Console, SystemClock.now());
        match (added.await?, made_up) {
            (Adding::Added(_), Some(password)) => Ok(format!(
                "{name} is added. First password, shown once: {}",
                password.expose()
            )),
            (Adding::Added(_), None) => Ok(format!("{name} is added.")),
            (Adding::NameTaken | Adding::LooksLike(_) | Adding::Unfit(_), _) => {
                Err(format!("{name} was added by somebody else").into())
            }
        }
    }

    async fn hash(&self, password: &str) -> Result<String, Sentence> {
        let hashed = self.hashing.hash(&Password::typed(password)).await;
        Ok(hashed.map_err(|_| "the password could not be hashed")?)
    }
}

async fn add(opened: &Opened, mut entry: Entry) -> Outcome {
    if entry.password_stdin {
        entry.password = typed_password()?;
    }
    let standards = Standards::of(opened).await?;
    let mut person = entry.read(&standards);
    if let Ok(name) = UserName::parse(&entry.name)
        && let Some(other) = opened.store.resembling(&name).await?
    {
        let wrong = if other == name.as_str() {
            Wrong::new(format!("cannot be `{other}`")).hint("there is an account with this name")
        } else {
            looks_like(&format!("`{other}`, who is there already"))
        };
        let mut wrongs = person.err().unwrap_or_default();
        wrongs.push(("name", wrong));
        person = Err(wrongs);
    }
    let person = person.map_err(|wrongs| told("nobody was added", wrongs))?;
    println!("{}", Register::new(opened, standards).add(person).await?);
    Ok(())
}

/// A password from standard input, without the end of its line.
fn typed_password() -> Result<String, Sentence> {
    let typed = std::io::read_to_string(std::io::stdin())?;
    let password = typed.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("no password was typed".into());
    }
    Ok(password.to_owned())
}

/// Everything that is wrong with what was typed.
fn told(so: &str, wrongs: Wrongs) -> Sentence {
    let mistakes = wrongs
        .into_iter()
        .map(|(key, wrong)| Mistake::new(Place::File, Some(key.to_owned()), wrong));
    Mistakes::new(so, mistakes.collect()).to_string().into()
}

async fn reopen(opened: &Opened, name: &str) -> Outcome {
    let name = UserName::parse(name).map_err(|_| "this cannot be a user name")?;
    let reopened = opened
        .store
        .reopen_methods(&name, Actor::Console, SystemClock.now())
        .await?
        .ok_or("there is nobody of this name")?;
    let unfrozen = opened.store.unfreeze(&name, Actor::Console, SystemClock.now()).await?;
    let mut words: Vec<&str> = reopened.iter().map(|factor| factor.word()).collect();
    words.extend((unfrozen == Some(true)).then_some("self-service"));
    let what = if words.is_empty() {
        "nothing was closed".to_owned()
    } else {
        format!("open again: {}", words.join(", "))
    };
    println!("{}: {what}.", shown::line(name.as_str()));
    Ok(())
}

async fn show(opened: &Opened, name: &str) -> Outcome {
    let name = UserName::parse(name).map_err(|_| "this cannot be a user name")?;
    let (account, contacts) = opened
        .store
        .person(&name)
        .await?
        .ok_or("there is nobody of this name")?;
    println!(
        "{} ({}), {}",
        shown::line(&account.name),
        shown::line(&account.display),
        account.role.word()
    );
    println!("groups: {}", shown::line(&account.groups.join(" ")));
    println!(
        "disabled: {}, managed elsewhere: {}, must change: {}",
        account.disabled, account.managed_elsewhere, account.must_change
    );
    if let Some(until) = account.frozen_until(SystemClock.now()) {
        let until = shown::moment(until, &opened.settings.time_zone);
        println!(
            "frozen until {until}: somebody who reads this person's mail said \"this was not me\"; see people reopen"
        );
    }
    registration::tell(opened, &account).await?;
    println!("known devices: {}", opened.store.count_devices(&account.id).await?);
    for contact in &contacts {
        let mask = shown::masked(contact.kind, &contact.address);
        println!("{}: {mask}, {}", contact.kind.word(), contact.trust.word());
    }
    if is_told_alone(&contacts) {
        println!("warning: only an address that receives codes would be told of a reset; add one with --mailbox");
    }
    Ok(())
}
