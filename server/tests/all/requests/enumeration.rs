//! What a stranger can learn about who exists.

use super::browser::{Browser, House};
use super::plain::{follow, hidden};
use super::shape::Shape;
use super::uniform::uniform;

/// What everybody is compared with: a name that nobody has.
const NOBODY: &str = "nobody.here";

/// Accounts that cannot be recovered, and names that nobody has: no method, one method, switched off; longer than any
/// name, with a domain, in another script.
const ALIKE: [&str; 7] = [
    "h.tanaka",
    "m.suzuki",
    "d.kato",
    "y.kobayashi",
    "a.name.so.long.that.nobody.in.any.organisation.was.ever.given.it",
    "h.tanaka@kitayama.example",
    "山田花子",
];

/// Goes to every page and sends every form of a reset, in an order that leaves nothing out.
async fn walk(house: &House, name: &str) -> Vec<Shape> {
    let mut browser = Browser::new(house);
    let mut seen = vec![browser.identify(name).await];
    let pages = [
        "/reset",
        "/reset/choose",
        "/reset/code",
        "/reset/password",
        "/reset/stopped",
        "/reset/done",
        "/reset/ended",
        "/contact",
    ];
    for page in pages {
        seen.push(browser.page(page).await);
    }
    for view in ["stopped", "choose", "code"] {
        let door = format!("reset/view?step={view}");
        let request = axum::http::Request::get(format!("/api/{door}")).header("accept", "application/json");
        seen.push(browser.send(request.body(axum::body::Body::empty()).unwrap()).await);
    }
    for _ in 0..2 {
        let key = browser.key().await;
        seen.push(browser.post("reset/contact", &[("key", &key)]).await);
        seen.push(browser.page("/contact").await);
        seen.push(browser.page("/reset/stopped").await);
    }
    // The same name again is another look.
    seen.push(browser.identify(name).await);
    seen.push(browser.page("/reset/stopped").await);
    seen.push(browser.ask("email", "").await);
    seen.push(browser.ask("text", "090 1234 5678").await);
    seen.push(browser.verify("12345678").await);
    for door in ["reset/again", "reset/another", "reset/extend"] {
        let key = browser.key().await;
        seen.push(browser.post(door, &[("method", "email"), ("key", &key)]).await);
    }
    seen.push(browser.set("sakoru bitami hudano 83").await);
    // By then five forms were of a step ahead.
    seen.push(browser.page("/reset/stopped").await);
    seen.push(browser.page("/reset/ended").await);
    seen.iter().map(Shape::of).collect()
}

fn assert_alike(one: &[Shape], other: &[Shape], who: &str) {
    assert_eq!(one.len(), other.len(), "{who}");
    for (step, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(one, other, "{who}, step {step}");
    }
}

#[tokio::test]
async fn unknown_and_unregistered_are_byte_equal_at_every_step() {
    let house = House::open().await;
    let first = walk(&house, NOBODY).await;
    assert!(
        first[5].status == 200 && first[5].body.contains("We could not verify your account"),
        "the page is there: {:?}",
        first[5]
    );
    for name in ALIKE {
        // Every walk is one of the first of a network.
        house.later(61);
        assert_alike(&walk(&house, name).await, &first, name);
    }
}

/// The same by plain forms, where what was typed comes back: too early, refused, and at last.
async fn walk_without_scripts(house: &House, name: &str) -> Vec<Shape> {
    let mut browser = Browser::new(house);
    let page = follow(&mut browser, "/reset").await;
    let (token, key) = (hidden(&page, "token"), hidden(&page, "key"));
    let mut seen = Vec::new();
    for (token, later) in [(token.as_str(), 0), ("forged", 11), (token.as_str(), 0)] {
        house.later(later);
        let fields = [("user_name", name), ("token", token), ("answer", ""), ("key", &key)];
        let heard = browser.submit("reset/identify", &fields).await;
        seen.push(Shape::of(&heard));
        seen.push(Shape::of(&browser.page(heard.location()).await));
    }
    for shape in &mut seen {
        shape.body = shape.body.replace(name, "<name>");
    }
    seen
}

#[tokio::test]
async fn without_scripts_they_are_byte_equal_but_for_the_name_that_was_typed() {
    let house = House::open().await;
    // Names of one length, for they come back in a cookie.
    for [one, other] in [
        ["y.kobayashi", "x.kobayashi"],
        ["d.kato", "x.kato"],
        ["m.suzuki", "x.suzuki"],
    ] {
        let first = walk_without_scripts(&house, one).await;
        assert!(first[1].body.contains("<name>") && first[1].body.contains("works from"));
        assert!(first[3].body.contains("<name>") && first[3].body.contains("has run out"));
        assert!(
            first[5].body.contains("We could not verify your account"),
            "{}",
            first[5].body
        );
        assert_alike(&walk_without_scripts(&house, other).await, &first, other);
    }
}

#[tokio::test]
async fn limits_and_prices_are_the_same_for_unknown_and_unregistered() {
    let house = House::open().await;
    let mut walks = Vec::new();
    for (n, name) in ["h.tanaka", NOBODY].into_iter().enumerate() {
        let mut seen = Vec::new();
        for start in 0..61 {
            let mut browser = Browser::new(&house);
            browser.address = [198, 51, 100, u8::try_from(n).unwrap()];
            seen.push(Shape::of(&browser.identify(name).await));
            // More calls for help than are made in a day for one account.
            if start < 5 {
                let key = browser.key().await;
                seen.push(Shape::of(&browser.post("reset/contact", &[("key", &key)]).await));
                seen.push(Shape::of(&browser.page("/contact").await));
            }
        }
        let mut next = Browser::new(&house);
        next.address = [198, 51, 100, u8::try_from(n).unwrap()];
        let bits = next.view("reset/view?step=identify").await["screen"]["identify"]["bits"].clone();
        walks.push((seen, bits));
    }
    assert_eq!(walks[0].1, walks[1].1);
    assert_eq!(walks[0].1, 17);
    assert_alike(&walks[0].0, &walks[1].0, NOBODY);
}

#[tokio::test]
async fn registering_the_contact_of_somebody_else_is_answered_as_any_other() {
    for house in [House::open().await, uniform().await] {
        a_contact_of_somebody_else_is_as_any_other(&house).await;
    }
}

async fn a_contact_of_somebody_else_is_as_any_other(house: &House) {
    let mut heard = Vec::new();
    for (address, number) in [
        ("ken.sato@example.net", "090 1234 5678"),
        ("nobody.at.all@example.net", "090 7777 6666"),
    ] {
        let mut browser = Browser::new(house);
        browser.sign_in("h.tanaka", "first lantern 2041").await;
        let mut seen = vec![browser.post("register/email", &[("address", address)]).await];
        let phone = [("country", "JP"), ("number", number), ("way", "text")];
        seen.push(browser.post("register/phone", &phone).await);
        seen.push(browser.post("register/verify", &[("code", "000000")]).await);
        heard.push(seen.iter().map(Shape::of).collect::<Vec<_>>());
        house.later(3_600);
    }
    assert_alike(&heard[0], &heard[1], "a contact of somebody else");
}

#[tokio::test]
async fn each_case_leads_to_its_own_page() {
    let house = House::open().await;
    for (name, case) in [
        ("s.nakamura", "managed_elsewhere"),
        ("e.yoshida", "not_enabled"),
        ("h.tanaka", "not_verified"),
    ] {
        let mut browser = Browser::new(&house);
        assert_eq!(browser.identify(name).await.next(), "/reset/stopped");
        let view = browser.view("reset/view?step=stopped").await;
        assert_eq!(view["screen"]["stopped"]["case"], case, "{name}");
    }
}

#[tokio::test]
async fn signing_in_tells_nothing_about_who_exists() {
    for house in [House::open().await, uniform().await] {
        signing_in_tells_nothing(&house).await;
    }
}

async fn signing_in_tells_nothing(house: &House) {
    let mut walks = Vec::new();
    // The last one is switched off, and begins with the right password.
    for (name, first) in [
        (NOBODY, "wrong password 0"),
        ("k.sato", "wrong password 0"),
        ("h.tanaka", "wrong password 0"),
        ("s.nakamura", "wrong password 0"),
        ("t.yamamoto", "wrong password 0"),
        ("a.watanabe", "wrong password 0"),
        ("d.kato", "hidden garden 4471"),
    ] {
        let mut browser = Browser::new(house);
        let computed = house.server.hashing.computed();
        let mut seen = vec![Shape::of(&browser.sign_in(name, first).await)];
        assert_eq!(house.server.hashing.computed() - computed, 1, "{name}: one hash");
        for n in 1..12 {
            seen.push(Shape::of(&browser.sign_in(name, &format!("wrong password {n}")).await));
        }
        // The eleventh has to wait, and the one after it: for the same time.
        assert!(seen[9].status == 422 && seen[10].status == 429 && seen[11].body.contains("wait"));
        assert_eq!(
            house.server.hashing.computed() - computed,
            10,
            "{name}: none while waiting"
        );
        walks.push((name, seen));
    }
    for (name, walk) in &walks[1..] {
        assert_alike(walk, &walks[0].1, name);
    }
}
