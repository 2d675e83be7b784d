//! What browsers are told, field by field: a field that is added to a screen is added here as well, by somebody who thought
//! about who reads it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::browser::{Browser, EMAIL, House, NEW_PASSWORD, PASSWORD, PHONE};
use super::registration::prove;

/// The paths of all fields of a value; elements of a list are one.
fn fields(value: &Value) -> BTreeSet<String> {
    fn gather(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path = format!("{path}.{name}");
                    found.insert(path.trim_start_matches('.').to_owned());
                    gather(value, &path, found);
                }
            }
            Value::Array(elements) => elements.iter().for_each(|one| gather(one, &format!("{path}[]"), found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    gather(value, "", &mut found);
    found
}

/// The fields of a screen, or of the part of it with this name; those around it are the same for every view.
fn screen(view: &Value, name: &str) -> BTreeSet<String> {
    let around = fields(view).into_iter().filter(|field| !field.starts_with("screen"));
    let expected = ["key", "now", "said", "support", "typed"].map(str::to_owned);
    assert_eq!(around.collect::<BTreeSet<_>>(), BTreeSet::from(expected), "{view}");
    let screen = &view["screen"];
    match name.parse::<usize>() {
        Ok(place) => fields(&screen[place]),
        Err(_) if name.is_empty() => fields(screen),
        Err(_) => {
            assert_eq!(screen.as_object().unwrap().keys().collect::<Vec<_>>(), [name], "{view}");
            fields(&screen[name])
        }
    }
}

/// A code that is awaited.
const AWAITED: [&str; 10] = [
    "address",
    "again",
    "asked",
    "digits",
    "has_other",
    "hurdle",
    "is_over",
    "method",
    "other_way",
    "until",
];

/// What a new password is judged by.
const JUDGEMENT: [&str; 8] = [
    "judgement",
    "judgement.rules",
    "judgement.rules.classes_required",
    "judgement.rules.history",
    "judgement.rules.minimum",
    "judgement.terms",
    "judgement.terms.names",
    "judgement.terms.organisation",
];

fn expect(view: &Value, name: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|field| (*field).to_owned()).collect();
    assert_eq!(screen(view, name), expected, "{view}");
}

#[tokio::test]
async fn a_reset_tells_what_its_pages_show_and_nothing_else() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let view = browser.view("reset/view?step=identify").await;
    expect(&view, "identify", &["bits", "ripe", "token"]);
    browser.identify("k.sato").await;
    let view = browser.view("reset/view?step=choose").await;
    let choice = [
        "choices",
        "choices[].ending",
        "choices[].hurdle",
        "choices[].mask",
        "choices[].method",
        "contacted",
        "help",
        "required",
        "turn",
    ];
    expect(&view, "choose", &choice);
    browser.ask("email", "").await;
    let view = browser.view("reset/view?step=code").await;
    let awaited: Vec<String> = AWAITED.iter().map(|field| format!("code.{field}")).collect();
    let mut code: Vec<&str> = awaited.iter().map(String::as_str).collect();
    code.extend(["code", "contacted", "help", "required", "turn"]);
    expect(&view, "code", &code);
    browser.verify(&house.code(EMAIL).await).await;
    browser.ask("text", "090 1234 5678").await;
    browser.verify(&house.code(PHONE).await).await;
    let view = browser.view("reset/view?step=password").await;
    let mut password = JUDGEMENT.to_vec();
    password.extend([
        "judgement.terms.own",
        "can_extend",
        "required",
        "until",
        "user_name",
        "was_offered",
    ]);
    expect(&view, "password", &password);
    browser.set(NEW_PASSWORD).await;
    let view = browser.view("reset/view?step=done").await;
    expect(&view, "done", &["at", "ending"]);
    let mut stranger = Browser::new(&house);
    stranger.identify("nobody.here").await;
    let view = stranger.view("reset/view?step=stopped").await;
    expect(&view, "stopped", &["case", "contacted", "help"]);
}

#[tokio::test]
async fn a_registration_tells_what_its_pages_show_and_nothing_else() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    expect(&browser.view("signin/view").await, "", &[]);
    browser.sign_in("k.sato", PASSWORD).await;
    let overview = [
        "display",
        "finished",
        "have",
        "is_demanded",
        "lines",
        "lines[].can_remove",
        "lines[].means",
        "lines[].mask",
        "lines[].standing",
        "lines[].standing.verified",
        "needs_proof",
        "puts_off",
        "reconfirms",
        "required",
        "told_alone",
        "user_name",
    ];
    expect(&browser.view("register/view?page=/register").await, "", &overview);
    prove(&house, &mut browser).await;
    expect(&browser.view("register/change/view?page=x").await, "", &overview);
    let view = browser.view("register/phone/view").await;
    let form = ["countries", "countries[].calling", "countries[].code", "ways"];
    expect(&view, "0", &form);
    expect(&view, "1", &overview);
    browser.post("register/email", &[("address", "x@other.example")]).await;
    expect(&browser.view("register/code/view").await, "1", &AWAITED);
    let mut change = JUDGEMENT.to_vec();
    change.extend(["judgement.terms.own", "history", "pressing", "user_name"]);
    expect(&browser.view("change/view").await, "", &change);
    let fields = [
        ("current", PASSWORD),
        ("new_password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    browser.post("change", &fields).await;
    expect(&browser.view("change/done/view").await, "", &[]);
}

#[tokio::test]
async fn no_view_tells_an_address_or_a_number_whole() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    browser.identify("k.sato").await;
    let mut told = browser.view("reset/view?step=choose").await.to_string();
    browser.ask("email", "").await;
    told += &browser.view("reset/view?step=code").await.to_string();
    let mut owner = Browser::new(&house);
    owner.sign_in("k.sato", PASSWORD).await;
    house.later(31);
    prove(&house, &mut owner).await;
    for door in [
        "register/view?page=/register",
        "register/change/view?page=x",
        "register/phone/view",
    ] {
        let view = owner.view(door).await;
        assert!(!view["screen"].is_null(), "{door}: {view}");
        told += &view.to_string();
    }
    for whole in [
        EMAIL,
        "ken.sato@",
        "example.net",
        PHONE,
        "9012345678",
        "90-1234",
        "1234-5678",
    ] {
        assert!(!told.contains(whole), "{whole}: {told}");
    }
}
