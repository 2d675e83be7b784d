//! Slow hashing of passwords, on a pool that cannot be overrun.
//!
//! Before Argon2id, a password goes through HMAC-SHA-256 under a key that is not in the database (the keyed step of
//! NIST SP 800-63B §3.1.1.2): whoever steals the database alone has nothing to guess against. It also makes the input
//! of Argon2 32 bytes, however long the password is. A stored hash reads `kid$` and then the PHC string.
//!
//! It knows nothing of accounts, nor of what follows from a match.

mod cost;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher as _, PasswordVerifier as _};
use async_trait::async_trait;
use hmac::Mac as _;
use portal::ports::{Fault, HashTrouble, Hashing, Password, Random};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

pub use self::cost::{Cost, TooWeak};
use crate::keyring::{self, Keyring};

/// Memory that all hashes together may use by default: 13 at a time at the default cost.
const MEMORY_BUDGET_KIB: usize = 256 * 1_024;
/// How many may wait for a permit. More are told at once that it is busy.
const LONGEST_QUEUE: usize = 64;
/// How long one waits for a permit.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Bytes of salt (NIST SP 800-63B asks for 4 at least, RFC 9106 recommends 16).
const SALT: usize = 16;

/// A password mixed with the key: what Argon2 gets.
type Keyed = Zeroizing<[u8; 32]>;

/// Argon2id on threads of its own, a bounded number at a time.
pub struct Argon2Pool {
    keyring: Arc<Keyring>,
    random: Arc<dyn Random>,
    cost: Cost,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// A hash that no password has, of the same cost: the work where there is no account.
    nobody: String,
    computed: Arc<AtomicU64>,
    refused: AtomicU64,
}

impl Argon2Pool {
    /// A pool of this cost. The number of hashes at a time is `permits`, or what the processors and 256 MiB allow.
    pub fn new(keyring: Arc<Keyring>, random: Arc<dyn Random>, cost: Cost, permits: Option<NonZeroUsize>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let permits = permits.map_or_else(|| permits_for(cores, cost), NonZeroUsize::get);
        Self {
            nobody: cost.hash_of_nobody(),
            keyring,
            random,
            cost,
            permits: Arc::new(Semaphore::new(permits)),
            waiting: AtomicUsize::new(0),
            computed: Arc::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Hashes computed since the start, for storing and for comparing.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// Askers who were told that it is busy since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Permits that nobody holds.
    pub fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// How many wait for a permit.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Whether a hash that fits should be made again: an older key, or another cost.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        let Some((kid, phc)) = stored.split_once('$') else {
            return true;
        };
        let cost = PasswordHash::new(phc)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok());
        kid != self.keyring.pepper().0 || cost.is_none_or(|params| !self.cost.is_that_of(&params))
    }

    /// Waits for a permit, or says that it is busy.
    async fn admit(&self) -> Result<OwnedSemaphorePermit, HashTrouble> {
        // Where nobody waits, a free permit is taken without queueing.
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let permit = match Place::take(&self.waiting) {
            Some(_place) => {
                let permit = Arc::clone(&self.permits).acquire_owned();
                tokio::time::timeout(LONGEST_WAIT, permit)
                    .await
                    .ok()
                    .and_then(Result::ok)
            }
            None => None,
        };
        permit.ok_or_else(|| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            HashTrouble::Busy
        })
    }

    /// Runs slow work on a thread. The permit goes with it: an asker who stops waiting does not stop the thread, and
    /// giving the permit back before it ends would let in more than the memory holds.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashTrouble> + Send + 'static,
    ) -> Result<T, HashTrouble> {
        let permit = self.admit().await?;
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

#[async_trait]
impl Hashing for Argon2Pool {
    async fn hash(&self, password: &Password) -> Result<String, HashTrouble> {
        let (kid, pepper) = self.keyring.pepper();
        let kid = kid.to_owned();
        let input = keyed(&pepper, password);
        let mut salt = [0; SALT];
        self.random.fill(&mut salt).map_err(HashTrouble::Fault)?;
        let argon2 = Argon2::from(self.cost.params());
        self.work(move || {
            let hash = argon2.hash_password_with_salt(&*input, &salt).map_err(fault)?;
            Ok(format!("{kid}${hash}"))
        })
        .await
    }

    async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        let (pepper, phc) = match stored {
            Some(stored) => {
                let (kid, phc) = stored
                    .split_once('$')
                    .ok_or_else(|| fault("a stored hash names no key"))?;
                let pepper = self.keyring.pepper_of(kid);
                (
                    pepper.ok_or_else(|| fault("a stored hash names a key that is not in the keyring"))?,
                    phc,
                )
            }
            None => (self.keyring.pepper().1, self.nobody.as_str()),
        };
        let hash = PasswordHash::new(phc).map_err(fault)?;
        // What stands in the database decides how much memory is used, so it is looked at before it is believed.
        let params = Params::try_from(&hash).map_err(fault)?;
        let complete = hash.salt.is_some() && hash.hash.is_some();
        if hash.algorithm != argon2::ARGON2ID_IDENT || !complete || !Cost::is_bearable(&params) {
            return Err(fault(
                "a stored hash is not Argon2id, is incomplete, or asks for more memory than any of ours",
            ));
        }
        let input = keyed(&pepper, password);
        let fits = self
            .work(move || match Argon2::default().verify_password(&*input, &hash) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(fault(error)),
            })
            .await?;
        Ok(fits && stored.is_some())
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

fn keyed(pepper: &[u8; 32], password: &Password) -> Keyed {
    let mut mac = keyring::hmac(pepper);
    mac.update(password.expose().as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

fn fault(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HashTrouble {
    HashTrouble::Fault(Fault::new(cause))
}

/// One per processor, and no more than fit into the memory.
fn permits_for(cores: usize, cost: Cost) -> usize {
    let memory = usize::try_from(cost.memory_kib()).unwrap_or(usize::MAX);
    cores.min(MEMORY_BUDGET_KIB / memory).max(1)
}

/// A place in the queue, given back when dropped: also when the asker went away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Option<Self> {
        let one_more = |length: usize| (length < LONGEST_QUEUE).then_some(length + 1);
        waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
            .ok()
            .map(|_| Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_hashes_run_as_the_processors_and_the_memory_allow() {
        assert_eq!(permits_for(2, Cost::default()), 2);
        assert_eq!(permits_for(64, Cost::default()), 13);
        assert_eq!(permits_for(64, Cost::new(1_048_576, 2).unwrap()), 1);
    }

    #[test]
    fn the_queue_has_an_end_and_a_place_is_given_back() {
        let waiting = AtomicUsize::new(0);
        let mut places: Vec<_> = (0..LONGEST_QUEUE).map(|_| Place::take(&waiting).unwrap()).collect();
        assert!(Place::take(&waiting).is_none());
        places.pop();
        assert!(Place::take(&waiting).is_some());
        drop(places);
        assert_eq!(waiting.into_inner(), 0);
    }
}
