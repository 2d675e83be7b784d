//! A form that does one deed: posted plainly without scripts, by fetch with them.

use leptos::context::Provider;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use portal::refusal::Refusal;
use server_fn::ServerFn;

use super::load::{Refresh, Refused, hand_over};
use super::wire::post;
use crate::api::{Next, Said};
use crate::words::{Word, words};

/// A door as a form knows it: where it is, and whether something is on its way there.
#[derive(Clone, Copy)]
pub struct Door {
    url: &'static str,
    is_pending: RwSignal<bool>,
}

/// The door of a server function.
pub fn door<F: ServerFn<Output = Next, Error = Said>>() -> Door {
    Door {
        url: F::url(),
        is_pending: RwSignal::new(false),
    }
}

impl Door {
    /// Whether something is on its way there.
    pub fn pending(self) -> Signal<bool> {
        self.is_pending.into()
    }
}

/// The form. `step` marks the main form of a page; `key` is the key of the page's view, where the deed wants one.
#[component]
pub fn Deed(
    /// The deed.
    action: Door,
    /// The main form of the page.
    #[prop(optional)]
    step: bool,
    /// The id of another form, for buttons that stand elsewhere on the page.
    #[prop(optional)]
    id: Option<&'static str>,
    /// The key of the page's forms.
    #[prop(optional, into)]
    key: Option<String>,
    /// Sent once this is true; until then the button waits.
    #[prop(optional, into)]
    ready: Option<Signal<bool>>,
    /// Fields and buttons, where it has any of its own.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let refused: Refused = expect_context();
    let is_waiting = RwSignal::new(false);
    let form = NodeRef::<leptos::html::Form>::new();
    let answer = RwSignal::new(None);
    let is_pending = action.is_pending;
    let dispatch = move || {
        let Some(form) = form.get_untracked() else { return };
        refused.0.set(None);
        is_pending.set(true);
        leptos::task::spawn_local(async move {
            let heard = post(action.url, &form).await;
            is_pending.try_set(false);
            answer.try_set(Some(heard));
        });
    };
    let on_submit = move |event: SubmitEvent| {
        // A button with an address of its own (the language) is posted plainly.
        if event
            .submitter()
            .is_some_and(|button| button.has_attribute("formaction"))
        {
            return;
        }
        event.prevent_default();
        if is_pending.get_untracked() || is_waiting.get_untracked() {
            return;
        }
        if ready.is_some_and(|ready| !ready.get_untracked()) {
            is_waiting.set(true);
        } else {
            dispatch();
        }
    };
    Effect::new(move || {
        if is_waiting.get() && ready.is_some_and(|ready| ready.get()) {
            is_waiting.set(false);
            // What the browser found has to reach the form before it is read.
            request_animation_frame(dispatch);
        }
    });
    follow(answer.into(), refused);
    // Provided to the children alone: a button that is drawn later must not find the form of another.
    let pending = Pending(Signal::derive(move || is_pending.get() || is_waiting.get()));
    view! {
        <form
            node_ref=form
            action=action.url
            method="post"
            id=id.or(step.then_some("step"))
            novalidate
            on:submit=on_submit
        >
            {key.map(|key| view! { <input type="hidden" name="key" value=key /> }.into_any())}
            <Provider value=pending>{children.map(|children| children())}</Provider>
        </form>
    }
}

/// Goes where an answer leads, or tells the refusal.
fn follow(answer: Signal<Option<Result<Next, Said>>>, refused: Refused) {
    let refresh: Refresh = expect_context();
    let location = use_location();
    let navigate = use_navigate();
    Effect::new(move || {
        let go = |path: &str, replace: bool| {
            navigate(
                path,
                NavigateOptions {
                    replace,
                    ..NavigateOptions::default()
                },
            );
        };
        match answer.get() {
            None => {}
            Some(Ok(Next(path))) => {
                if path == location.pathname.get_untracked() {
                    refresh.0.update(|count| *count += 1);
                } else {
                    go(&path, false);
                }
            }
            Some(Err(said)) => {
                if let Some(path) = said.leads(&location.pathname.get_untracked()) {
                    hand_over(&said);
                    go(path, true);
                    return;
                }
                if changes_the_page(&said) {
                    refresh.0.update(|count| *count += 1);
                }
                refused.0.set(Some(said));
            }
        }
    });
}

/// Whether the form around is on its way.
#[derive(Clone, Copy)]
pub struct Pending(pub Signal<bool>);

/// Refusals after which the page has something else to show.
fn changes_the_page(said: &Said) -> bool {
    matches!(
        said,
        Said::No(Refusal::Wait { .. } | Refusal::Closed | Refusal::CodeDead | Refusal::CodeExpired)
    )
}

/// The button of the form around, or of one that stands elsewhere. While the form is on its way it keeps its width and
/// says so.
#[component]
pub fn Press(
    /// What the button says.
    #[prop(into)]
    label: String,
    /// `button primary` unless told otherwise.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// The id of the form elsewhere, and whether that is on its way.
    #[prop(optional)]
    of: Option<(&'static str, Signal<bool>)>,
) -> impl IntoView {
    let words = words();
    let form = of.map(|(id, _)| id);
    let pending = of
        .map(|(_, pending)| pending)
        .or_else(|| use_context::<Pending>().map(|pending| pending.0));
    let is_pending = move || pending.is_some_and(|pending| pending.get());
    let text = move || {
        if is_pending() {
            words.say(Word::OneMoment).to_owned()
        } else {
            label.clone()
        }
    };
    view! {
        <button
            class=class.unwrap_or("button primary")
            type="submit"
            form=form
            data-busy=words.say(Word::OneMoment)
            aria-busy=move || is_pending().then_some("true")
        >
            {move || text()}
        </button>
    }
}
