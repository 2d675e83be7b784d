//! Who has registered, who is invited to, and what is asked for anew.

use std::sync::Arc;

use clap::Args;
use portal::account::UserName;
use portal::audit::Actor;
use portal::method::Method;
use portal::moment::Moment;
use portal::ports::{Account, Fault};
use portal::service::invitation::{Registered, Uninvited};
use portal::service::{Organisation, Portal};
use portal::upkeep::{Demand as What, Due};
use serde_json::json;

use crate::cli::serve::Opened;
use crate::cli::{Outcome, Sentence, shown};
use crate::clock::SystemClock;
use crate::hashing::Argon2Pool;
use crate::random::SystemRandom;
use crate::store::LONGEST_PAGE;

/// Whom it is for.
#[derive(Args)]
#[group(id = "whom", multiple = true)]
pub struct Whom {
    /// User names.
    #[arg(conflicts_with_all = ["in_group", "everyone"])]
    names: Vec<String>,
    /// The members of a group.
    #[arg(long = "group", id = "in_group", value_name = "GROUP", conflicts_with = "everyone")]
    group: Option<String>,
    /// Everyone, administrators and yourself included.
    #[arg(long)]
    everyone: bool,
}

/// Ask for what is registered anew, at the next sign-in.
#[derive(Args)]
pub struct Demand {
    #[command(flatten)]
    whom: Whom,
    /// Ask whether what is registered is still right.
    #[arg(long, required_unless_present = "register", conflicts_with = "register")]
    reconfirm: bool,
    /// Have every method verified again. Until that is done, what is registered goes on counting, for resets too; and it may
    /// be put off as often as the policy lets people put off registering.
    #[arg(long)]
    register: bool,
    /// Say who would be asked, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Write to people who are to register: by the account's own mailbox, else by another contact that is known.
#[derive(Args)]
pub struct Invite {
    #[command(flatten)]
    whom: Whom,
    /// Everyone who has not registered enough, and whose methods nobody has filled in either.
    #[arg(long, conflicts_with = "whom")]
    not_registered: bool,
    /// Say who would be written to, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What of the list is shown, and how.
#[derive(Args)]
pub struct List {
    /// Only those who have to register at their next sign-in: for your own sign-on, which may lead them here.
    #[arg(long)]
    must_register: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Demand {
    pub async fn run(self, opened: &Opened) -> Outcome {
        let what = if self.register { What::Register } else { What::Reconfirm };
        let portal = portal(opened);
        for (asked, account) in self.whom.find(opened).await?.into_iter().enumerate() {
            let name = shown::line(&account.name);
            if self.dry_run {
                println!("{name}: would be asked.");
            } else if portal.demand(&account, what, Actor::Console).await? {
                println!("{name}: will be asked at the next sign-in.");
            } else {
                return Err(
                    format!("{name} was changed by somebody else at this moment; {asked} were asked before").into(),
                );
            }
        }
        Ok(())
    }
}

impl Invite {
    pub async fn run(self, opened: &Opened) -> Outcome {
        let portal = portal(opened);
        let people = if self.not_registered {
            everyone(opened).await?
        } else {
            self.whom.find(opened).await?
        };
        for account in people {
            let registered = portal.registered(&account).await?;
            if self.not_registered && registered.standing.has_enough {
                continue;
            }
            let invited = if self.dry_run {
                portal.may_be_invited(&account, &registered)
            } else {
                portal.invite(&account, Actor::Console).await?
            };
            let told = match invited {
                Ok(()) if self.dry_run => "would be invited",
                Ok(()) => "is invited",
                Err(Uninvited::Registered) => "has registered already",
                Err(Uninvited::NotConcerned) => {
                    "is not invited: switched off, ended, or self-service is not for this account"
                }
                Err(Uninvited::NoContact) => "is not invited: no address is known; add one with people set --mailbox",
                Err(Uninvited::Busy) => "was changed by somebody else at this moment; invite again",
            };
            println!("{}: {told}.", shown::line(&account.name));
        }
        Ok(())
    }
}

impl List {
    pub async fn run(self, opened: &Opened) -> Outcome {
        let portal = portal(opened);
        for account in everyone(opened).await? {
            let registered = portal.registered(&account).await?;
            if !self.must_register || must_register(&registered).is_some() {
                println!(
                    "{}",
                    if self.json {
                        as_json(&account, &registered)
                    } else {
                        as_line(&account, &registered)
                    }
                );
            }
        }
        Ok(())
    }
}

impl Whom {
    async fn find(&self, opened: &Opened) -> Result<Vec<Account>, Sentence> {
        if self.names.is_empty() {
            if self.group.is_none() && !self.everyone {
                return Err("whom? Give user names, --group or --everyone".into());
            }
            let mut people = everyone(opened).await?;
            if let Some(group) = &self.group {
                people.retain(|account| account.groups.contains(group));
            }
            return if people.is_empty() {
                Err("there is nobody in it".into())
            } else {
                Ok(people)
            };
        }
        let mut people = Vec::new();
        for typed in &self.names {
            let nobody = || format!("{}: there is nobody of this name; nothing was done", shown::line(typed));
            let name = UserName::parse(typed).map_err(|_| nobody())?;
            let (account, _) = opened.store.person(&name).await?.ok_or_else(nobody)?;
            people.push(account);
        }
        Ok(people)
    }
}

async fn everyone(opened: &Opened) -> Result<Vec<Account>, Fault> {
    let mut people: Vec<Account> = Vec::new();
    loop {
        let after = people.last().map(|account| account.name.clone()).unwrap_or_default();
        let page = opened.store.people(&after, LONGEST_PAGE).await?;
        if page.is_empty() {
            return Ok(people);
        }
        people.extend(page);
    }
}

/// The rules on the open store. Whether somebody delivers for a method is not asked here: the server may be configured
/// elsewhere.
pub(super) fn portal(opened: &Opened) -> Portal {
    let random = Arc::new(SystemRandom);
    let cost = opened.settings.hashing.cost;
    Portal::new(
        Arc::clone(&opened.store) as _,
        Arc::clone(&opened.keyring) as _,
        Arc::new(SystemClock),
        Arc::clone(&random) as _,
        Arc::new(Argon2Pool::new(Arc::clone(&opened.keyring), random, cost, None)),
        Organisation::default(),
        Method::ALL.to_vec(),
    )
}

/// How a registration stands, in one word or two.
fn state(registered: &Registered) -> &'static str {
    match (registered.standing.has_enough, registered.standing.first_finish) {
        (false, _) => "not registered",
        (true, None) => "filled in",
        (true, Some(_)) => "registered",
    }
}

/// How many security questions somebody has answered. With what, nobody can tell.
fn answered(account: &Account) -> usize {
    account.answered.as_ref().map_or(0, |answered| answered.questions.len())
}

/// How often registering may still be put off, of somebody who has to.
fn must_register(registered: &Registered) -> Option<u8> {
    match registered.due {
        Some(Due::Register { left }) => Some(left),
        _ => None,
    }
}

fn as_line(account: &Account, registered: &Registered) -> String {
    format!(
        "{}\t{}\t{}\t{}",
        shown::line(&account.name),
        shown::line(&account.display),
        account.role.word(),
        state(registered)
    )
}

fn as_json(account: &Account, registered: &Registered) -> String {
    let upkeep = &registered.upkeep;
    let left = must_register(registered);
    let whole = json!({
        "name": account.name,
        "display": account.display,
        "role": account.role.word(),
        "registration": state(registered),
        "questions": answered(account),
        "must_register": left.is_some(),
        "skips_left": left,
        "invited": upkeep.invited.map(Moment::millis),
        "reminders": upkeep.reminders,
        "demanded": upkeep.demand.map(|(demand, _)| demand.word()),
        "next_reconfirmation": registered.next_confirmation.map(Moment::millis),
    });
    shown::line(&whole.to_string())
}

/// The lines of one person's registration.
pub(super) async fn tell(opened: &Opened, account: &Account) -> Outcome {
    let registered = portal(opened).registered(account).await?;
    let upkeep = &registered.upkeep;
    let moment = |at| shown::moment(at, &opened.settings.time_zone);
    println!("registration: {}", state(&registered));
    if answered(account) > 0 {
        println!("security questions: {} registered", answered(account));
    }
    if let Some(left) = must_register(&registered) {
        println!("has to register at the next sign-in, and can put it off {left} more times");
    }
    if let Some((demand, at)) = upkeep.demand {
        println!("asked to {} by an administrator: {}", demand.word(), moment(at));
    }
    if let Some(at) = upkeep.invited {
        println!("invited: {}, reminders since: {}", moment(at), upkeep.reminders);
    }
    if let Some(at) = registered.next_confirmation {
        println!("next reconfirmation: {}", moment(at));
    }
    Ok(())
}
