//! The services: each method is one deed of a person, decided by the rules and made true in one commit.

mod alarm;
mod awaited;
mod blocked;
pub mod change;
mod code;
pub mod contact;
mod crowd;
pub mod device;
mod history;
pub mod invitation;
pub mod not_me;
pub mod presence;
pub mod questions;
mod reachable;
pub mod recovery;
pub mod registration;
pub mod sending;
pub mod sign_in;
mod spending;
mod suspicion;
pub mod trail;
pub mod upkeep;

use std::sync::Arc;

use crate::account::Language;
use crate::audit::{Actor, Entry, Event, Outcome};
use crate::identity::AccountId;
use crate::method::Method;
use crate::moment::Moment;
use crate::password::common::Common;
use crate::password::judge::{Verdict, judge};
use crate::password::nfc;
use crate::password::terms::Terms;
use crate::policy::Policy;
use crate::ports::{Account, Clock, Fault, HashTrouble, Hashing, Keys, Label, Password, Random, Store};
use crate::refusal::Refusal;
use crate::screen::Judgement;
use alarm::Raised;
use blocked::Recorded;
use presence::Starts;
use trail::Trail;

/// How often a deed is decided again when something it was decided on has moved on.
const ROUNDS: usize = 32;

/// Why a deed was not done.
#[derive(Debug)]
pub enum Trouble {
    /// The person is told why.
    Refused(Refusal),
    /// We are at fault.
    Fault(Fault),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        if fault.is_busy() {
            Self::Refused(Refusal::Busy)
        } else {
            Self::Fault(fault)
        }
    }
}

impl From<HashTrouble> for Trouble {
    fn from(trouble: HashTrouble) -> Self {
        match trouble {
            HashTrouble::Busy => Self::Refused(Refusal::Busy),
            HashTrouble::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// The answer to a deed.
pub type Answer<T> = Result<T, Trouble>;

/// Who asks: what the request tells about the browser and its network.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// The network whose traffic is counted together: an IPv4 address or an IPv6 /64.
    pub network: String,
    /// The network as it is told in messages and the log: shortened to /24 or /48.
    pub coarse: String,
    /// Starts a minute that the operator expects of its network, where that is more or less than of others.
    pub starts: Option<u32>,
    /// The browser's description of itself.
    pub agent: String,
    /// The language of the page.
    pub language: Language,
    /// The cookie of the flow.
    pub holder: Option<String>,
    /// The cookie of the session.
    pub session: Option<String>,
    /// The cookie by which accounts know the browser.
    pub device: Option<String>,
    /// What the request comes upon.
    pub trail: Trail,
}

impl Visit {
    /// Starts a minute that one expects of its network.
    fn expected(&self) -> u32 {
        self.starts.unwrap_or(presence::STARTS_BEFORE_STEP_UP)
    }
}

/// What an organisation is called, for judging passwords that lean on it.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    /// Its names, in every language.
    pub names: Vec<String>,
}

/// The portal: the rules with their hands on the world.
pub struct Portal {
    store: Arc<dyn Store>,
    keys: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    hashing: Arc<dyn Hashing>,
    organisation: Organisation,
    common: Common,
    starts: Starts,
    sign_ins: Starts,
    recorded: Recorded,
    raised: Raised,
    served: Vec<Method>,
}

impl Portal {
    /// Puts the portal together. `served` are the methods whose messages somebody delivers.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Arc<dyn Keys>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        hashing: Arc<dyn Hashing>,
        organisation: Organisation,
        served: Vec<Method>,
    ) -> Self {
        Self {
            store,
            keys,
            clock,
            random,
            hashing,
            organisation,
            common: Common::embedded(),
            starts: Starts::default(),
            sign_ins: Starts::default(),
            recorded: Recorded::default(),
            raised: Raised::default(),
            served,
        }
    }

    /// The policy with its version: without the methods that nobody delivers for.
    async fn policy(&self) -> Result<(Policy, i64), Fault> {
        let (mut policy, version) = self.store.policy().await?;
        policy.methods.retain(|method| self.served.contains(method));
        Ok((policy, version))
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A fresh secret for a cookie or a form: 256 random bits.
    pub fn fresh_token(&self) -> Result<String, Fault> {
        let mut bytes = [0_u8; 32];
        self.random.fill(&mut bytes)?;
        Ok(hex(&bytes))
    }

    /// A fresh name for a row: 128 random bits.
    fn fresh_name(&self) -> Result<String, Fault> {
        let mut bytes = [0_u8; 16];
        self.random.fill(&mut bytes)?;
        Ok(hex(&bytes))
    }

    /// The code by which the help desk finds what a browser did: eight characters without look-alikes, the same for as
    /// long as the browser keeps its cookie.
    pub fn support_code(&self, holder: &str) -> String {
        const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
        let digest = self.keys.digest(Label::Token, &[b"support", holder.as_bytes()]);
        let mut number = digest
            .iter()
            .take(16)
            .fold(0_u128, |sum, &byte| (sum << 8) | u128::from(byte));
        let mut code = String::with_capacity(9);
        for place in 0..8 {
            if place == 4 {
                code.push('-');
            }
            code.push(char::from(LETTERS[usize::try_from(number % 30).unwrap_or_default()]));
            number /= 30;
        }
        code
    }

    /// Seals what a page keeps for itself in a cookie.
    pub fn seal(&self, plain: &[u8]) -> Result<String, Fault> {
        Ok(hex(&self.keys.seal(Label::Said, "cookie", plain)?))
    }

    /// The reverse of [`Self::seal`]; none where it was altered or is not ours.
    pub fn unseal(&self, sealed: &str) -> Option<Vec<u8>> {
        let bytes: Option<Vec<u8>> = (0..sealed.len())
            .step_by(2)
            .map(|at| {
                sealed
                    .get(at..at + 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            })
            .collect();
        self.keys.open(Label::Said, "cookie", &bytes?).ok()
    }

    /// A cookie or form key as it stands in the store.
    fn token_digest(&self, token: &str) -> String {
        hex(&self.keys.digest(Label::Token, &[b"cookie", token.as_bytes()]))
    }

    /// An address, name or network as it stands in the store where it is only compared.
    fn index(&self, what: &str, value: &str) -> String {
        hex(&self.keys.digest(Label::Index, &[what.as_bytes(), value.as_bytes()]))
    }

    fn entry(&self, visit: &Visit, at: Moment, event: Event, outcome: Outcome) -> Entry {
        Entry {
            at,
            actor: Actor::Visitor,
            subject: None,
            network: visit.coarse.clone(),
            agent: self.index("agent", &visit.agent)[..16].to_owned(),
            event,
            outcome,
            method: None,
            flow: None,
            support: visit
                .holder
                .as_deref()
                .map(|holder| self.support_code(holder))
                .unwrap_or_default(),
            detail: String::new(),
        }
    }

    /// What a page needs to judge a new password of this account.
    fn judgement(&self, account: &Account, policy: &Policy) -> Judgement {
        Judgement {
            rules: policy.password,
            terms: Terms::new(
                &self.organisation.names.iter().map(String::as_str).collect::<Vec<_>>(),
                &[&account.name, &account.display],
                &policy.banned.iter().map(String::as_str).collect::<Vec<_>>(),
                &nfc,
            ),
        }
    }

    /// The new password, where both entries are the same and keep every rule. All that is wrong is told at once.
    fn judged(&self, account: &Account, policy: &Policy, entries: NewEntries<'_>) -> Result<Password, Refusal> {
        if entries.new.is_empty() {
            return Err(Refusal::NewPasswordMissing);
        }
        let (new, again) = (Password::typed(entries.new), Password::typed(entries.again));
        let Judgement { rules, terms } = self.judgement(account, policy);
        let Verdict { broken, .. } = judge(new.expose(), &rules, &terms, Some(&self.common), &nfc);
        if new.expose() != again.expose() {
            Err(Refusal::PasswordsDiffer(broken))
        } else if broken.is_empty() {
            Ok(new)
        } else {
            Err(Refusal::Password(broken))
        }
    }

    /// The account that stands for a name nobody has, so that the same work is done and the same counters run.
    fn nobody(&self, name: &str) -> AccountId {
        AccountId::new(format!("name:{}", self.index("nobody", name)))
    }
}

/// Both entries of a new password, as they were typed.
#[derive(Clone, Copy)]
pub struct NewEntries<'a> {
    /// The first.
    pub new: &'a str,
    /// The second.
    pub again: &'a str,
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
