//! Changing a person from the command line.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use portal::account::Role;
use portal::audit::Actor;
use portal::method::{ContactKind, Means, email};
use portal::moment::Moment;
use portal::password::NewPassword;
use portal::ports::{Account, Clock as _, Committed, Contact, Store as _};

use super::entry::{Standards, Wrongs, address, keep, language, number, role, user_name};
use super::{Register, told, typed_password};
use crate::cli::serve::Opened;
use crate::cli::{Outcome, Sentence, shown};
use crate::clock::SystemClock;
use crate::settings::Wrong;
use crate::store::people::{Expiry, PersonUpdate};

/// What is to be different about a person.
#[derive(clap::Args)]
pub struct Set {
    /// The user name.
    name: String,
    /// The name shown to people.
    #[arg(long)]
    display: Option<String>,
    /// `person` or `administrator`.
    #[arg(long)]
    role: Option<String>,
    /// All groups, separated by spaces.
    #[arg(long)]
    groups: Option<String>,
    /// The account's own mailbox, for notices.
    #[arg(long)]
    mailbox: Option<String>,
    /// An authentication email that you stand for: a mailbox that opens without this password.
    #[arg(long)]
    email: Option<String>,
    /// An authentication phone that you stand for, as +819012345678.
    #[arg(long)]
    phone: Option<String>,
    /// The office phone, as +81332249999. It is called; the person can see it and not change it.
    #[arg(long)]
    office_phone: Option<String>,
    /// Take away what is registered of a kind, whoever registered it; may be given several times.
    #[arg(long, value_name = "phone|office-phone|email|questions", value_parser = removable)]
    remove: Vec<Means>,
    /// `en` or `ja`: the language of mails.
    #[arg(long)]
    language: Option<String>,
    /// Switch the account off, or on again.
    #[arg(long, value_name = "true|false")]
    disabled: Option<bool>,
    /// The password lives where this portal may not write.
    #[arg(long, value_name = "true|false")]
    managed_elsewhere: Option<bool>,
    /// The last day of the account, as 2027-03-31, or `never`.
    #[arg(long, value_name = "DAY")]
    expires: Option<String>,
    /// Give another password, made up and shown once. It has to be changed at the next sign-in.
    #[arg(long, conflicts_with = "password_stdin")]
    new_password: bool,
    /// Read another password from standard input. It has to be changed at the next sign-in.
    #[arg(long)]
    password_stdin: bool,
}

impl Set {
    pub async fn run(self, opened: &Opened) -> Outcome {
        let so = "nothing was changed";
        let name = user_name(&self.name).map_err(|wrong| told(so, vec![("name", wrong)]))?;
        let (account, contacts) = opened
            .store
            .person(&name)
            .await?
            .ok_or("there is nobody of this name")?;
        let standards = Standards::of(opened).await?;
        let password = self.password(&standards, &account)?;
        let mut wrongs = Wrongs::new();
        let mut update = self.read(&standards, &contacts, &opened.settings.time_zone, &mut wrongs);
        let password = password.and_then(|password| keep(&mut wrongs, "password", password));
        if let Some(wrong) = last_administrator(opened, &account, &update).await? {
            wrongs.push(("role", wrong));
        }
        if !wrongs.is_empty() {
            return Err(told(so, wrongs));
        }
        if password.is_none() && update == PersonUpdate::default() {
            return Err(
                "nothing was changed: say what is to be different, as `aikagi people set --help` lists it".into(),
            );
        }
        let register = Register::new(opened, standards);
        if let Some(password) = &password {
            update.hash = Some(register.hash(password.expose()).await?);
            update.must_change = Some(true);
        }
        let now = SystemClock.now();
        if opened.store.update_person(&name, update, Actor::Console, now).await? == Committed::Stale {
            return Err("the account was changed by somebody else at this moment; try again".into());
        }
        println!("{} is changed.", shown::line(name.as_str()));
        if let Some(password) = password.filter(|_| self.new_password) {
            println!("Another password, shown once: {}", password.expose());
        }
        Ok(())
    }

    /// The other password, where one is wanted: as it is judged.
    fn password(
        &self,
        standards: &Standards,
        account: &Account,
    ) -> Result<Option<Result<NewPassword, Wrong>>, Sentence> {
        let display = self.display.as_deref().unwrap_or(&account.display);
        Ok(if self.new_password {
            Some(Ok(standards.make_up(&account.name, display)?))
        } else if self.password_stdin {
            Some(standards.judge(&typed_password()?, &account.name, display))
        } else {
            None
        })
    }

    fn read(&self, standards: &Standards, contacts: &[Contact], zone: &TimeZone, wrongs: &mut Wrongs) -> PersonUpdate {
        let mailbox = self
            .mailbox
            .as_deref()
            .and_then(|typed| keep(wrongs, "mailbox", address(typed)));
        let present = |kind| contacts.iter().filter(move |contact| contact.kind == kind);
        let own = mailbox.as_deref().or(present(ContactKind::Mailbox)
            .next()
            .map(|contact| contact.address.as_str()));
        let email = self
            .email
            .as_deref()
            .and_then(|typed| keep(wrongs, "email", standards.email(typed, own)));
        // The other way round: the account's own mailbox becomes one that is registered already.
        let is_kept = self.email.is_none() && !self.remove.contains(&ContactKind::Email.into());
        if let Some(mailbox) = &mailbox
            && is_kept
            && present(ContactKind::Email).any(|contact| email::same_mailbox(mailbox, &contact.address))
        {
            wrongs.push((
                "mailbox",
                Wrong::new("is the authentication email as well, which has to open without this password")
                    .hint("give another with --email, or take it away with --remove email"),
            ));
        }
        let phone = self
            .phone
            .as_deref()
            .and_then(|typed| keep(wrongs, "phone", number(typed)));
        let office = self
            .office_phone
            .as_deref()
            .and_then(|typed| keep(wrongs, "office_phone", number(typed)));
        for (kind, is_given) in [
            (ContactKind::Email, self.email.is_some()),
            (ContactKind::Phone, self.phone.is_some()),
            (ContactKind::Office, self.office_phone.is_some()),
        ] {
            if is_given && self.remove.contains(&kind.into()) {
                let option = kind.word().replace('_', "-");
                let wrong = Wrong::new(format!("cannot be `{option}` together with --{option}"));
                wrongs.push((
                    "remove",
                    wrong.hint("a contact that is given takes the place of the old one by itself"),
                ));
            }
        }
        let vouched = [
            (ContactKind::Mailbox, mailbox),
            (ContactKind::Email, email),
            (ContactKind::Phone, phone),
            (ContactKind::Office, office),
        ];
        PersonUpdate {
            display: self.display.clone(),
            role: self.role.as_deref().and_then(|typed| keep(wrongs, "role", role(typed))),
            groups: self
                .groups
                .as_ref()
                .map(|typed| typed.split_whitespace().map(str::to_owned).collect()),
            managed_elsewhere: self.managed_elsewhere,
            disabled: self.disabled,
            expires: self
                .expires
                .as_deref()
                .and_then(|typed| keep(wrongs, "expires", last_day(typed, zone))),
            hash: None,
            must_change: None,
            language: self
                .language
                .as_deref()
                .and_then(|typed| keep(wrongs, "language", language(typed))),
            vouched: vouched
                .into_iter()
                .filter_map(|(kind, address)| Some((kind, address?)))
                .collect(),
            removed: self.remove.iter().filter_map(|means| means.contact()).collect(),
            answers_removed: self.remove.contains(&Means::Questions),
        }
    }
}

/// What can be taken away. The account's own mailbox can only be replaced.
fn removable(typed: &str) -> Result<Means, String> {
    if typed == Means::Questions.word() {
        return Ok(Means::Questions);
    }
    ContactKind::from_word(&typed.replace('-', "_"))
        .filter(|kind| *kind != ContactKind::Mailbox)
        .map(Means::Contact)
        .ok_or_else(|| "phone, office-phone, email or questions".to_owned())
}

/// The end of a day in the time zone of the organisation.
fn last_day(typed: &str, zone: &TimeZone) -> Result<Expiry, Wrong> {
    if typed == "never" {
        return Ok(Expiry::Never);
    }
    let end = typed
        .parse::<Date>()
        .and_then(Date::tomorrow)
        .and_then(|next| next.to_zoned(zone.clone()));
    let end = end.map_err(|_| {
        Wrong::new(format!("cannot be `{}`", typed.escape_debug())).hint("a day as 2027-03-31, or never")
    })?;
    Ok(Expiry::At(Moment::from_millis(end.timestamp().as_millisecond())))
}

/// Somebody has to be left who can decide.
async fn last_administrator(
    opened: &Opened,
    account: &Account,
    update: &PersonUpdate,
) -> Result<Option<Wrong>, Sentence> {
    let goes = update.role == Some(Role::Person)
        || update.disabled == Some(true)
        || matches!(update.expires, Some(Expiry::At(end)) if end <= SystemClock.now());
    let administrators = opened.store.administrators().await?;
    let is_last = matches!(administrators.as_slice(), [last] if last.id == account.id);
    Ok((goes && is_last).then(|| {
        Wrong::new("cannot be taken from the only administrator").hint("make somebody else an administrator first")
    }))
}
