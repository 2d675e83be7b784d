//! What people see: pages, parts, words; and the doors from page to service.
//!
//! Compiled twice: with `ssr` for the server, which renders every page, and with `hydrate` for the browser, which makes
//! an app of them. Every page is finished HTML and works as a plain form without scripts.

pub mod api;
pub mod pages;
pub mod parts;
pub mod words;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
use portal::account::Language;
use serde::{Deserialize, Serialize};

use pages::{change, demo, home, missing, register, reset, sign_in};
use words::Words;

/// What surrounds every page: the organisation, and where the page's assets are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The language of the page.
    pub language: Language,
    /// The organisation's name in that language.
    pub organisation: String,
    /// One or two characters that stand in for a logo.
    pub emblem: String,
    /// A line that says where to find help, in that language.
    pub help: String,
    /// Minutes east of UTC of the organisation's clock.
    pub offset_minutes: i32,
    /// Whether this is the demonstration.
    pub is_demo: bool,
    /// The folder of the assets, without slashes.
    pub package: String,
}

/// The document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: leptos::config::LeptosOptions) -> impl IntoView {
    use leptos::hydration::HydrationScripts;
    use leptos_meta::MetaTags;

    let surroundings: Surroundings = use_context().unwrap_or_default();
    let words = format!("/{}/words/{}.json", surroundings.package, surroundings.language.tag());
    let style = format!("/{}/aikagi.css", surroundings.package);
    let is_plain = use_context::<axum::http::request::Parts>().is_some_and(|parts| parts.uri.path().starts_with("/demo"));
    view! {
        <!DOCTYPE html>
        <html lang=surroundings.language.tag() data-words=words>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="stylesheet" href=style />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {(!is_plain).then(|| view! { <HydrationScripts options /> })}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The app: its words, its surroundings, its routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Decided on the server, and the same in the browser.
    let surroundings = SharedValue::new(|| use_context::<Surroundings>().unwrap_or_default()).into_inner();
    #[cfg(feature = "ssr")]
    let words = Words::of(surroundings.language, surroundings.offset_minutes);
    #[cfg(not(feature = "ssr"))]
    let words = expect_context::<Words>().by_clock(surroundings.offset_minutes);
    provide_context(words);
    let is_demo = surroundings.is_demo;
    provide_context(surroundings);
    let mode = SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=missing::Missing>
                <Route path=path!("/") view=home::Home ssr=mode.clone() />
                <Route path=path!("/signin") view=sign_in::SignIn ssr=mode.clone() />
                <Route path=path!("/reset") view=reset::identify::Identify ssr=mode.clone() />
                <Route path=path!("/reset/stopped") view=reset::stopped::Stopped ssr=mode.clone() />
                <Route path=path!("/reset/choose") view=reset::choose::Choose ssr=mode.clone() />
                <Route path=path!("/reset/code") view=reset::code::Code ssr=mode.clone() />
                <Route path=path!("/reset/password") view=reset::password::Password ssr=mode.clone() />
                <Route path=path!("/reset/done") view=reset::done::Done ssr=mode.clone() />
                <Route path=path!("/reset/ended") view=reset::ended::Ended ssr=mode.clone() />
                <Route path=path!("/contact") view=reset::contact::Contact ssr=mode.clone() />
                <Route path=path!("/register") view=register::overview::Overview ssr=mode.clone() />
                <Route path=path!("/register/email") view=register::email::Email ssr=mode.clone() />
                <Route path=path!("/register/phone") view=register::phone::Phone ssr=mode.clone() />
                <Route path=path!("/register/code") view=register::code::Code ssr=mode.clone() />
                <Route path=path!("/register/remove/:kind") view=register::remove::Remove ssr=mode.clone() />
                <Route path=path!("/register/prove") view=register::prove::Prove ssr=mode.clone() />
                <Route path=path!("/register/done") view=register::done::Done ssr=mode.clone() />
                <Route path=path!("/change") view=change::Change ssr=mode.clone() />
                <Route path=path!("/change/done") view=change::Changed ssr=mode.clone() />
                <Route path=path!("/demo") view=move || is_demo.then(|| view! { <demo::Demo /> }) ssr=mode.clone() />
                <Route path=path!("/demo/mailbox") view=move || is_demo.then(|| view! { <demo::Mailbox /> }) ssr=mode />
            </Routes>
        </Router>
    }
}
