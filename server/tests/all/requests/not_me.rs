//! "This was not me": the link in a mail, and what its button does.

use axum::body::Body;
use axum::http::Request;
use portal::account::UserName;
use portal::audit::Actor;
use portal::method::ContactKind;
use portal::ports::{Account, Store as _};
use server::store::people::PersonUpdate;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD};
use super::registration::prove;

const MAILBOX: &str = "k.sato@kitayama.example";
const DESK: &str = "a.watanabe@kitayama.example";

/// The path of the link in the newest mail to an address.
async fn link(house: &House, to: &str) -> Option<String> {
    let text = house.arrived(to).await;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("http://localhost:8099/not-me/link/"));
    line.map(|token| format!("/not-me/link/{token}"))
}

/// A link to Ken Sato: of the notice that his password was changed.
async fn told(house: &House) -> String {
    let mut browser = Browser::new(house);
    browser.sign_in("k.sato", PASSWORD).await;
    let form = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &form).await.next(), "/change/done");
    link(house, MAILBOX).await.expect("the notice has a link")
}

async fn press(house: &House, link: &str) {
    let token = link.rsplit('/').next().unwrap();
    let heard = Browser::new(house).submit("not-me/stop", &[("token", token)]).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, link));
}

async fn account(house: &House) -> Account {
    let name = UserName::parse("k.sato").unwrap();
    house.store().account_named(&name).await.unwrap().unwrap()
}

async fn is_frozen(house: &House) -> bool {
    account(house).await.frozen_until(house.now()).is_some()
}

async fn rows(house: &House, event: &str) -> usize {
    house.audit().await.iter().filter(|row| row.0 == event).count()
}

#[tokio::test]
async fn looking_at_the_link_changes_nothing_and_pressing_stops_self_service() {
    let house = House::open().await;
    let link = told(&house).await;
    let before = account(&house).await;
    let mut reader = Browser::new(&house);
    for _ in 0..3 {
        let page = reader.page(&link).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        assert!(
            page.body.contains("This was not me: stop it") && page.body.contains("k.sato"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("aikagi.js"), "it is a plain page");
        let head = Request::head(&link)
            .header("accept", "text/html")
            .body(Body::empty())
            .unwrap();
        reader.send(head).await;
    }
    assert_eq!(account(&house).await, before);
    press(&house, &link).await;
    assert!(is_frozen(&house).await);
    let page = reader.page(&link).await.body;
    assert!(
        page.contains("It is stopped") && !page.contains("stop it</button>"),
        "{page}"
    );
    for (to, words) in [
        (DESK, "this was not me"),
        (MAILBOX, "this was not me"),
        (EMAIL, "this was not me"),
    ] {
        let mail = house.arrived(to).await;
        assert!(mail.contains(words) && mail.contains("k.sato"), "{to}: {mail}");
    }
    assert_eq!(rows(&house, "freeze").await, 1);
    house.later(72 * 3_600 - 5);
    assert!(is_frozen(&house).await);
    house.later(10);
    assert!(!is_frozen(&house).await);
}

#[tokio::test]
async fn a_form_of_another_site_stops_nothing() {
    let house = House::open().await;
    let link = told(&house).await;
    let token = link.rsplit('/').next().unwrap();
    let request = Request::post("/api/not-me/stop")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        .body(Body::from(format!("token={token}")))
        .unwrap();
    assert_eq!(Browser::new(&house).send(request).await.status, 403);
    assert!(!is_frozen(&house).await);
}

#[tokio::test]
async fn pressed_twice_or_many_times_at_once_is_the_same_as_once() {
    let house = House::open().await;
    let link = told(&house).await;
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let token = link.rsplit('/').next().unwrap().to_owned();
        let mut browser = Browser::new(&house);
        presses.spawn(async move { browser.submit("not-me/stop", &[("token", &token)]).await.status });
    }
    for status in presses.join_all().await {
        assert_eq!(status, 302);
    }
    let until = account(&house).await.frozen;
    house.later(3_600);
    press(&house, &link).await;
    assert_eq!(account(&house).await.frozen, until, "it is not prolonged");
    house.deliver().await;
    let letters = house.mailbox.list().into_iter();
    let told = letters.filter(|letter| letter.parcel.to() == DESK && letter.parcel.text().contains("k.sato"));
    assert_eq!(told.count(), 1);
    assert_eq!(rows(&house, "freeze").await, 1);
    // Nor does it begin anew when it is over: this message has had its say.
    house.later(72 * 3_600);
    press(&house, &link).await;
    assert!(!is_frozen(&house).await);
    assert!(
        Browser::new(&house)
            .page(&link)
            .await
            .body
            .contains("This link leads no further")
    );
}

#[tokio::test]
async fn whoever_has_no_mail_of_the_owner_stops_nothing_and_learns_nothing() {
    let house = House::open().await;
    let link = told(&house).await;
    let id = account(&house).await.id;
    let other = house
        .store()
        .account_named(&UserName::parse("r.ito").unwrap())
        .await
        .unwrap()
        .unwrap();
    let token = link.rsplit('/').next().unwrap();
    let cut = &token[..token.len() - 1];
    let moved = token.replace(id.as_str(), other.id.as_str());
    let (front, signed) = token.rsplit_once('-').unwrap();
    let longer = format!("{front}-{}{signed}", &signed[..1]);
    let later = token.replacen("-1", "-2", 1);
    assert_eq!(signed.len(), 32, "128 bits");
    let mut pages = Vec::new();
    for wrong in [cut, &moved, &longer, &later, "x", "a-b-c-d", &format!("{front}-")] {
        let path = format!("/not-me/link/{wrong}");
        press(&house, &path).await;
        let page = Browser::new(&house).page(&path).await.body;
        assert!(page.contains("This link leads no further"), "{wrong}: {page}");
        assert!(!page.contains("k.sato") && !page.contains("r.ito"), "{page}");
        pages.push(super::shape::Shape::of(&Browser::new(&house).page(&path).await));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    assert!(!is_frozen(&house).await);
    assert_eq!(other.frozen, None);
    assert_eq!(rows(&house, "freeze").await, 0);
    // And a right one is good for a week.
    house.later(7 * 86_400 - 5);
    assert!(
        Browser::new(&house)
            .page(&link)
            .await
            .body
            .contains("Was this not you?")
    );
    house.later(10);
    assert!(
        Browser::new(&house)
            .page(&link)
            .await
            .body
            .contains("This link leads no further")
    );
    press(&house, &link).await;
    assert!(!is_frozen(&house).await);
}

#[tokio::test]
async fn a_reset_under_way_dies_and_another_stops_as_for_an_unknown_name() {
    let house = House::open().await;
    let mut thief = Browser::new(&house);
    thief.prove(&house).await;
    let mut second = Browser::new(&house);
    second.address = [198, 51, 100, 9];
    second.identify("k.sato").await;
    house.later(31);
    assert_eq!(second.ask("email", "").await.next(), "/reset/code");
    let link = link(&house, EMAIL).await.expect("the mail with the code has one");
    let code = house.code(EMAIL).await;
    press(&house, &link).await;
    assert!(!thief.set(NEW_PASSWORD).await.next().contains("/reset/done"));
    assert!(!second.verify(&code).await.next().contains("/reset/choose"));
    let mut views = Vec::new();
    for name in ["k.sato", "nobody.at.all"] {
        let mut browser = Browser::new(&house);
        assert_eq!(browser.identify(name).await.next(), "/reset/stopped");
        let page = super::shape::Shape::of(&browser.page("/reset/stopped").await);
        views.push(page);
    }
    assert_eq!(views[0], views[1]);
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", PASSWORD).await.next(),
        "/register"
    );
    let rows = house.audit().await;
    assert!(
        !rows.iter().any(|row| row.0 == "reset" && row.1 == "succeeded"),
        "{rows:?}"
    );
}

#[tokio::test]
async fn methods_stay_as_they_are_while_signing_in_and_changing_the_password_go_on() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.sign_in("k.sato", PASSWORD).await;
    prove(&house, &mut browser).await;
    browser
        .post("register/email", &[("address", "another@example.net")])
        .await;
    let code = house.code("another@example.net").await;
    let link = link(&house, EMAIL)
        .await
        .expect("the mail with the code that proves has one");
    press(&house, &link).await;
    for (door, form) in [
        ("register/verify", vec![("code", code.as_str())]),
        ("register/again", vec![("method", "email")]),
        ("register/email", vec![("address", "third@example.net")]),
        ("register/remove", vec![("kind", "phone")]),
        ("register/finish", vec![]),
    ] {
        let next = browser.post(door, &form).await.next();
        assert!(next.contains("frozen"), "{door}: {next}");
    }
    let contacts = house.store().contacts(&account(&house).await.id).await.unwrap();
    assert!(contacts.iter().any(|contact| contact.address == EMAIL));
    let page = browser.page("/register/phone").await;
    assert!(page.body.contains("this was not me"), "{}", page.body);
    let form = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    assert_eq!(browser.post("change", &form).await.next(), "/change/done");
    assert_eq!(
        Browser::new(&house).sign_in("k.sato", NEW_PASSWORD).await.next(),
        "/register"
    );
}

#[tokio::test]
async fn an_administrator_allows_it_again_and_the_same_mail_stops_nothing_any_more() {
    let house = House::open().await;
    let link = told(&house).await;
    press(&house, &link).await;
    let name = UserName::parse("k.sato").unwrap();
    let unfreeze = async || {
        house
            .store()
            .unfreeze(&name, Actor::Console, house.now())
            .await
            .unwrap()
    };
    assert_eq!(unfreeze().await, Some(true));
    assert_eq!(unfreeze().await, Some(false));
    assert_eq!(rows(&house, "unfreeze").await, 1);
    assert!(!is_frozen(&house).await);
    press(&house, &link).await;
    assert!(!is_frozen(&house).await);
    assert_eq!(Browser::new(&house).identify("k.sato").await.next(), "/reset/choose");
    let unknown = UserName::parse("nobody").unwrap();
    assert_eq!(
        house
            .store()
            .unfreeze(&unknown, Actor::Console, house.now())
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn only_the_owner_of_the_account_gets_the_link() {
    let house = House::open().await;
    // A stranger whose mailbox is mistyped while somebody registers.
    let mut newcomer = Browser::new(&house);
    newcomer.sign_in("h.tanaka", "first lantern 2041").await;
    newcomer
        .post("register/email", &[("address", "stranger@example.net")])
        .await;
    assert_eq!(link(&house, "stranger@example.net").await, None);
    // Administrators who hear of it.
    press(&house, &told(&house).await).await;
    assert_eq!(link(&house, DESK).await, None);
    assert_eq!(
        link(&house, MAILBOX).await,
        None,
        "nor does the notice that it is stopped stop anything"
    );
}

#[tokio::test]
async fn the_help_desk_hears_of_it_where_no_administrator_can_be_written_to() {
    let house = House::open().await;
    let link = told(&house).await;
    for administrator in house.store().administrators().await.unwrap() {
        let update = PersonUpdate {
            removed: vec![ContactKind::Mailbox, ContactKind::Email, ContactKind::Phone],
            ..PersonUpdate::default()
        };
        let name = UserName::parse(&administrator.name).unwrap();
        house
            .store()
            .update_person(&name, update, Actor::Console, house.now())
            .await
            .unwrap();
    }
    press(&house, &link).await;
    let mut conn = super::super::cluster::raw(&house.folder).await;
    let to_desk = "select count(*) from outbox where contact is null and matter like '%disowned%'";
    let told: i64 = sqlx::query_scalar(to_desk).fetch_one(&mut conn).await.unwrap();
    assert_eq!(told, 1);
}
