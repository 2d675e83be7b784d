//! Paper slips tucked in at the edge of the sheet. At most one per page.

use leptos::prelude::*;

use super::explain::explain;
use super::icon::Icon;
use super::load::Refused;
use crate::api::Said;
use crate::words::words;

/// The kind of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Information,
    /// It worked.
    Success,
    /// Mind this.
    Attention,
}

/// A slip with a title and a text.
#[component]
pub fn Slip(
    /// Its kind.
    tone: Tone,
    /// The title, in the tone.
    #[prop(into)]
    title: String,
    /// The text.
    children: Children,
) -> impl IntoView {
    let (class, role) = match tone {
        Tone::Information => ("slip", "note"),
        Tone::Success => ("slip", "status"),
        Tone::Attention => ("slip attention", "note"),
    };
    let icon = match tone {
        Tone::Success => view! { <span class="seal whole small" aria-hidden="true"></span> }.into_any(),
        Tone::Information => Icon::Information.draw().into_any(),
        Tone::Attention => Icon::Attention.draw().into_any(),
    };
    view! {
        <div class=class role=role>
            {icon}
            <div>
                <p class="slip-title">{title}</p>
                {children()}
            </div>
        </div>
    }
}

/// The refusal of the form before, where it belongs to no field of this page: `belongs` says which do.
#[component]
pub fn Trouble(
    /// Refusals that a field of the page shows.
    #[prop(optional)]
    belongs: Option<fn(&Said) -> bool>,
) -> impl IntoView {
    let words = words();
    let refused: Refused = expect_context();
    let told = move || {
        refused
            .0
            .get()
            .filter(|said| !belongs.is_some_and(|belongs| belongs(said)))
    };
    view! {
        <div role="alert" class="alert">
            {move || {
                told().map(|said| wrong(explain(words, &said)))
            }}
        </div>
    }
}

/// The slip that says what went wrong.
pub fn wrong(text: String) -> AnyView {
    view! {
        <div class="slip error" tabindex="-1">
            {Icon::Error.draw()}
            <div>
                <p>{text}</p>
            </div>
        </div>
    }
    .into_any()
}
