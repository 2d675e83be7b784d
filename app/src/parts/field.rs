//! A labelled field: label, hint, problem, input, in this order, so that the phone's keyboard never hides the problem.

use leptos::prelude::*;
use leptos::tachys::html::attribute::custom::custom_attribute;

use super::forget::forget_on_leaving;
use super::icon::Icon;
use crate::words::{Word, words};

/// The sentence about what is wrong with a field.
#[component]
pub fn Problem(
    /// The id that the field names.
    id: String,
    /// The sentence.
    told: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        {move || {
            told.get()
                .map(|text| {
                    view! {
                        <p class="problem" id=id.clone()>
                            {Icon::Error.draw()}
                            <span>{text}</span>
                        </p>
                    }.into_any()
                })
        }}
    }
}

/// The ids that describe a field: its problem first, then its hint.
pub fn described_by(
    name: &'static str,
    problem: Signal<Option<String>>,
    has_hint: bool,
) -> impl Fn() -> Option<String> + Clone {
    move || {
        let problem = problem.with(Option::is_some).then(|| format!("{name}-problem"));
        let hint = has_hint.then(|| format!("{name}-hint"));
        let ids: Vec<String> = problem.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A field of one line.
#[component]
pub fn Field(
    /// Name and id.
    name: &'static str,
    /// The label.
    #[prop(into)]
    label: String,
    /// What helps.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What was typed before.
    #[prop(optional, into)]
    value: String,
    /// What is wrong.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// The `autocomplete` token.
    autocomplete: &'static str,
    /// `text`, `email`, `tel`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Classes beside `input`.
    #[prop(default = "input")]
    class: &'static str,
    /// Takes the focus when the page arrives.
    #[prop(optional)]
    first: bool,
    /// Always left to right.
    #[prop(optional)]
    ltr: bool,
    /// Digits a code has.
    #[prop(optional)]
    digits: Option<u8>,
    /// Emptied when the page is left.
    #[prop(optional)]
    secret: bool,
) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    if secret {
        forget_on_leaving(input, None);
    }
    let describes = described_by(name, problem, hint.is_some());
    let mode = if digits.is_some() {
        Some("numeric")
    } else {
        (kind == "tel")
            .then_some("tel")
            .or((kind == "email").then_some("email"))
    };
    // Room for spaces and hyphens in what is pasted; the server cleans it.
    let most = digits.map(|digits| i64::from(digits) + 8);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> }.into_any())}
            <Problem id=format!("{name}-problem") told=problem />
            <input
                class=class
                id=name
                name=name
                node_ref=input
                type=kind
                value=value
                inputmode=mode
                maxlength=most
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                dir=ltr.then_some("ltr")
                data-first=first.then_some("")
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=describes
            />
        </div>
    }
}

/// A password field with a button that shows what was typed. The button needs scripts and has its room kept. What is typed
/// is forgotten when the page is left.
#[component]
pub fn Secret(
    /// Name and id.
    name: &'static str,
    /// The label.
    #[prop(into)]
    label: String,
    /// What is wrong.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// What the browser's generator should keep to.
    #[prop(optional, into)]
    passwordrules: Option<String>,
    /// Ids beside the problem that describe it.
    #[prop(optional)]
    described: Option<&'static str>,
    /// Told what is typed.
    #[prop(optional, into)]
    heard: Option<Callback<String>>,
    /// Shown in clear from the outside, after one was suggested.
    #[prop(optional)]
    shown: Option<RwSignal<bool>>,
    /// Takes the focus when the page arrives.
    #[prop(optional)]
    first: bool,
    /// Below the field.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let words = words();
    let is_shown = shown.unwrap_or_else(|| RwSignal::new(false));
    let is_hydrated = RwSignal::new(false);
    Effect::new(move || is_hydrated.set(true));
    let input = NodeRef::<leptos::html::Input>::new();
    // Typed before the page came alive.
    Effect::new(move || {
        if let (Some(input), Some(heard)) = (input.get(), heard)
            && !input.value().is_empty()
        {
            heard.run(input.value());
        }
    });
    forget_on_leaving(input, heard);
    let own = described_by(name, problem, false);
    // The view macro does not know this attribute.
    let passwordrules = custom_attribute("passwordrules", passwordrules);
    view! {
        <div class="field">
            <label for=name>{label.clone()}</label>
            <Problem id=format!("{name}-problem") told=problem />
            <div class="secret">
                <input
                    class="input"
                    id=name
                    name=name
                    node_ref=input
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    {..passwordrules}
                    data-first=first.then_some("")
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    aria-describedby=move || match (own(), described) {
                        (Some(ids), Some(more)) => Some(format!("{ids} {more}")),
                        (ids, more) => ids.or(more.map(str::to_owned)),
                    }
                    on:input=move |event| {
                        if let Some(heard) = heard {
                            heard.run(event_target_value(&event));
                        }
                    }
                />
                {move || {
                    is_hydrated
                        .get()
                        .then(|| {
                            view! {
                                <button
                                    class="show"
                                    type="button"
                                    aria-controls=name
                                    aria-pressed=move || if is_shown.get() { "true" } else { "false" }
                                    on:click=move |_| is_shown.update(|shown| *shown = !*shown)
                                >
                                    {move || words.say(if is_shown.get() { Word::Hide } else { Word::Show })}
                                </button>
                            }.into_any()
                        })
                }}
            </div>
            {children.map(|children| children())}
        </div>
    }
}
