//! What people type by mistake, by plain form, in both languages: told what is wrong in so many words, and nothing typed
//! is lost but secrets.

mod account;
mod contact;
mod password;
mod proof;

use app::words::Words;
use portal::account::Language;

use super::browser::{Browser, House};
use super::plain::{follow, hidden};

/// What is told, in the words of a language.
type Told = fn(Words) -> String;

/// A form that is refused.
struct Mistake {
    /// Fields as they were typed.
    typed: Vec<(&'static str, String)>,
    /// What the page says then.
    told: Told,
}

fn mistake<const N: usize>(typed: [(&'static str, &str); N], told: Told) -> Mistake {
    Mistake {
        typed: typed.map(|(name, value)| (name, value.to_owned())).into(),
        told,
    }
}

/// A form, the page it stands on, and which of its fields are shown again.
struct Form {
    door: &'static str,
    page: &'static str,
    shown: &'static [&'static str],
}

/// Fields whose values never come back.
const SECRETS: [&str; 5] = ["password", "current", "new_password", "again", "code"];

/// A text as it stands in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same within an attribute.
fn quoted(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

/// A text up to the time that is filled in.
fn before_the_time(text: &str) -> String {
    text.split('{').next().unwrap_or_default().to_owned()
}

fn speaking(house: &House, language: Language) -> Browser {
    let mut browser = Browser::new(house);
    browser
        .cookies
        .insert("aikagi-language".into(), language.tag().to_owned());
    browser
}

/// Makes the mistake, and looks at the page that follows.
async fn make(browser: &mut Browser, language: Language, form: &Form, mistake: &Mistake) {
    let page = follow(browser, form.page).await;
    let mut fields: Vec<(&str, String)> = mistake.typed.clone();
    for ours in ["key", "token", "answer"] {
        if page.contains(&format!("name=\"{ours}\"")) && fields.iter().all(|(name, _)| *name != ours) {
            fields.push((ours, hidden(&page, ours)));
        }
    }
    let sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let what = format!("{} {sent:?} in {}", form.door, language.tag());
    let heard = browser.submit(form.door, &sent).await;
    assert_eq!((heard.status.as_u16(), heard.location()), (302, form.page), "{what}");
    let page = follow(browser, form.page).await;
    let told = escaped(&(mistake.told)(Words::of(language, 0)));
    assert!(
        !told.is_empty() && page.contains(&told),
        "{what}: {told:?} is not told in {page}"
    );
    assert!(page.contains(&format!("<html lang=\"{}\"", language.tag())), "{what}");
    for (name, value) in &mistake.typed {
        if value.trim().is_empty() {
            continue;
        }
        if form.shown.contains(name) {
            let value = format!("value=\"{}\"", quoted(value));
            assert!(page.contains(&value), "{what}: {name} is lost: {page}");
        }
        if SECRETS.contains(name) {
            assert!(!page.contains(&escaped(value)), "{what}: {name} came back: {page}");
        }
    }
}

async fn make_all(browser: &mut Browser, language: Language, form: &Form, mistakes: &[Mistake]) {
    for mistake in mistakes {
        make(browser, language, form, mistake).await;
    }
}

/// What no name, number or address is: bells, emoji, marks that turn the writing or cannot be seen, spaces inside.
const NEVER: [&str; 7] = [
    "k.sa\u{7}to",
    "k.sa\u{0}to",
    "k.sato😀",
    "k.\u{202e}otas",
    "\u{2066}k.sato\u{2069}",
    "k.sato\u{200b}",
    "k. sato",
];
