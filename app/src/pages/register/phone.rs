//! Setting up or replacing the authentication phone: the number, and how the code shall travel there.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::method::phone::Problem as PhoneProblem;
use portal::method::{ContactKind, Method};
use portal::refusal::Refusal;
use portal::screen::{Country, Overview, PhoneForm};

use super::country::{country, dialled};
use super::{InPlace, SigningOut, marks, whereabouts};
use crate::api::registration::{BeginPhone, PhoneView, phone_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::{Problem, described_by};
use crate::parts::icon::Icon;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/register/phone`
#[component]
pub fn Phone() -> AnyView {
    load(view_at::<PhoneView>(""), phone_view, |view| {
        view! { <Form view /> }.into_any()
    })
}

fn is_about_the_number(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Phone(_) | Refusal::SameContact)
}

fn is_about_a_field(said: &Said) -> bool {
    matches!(said, Said::No(refusal) if is_about_the_number(refusal) || *refusal == Refusal::Method)
}

#[component]
fn Form(view: View<(PhoneForm, Overview)>) -> impl IntoView {
    let words = words();
    let action = door::<BeginPhone>();
    let typed = (view.typed("country"), view.typed("number"), view.typed("way"));
    let (form, list) = view.screen;
    view! {
        <Sheet
            title=words.say(Word::AddPhoneTitle)
            whereabouts=whereabouts(words, ContactKind::Phone, 0)
            lead=words.say(Word::AddPhoneLead)
            marks=marks(words, ContactKind::Phone, 0)
            support=view.support
            form=true
        >
            <Trouble belongs=is_about_a_field />
            <Deed action step=true>
                <Number countries=form.countries picked=typed.0 number=typed.1 />
                <Way ways=form.ways picked=typed.2 />
                <div class="actions">
                    <Press label=words.say(Word::SendCode) />
                    {link("quiet", "/register", words.say(Word::AddCancel))}
                </div>
            </Deed>
            <InPlace overview=list kind=ContactKind::Phone />
            <SigningOut />
        </Sheet>
    }
}

/// The country and the number, and below them the number as it will be dialled.
#[component]
fn Number(countries: Vec<Country>, picked: String, number: String) -> impl IntoView {
    let words = words();
    let refused: Refused = expect_context();
    let problem = refused.for_field(is_about_the_number);
    let is_about_country = move || {
        refused
            .0
            .with(|said| matches!(said, Some(Said::No(Refusal::Phone(PhoneProblem::CountryNotServed)))))
    };
    let is_about_number = move || problem.with(Option::is_some) && !is_about_country();
    let first = countries.first().map(|one| one.code.clone()).unwrap_or_default();
    let picked = if countries.iter().any(|one| one.code == picked) {
        picked
    } else {
        first
    };
    let options = countries
        .iter()
        .map(|one| {
            let text = format!("{} +{}", country(words, &one.code), one.calling);
            view! {
                <option value=one.code.clone() selected=one.code == picked>
                    {text}
                </option>
            }
            .into_any()
        })
        .collect_view();
    let select = NodeRef::<leptos::html::Select>::new();
    let input = NodeRef::<leptos::html::Input>::new();
    let will_dial = RwSignal::new(None);
    let look = move || {
        if let (Some(select), Some(input)) = (select.get_untracked(), input.get_untracked()) {
            let code = select.value();
            let calling = countries
                .iter()
                .find(|one| one.code == code)
                .map(|one| one.calling.as_str());
            will_dial.set(calling.and_then(|calling| dialled(&code, calling, &input.value())));
        }
    };
    // Typed before the page came alive.
    Effect::new({
        let look = look.clone();
        move || look()
    });
    // A number that was refused is not going to be dialled, until it is changed.
    Effect::new(move || {
        if is_about_number() {
            will_dial.set(None);
        }
    });
    let describes = described_by("number", problem, true);
    view! {
        <fieldset class="field">
            <legend class="label">{words.say(Word::AddPhoneLegend)}</legend>
            <p class="hint" id="number-hint">
                {words.say(Word::AddPhoneHint)}
            </p>
            <Problem id="number-problem".to_owned() told=problem />
            <div class="phone">
                <select
                    class="input"
                    name="country"
                    node_ref=select
                    aria-label=words.say(Word::AddPhoneCountry)
                    autocomplete="tel-country-code"
                    aria-invalid=move || is_about_country().then_some("true")
                    aria-describedby=move || is_about_country().then_some("number-problem")
                    on:change={
                        let look = look.clone();
                        move |_| look()
                    }
                >
                    {options}
                </select>
                <input
                    class="input"
                    id="number"
                    name="number"
                    type="tel"
                    inputmode="tel"
                    node_ref=input
                    value=number
                    dir="ltr"
                    maxlength="40"
                    aria-label=words.say(Word::AddPhoneNumber)
                    autocomplete="tel-national"
                    data-first=""
                    aria-invalid=move || is_about_number().then_some("true")
                    aria-describedby=describes
                    on:input=move |_| look()
                />
            </div>
            <p class="hint">
                {move || match will_dial.get() {
                    None => words.say(Word::AddPhoneAdds).into_any(),
                    Some(number) => view! { <Dials number /> }.into_any(),
                }}
            </p>
        </fieldset>
    }
}

/// "We will dial +81…", with the number standing out.
#[component]
fn Dials(number: String) -> impl IntoView {
    let (before, after) = words()
        .say(Word::AddPhoneDials)
        .split_once("{number}")
        .unwrap_or_default();
    view! {
        {before}
        <bdi>
            <strong>{number}</strong>
        </bdi>
        {after}
    }
}

/// By text or by call; nothing to choose where there is one way.
#[component]
fn Way(ways: Vec<Method>, picked: String) -> impl IntoView {
    let words = words();
    let refused: Refused = expect_context();
    let problem = refused.for_field(|refusal| *refusal == Refusal::Method);
    let picked = Method::from_word(&picked)
        .filter(|way| ways.contains(way))
        .or(ways.first().copied());
    if let [only] = ways.as_slice() {
        return view! { <input type="hidden" name="way" value=only.word() /> }.into_any();
    }
    let options = ways
        .into_iter()
        .map(|way| {
            let (text, icon) = match way {
                Method::Call => (Word::AddWayCall, Icon::Receiver),
                Method::Text | Method::Office | Method::Email | Method::Questions => (Word::AddWayText, Icon::Phone),
            };
            view! {
                <div class="option">
                    <label>
                        <input type="radio" name="way" value=way.word() checked=Some(way) == picked />
                        <span>
                            <span class="option-name">{words.say(text)}</span>
                        </span>
                        {icon.draw()}
                    </label>
                </div>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="label">{words.say(Word::AddWay)}</legend>
            <Problem id="way-problem".to_owned() told=problem />
            <div class="options">{options}</div>
        </fieldset>
    }
    .into_any()
}
