//! `aikagi people`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use portal::account::{Language, Role, UserName};
use portal::audit::Actor;
use portal::method::{ContactKind, Method, email, phone};
use portal::ports::{Clock as _, Hashing as _, Password, Store as _};

use super::serve::{Opened, open};
use super::{Configured, Outcome, block_on};
use crate::clock::SystemClock;
use crate::hashing::Argon2Pool;
use crate::random::SystemRandom;
use crate::store::people::{Adding, NewPerson};

/// Add, import, list and show people.
#[derive(clap::Args)]
pub struct People {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Subcommand)]
enum Deed {
    /// Add a person. The password is read from standard input with --password-stdin; else one is made up and shown once.
    Add(Add),
    /// Add people from a CSV file with the columns name, display, role, groups, mailbox, email, phone, language, password.
    Import {
        /// The file; its first line names the columns.
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// List people.
    List,
    /// Show one person: how the account stands and what is registered, masked.
    Show {
        /// The user name.
        name: String,
    },
}

#[derive(clap::Args, serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Add {
    /// The user name.
    name: String,
    /// The name shown to people.
    #[arg(long, default_value = "")]
    display: String,
    /// `person` or `administrator`.
    #[arg(long, default_value = "person")]
    role: String,
    /// Groups, separated by spaces.
    #[arg(long, default_value = "")]
    groups: String,
    /// The account's own mailbox, for notices.
    #[arg(long, default_value = "")]
    mailbox: String,
    /// An authentication e-mail that you stand for.
    #[arg(long, default_value = "")]
    email: String,
    /// An authentication phone that you stand for, as +819012345678.
    #[arg(long, default_value = "")]
    phone: String,
    /// `en` or `ja`: the language of mails.
    #[arg(long, default_value = "")]
    language: String,
    /// The first password, in a file that is imported.
    #[arg(skip)]
    password: String,
    /// Read the first password from standard input.
    #[arg(long)]
    #[serde(skip)]
    password_stdin: bool,
}

impl People {
    pub fn run(self) -> Outcome {
        block_on(async {
            let opened = open(&self.configured).await?;
            match self.deed {
                Deed::Add(mut person) => {
                    if person.password_stdin {
                        let typed = std::io::read_to_string(std::io::stdin())?;
                        person.password.push_str(typed.trim_end_matches(['\r', '\n']));
                    }
                    println!("{}", add(&opened, &person).await?);
                }
                Deed::Import { file, dry_run } => import(&opened, &file, dry_run).await?,
                Deed::List => list(&opened).await?,
                Deed::Show { name } => show(&opened, &name).await?,
            }
            opened.store.close().await?;
            Ok(())
        })
    }
}

impl Add {
    /// Everything that is wrong with it; empty when it can be added.
    fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        if UserName::parse(&self.name).is_err() {
            found.push(format!("name: `{}` cannot be a user name", self.name.escape_debug()));
        }
        if !self.role.is_empty() && Role::from_word(&self.role).is_none() {
            found.push(format!("role: `{}` is neither person nor administrator", self.role));
        }
        if !self.language.is_empty() && Language::from_tag(&self.language).is_none() {
            found.push(format!("language: `{}` is neither en nor ja", self.language));
        }
        for (field, address) in [("mailbox", &self.mailbox), ("email", &self.email)] {
            if !address.is_empty() && email::parse(address).is_err() {
                found.push(format!("{field}: `{}` is no address", address.escape_debug()));
            }
        }
        if !self.phone.is_empty() && phone::parse_any(&self.phone, Method::Call).is_err() {
            found.push(format!(
                "phone: `{}` is no number as +819012345678",
                self.phone.escape_debug()
            ));
        }
        found
    }
}

/// Adds one person; what to tell about it.
async fn add(opened: &Opened, person: &Add) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mistakes = person.mistakes();
    if !mistakes.is_empty() {
        return Err(mistakes.join("; ").into());
    }
    let hashing = Argon2Pool::new(
        Arc::clone(&opened.keyring),
        Arc::new(SystemRandom),
        opened.settings.hashing.cost,
        None,
    );
    let made_up = person
        .password
        .is_empty()
        .then(|| crate::random::passphrase(&SystemRandom))
        .transpose()?;
    let password = Password::typed(made_up.as_deref().unwrap_or(&person.password));
    let hash = hashing
        .hash(&password)
        .await
        .map_err(|_| "the password could not be hashed")?;
    let vouched = [(ContactKind::Email, &person.email), (ContactKind::Phone, &person.phone)]
        .into_iter()
        .filter(|(_, address)| !address.is_empty())
        .map(|(kind, address)| (kind, contact(kind, address)))
        .collect();
    let name = UserName::parse(&person.name).map_err(|_| "this cannot be a user name")?;
    let shown = name.as_str().to_owned();
    let new = NewPerson {
        display: if person.display.is_empty() {
            shown.clone()
        } else {
            person.display.clone()
        },
        name,
        role: Role::from_word(&person.role).unwrap_or(Role::Person),
        groups: person.groups.split_whitespace().map(str::to_owned).collect(),
        managed_elsewhere: false,
        disabled: false,
        expires: None,
        must_change: made_up.is_some(),
        hash: Some(hash),
        mailbox: (!person.mailbox.is_empty()).then(|| contact(ContactKind::Mailbox, &person.mailbox)),
        language: Language::from_tag(&person.language).unwrap_or(opened.settings.organisation.default_language),
        vouched,
    };
    match opened.store.add_person(new, Actor::Console, SystemClock.now()).await? {
        Adding::Added(_) => Ok(match made_up {
            Some(password) => format!("{shown} is added. First password, shown once: {password}"),
            None => format!("{shown} is added."),
        }),
        Adding::NameTaken => Err(format!("{shown}: there is an account with this name").into()),
        Adding::LooksLike(other) => {
            Err(format!("{shown}: looks like {other}, and people would take one for the other").into())
        }
    }
}

fn contact(kind: ContactKind, typed: &str) -> String {
    match kind {
        ContactKind::Phone => {
            phone::parse_any(typed, Method::Call).map_or_else(|_| typed.to_owned(), |number| number.e164)
        }
        ContactKind::Mailbox | ContactKind::Email => email::parse(typed).unwrap_or_else(|_| typed.to_owned()),
    }
}

async fn import(opened: &Opened, file: &Path, dry_run: bool) -> Outcome {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file)?;
    let mut people = Vec::new();
    let mut mistakes = Vec::new();
    for (number, row) in reader.deserialize::<Add>().enumerate() {
        let line = number + 2;
        match row {
            Ok(person) => {
                mistakes.extend(
                    person
                        .mistakes()
                        .into_iter()
                        .map(|mistake| format!("  line {line}: {mistake}")),
                );
                people.push((line, person));
            }
            Err(error) => mistakes.push(format!("  line {line}: {error}")),
        }
    }
    if !mistakes.is_empty() {
        return Err(format!("{}: nothing was imported\n{}", file.display(), mistakes.join("\n")).into());
    }
    for (line, person) in &people {
        if dry_run {
            let name = UserName::parse(&person.name).map_err(|_| "this cannot be a user name")?;
            let is_known = opened.store.account_named(&name).await?.is_some();
            println!(
                "line {line}: {} {}",
                name.as_str(),
                if is_known { "is there already" } else { "would be added" }
            );
        } else {
            match add(opened, person).await {
                Ok(told) => println!("line {line}: {told}"),
                Err(error) => println!("line {line}: {error}"),
            }
        }
    }
    Ok(())
}

async fn list(opened: &Opened) -> Outcome {
    let mut after = String::new();
    loop {
        let page = opened.store.people(&after, 200).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.name);
        for account in &page {
            let registered = if account.first_finish.is_some() {
                "registered"
            } else {
                "not registered"
            };
            println!(
                "{}\t{}\t{}\t{registered}",
                account.name,
                account.display,
                account.role.word()
            );
        }
    }
}

async fn show(opened: &Opened, name: &str) -> Outcome {
    let name = UserName::parse(name).map_err(|_| "this cannot be a user name")?;
    let (account, contacts) = opened
        .store
        .person(&name)
        .await?
        .ok_or("there is nobody of this name")?;
    println!("{} ({}), {}", account.name, account.display, account.role.word());
    println!("groups: {}", account.groups.join(" "));
    println!(
        "disabled: {}, managed elsewhere: {}, must change: {}",
        account.disabled, account.managed_elsewhere, account.must_change
    );
    for contact in contacts {
        let mask = match contact.kind {
            ContactKind::Phone => phone::mask(&contact.address, &phone::shown(&contact.address).country_code),
            ContactKind::Mailbox | ContactKind::Email => email::mask(&contact.address),
        };
        println!("{}: {mask}, {}", contact.kind.word(), contact.trust.word());
    }
    Ok(())
}
