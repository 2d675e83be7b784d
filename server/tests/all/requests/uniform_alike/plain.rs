//! The same with scripts off: plain forms, what they lead to, and the pages with what was typed.

use super::super::plain::{follow, hidden};
use super::{Browser, CAST, Ear, House, Shape, assert_alike, set_the_stage, uniform};

/// A visitor, and all that they are answered, with the name that they typed as a mark.
struct Visitor {
    browser: Browser,
    name: String,
    ear: Ear,
}

impl Visitor {
    /// Sends the form of a page with the key that the page gives it, and looks at the page that the answer leads to.
    async fn submits(&mut self, page: &str, door: &str, fields: &[(&str, &str)]) {
        let key = hidden(&follow(&mut self.browser, page).await, "key");
        self.sends(door, &[fields, &[("key", &key)]].concat()).await;
    }

    async fn sends(&mut self, door: &str, fields: &[(&str, &str)]) {
        let heard = self.browser.submit(door, fields).await;
        assert_eq!(heard.status, 302, "{door}");
        self.ear.hears(&heard);
        let mut page = self.browser.page(heard.location()).await;
        page.body = page.body.replace(&self.name, &"x".repeat(self.name.len()));
        self.ear.hears(&page);
    }
}

/// What somebody can do who proves nothing.
async fn walk(house: &House, (name, address, number): (&str, &str, &str), place: u8) -> Vec<Shape> {
    let mut browser = Browser::new(house);
    browser.address = [198, 51, place, 7];
    // In capitals, which are nobody's on the pages themselves.
    let name = name.to_uppercase();
    let mut visitor = Visitor {
        browser,
        name: name.clone(),
        ear: Ear::new(),
    };
    let page = follow(&mut visitor.browser, "/reset").await;
    let (token, key) = (hidden(&page, "token"), hidden(&page, "key"));
    let fields = [("user_name", &*name), ("token", &token), ("answer", ""), ("key", &key)];
    // Too early, and in time.
    visitor.sends("reset/identify", &fields).await;
    house.later(11);
    visitor.sends("reset/identify", &fields).await;
    for (method, field, wrong) in [
        ("", "whole_email", ""),
        ("email", "whole_email", "ken.sato"),
        ("text", "whole_text", "090 12"),
        ("call", "whole_call", ""),
    ] {
        let fields = [("method", method), (field, wrong)];
        visitor.submits("/reset/choose", "reset/ask", &fields).await;
    }
    for (method, field, whole, wrong) in [
        ("email", "whole_email", address, "00000000"),
        ("text", "whole_text", number, "000000"),
    ] {
        let fields = [("method", method), (field, whole)];
        visitor.submits("/reset/choose", "reset/ask", &fields).await;
        house.deliver().await;
        for code in ["", "0000000a", wrong] {
            visitor.submits("/reset/code", "reset/verify", &[("code", code)]).await;
        }
        // At once, and when it may be.
        for later in [0, 31] {
            house.later(later);
            let fields = [("method", method)];
            visitor.submits("/reset/code", "reset/again", &fields).await;
        }
        visitor.submits("/reset/code", "reset/another", &[]).await;
        house.later(31);
    }
    let fields = [("method", "questions")];
    visitor.submits("/reset/choose", "reset/ask", &fields).await;
    for _ in 0..2 {
        let answers = [("answer1", "a"), ("answer2", "b"), ("answer3", "c")];
        visitor.submits("/reset/questions", "reset/questions", &answers).await;
    }
    visitor.submits("/reset/questions", "reset/another", &[]).await;
    let password = "sakoru bitami hudano 83";
    let fields = [("new_password", password), ("again", password)];
    visitor.submits("/reset/choose", "reset/set", &fields).await;
    visitor.submits("/reset/choose", "reset/contact", &[]).await;
    visitor.ear.heard
}

#[tokio::test]
async fn without_scripts_every_name_is_byte_equal_as_well() {
    let house = uniform().await;
    set_the_stage(&house).await;
    // From another network each time, and to another address: both bound what is sent.
    let mut places = 0..;
    let mut walks = async |who| {
        house.later(61);
        walk(&house, who, places.next().unwrap()).await
    };
    // A name goes back to who typed it in a cookie: whoever is compared has one as long.
    for nobody in [
        ("x.sol", "x.sol@example.net", "080 2211 1111"),
        ("x.lane", "x.lane@example.net", "080 2611 1112"),
        ("x.nobody", "x.nobody@example.net", "080 2711 1113"),
        ("x.nobodys", "x.nobodys@example.net", "080 2811 1114"),
        ("x.anybody1", "x.anybody1@example.net", "080 2911 1115"),
    ] {
        let nobodys = walks(nobody).await;
        let mut compared = 0;
        for who in CAST.into_iter().filter(|(name, ..)| name.len() == nobody.0.len()) {
            assert_alike(&walks(who).await, &nobodys, who.0);
            compared += 1;
        }
        assert!(compared > 0, "{}", nobody.0);
    }
}
