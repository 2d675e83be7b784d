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
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{PossibleRouteMatch, SsrMode, path};
use portal::account::Language;
use serde::{Deserialize, Serialize};

use pages::{change, demo, home, missing, not_me, register, reset, sign_in};
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

impl Surroundings {
    /// Those of this page as JSON. The browser has them from the server.
    fn written() -> String {
        #[cfg(feature = "ssr")]
        return serde_json::to_string(&use_context::<Self>().unwrap_or_default()).unwrap_or_default();
        #[cfg(not(feature = "ssr"))]
        String::new()
    }
}

/// The document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: leptos::config::LeptosOptions) -> impl IntoView {
    use leptos::hydration::HydrationScripts;
    use leptos_meta::MetaTags;

    let surroundings: Surroundings = use_context().unwrap_or_default();
    let words = format!("/{}/words/{}.json", surroundings.package, surroundings.language.tag());
    let style = format!("/{}/aikagi.css", surroundings.package);
    // The browser's module knows a page by its address: it cannot bring one to life that stands at the address of a door.
    let is_plain = api::busy::is_in_place()
        || use_context::<axum::http::request::Parts>().is_some_and(|parts| {
            ["/demo", "/not-me"]
                .iter()
                .any(|plain| parts.uri.path().starts_with(plain))
        });
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
    let surroundings = SharedValue::new_str(Surroundings::written).into_inner();
    let surroundings: Surroundings = parts::wire::understand(&surroundings).unwrap_or_default();
    #[cfg(feature = "ssr")]
    let words = Words::of(surroundings.language, surroundings.offset_minutes);
    #[cfg(not(feature = "ssr"))]
    let words = expect_context::<Words>().by_clock(surroundings.offset_minutes);
    provide_context(words);
    provide_context(surroundings);
    view! {
        <Router>
            <FlatRoutes fallback=missing::Missing>
                <Page path=path!("/") view=home::Home />
                <Page path=path!("/signin") view=sign_in::SignIn />
                <Page path=path!("/reset") view=reset::identify::Identify />
                <Page path=path!("/reset/stopped") view=reset::stopped::Stopped />
                <Page path=path!("/reset/choose") view=reset::choose::Choose />
                <Page path=path!("/reset/code") view=reset::code::Code />
                <Page path=path!("/reset/questions") view=reset::questions::Questions />
                <Page path=path!("/reset/unlock") view=reset::unlock::Unlock />
                <Page path=path!("/reset/password") view=reset::password::Password />
                <Page path=path!("/reset/done") view=reset::done::Done />
                <Page path=path!("/reset/ended") view=reset::ended::Ended />
                <Page path=path!("/contact") view=reset::contact::Contact />
                <Page path=path!("/register") view=register::overview::Overview />
                <Page path=path!("/register/email") view=register::email::Email />
                <Page path=path!("/register/phone") view=register::phone::Phone />
                <Page path=path!("/register/questions") view=register::questions::Questions />
                <Page path=path!("/register/code") view=register::code::Code />
                <Page path=path!("/register/remove/:kind") view=register::remove::Remove />
                <Page path=path!("/register/prove") view=register::prove::Prove />
                <Page path=path!("/register/confirm") view=register::confirm::Confirm />
                <Page path=path!("/register/done") view=register::done::Done />
                <Page path=path!("/change") view=change::Change />
                <Page path=path!("/change/done") view=change::Changed />
                <Page path=path!("/not-me/link/:token") view=not_me::NotMe />
                <Page path=path!("/demo") view=demo::Demo />
                <Page path=path!("/demo/mailbox") view=demo::Mailbox />
            </FlatRoutes>
        </Router>
    }
}

/// A page at its address. All pages are functions of one type: the router would be compiled anew for every other.
#[component(transparent)]
fn Page<P>(path: P, view: fn() -> AnyView) -> impl leptos_router::MatchNestedRoutes + Clone
where
    P: PossibleRouteMatch + Clone + Send + 'static,
{
    view! { <Route path view ssr=SsrMode::Async /> }.into_inner()
}
