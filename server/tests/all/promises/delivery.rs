//! Delivery: what is under way at once, who holds what is being sent, and to whom it goes.

mod down;
mod leases;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use portal::identity::ContactId;
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, minutes, seconds};
use portal::ports::{Change, Clock as _, Contact, Matter, Recipient, Store as _, Trust};
use server::assemble::{Server, Wiring};
use server::clock::MovingClock;
use server::courier::mailbox::Mailbox;
use server::courier::smtp::Smtp;
use server::courier::{Channel, Courier, Couriers, Parcel, Undelivered};
use server::delivery::Delivery;
use server::settings::{Environment, Settings};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::cluster;

use super::ground::{Folder, Ground, START, carrying, code, contact, keyring, message};

/// Far longer than anything here takes, so that a test which hangs says so.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server at the moment START whose couriers are given, and its clock.
pub struct Post {
    pub ground: Ground,
    pub server: Server,
    pub clock: Arc<MovingClock>,
    mailbox: Arc<Mailbox>,
}

impl Post {
    /// Everything goes into a mailbox, but what `set` sends elsewhere.
    pub async fn open(set: impl FnOnce(Couriers) -> Couriers) -> Self {
        let (folder, keys, clock) = (Folder::new(), keyring(), Arc::new(MovingClock::new()));
        clock.move_forward(START.since(clock.now()));
        let store = cluster::open(folder.path(), Arc::clone(&keys) as _).await;
        let store = Arc::new(store.with_clock(Arc::clone(&clock) as _));
        let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock) as _));
        let server = Server::new(Wiring {
            settings: settings("[mail]\nhost = \"127.0.0.1\"\nfrom = \"no-reply@example.org\"\nhelp_desk = [\"one@example.org\", \"two@example.org\"]\n"),
            keyring: Arc::clone(&keys),
            clock: Arc::clone(&clock) as _,
            store: Arc::clone(&store),
            couriers: set(Couriers::to_mailbox(&mailbox)),
        })
        .unwrap();
        let ground = Ground { store, keys, folder };
        Self {
            ground,
            server,
            clock,
            mailbox,
        }
    }

    fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Another worker of the same house.
    fn worker(&self, name: &str) -> Delivery {
        Delivery {
            name: name.into(),
            ..self.server.delivery()
        }
    }

    /// A notice to each of so many people; the mailboxes they go to.
    async fn notices(&self, people: usize, kind: ContactKind) -> Vec<Contact> {
        let mut told = Vec::new();
        for n in 0..people {
            let account = self.ground.person(&format!("{}{n}", kind.word())).await;
            let address = match kind {
                ContactKind::Phone => format!("+81901234{n:04}"),
                _ => format!("{n}@mail.example"),
            };
            let contact = self.ground.contact(&account, kind, &address, Trust::Verified).await;
            self.notice(&contact.id).await;
            told.push(contact);
        }
        told
    }

    async fn notice(&self, to: &ContactId) {
        let notice = message(Recipient::Contact(to.clone()), Matter::WasReset);
        self.ground.done(vec![Change::Enqueue(notice)]).await;
    }

    /// Tries what is due now and again, for so long.
    async fn try_for(&self, span: Duration) {
        let end = self.now() + span;
        while self.now() < end {
            self.worker("one").round().await.unwrap();
            self.clock.move_forward(seconds(10));
        }
    }

    async fn failing(&self) -> Vec<Method> {
        self.ground.store.failing(self.now()).await.unwrap()
    }
}

fn settings(sections: &str) -> Settings {
    let text = format!("public_url = \"https://reset.example.org\"\n{sections}");
    Settings::read(&text, Path::new("/aikagi.toml"), &Environment::new()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Looks again and again until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "never: {what}");
}

/// A courier that keeps every parcel until it is let go, and counts.
struct Slow {
    gate: Semaphore,
    begun: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: Semaphore::new(0),
            begun: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }
}

/// Counts down when the sending ends, in whatever way.
struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Courier for Slow {
    async fn deliver(&self, _: &Parcel, _: &str) -> Result<(), Undelivered> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        let _counted = UnderWay(&self.under_way);
        self.most.fetch_max(under_way, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        Ok(())
    }
}

#[tokio::test]
async fn a_mail_server_that_hangs_holds_up_no_text() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hung = settings(&format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none-for-loopback-only\"\nfrom = \"a@example.org\"\n",
        address.port()
    ));
    let smtp = Arc::new(Smtp::new(&hung.mail.unwrap(), "reset.example.org").unwrap());
    let post = Post::open(|couriers| couriers.with(Channel::Mail, smtp)).await;
    // More mails than places, all of them before the text.
    post.notices(6, ContactKind::Email).await;
    post.notices(1, ContactKind::Phone).await;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    let hanging = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .unwrap()
        .unwrap();
    let arrived = async { until("the text arrives", async || post.mailbox.list().len() == 1).await };
    // The courier of mails waits ten seconds for each answer.
    assert!(
        tokio::time::timeout(seconds(5), arrived).await.is_ok(),
        "the text waited"
    );
    drop((hanging, listener));
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, working).await.unwrap().unwrap();
}

#[tokio::test]
async fn four_messages_of_a_channel_are_under_way_at_once_and_others_as_places_come_free() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(10, ContactKind::Email).await;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    until("four are under way", async || slow.begun() == 4).await;
    slow.gate.add_permits(1);
    until("the next one follows", async || slow.begun() == 5).await;
    slow.gate.add_permits(9);
    until("all are delivered", async || {
        post.ground
            .count("select count(*) from outbox where state = 'delivered'")
            .await
            == 10
    })
    .await;
    assert_eq!((slow.begun(), slow.most.load(Ordering::SeqCst)), (10, 4));
    stop.send(true).unwrap();
    working.await.unwrap();
}

#[tokio::test]
async fn a_stop_waits_for_what_is_under_way_and_begins_nothing_more() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(6, ContactKind::Email).await;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    until("four are under way", async || slow.begun() == 4).await;
    stop.send(true).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!working.is_finished());
    slow.gate.add_permits(6);
    tokio::time::timeout(PATIENCE, working).await.unwrap().unwrap();
    let counts = async |state| {
        let row = sqlx::query_scalar("select count(*) from outbox where state = $1 and holder is null").bind(state);
        row.fetch_one(&mut post.ground.raw().await).await.unwrap()
    };
    let (delivered, waiting): (i64, i64) = (counts("delivered").await, counts("waiting").await);
    assert_eq!((delivered, waiting), (4, 2));
}

#[tokio::test]
async fn a_stop_gives_back_what_takes_too_long() {
    let slow = Slow::new();
    let post = Post::open(|couriers| couriers.with(Channel::Mail, Arc::clone(&slow) as _)).await;
    post.notices(1, ContactKind::Email).await;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(post.worker("one").run(stopped));
    until("it is under way", async || slow.begun() == 1).await;
    stop.send(true).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The ten seconds pass at once, and no wait for the database does.
    tokio::time::pause();
    tokio::time::advance(seconds(10)).await;
    tokio::time::resume();
    working.await.unwrap();
    let taken = post
        .ground
        .store
        .lease_due(post.now(), "next", Channel::Mail, 9)
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn a_code_goes_to_the_address_it_was_asked_for_and_nowhere_else() {
    let post = Post::open(|couriers| couriers).await;
    let account = post.ground.person("h.tanaka").await;
    let asked_for = contact(&account, ContactKind::Email, "old@mail.example", Trust::Verified);
    let flow = post.ground.flow(&account).await;
    let mut sent = code(&flow, &account, &asked_for, Method::Email);
    sent.channel = post.server.portal.channel(&asked_for).as_str().into();
    let ask = vec![
        Change::PutContact(asked_for.clone()),
        Change::OpenCode(sent.clone()),
        Change::Enqueue(carrying(&sent)),
    ];
    post.ground.done(ask).await;
    post.worker("one").round().await.unwrap();
    assert_eq!(post.mailbox.list().len(), 1);

    // The same again, but the contact gets another address before the worker comes.
    let flow = post.ground.flow(&account).await;
    let dropped = portal::ports::Code {
        flow: flow.id.clone(),
        id: portal::identity::CodeId::new("dropped"),
        ..sent
    };
    let changed = Contact {
        address: "new@mail.example".into(),
        ..asked_for
    };
    let ask = vec![
        Change::OpenCode(dropped.clone()),
        Change::Enqueue(carrying(&dropped)),
        Change::PutContact(changed),
    ];
    post.ground.done(ask).await;
    post.worker("one").round().await.unwrap();
    assert_eq!(post.mailbox.list().len(), 1);
    assert_eq!(
        post.ground
            .count("select count(*) from outbox where state = 'dropped'")
            .await,
        1
    );
}

/// Takes what is for one address and puts everybody else off.
struct OnlyFor(&'static str, Arc<Mailbox>);

#[async_trait]
impl Courier for OnlyFor {
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered> {
        if parcel.to() == self.0 {
            self.1.deliver(parcel, id).await
        } else {
            Err(Undelivered::Later("greylisted".into()))
        }
    }
}

#[tokio::test]
async fn the_help_desk_is_written_to_once_when_one_of_its_mailboxes_took_it() {
    for taker in ["one@example.org", "two@example.org"] {
        let inside = Arc::new(Mailbox::new(Arc::new(MovingClock::new())));
        let only = Arc::new(OnlyFor(taker, Arc::clone(&inside)));
        let post = Post::open(|couriers| couriers.with(Channel::Mail, only)).await;
        let wanted = Matter::HelpWanted {
            name: "h.tanaka".into(),
            case: "stuck".into(),
            support: "ABCD-2345".into(),
        };
        let call = message(Recipient::HelpDesk, wanted);
        post.ground.done(vec![Change::Enqueue(call)]).await;
        post.try_for(minutes(2)).await;
        assert_eq!(inside.list().len(), 1, "{taker}");
    }
}
