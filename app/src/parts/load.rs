//! A page and its view: fetched on the server before the page is sent, and again when a deed changed what it shows.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::link::link;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use portal::refusal::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use super::explain::explain;
use super::sheet::Sheet;
use super::wire::view_of;
use crate::api::{Said, View};
use crate::words::{Word, words};

/// Raise it to have the view fetched again.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

/// What the last form was refused for.
#[derive(Clone, Copy)]
pub struct Refused(pub RwSignal<Option<Said>>);

/// Set where a page is left because the session has ended: the next page tells it. In the browser alone, where one person
/// is.
static SESSION_HAS_ENDED: AtomicBool = AtomicBool::new(false);

/// Keeps what leads to the next page, where that page does not say it anyway.
pub fn hand_over(said: &Said) {
    if cfg!(feature = "hydrate") && *said == Said::No(Refusal::SessionEnded) {
        SESSION_HAS_ENDED.store(true, Ordering::Relaxed);
    }
}

impl Refused {
    /// The sentence for a field, where the refusal belongs to it.
    pub fn for_field(self, belongs: fn(&Refusal) -> bool) -> Signal<Option<String>> {
        let words = words();
        Signal::derive(move || match self.0.get() {
            Some(Said::No(refusal)) if belongs(&refusal) => Some(explain(words, &Said::No(refusal))),
            _ => None,
        })
    }
}

/// A view on its way, as JSON; where there is none, as JSON of a [`Said`].
type Fetching = Pin<Box<dyn Future<Output = String> + Send>>;

/// Makes of a view's text what is shown. The refusal that a plain form left behind is told before: the page's title asks
/// for it while it is made.
type Showing = dyn Fn(&str, RwSignal<Option<Said>>) -> Result<AnyView, Said> + Send + Sync;

/// The address of a view: that of its door, with a query.
pub fn view_at<F: ServerFn>(query: &str) -> String {
    format!("{}{query}", F::url())
}

/// A view for a page that is there already and stays as it is. Asked for by the browser alone.
pub async fn look_again<S: DeserializeOwned>(address: &str) -> Result<View<S>, Said> {
    #[cfg(feature = "hydrate")]
    {
        super::wire::view_of(&super::wire::fetch(address).await)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = address;
        Err(Said::Unreachable)
    }
}

/// Shows a page as soon as its view is there: on the server by asking the door itself, in the browser by fetching it from
/// its address.
pub fn load<S, Fut>(
    address: String,
    ask: impl Fn() -> Fut + Send + Sync + 'static,
    render: impl Fn(View<S>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    S: Serialize + DeserializeOwned + Send + 'static,
    Fut: Future<Output = Result<View<S>, Said>> + Send + 'static,
{
    #[cfg(feature = "hydrate")]
    let fetch = {
        let _ = ask;
        move || -> Fetching {
            let address = address.clone();
            Box::pin(send_wrapper::SendWrapper::new(async move {
                super::wire::fetch(&address).await
            }))
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let fetch = {
        let _ = address;
        move || -> Fetching {
            let view = ask();
            Box::pin(async move {
                match view.await {
                    Ok(view) => serde_json::to_string(&view),
                    Err(said) => serde_json::to_string(&said),
                }
                .unwrap_or_default()
            })
        }
    };
    // Between the server and the page a view travels as text, so that all that follows is one and the same code for every
    // page.
    load_any(
        Arc::new(fetch),
        Arc::new(move |text, refused| {
            let view: View<S> = view_of(text)?;
            let is_untold = refused.try_with_untracked(Option::is_none).unwrap_or_default();
            if let (true, Some(said)) = (is_untold, view.said.clone()) {
                refused.set(Some(said));
            }
            Ok(render(view))
        }),
    )
}

fn load_any(fetch: Arc<dyn Fn() -> Fetching + Send + Sync>, show: Arc<Showing>) -> AnyView {
    let refresh = RwSignal::new(0_u32);
    let has_ended = SESSION_HAS_ENDED.swap(false, Ordering::Relaxed);
    let refused = RwSignal::new(has_ended.then_some(Said::No(Refusal::SessionEnded)));
    provide_context(Refresh(refresh));
    provide_context(Refused(refused));
    focus_on_refusal(refused);
    let view = Resource::new_str(move || refresh.get(), move |_| fetch());
    let navigate = StoredValue::new(use_navigate());
    let pathname = use_location().pathname;
    let go = move |path: String| {
        // On the server the door has led there already.
        if cfg!(feature = "hydrate") {
            request_animation_frame(move || {
                navigate.with_value(|navigate| {
                    navigate(
                        &path,
                        NavigateOptions {
                            replace: true,
                            ..Default::default()
                        },
                    );
                });
            });
        }
    };
    view! {
        <Transition fallback=|| ()>
            {move || {
                let show = Arc::clone(&show);
                Suspend::new(async move {
                    let text = view.await;
                    show(&text, refused)
                        .unwrap_or_else(|said| match said.leads(&pathname.get_untracked()) {
                            Some(path) => {
                                hand_over(&said);
                                go(path.to_owned());
                                ().into_any()
                            }
                            None => view! { <Failed said /> }.into_any(),
                        })
                })
            }}
        </Transition>
    }
    .into_any()
}

/// A page that could not be had.
#[component]
fn Failed(said: Said) -> impl IntoView {
    let words = words();
    let page = use_location().pathname.get_untracked();
    let lead = explain(words, &said);
    // Where it is not done here, it will not be the next time.
    let (title, again, class) = if said == Said::No(Refusal::ManagedElsewhere) {
        (Word::StoppedElsewhereTitle, None, "button primary")
    } else {
        let again = looking_again("button primary", page, words.say(Word::TryAgain));
        (Word::FailedTitle, Some(again), "quiet")
    };
    let support = if let Said::Fault { support } = said {
        support
    } else {
        String::new()
    };
    view! {
        <Sheet title=words.say(title) lead support>
            <div class="actions">
                {again} {link(class, "/", words.say(Word::ToStart))}
            </div>
        </Sheet>
    }
}

/// A link by which `page`, on which it stands, is made anew: its view is fetched again. Without scripts, and where the server
/// alone has drawn it, the page is loaded: the router would find that it is there already.
pub fn looking_again(class: &'static str, page: String, label: &'static str) -> AnyView {
    let refresh: Refresh = expect_context();
    view! {
        <a
            class=class
            href=page
            rel="external"
            on:click=move |event| {
                event.prevent_default();
                refresh.0.update(|count| *count += 1);
            }
        >
            {label}
        </a>
    }
    .into_any()
}

/// Moves the focus to the first wrong field, else to the notice.
fn focus_on_refusal(refused: RwSignal<Option<Said>>) {
    Effect::new(move |before: Option<bool>| {
        let is_refused = refused.with(Option::is_some);
        if is_refused && before.is_some() {
            super::sheet::focus_soon(&["[aria-invalid=true]", ".slip.error"]);
        }
        is_refused
    });
}
