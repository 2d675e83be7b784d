//! Slow hashing of passwords, on a pool that cannot be overrun.
//!
//! Before Argon2id, a password goes through HMAC-SHA-256 under a key that is not in the database (the keyed step of
//! NIST SP 800-63B §3.1.1.2): whoever steals the database alone has nothing to guess against. It also makes the input
//! of Argon2 32 bytes, however long the password is. A stored hash reads `kid$` and then the PHC string; between them
//! stands the recipe of an older hash, where that is what went through the keyed step in place of the password.
//!
//! It knows nothing of accounts, nor of what follows from a match.

mod admission;
mod cost;
mod memory;
mod older;
mod pace;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::Params;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use async_trait::async_trait;
use hmac::Mac as _;
use portal::ports::{Fault, HashTrouble, Hashing, Password, Random};
use tokio::time::Instant;
use zeroize::Zeroizing;

use self::admission::{Admission, Lane, Permit};
pub use self::cost::{Cost, TooWeak};
use self::memory::Memory;
use self::older::Recipe;
pub use self::older::{NotTaken, Older};
use self::pace::Pace;
use crate::keyring::{self, Keyring};

/// Bytes of salt (NIST SP 800-63B asks for 4 at least, RFC 9106 recommends 16).
const SALT: usize = 16;

/// A password mixed with the key: what Argon2 gets.
type Keyed = Zeroizing<[u8; 32]>;

/// Argon2id on threads of its own, a bounded number at a time.
pub struct Argon2Pool {
    keyring: Arc<Keyring>,
    random: Arc<dyn Random>,
    cost: Cost,
    admission: Admission,
    memory: Arc<Memory>,
    pace: Arc<Pace>,
    /// A hash that no password has, of the same cost: the work where there is no account.
    nobody: String,
    computed: Arc<AtomicU64>,
}

impl Argon2Pool {
    /// A pool of this cost. The number of hashes at a time is `permits`, or what the processors and 256 MiB allow.
    pub fn new(keyring: Arc<Keyring>, random: Arc<dyn Random>, cost: Cost, permits: Option<NonZeroUsize>) -> Self {
        Self {
            nobody: cost.hash_of_nobody(),
            keyring,
            random,
            cost,
            admission: Admission::new(permits, cost),
            memory: Arc::default(),
            pace: Arc::default(),
            computed: Arc::default(),
        }
    }

    /// Hashes computed since the start, for storing and for comparing.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// Askers who were told that it is busy since the start.
    pub fn refused(&self) -> u64 {
        self.admission.refused()
    }

    /// Permits that nobody holds.
    pub fn free(&self) -> usize {
        self.admission.free()
    }

    /// How many wait for a permit.
    pub fn waiting(&self) -> usize {
        self.admission.waiting()
    }

    /// Whether a hash that fits should be made again: an older key, another cost, or what another system made of it.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        let Some(Stored { kid, recipe: None, phc }) = Stored::read(stored) else {
            return true;
        };
        let cost = PasswordHash::new(phc)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok());
        kid != self.keyring.pepper().0 || cost.is_none_or(|params| !self.cost.is_that_of(&params))
    }

    /// An older hash as it is stored here: made as strong as ours by what is laid over it.
    ///
    /// # Errors
    /// As [`Hashing::hash`].
    pub async fn adopt(&self, older: &Older) -> Result<String, HashTrouble> {
        let permit = self.admission.in_turn(Lane::Others).await.ok_or(HashTrouble::Busy)?;
        self.hash_with(permit, Some(&older.recipe), &older.digest).await
    }

    /// Learns from a stored hash how long an older one takes, before anybody is compared with it.
    ///
    /// # Errors
    /// As [`Hashing::verify`].
    pub async fn learn_from(&self, stored: &str) -> Result<(), HashTrouble> {
        self.verify(&Password::typed(""), Some(stored)).await.map(|_| ())
    }

    /// Hashes with the newest key, at the cost of today.
    async fn hash_with(&self, permit: Permit, recipe: Option<&Recipe>, input: &[u8]) -> Result<String, HashTrouble> {
        let (kid, pepper) = self.keyring.pepper();
        let head = recipe.map_or_else(|| format!("{kid}$"), |recipe| format!("{kid}${recipe}"));
        let input = keyed(&pepper, input);
        let mut salt = [0; SALT];
        self.random.fill(&mut salt).map_err(HashTrouble::Fault)?;
        let (memory, params) = (Arc::clone(&self.memory), self.cost.params());
        self.work(permit, move || {
            let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
            let written = ParamsString::try_from(&params).map_err(fault)?;
            memory.hash(params, &*input, &salt, &mut out).map_err(fault)?;
            let hash = PasswordHash {
                algorithm: argon2::ARGON2ID_IDENT,
                version: Some(argon2::Version::default().into()),
                params: written,
                salt: Some(Salt::new(&salt).map_err(fault)?),
                hash: Some(Output::new(&out).map_err(fault)?),
            };
            // The PHC string begins with a `$` of its own.
            Ok(format!("{head}{hash}"))
        })
        .await
    }

    /// Runs slow work on a thread. The permit goes with it: an asker who stops waiting does not stop the thread, and
    /// giving the permit back before it ends would let in more than the memory holds.
    async fn work<T: Send + 'static>(
        &self,
        permit: Permit,
        work: impl FnOnce() -> Result<T, HashTrouble> + Send + 'static,
    ) -> Result<T, HashTrouble> {
        let computed = Arc::clone(&self.computed);
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the bounded pool: every call holds a permit"
        )]
        let outcome = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            computed.fetch_add(1, Ordering::Relaxed);
            work()
        });
        outcome.await.map_err(fault)?
    }
}

impl Argon2Pool {
    async fn hash_in(&self, lane: Lane, password: &Password) -> Result<String, HashTrouble> {
        let permit = self.admission.in_turn(lane).await.ok_or(HashTrouble::Busy)?;
        self.hash_with(permit, None, password.expose().as_bytes()).await
    }

    async fn verify_in(&self, lane: Lane, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        let (pepper, recipe, phc) = match stored {
            Some(stored) => {
                let Stored { kid, recipe, phc } =
                    Stored::read(stored).ok_or_else(|| fault("a stored hash names no key, or is not whole"))?;
                let pepper = self.keyring.pepper_of(kid);
                let pepper = pepper.ok_or_else(|| fault("a stored hash names a key that is not in the keyring"))?;
                (pepper, recipe, phc)
            }
            None => (self.keyring.pepper().1, None, self.nobody.as_str()),
        };
        let hash = PasswordHash::new(phc).map_err(fault)?;
        // What stands in the database decides how much memory is used, so it is looked at before it is believed.
        let params = Params::try_from(&hash).map_err(fault)?;
        let (PasswordHash { algorithm, version, .. }, Some(salt), Some(expected)) = (&hash, hash.salt, hash.hash)
        else {
            return Err(fault("a stored hash is incomplete"));
        };
        let is_ours = *algorithm == argon2::ARGON2ID_IDENT && *version == Some(argon2::Version::default().into());
        if !is_ours || !Cost::is_bearable(&params) {
            return Err(fault(
                "a stored hash is not Argon2id of today's version, or asks for more memory than any of ours",
            ));
        }
        // Otherwise a hash from before the cost was raised would tell by its haste that there is such an account.
        let rest = self.cost.rest_after(&params);
        let permit = self.admission.in_turn(lane).await.ok_or(HashTrouble::Busy)?;
        let (memory, pace, password) = (Arc::clone(&self.memory), Arc::clone(&self.pace), password.clone());
        let (fits, took) = self
            .work(permit, move || {
                let (began, is_older) = (stopwatch(), recipe.is_some());
                let (input, is_whole) = input(&pepper, recipe, &password);
                let mut buffer = [0; Output::MAX_LENGTH];
                let out = &mut buffer[..expected.len()];
                memory.hash(params, &*input, &salt, out).map_err(fault)?;
                // In constant time.
                let fits = Output::new(out).map_err(fault)? == expected;
                if let Some(rest) = rest {
                    spend(&memory, rest, &input)?;
                }
                let took = began.elapsed();
                if is_older {
                    pace.learn(took);
                }
                Ok((fits && is_whole, took))
            })
            .await?;
        let rest = self.pace.rest_after(took);
        if rest > Duration::ZERO {
            tokio::time::sleep_until(Instant::now() + rest).await;
        }
        Ok(fits && stored.is_some())
    }
}

#[async_trait]
impl Hashing for Argon2Pool {
    async fn hash(&self, password: &Password) -> Result<String, HashTrouble> {
        self.hash_in(Lane::Others, password).await
    }

    async fn renew(&self, password: &Password, stored: &str) -> Result<Option<String>, HashTrouble> {
        if !self.needs_rehash(stored) {
            return Ok(None);
        }
        let permit = self.admission.at_once(Lane::Others).ok_or(HashTrouble::Busy)?;
        self.hash_with(permit, None, password.expose().as_bytes())
            .await
            .map(Some)
    }

    async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        self.verify_in(Lane::Others, password, stored).await
    }

    async fn hash_proved(&self, password: &Password) -> Result<String, HashTrouble> {
        self.hash_in(Lane::Proved, password).await
    }

    async fn verify_proved(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        self.verify_in(Lane::Proved, password, stored).await
    }
}

/// A stored hash, taken apart.
struct Stored<'a> {
    kid: &'a str,
    recipe: Option<Recipe>,
    phc: &'a str,
}

impl<'a> Stored<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (kid, rest) = text.split_once('$')?;
        if rest.starts_with('$') {
            return Some(Self {
                kid,
                recipe: None,
                phc: rest,
            });
        }
        let (recipe, phc) = rest.split_at(rest.find("$argon2id$")?);
        let recipe = Some(Recipe::read(recipe)?);
        Some(Self { kid, recipe, phc })
    }
}

/// What goes into Argon2 for a password that was typed, and whether all of the password is in it.
fn input(pepper: &[u8; 32], recipe: Option<Recipe>, password: &Password) -> (Keyed, bool) {
    let typed = password.expose().as_bytes();
    match recipe.map(|recipe| recipe.follow(typed)) {
        None => (keyed(pepper, typed), true),
        Some(Some(made)) => (keyed(pepper, &made), true),
        Some(None) => (keyed(pepper, b""), false),
    }
}

impl fmt::Debug for Argon2Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Pool")
            .field("cost", &self.cost)
            .field("computed", &self.computed())
            .field("refused", &self.refused())
            .finish_non_exhaustive()
    }
}

fn keyed(pepper: &[u8; 32], input: &[u8]) -> Keyed {
    let mut mac = keyring::hmac(pepper);
    mac.update(input);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is the work of a thread that is measured, and no lifetime"
)]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

/// Does the work of a hash, for nothing.
fn spend(memory: &Memory, params: Params, input: &Keyed) -> Result<(), HashTrouble> {
    let mut nothing = [0; 32];
    memory.hash(params, &**input, &[0; SALT], &mut nothing).map_err(fault)?;
    std::hint::black_box(nothing);
    Ok(())
}

fn fault(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HashTrouble {
    HashTrouble::Fault(Fault::new(cause))
}
