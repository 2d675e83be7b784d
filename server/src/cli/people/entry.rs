//! People as an administrator writes them down, read into what the store takes. Everything that is wrong is told at once,
//! and a first password is judged as every other is.

use app::api::Said;
use app::parts::explain::explain;
use app::words::Words;
use portal::account::{Language, Role, Unfit, UserName};
use portal::method::{ContactKind, Method, email, phone};
use portal::password::common::Common;
use portal::password::terms::Terms;
use portal::password::{NewPassword, nfc};
use portal::policy::Policy;
use portal::ports::{Fault, Store as _};
use portal::refusal::Refusal;

use crate::cli::serve::Opened;
use crate::hashing::Older;
use crate::random::{SystemRandom, passphrase};
use crate::settings::Wrong;
use crate::store::people::NewPerson;

/// Draws until a made-up password is one that the judge takes; hardly ever more than one.
const MOST_DRAWS: usize = 100;

/// A person as they are typed: on the command line, or in a line of a file.
#[derive(clap::Args, serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// The user name.
    pub name: String,
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
    /// An authentication email that you stand for: a mailbox that opens without this password.
    #[arg(long, default_value = "")]
    email: String,
    /// An authentication phone that you stand for, as +819012345678.
    #[arg(long, default_value = "")]
    phone: String,
    /// The office phone, as +81332249999. It is called; the person can see it and not change it.
    #[arg(long, default_value = "")]
    office_phone: String,
    /// `en` or `ja`: the language of mails.
    #[arg(long, default_value = "")]
    language: String,
    /// The first password, in a file that is imported.
    #[arg(skip)]
    pub password: String,
    /// What another system made of the password, in a file that is imported.
    #[arg(skip)]
    password_hash: String,
    /// Read the first password from standard input.
    #[arg(long)]
    #[serde(skip)]
    pub password_stdin: bool,
}

/// The columns of a file.
pub const COLUMNS: [&str; 11] = [
    "name",
    "display",
    "role",
    "groups",
    "mailbox",
    "email",
    "phone",
    "office_phone",
    "language",
    "password",
    "password_hash",
];

/// What is wrong, by the name of the field.
pub type Wrongs = Vec<(&'static str, Wrong)>;

/// A person who can be added, and their first password.
pub struct Person {
    /// Still without a hash.
    pub new: NewPerson,
    /// What they sign in with at first.
    pub first: First,
}

/// What somebody signs in with at first.
pub enum First {
    /// What was typed. Somebody else knows it, so it has to be changed.
    Typed(NewPassword),
    /// The password that they have in another system, as that keeps it.
    Older(Older),
    /// What is made up and shown once.
    ToMakeUp,
    /// Nothing: they set one themselves, by a reset.
    Nothing,
}

/// What people and their passwords are held to.
pub struct Standards {
    pub policy: Policy,
    organisation: Vec<String>,
    language: Language,
    common: Common,
}

impl Standards {
    /// Those of an installation.
    pub async fn of(opened: &Opened) -> Result<Self, Fault> {
        let organisation = &opened.settings.organisation;
        Ok(Self {
            policy: opened.store.policy().await?.0,
            organisation: Language::ALL
                .map(|language| organisation.name.of(language).to_owned())
                .into(),
            language: organisation.default_language,
            common: Common::embedded(),
        })
    }

    /// A password for somebody with this user name and this name.
    pub fn judge(&self, candidate: &str, name: &str, display: &str) -> Result<NewPassword, Wrong> {
        let terms = Terms::new(
            &self.organisation.iter().map(String::as_str).collect::<Vec<_>>(),
            &[name, display],
            &self.policy.banned.iter().map(String::as_str).collect::<Vec<_>>(),
            &nfc,
        );
        NewPassword::choose(candidate, &self.policy.password, &terms, &self.common).map_err(|verdict| {
            let told = Said::No(Refusal::Password(verdict.broken));
            Wrong::new(format!("will not do. {}", explain(Words::of(Language::En, 0), &told)))
                .hint("leave it out, and one is made up")
        })
    }

    /// A password that can be read aloud, made up for somebody.
    pub fn make_up(&self, name: &str, display: &str) -> Result<NewPassword, Fault> {
        for _ in 0..MOST_DRAWS {
            let phrase = passphrase(&SystemRandom, &self.policy.password)?;
            if let Ok(password) = self.judge(&phrase, name, display) {
                return Ok(password);
            }
        }
        Err(Fault::new("no password could be made up that the policy takes"))
    }

    /// An address that an administrator stands for. The account's own mailbox opens with the password that would be reset.
    pub fn email(&self, typed: &str, own: Option<&str>) -> Result<String, Wrong> {
        let address = address(typed)?;
        let is_own = email::lies_in(&address, &self.policy.own_domains)
            || own.is_some_and(|own| email::same_mailbox(own, &address));
        if is_own {
            return Err(opens_with_it());
        }
        Ok(address)
    }
}

impl Entry {
    /// The person who was typed, or everything that is wrong.
    pub fn read(&self, standards: &Standards) -> Result<Person, Wrongs> {
        let mut wrongs = Wrongs::new();
        let name = keep(&mut wrongs, "name", user_name(&self.name));
        let role = given(&self.role).and_then(|text| keep(&mut wrongs, "role", role(text)));
        let language = given(&self.language).and_then(|text| keep(&mut wrongs, "language", language(text)));
        let mailbox = given(&self.mailbox).and_then(|text| keep(&mut wrongs, "mailbox", address(text)));
        let email =
            given(&self.email).and_then(|text| keep(&mut wrongs, "email", standards.email(text, mailbox.as_deref())));
        let phone = given(&self.phone).and_then(|text| keep(&mut wrongs, "phone", number(text)));
        let office = given(&self.office_phone).and_then(|text| keep(&mut wrongs, "office_phone", number(text)));
        let shown = name.as_ref().map_or("", UserName::as_str);
        let display = given(&self.display).unwrap_or(shown).to_owned();
        let first = self.first(standards, &mut wrongs, shown, &display);
        if let Some(unfit) = name
            .as_ref()
            .and_then(|name| name.unfit_for(role.unwrap_or(Role::Person)))
        {
            wrongs.push(("name", not_given(unfit)));
        }
        let Some(name) = name.filter(|_| wrongs.is_empty()) else {
            return Err(wrongs);
        };
        let vouched = [
            (ContactKind::Email, email),
            (ContactKind::Phone, phone),
            (ContactKind::Office, office),
        ];
        let new = NewPerson {
            name,
            display,
            role: role.unwrap_or(Role::Person),
            groups: self.groups.split_whitespace().map(str::to_owned).collect(),
            managed_elsewhere: false,
            disabled: false,
            expires: None,
            must_change: !matches!(first, First::Older(_)),
            hash: None,
            mailbox,
            language: language.unwrap_or(standards.language),
            vouched: vouched
                .into_iter()
                .filter_map(|(kind, address)| Some((kind, address?)))
                .collect(),
        };
        Ok(Person { new, first })
    }

    fn first(&self, standards: &Standards, wrongs: &mut Wrongs, name: &str, display: &str) -> First {
        // Spaces at its ends belong to a password.
        let typed = Some(self.password.as_str()).filter(|password| !password.is_empty());
        let first = match (typed, given(&self.password_hash)) {
            (None, None) => None,
            (Some(password), None) => {
                keep(wrongs, "password", standards.judge(password, name, display)).map(First::Typed)
            }
            (None, Some(hash)) => keep(wrongs, "password_hash", older(hash)).map(First::Older),
            (Some(_), Some(_)) => {
                let wrong = Wrong::new("cannot stand beside a password").hint("leave one of the two out");
                wrongs.push(("password_hash", wrong));
                None
            }
        };
        first.unwrap_or(First::ToMakeUp)
    }
}

/// What was typed, where something was.
fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// What was read, or a note of what is wrong with it.
pub fn keep<T>(wrongs: &mut Wrongs, key: &'static str, read: Result<T, Wrong>) -> Option<T> {
    read.map_err(|wrong| wrongs.push((key, wrong))).ok()
}

/// Somebody whose name people would take for another's (UTS #39).
pub fn looks_like(other: &str) -> Wrong {
    Wrong::new(format!("looks like {other}")).hint("people would take one for the other")
}

/// The account's own mailbox, or one of the organisation's, as an authentication email.
pub fn opens_with_it() -> Wrong {
    Wrong::new("opens with the password that would be reset")
        .hint("give a mailbox that opens without it; the account's own goes into `mailbox`")
}

/// A name that nobody is given.
fn not_given(unfit: Unfit) -> Wrong {
    match unfit {
        Unfit::MixedScripts => Wrong::new("mixes letters of several alphabets")
            .hint("people would take it for another; write it with the letters of one language"),
        Unfit::Reserved(name) => Wrong::new(format!(
            "is `{name}`, or looks like it, which speaks for the organisation"
        ))
        .hint("only an administrator can have such a name, spelled as it is"),
    }
}

/// What another system made of a password. The hash itself is never told back.
fn older(typed: &str) -> Result<Older, Wrong> {
    Older::parse(typed).map_err(|why| Wrong::new(why.to_string()).hint("leave it out, and a first password is made up"))
}

/// A user name.
pub fn user_name(typed: &str) -> Result<UserName, Wrong> {
    UserName::parse(typed).map_err(|_| {
        Wrong::new(format!("cannot be `{}`", typed.escape_debug()))
            .hint("a user name has no spaces, no control characters and nothing that cannot be seen")
    })
}

/// What somebody may do.
pub fn role(typed: &str) -> Result<Role, Wrong> {
    let wrong = || Wrong::new(format!("cannot be `{}`", typed.escape_debug())).hint("person or administrator");
    Role::from_word(typed).ok_or_else(wrong)
}

/// A language of mails.
pub fn language(typed: &str) -> Result<Language, Wrong> {
    let wrong = || Wrong::new(format!("cannot be `{}`", typed.escape_debug())).hint("en or ja");
    Language::from_tag(typed).ok_or_else(wrong)
}

/// An email address.
pub fn address(typed: &str) -> Result<String, Wrong> {
    email::parse(typed).map_err(|_| {
        Wrong::new(format!("cannot be `{}`", typed.escape_debug())).hint("an address has the form name@example.com")
    })
}

/// A number that can be called.
pub fn number(typed: &str) -> Result<String, Wrong> {
    let read = phone::parse_any(typed, Method::Call);
    read.map(|number| number.e164).map_err(|problem| match problem {
        phone::Problem::Extension => {
            Wrong::new("has an extension, which a machine cannot dial").hint("give a direct number")
        }
        _ => {
            Wrong::new(format!("cannot be `{}`", typed.escape_debug())).hint("with the country code, as +819012345678")
        }
    })
}
