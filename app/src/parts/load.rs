//! A page and its view: fetched on the server before the page is sent, and again when a deed changed what it shows.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use portal::refusal::Refusal;

use super::explain::explain;
use super::sheet::Sheet;
use crate::api::{Said, View};
use crate::words::{Word, words};

/// Raise it to have the view fetched again.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

/// What the last form was refused for.
#[derive(Clone, Copy)]
pub struct Refused(pub RwSignal<Option<Said>>);

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

/// Shows a page as soon as its view is there. `elsewhere` says where the view leads, if it does not belong here.
pub fn load<S, Fut>(
    fetch: impl Fn() -> Fut + Copy + Send + Sync + 'static,
    elsewhere: impl Fn(&View<S>) -> Option<&'static str> + Copy + Send + Sync + 'static,
    render: impl Fn(View<S>) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView
where
    S: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    Fut: Future<Output = Result<View<S>, Said>> + Send + 'static,
{
    let refresh = RwSignal::new(0_u32);
    let refused = RwSignal::new(None);
    provide_context(Refresh(refresh));
    provide_context(Refused(refused));
    focus_on_refusal(refused);
    let view = Resource::new(move || refresh.get(), move |_| fetch());
    let navigate = StoredValue::new(use_navigate());
    let pathname = use_location().pathname;
    let go = move |path: &'static str| {
        // On the server the door has led there already.
        if cfg!(feature = "hydrate") {
            request_animation_frame(move || {
                navigate.with_value(|navigate| navigate(path, NavigateOptions { replace: true, ..Default::default() }));
            });
        }
    };
    view! {
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => {
                        if let Some(path) = elsewhere(&view) {
                            go(path);
                            return ().into_any();
                        }
                        if let Some(said) = view.said.clone() {
                            refused.set(Some(said.into()));
                        }
                        render(view)
                    }
                    Err(said) => {
                        if let Some(path) = leads(&said, &pathname.get_untracked()) {
                            go(path);
                            return ().into_any();
                        }
                        view! { <Failed said /> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Where a refusal leads, when the page it came from cannot go on.
pub fn leads(said: &Said, page: &str) -> Option<&'static str> {
    match said {
        Said::No(Refusal::SessionEnded) if page.starts_with("/change") => Some("/signin?for=change"),
        Said::No(Refusal::SessionEnded) => Some("/signin"),
        Said::No(Refusal::FlowEnded) => Some("/reset/ended"),
        Said::No(Refusal::ProofTooOld) => Some("/register/prove"),
        _ => None,
    }
}

/// A page that could not be had.
#[component]
fn Failed(said: Said) -> impl IntoView {
    let words = words();
    view! {
        <Sheet title=words.say(Word::FailedTitle) lead=explain(words, &said)>
            <div class="actions">
                <a class="button primary" href="/">
                    {words.say(Word::ToStart)}
                </a>
            </div>
        </Sheet>
    }
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
