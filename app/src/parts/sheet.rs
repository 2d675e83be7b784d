//! The frame of every page: a sheet of paper on a desk, with the organisation's name leading.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;
use leptos_meta::Title;
use portal::account::Language;
use portal::method::ContactKind;

use super::load::{Refresh, Refused};
use super::masked::within;
use super::steps::Marks;
use crate::Surroundings;
use crate::words::{Word, words};

/// The large mark on the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// The organisation's emblem: home.
    Emblem,
    /// The whole seal: done.
    Whole,
}

/// How many frames a page that was made is waited for until it stands in the document.
const FRAMES: u8 = 60;

/// Set once the first page has come alive; pages after it take the focus.
static HAS_ARRIVED: AtomicBool = AtomicBool::new(false);

/// Whether a page has come alive before the one that is being made.
#[cfg(feature = "hydrate")]
pub fn has_arrived() -> bool {
    HAS_ARRIVED.load(Ordering::Relaxed)
}

/// A page comes alive. Whether it is the first.
#[cfg(feature = "hydrate")]
pub fn arrive() -> bool {
    !HAS_ARRIVED.swap(true, Ordering::Relaxed)
}

/// A page.
#[component]
pub fn Sheet(
    /// The heading, also of the document.
    #[prop(into)]
    title: String,
    /// Where in the walk: "Step 2 of 4".
    #[prop(optional, into)]
    whereabouts: Option<String>,
    /// The sentence under the heading.
    #[prop(optional, into)]
    lead: Option<String>,
    /// The masked address that stands in it.
    #[prop(optional)]
    masked: Option<(ContactKind, String)>,
    /// Marks on the edge.
    #[prop(optional, into)]
    marks: Option<Marks>,
    /// The large mark on the edge.
    #[prop(optional, into)]
    stamp: Option<Stamp>,
    /// Beside the text on wide screens.
    #[prop(optional, into)]
    aside: Option<AnyView>,
    /// The support code.
    #[prop(optional, into)]
    support: String,
    /// The page has a main form, whose fields outlive a change of language.
    #[prop(optional)]
    form: bool,
    /// What follows the heading.
    children: Children,
) -> impl IntoView {
    let words = words();
    let surroundings: Surroundings = expect_context();
    let refused = use_context::<Refused>();
    let organisation = surroundings.organisation.clone();
    let document = {
        let (title, organisation) = (title.clone(), organisation.clone());
        move || {
            let title = format!("{title} – {organisation}");
            // `Title` may still ask after the page is gone: it keeps the text of a page that was made anew.
            if refused.is_some_and(|refused| refused.0.try_with(Option::is_some).unwrap_or_default()) {
                words.fill(Word::TitleOfError, &[("title", &title)])
            } else {
                title
            }
        }
    };
    // The server writes the title after the page is drawn and its signals are gone, so it is told as it is.
    #[cfg(feature = "ssr")]
    let document = document();
    let is_refreshed = use_context::<Refresh>().is_some_and(|refresh| refresh.0.get_untracked() > 0);
    let sheet_ref = NodeRef::<leptos::html::Main>::new();
    Effect::new(move || {
        if sheet_ref.get().is_some() && HAS_ARRIVED.swap(true, Ordering::Relaxed) {
            take_focus(sheet_ref, is_refreshed, FRAMES);
        }
    });
    let kind = match (&marks, &stamp) {
        (_, Some(_)) => "desk sealed",
        (Some(_), None) => "desk marked",
        (None, None) => "desk",
    };
    let is_home = stamp == Some(Stamp::Emblem);
    let sheet = if aside.is_some() { "sheet with-aside" } else { "sheet" };
    let lead = lead.map(|lead| match masked {
        Some((kind, mask)) => within(lead, kind, mask),
        None => lead.into_any(),
    });
    let emblem = surroundings.emblem.clone();
    let stamp = stamp.map(|stamp| match stamp {
        Stamp::Emblem => view! { <span class="stamp emblem" aria-hidden="true">{emblem}</span> }.into_any(),
        Stamp::Whole => view! { <span class="stamp seal whole" aria-hidden="true"></span> }.into_any(),
    });
    view! {
        <Title text=document />
        <div class=kind>
            <a class="skip" href="#main" rel="external">
                {words.say(Word::Skip)}
            </a>
            <header class="masthead">
                <a class="organisation" href="/">
                    {(!is_home).then(|| view! { <span class="emblem" aria-hidden="true">{surroundings.emblem}</span> }.into_any())}
                    <span>{organisation}</span>
                </a>
                {(!is_in_place()).then(|| view! { <Languages form /> }.into_any())}
            </header>
            <main class=sheet id="main" tabindex="-1" node_ref=sheet_ref>
                {marks.map(Marks::draw)}
                {stamp}
                <div class="page">
                    <div class="opening">
                        {whereabouts.map(|text| view! { <p class="whereabouts">{text}</p> }.into_any())}
                        <h1 tabindex="-1">{title}</h1>
                        {lead.map(|lead| view! { <p class="lead">{lead}</p> }.into_any())}
                    </div>
                    {children()}
                </div>
                {aside.map(|aside| view! { <aside class="aside">{aside}</aside> }.into_any())}
                {(!support.is_empty())
                    .then(|| {
                        view! {
                            <p class="support">
                                {words.say(Word::SupportCode)} <code>{support}</code>
                            </p>
                        }.into_any()
                    })}
            </main>
            <footer class="footing">
                <p>{surroundings.help}</p>
                {surroundings
                    .is_demo
                    .then(|| {
                        view! {
                            <p class="demo-links">
                                <a href="/demo" rel="external">{words.say(Word::DemoPeople)}</a>
                                <a href="/demo/mailbox" rel="external">{words.say(Word::DemoMailbox)}</a>
                            </p>
                        }.into_any()
                    })}
                <p>
                    <span>"Aikagi " <span lang="ja">"合鍵"</span></span>
                </p>
            </footer>
        </div>
    }
}

/// Whether the page stands at the address of a door: a change of language would not find back to it.
fn is_in_place() -> bool {
    #[cfg(feature = "ssr")]
    return crate::api::busy::is_in_place();
    #[cfg(not(feature = "ssr"))]
    false
}

/// The other language, in its own script. It belongs to the page's form where there is one, so that what was typed is
/// kept; a button before it stays the one that Enter presses.
#[component]
fn Languages(form: bool) -> impl IntoView {
    let current = words().language();
    let others = Language::ALL.into_iter().filter(move |language| *language != current).map(|language| {
        let name = match language {
            Language::En => "English",
            Language::Ja => "日本語",
        };
        let tag = language.tag();
        if form {
            view! {
                <button form="step" type="submit" class="heard" tabindex="-1" aria-hidden="true"></button>
                <button class="quiet" form="step" type="submit" formaction="/language" formnovalidate name="to_language" value=tag lang=tag>
                    {name}
                </button>
            }
            .into_any()
        } else {
            view! {
                <form action="/language" method="post">
                    <button class="quiet" type="submit" name="to_language" value=tag lang=tag>
                        {name}
                    </button>
                </form>
            }
            .into_any()
        }
    });
    view! { <div class="languages">{others.collect_view()}</div> }
}

/// Moves the focus into a page that has just been made: to what is typed first, else to the heading. A page that was
/// fetched again stays where it is, unless there is something to type or what had the focus is gone.
fn take_focus(sheet: NodeRef<leptos::html::Main>, is_refreshed: bool, frames: u8) {
    #[cfg(feature = "hydrate")]
    request_animation_frame(move || {
        use wasm_bindgen::JsCast as _;
        // Gone again, for another page.
        let Some(found) = sheet.try_get_untracked().flatten() else {
            return;
        };
        if !found.is_connected() {
            if let Some(frames) = frames.checked_sub(1) {
                take_focus(sheet, is_refreshed, frames);
            }
            return;
        }
        let find = |selector| found.query_selector(selector).ok().flatten();
        let is_lost = document()
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        let first = find("[data-first]").or_else(|| (!is_refreshed || is_lost).then(|| find("h1")).flatten());
        if let Some(element) = first.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, is_refreshed, frames);
}

/// Moves the focus to the first element that one of the selectors finds, once the page is drawn.
pub fn focus_soon(selectors: &'static [&'static str]) {
    #[cfg(feature = "hydrate")]
    request_animation_frame(move || {
        use wasm_bindgen::JsCast as _;
        let found = selectors
            .iter()
            .find_map(|selector| document().query_selector(selector).ok().flatten());
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = selectors;
}
