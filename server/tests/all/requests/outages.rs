//! When messages do not get through: nobody hears anything else for it, and nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portal::moment::minutes;
use server::courier::mailbox::Outage;
use server::courier::{Channel, Courier, Couriers, Parcel, Undelivered};
use server::delivery::Delivery;
use tokio::task::JoinHandle;

use super::browser::{Browser, EMAIL, House};
use super::codes::awaiting;
use super::shape::Shape;

/// How delivery goes while somebody walks.
#[derive(Clone, Copy, Debug)]
enum Post {
    Works,
    Fails(Outage),
    Hangs,
}

/// A courier who takes a parcel and is never heard of again.
#[derive(Default)]
struct Silent {
    taken: AtomicUsize,
}

#[async_trait]
impl Courier for Silent {
    async fn deliver(&self, _parcel: &Parcel, _id: &str) -> Result<(), Undelivered> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

/// Lets delivery have its turn. What hangs goes on hanging beside everything that follows.
async fn turn(house: &House, post: Post) -> Option<JoinHandle<()>> {
    if !matches!(post, Post::Hangs) {
        house.deliver().await;
        return None;
    }
    let silent = Arc::new(Silent::default());
    let couriers = Channel::ALL.into_iter().fold(Couriers::default(), |couriers, channel| {
        couriers.with(channel, Arc::clone(&silent) as _)
    });
    let delivery = Delivery {
        couriers,
        ..house.server.delivery()
    };
    if house.store().backlog().await.unwrap().is_empty() {
        return None;
    }
    let hanging = tokio::spawn(async move {
        delivery.round().await.unwrap();
    });
    // Until a parcel is in its hands, or there was nothing to say.
    while silent.taken.load(Ordering::SeqCst) == 0 && !hanging.is_finished() {
        tokio::task::yield_now().await;
    }
    Some(hanging)
}

/// Everything that somebody hears who asks for a code, does not get it, and asks for help, while delivery has its turns.
pub async fn walk(house: &House, name: &str, turn: impl AsyncFn() -> Option<JoinHandle<()>>) -> Vec<Shape> {
    let mut browser = Browser::new(house);
    let mut heard = vec![browser.identify(name).await];
    for path in ["/reset/choose", "/reset/stopped"] {
        heard.push(browser.page(path).await);
    }
    heard.push(browser.ask("email", "").await);
    let mut hanging = vec![turn().await];
    heard.push(browser.page("/reset/code").await);
    heard.push(browser.verify("123 45x 78").await);
    heard.push(browser.page("/reset/code").await);
    let key = browser.key().await;
    heard.push(browser.post("reset/contact", &[("key", &key)]).await);
    hanging.push(turn().await);
    for path in ["/contact", "/reset/choose", "/reset/stopped"] {
        heard.push(browser.page(path).await);
    }
    heard.push(browser.sign_in(name, "not the password").await);
    for hanging in hanging.into_iter().flatten() {
        hanging.abort();
    }
    heard.iter().map(Shape::of).collect()
}

/// One who gets a code, one without methods, and nobody.
pub const NAMES: [&str; 3] = ["k.sato", "h.tanaka", "nobody.here"];

#[tokio::test]
async fn a_courier_that_refuses_fails_or_hangs_changes_no_answer() {
    let mut before: Option<Vec<Vec<Shape>>> = None;
    for post in [
        Post::Works,
        Post::Fails(Outage::Away),
        Post::Fails(Outage::Later),
        Post::Fails(Outage::Never),
        Post::Fails(Outage::NoSuchChannel),
        Post::Hangs,
    ] {
        let house = House::open().await;
        if let Post::Fails(outage) = post {
            for channel in Channel::ALL {
                house.mailbox.fail(channel, Some(outage));
            }
        }
        let mut walks = Vec::new();
        for name in NAMES {
            let walked = walk(&house, name, async || turn(&house, post).await);
            let walked = tokio::time::timeout(minutes(1), walked).await;
            walks.push(walked.unwrap_or_else(|_| panic!("{name} waits for a courier: {post:?}")));
        }
        assert_eq!(
            house.mailbox.list().is_empty(),
            !matches!(post, Post::Works),
            "{post:?}"
        );
        let first = before.get_or_insert_with(|| walks.clone());
        for ((name, walk), expected) in NAMES.iter().zip(&walks).zip(first.iter()) {
            for (step, (one, other)) in walk.iter().zip(expected).enumerate() {
                assert_eq!(one, other, "{post:?}: {name}, step {step}");
            }
        }
    }
}

#[tokio::test]
async fn a_channel_that_is_down_is_told_to_those_who_have_it_and_no_one_else() {
    let house = House::open().await;
    let stranger = async |name: &str| {
        let mut browser = Browser::new(&house);
        let mut heard = vec![browser.identify(name).await];
        heard.push(browser.page("/reset/stopped").await);
        heard.iter().map(Shape::of).collect::<Vec<_>>()
    };
    let (unregistered, unknown) = (stranger("h.tanaka").await, stranger("nobody.here").await);
    house.mailbox.fail(Channel::Mail, Some(Outage::Away));
    for name in ["k.sato", "r.ito"] {
        let mut browser = Browser::new(&house);
        browser.identify(name).await;
        assert_eq!(browser.ask("email", "").await.next(), "/reset/code");
        house.deliver().await;
    }
    // For minutes, that is.
    house.later(121);
    house.deliver().await;
    let mut person = Browser::new(&house);
    person.identify("a.watanabe").await;
    let heard = person.ask("email", "").await;
    assert_eq!(
        (heard.status.as_u16(), heard.next().contains("channel_down")),
        (503, true)
    );
    assert_eq!(
        person.view("reset/view?step=choose").await["screen"]["choose"]["choices"][2]["hurdle"],
        "down"
    );
    // Another way is open all the same.
    assert_eq!(person.ask("text", "080 7890 1234").await.next(), "/reset/code");
    assert_eq!(stranger("h.tanaka").await, unregistered);
    assert_eq!(stranger("nobody.here").await, unknown);
    // Three minutes later it is tried again.
    house.mailbox.fail(Channel::Mail, None);
    house.later(181);
    let key = person.key().await;
    person.post("reset/another", &[("key", &key)]).await;
    assert_eq!(person.ask("email", "").await.next(), "/reset/code");
}

#[tokio::test]
async fn a_code_that_was_held_up_arrives_as_it_is_while_it_lives_and_not_after() {
    let house = House::open().await;
    house.mailbox.fail(Channel::Mail, Some(Outage::Later));
    let mut browser = awaiting(&house).await;
    for _ in 0..4 {
        house.deliver().await;
        house.later(31);
    }
    house.mailbox.fail(Channel::Mail, None);
    let code = house.code(EMAIL).await;
    assert_eq!(house.mailbox.list().len(), 1);
    assert_eq!(browser.verify(&code).await.next(), "/reset/choose");

    house.mailbox.fail(Channel::Text, Some(Outage::Later));
    assert_eq!(browser.ask("text", "090 1234 5678").await.next(), "/reset/code");
    house.deliver().await;
    house.mailbox.fail(Channel::Text, None);
    house.later(301);
    house.deliver().await;
    assert_eq!(house.mailbox.list().len(), 1, "nobody is sent a code that is dead");
}
