//! People whose names look like markup, placeholders or headers.

use portal::account::{Language, Role, UserName};
use portal::audit::Actor;
use portal::method::ContactKind;
use portal::ports::{Hashing as _, Password};
use server::courier::Parcel;
use server::store::people::{Adding, NewPerson};

use super::browser::{Browser, House, NEW_PASSWORD, PASSWORD};
use super::plain::follow;

/// A name that user names allow, and that no page or mail may take for what it looks like.
const STRANGE: &str = "\"><script>alert(1)</script>{method}&amp;";

/// Somebody whom an administrator has given a name like that.
async fn add_strange(house: &House) {
    let hash = house.server.hashing.hash(&Password::typed(PASSWORD)).await.unwrap();
    let person = NewPerson {
        name: UserName::parse(STRANGE).unwrap(),
        display: "</script><img src=x onerror=alert(1)>\r\nBcc: evil@evil.example\u{202e}".into(),
        role: Role::Person,
        groups: vec!["staff".into()],
        managed_elsewhere: false,
        disabled: false,
        expires: None,
        must_change: false,
        hash: Some(hash),
        mailbox: Some("work@kitayama.example".into()),
        language: Language::En,
        vouched: vec![
            (ContactKind::Email, "strange@example.net".into()),
            (ContactKind::Phone, "+819077776666".into()),
        ],
    };
    let added = house.store().add_person(person, Actor::Console, house.now()).await;
    assert!(matches!(added.unwrap(), Adding::Added(_)));
}

#[tokio::test]
async fn a_name_that_is_markup_stays_a_name_on_every_page_and_in_every_message() {
    let house = House::open().await;
    add_strange(&house).await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.sign_in(STRANGE, PASSWORD).await.next(), "/register");
    for path in [
        "/register",
        "/register/email",
        "/register/phone",
        "/register/remove/email",
        "/change",
    ] {
        let page = follow(&mut browser, path).await;
        for markup in ["<script>alert(1)", "<img src=x"] {
            assert!(!page.contains(markup), "{path}: {page}");
        }
    }
    assert!(
        follow(&mut browser, "/register")
            .await
            .contains("&lt;script&gt;alert(1)")
    );
    // A notice that speaks of the name and of something else.
    let second = "second@example.net";
    assert_eq!(
        browser.post("register/email", &[("address", second)]).await.next(),
        "/register/code"
    );
    browser
        .post("register/verify", &[("code", &house.code(second).await)])
        .await;
    let mut reset = Browser::new(&house);
    assert_eq!(reset.identify(STRANGE).await.next(), "/reset/choose");
    house.later(31);
    reset.ask("email", "").await;
    reset.verify(&house.code(second).await).await;
    reset.ask("text", "090 7777 6666").await;
    reset.verify(&house.code("+819077776666").await).await;
    let page = follow(&mut reset, "/reset/password").await;
    assert!(
        !page.contains("<script>alert(1)") && page.contains("&lt;script&gt;alert(1)"),
        "{page}"
    );
    assert_eq!(reset.set(NEW_PASSWORD).await.next(), "/reset/done");
    house.deliver().await;
    let letters = house.mailbox.list();
    assert!(letters.len() >= 6, "three codes, three notices");
    for letter in letters {
        let text = letter.parcel.text();
        match &letter.parcel {
            // As it is, in plain text; what it looks like is filled in nowhere.
            Parcel::Mail { subject, .. } => {
                assert!(text.contains("{method}&amp;"), "{text}");
                assert!(!subject.contains("script"), "{subject}");
            }
            Parcel::Text { .. } | Parcel::Call { .. } => assert!(!text.contains("script"), "{text}"),
        }
        assert!(!text.contains("Bcc") && !text.contains("evil"), "{text}");
    }
}
