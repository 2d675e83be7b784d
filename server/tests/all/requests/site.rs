//! One database with one person in it, and the servers that share it: of other settings, with other keys, and with
//! something that happens in the very moment in which a hash is computed.

use std::fmt::Write as _;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use portal::account::{Language, Role, UserName};
use portal::audit::Actor;
use portal::method::code::digits_of;
use portal::ports::{Fault, HashTrouble, Hashing, Keys, Label, Password, Random as _, Store as _};
use portal::service::{Organisation, Portal};
use server::clock::MovingClock;
use server::hashing::{Argon2Pool, Cost};
use server::http::address::TrustedProxies;
use server::http::router::{House, router};
use server::keyring::Keyring;
use server::random::{SystemRandom, name};
use server::settings::{Environment, Settings};
use server::store::SqlStore;
use server::store::people::NewPerson;

use super::browser::{Browser, PASSWORD};
use crate::cluster;

/// The name of the one person.
pub const NAME: &str = "k.sato";

/// What happens beside.
pub type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A database with one person in it.
pub struct Site {
    pub store: Arc<SqlStore>,
    pub clock: Arc<MovingClock>,
    keyring: Keyring,
    folder: PathBuf,
    /// Beside what every server needs.
    settings: &'static str,
}

impl Site {
    pub async fn open() -> Self {
        Self::with("").await
    }

    /// One whose operator has decided more.
    pub async fn with(settings: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("aikagi-site-{}", name(&SystemRandom).unwrap()));
        std::fs::create_dir(&folder).unwrap();
        let clock = Arc::new(MovingClock::new());
        let keyring = Keyring::create(&folder.join("keyring.toml"), clock.as_ref(), &SystemRandom).unwrap();
        let keys = Arc::new(Keyring::load(&folder.join("keyring.toml")).unwrap());
        let store = cluster::open(&folder, keys).await;
        let store = Arc::new(store.with_clock(Arc::clone(&clock) as _));
        let site = Self {
            store,
            clock,
            keyring,
            folder,
            settings,
        };
        let hash = site.pool(Cost::default()).hash(&Password::typed(PASSWORD)).await;
        site.add(NAME, hash.unwrap()).await;
        site
    }

    async fn add(&self, name: &str, hash: String) {
        let person = NewPerson {
            name: UserName::parse(name).unwrap(),
            display: "Ken Sato".into(),
            role: Role::Person,
            groups: Vec::new(),
            managed_elsewhere: false,
            disabled: false,
            expires: None,
            must_change: false,
            hash: Some(hash),
            mailbox: None,
            language: Language::En,
            vouched: Vec::new(),
        };
        let now = portal::ports::Clock::now(self.clock.as_ref());
        self.store.add_person(person, Actor::Console, now).await.unwrap();
    }

    pub fn keys(&self) -> Arc<Keyring> {
        Arc::new(Keyring::load(&self.folder.join("keyring.toml")).unwrap())
    }

    /// From here on servers find one key more, which is the newest.
    pub fn add_key(&self) {
        let path = self.folder.join("keyring.toml");
        let mut secret = [0; 32];
        SystemRandom.fill(&mut secret).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        let kid = format!("k{}", self.keyring.kids().len() + 1);
        let secret = base64(&secret);
        write!(
            text,
            "\n[[key]]\nkid = \"{kid}\"\nmade = \"2026-11-22\"\nsecret = \"{secret}\"\n"
        )
        .unwrap();
        std::fs::write(&path, text).unwrap();
    }

    /// The pool of a server with this cost.
    pub fn pool(&self, cost: Cost) -> Argon2Pool {
        Argon2Pool::new(self.keys(), Arc::new(SystemRandom), cost, None)
    }

    /// A browser at a server that hashes like this.
    pub fn browser(&self, hashing: impl Hashing + 'static) -> Browser {
        Browser::with(self.serve(hashing))
    }

    /// A server that hashes like this.
    pub fn serve(&self, hashing: impl Hashing + 'static) -> Router {
        self.serve_with(hashing, self.keys())
    }

    /// The same with keys of its own.
    pub fn serve_with(&self, hashing: impl Hashing + 'static, keys: Arc<dyn Keys>) -> Router {
        let settings = "public_url = \"http://localhost:8099\"\nkeyring = \"k\"\norganisation.name.en = \"Kitayama\"\n";
        let place = self.folder.join("aikagi.toml");
        let settings =
            Settings::read(&format!("{settings}{}", self.settings), &place, &Environment::default()).unwrap();
        let portal = Portal::new(
            Arc::clone(&self.store) as _,
            keys,
            Arc::clone(&self.clock) as _,
            Arc::new(SystemRandom),
            Arc::new(hashing),
            Organisation::default(),
            portal::method::Method::ALL.to_vec(),
        );
        router(House {
            portal: Arc::new(portal),
            store: Arc::clone(&self.store),
            public_url: settings.public_url,
            proxies: TrustedProxies::new(Vec::new()),
            limits: settings.limits,
            organisation: settings.organisation,
            time_zone: settings.time_zone,
            package: "pkg-test".into(),
            stage: None,
            on_refused: Arc::new(|_| {}),
        })
    }

    /// The hash of the one person, as it stands.
    pub async fn hash(&self) -> String {
        let name = UserName::parse(NAME).unwrap();
        let account = self.store.account_named(&name).await.unwrap().unwrap();
        account.hash.unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        cluster::forget(&self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Which hash it is beside which something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum While {
    /// One that is compared with a stored one.
    Comparing,
    /// One that is to be stored.
    Storing,
}

/// A pool beside which something happens once, or that has no hash to give.
pub struct Beside {
    pool: Argon2Pool,
    moment: While,
    deed: Mutex<Option<Deed>>,
    trouble: Option<fn() -> HashTrouble>,
}

impl Beside {
    pub fn new(pool: Argon2Pool, moment: While, deed: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            pool,
            moment,
            deed: Mutex::new(Some(Box::pin(deed))),
            trouble: None,
        }
    }

    pub fn troubled(pool: Argon2Pool, moment: While, trouble: fn() -> HashTrouble) -> Self {
        Self {
            pool,
            moment,
            deed: Mutex::new(None),
            trouble: Some(trouble),
        }
    }

    async fn happen(&self, moment: While) -> Result<(), HashTrouble> {
        if moment != self.moment {
            return Ok(());
        }
        let deed = self.deed.lock().unwrap().take();
        if let Some(deed) = deed {
            deed.await;
        }
        self.trouble.map_or(Ok(()), |trouble| Err(trouble()))
    }
}

#[async_trait]
impl Hashing for Beside {
    async fn hash(&self, password: &Password) -> Result<String, HashTrouble> {
        self.happen(While::Storing).await?;
        self.pool.hash(password).await
    }

    async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashTrouble> {
        self.happen(While::Comparing).await?;
        self.pool.verify(password, stored).await
    }

    async fn renew(&self, password: &Password, stored: &str) -> Result<Option<String>, HashTrouble> {
        self.happen(While::Storing).await?;
        self.pool.renew(password, stored).await
    }
}

/// Keys that tell the code they were last asked for, and beside which something happens once when they are asked for one:
/// after all that a verdict hangs on was read, and before it is committed. For runtimes of several threads.
pub struct BesideCode {
    keys: Arc<Keyring>,
    deed: Mutex<Option<Deed>>,
    last: Mutex<[u8; 32]>,
}

impl BesideCode {
    pub fn new(keys: Arc<Keyring>) -> Self {
        Self {
            keys,
            deed: Mutex::new(None),
            last: Mutex::new([0; 32]),
        }
    }

    /// What happens the next time.
    pub fn then(&self, deed: impl Future<Output = ()> + Send + 'static) {
        *self.deed.lock().unwrap() = Some(Box::pin(deed));
    }

    pub fn code(&self, digits: usize) -> String {
        digits_of(&self.last.lock().unwrap(), digits)
    }
}

impl Keys for BesideCode {
    fn digest(&self, label: Label, parts: &[&[u8]]) -> [u8; 32] {
        let digest = self.keys.digest(label, parts);
        if label == Label::Code {
            *self.last.lock().unwrap() = digest;
            let deed = self.deed.lock().unwrap().take();
            if let Some(deed) = deed {
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(deed));
            }
        }
        digest
    }

    fn seal(&self, label: Label, place: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.keys.seal(label, place, plain)
    }

    fn open(&self, label: Label, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.keys.open(label, place, sealed)
    }
}
