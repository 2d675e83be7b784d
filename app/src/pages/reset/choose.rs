//! Picking a method. For a phone the whole number is typed before anything is sent; where nothing is told of the account, the
//! address of a mailbox as well.

use leptos::prelude::*;
use portal::method::Method;
use portal::moment::Moment;
use portal::refusal::Refusal;
use portal::screen::{Choice, Hurdle, RecoveryScreen, Step};

use super::paused::Paused;
use super::{marks, whereabouts};
use crate::api::recovery::{Ask, RecoveryView, recovery_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Field;
use crate::parts::help::Help;
use crate::parts::icon::Icon;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::masked::Masked;
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::parts::waiting::day_and_clock_after;
use crate::words::{Word, Words, words};

/// `/reset/choose`
#[component]
pub fn Choose() -> AnyView {
    load(
        view_at::<RecoveryView>("?step=choose"),
        || recovery_view(Step::Choose),
        |view| match view.screen.clone() {
            RecoveryScreen::Choose {
                turn,
                required,
                choices,
                help,
                contacted,
            } => {
                let help = Help::new(help, contacted, &view);
                match paused(&choices) {
                    Some(until) => view! { <Paused view turn required until=Some(until) help /> }.into_any(),
                    None => view! { <Form view turn required choices help /> }.into_any(),
                }
            }
            _ => ().into_any(),
        },
    )
}

/// When the first method may be picked again, where none may be picked right now and waiting helps.
fn paused(choices: &[Choice]) -> Option<Moment> {
    let waits = choices.iter().filter_map(|choice| match choice.hurdle {
        Some(Hurdle::Wait(until)) => Some(until),
        _ => None,
    });
    waits
        .min()
        .filter(|_| choices.iter().all(|choice| choice.hurdle.is_some()))
}

/// Refusals that belong to the field of a whole number or address.
fn is_about_whole(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::WholeNumber | Refusal::Phone(_) | Refusal::Email(_))
}

#[component]
fn Form(view: View<RecoveryScreen>, turn: u8, required: u8, choices: Vec<Choice>, help: Help) -> impl IntoView {
    let words = words();
    let action = door::<Ask>();
    let usable = || {
        choices
            .iter()
            .filter(|choice| choice.hurdle.is_none())
            .map(|choice| choice.method)
    };
    let typed = Method::from_word(&view.typed("method"));
    let picked = usable()
        .find(|method| Some(*method) == typed)
        .or_else(|| usable().next());
    let lead = match (picked, turn, required) {
        (None, _, _) => Word::ChooseLeadNone,
        (_, 2, _) if choices.len() == 1 => Word::ChooseLeadLast,
        (_, 2, _) => Word::ChooseLeadSecond,
        (_, _, 1) => Word::ChooseLeadOnly,
        _ => Word::ChooseLeadFirst,
    };
    // Nothing is sent for questions.
    let onward = if choices.iter().any(|choice| choice.method == Method::Questions) {
        Word::Next
    } else {
        Word::SendCode
    };
    let rows = choices
        .into_iter()
        .map(|choice| {
            let is_picked = picked == Some(choice.method);
            let whole = view.typed(whole_field(choice.method));
            view! { <Row choice is_picked whole now=view.now /> }
        })
        .collect_view();
    let (button, help_class) = match picked {
        Some(_) => (Some(view! { <Press label=words.say(onward) /> }.into_any()), "quiet"),
        None => (None, "button primary"),
    };
    let (turning, help_form) = (help.draw(help_class), help.form());
    view! {
        <Sheet
            title=words.say(Word::ChooseTitle)
            whereabouts=whereabouts(words, required, turn.into())
            lead=words.say(lead)
            marks=marks(words, required, turn.into())
            support=view.support.clone()
            form=true
        >
            <Trouble belongs=|said| matches!(said, Said::No(refusal) if is_about_whole(refusal)) />
            <Deed action step=true key=view.key.clone()>
                <fieldset>
                    <legend class="heard">{words.say(Word::ChooseMethod)}</legend>
                    <div class="options">{rows}</div>
                </fieldset>
                <div class="actions">{button} {turning}</div>
            </Deed>
            {help_form}
        </Sheet>
    }
}

/// The name of the field for a method's whole number or address.
const fn whole_field(method: Method) -> &'static str {
    match method {
        Method::Call => "whole_call",
        Method::Office => "whole_office",
        Method::Email => "whole_email",
        Method::Text | Method::Questions => "whole_text",
    }
}

#[component]
fn Row(choice: Choice, is_picked: bool, whole: String, now: Moment) -> impl IntoView {
    let words = words();
    let refused: Refused = expect_context();
    let Choice {
        method,
        mask,
        ending,
        hurdle,
    } = choice;
    let radio = NodeRef::<leptos::html::Input>::new();
    let told = refused.for_field(is_about_whole);
    // Told at the row that was sent, not at the one whose field is out of sight.
    let problem = Signal::derive(move || {
        let told = told.get();
        radio
            .get()
            .map_or(is_picked, |radio| radio.checked())
            .then_some(told)
            .flatten()
    });
    let (name, icon) = match method {
        Method::Text => (Word::MethodText, Icon::Phone),
        Method::Call => (Word::MethodCall, Icon::Receiver),
        Method::Office => (Word::MethodOffice, Icon::Desk),
        Method::Email => (Word::MethodEmail, Icon::Envelope),
        Method::Questions => (Word::MethodQuestions, Icon::Question),
    };
    let note = match method.contact() {
        Some(_) if mask.is_empty() => None,
        Some(kind) => Some(view! { <Masked kind mask /> }.into_any()),
        None => Some(words.say(Word::MethodQuestionsNote).into_any()),
    };
    let more = ending.filter(|_| hurdle.is_none()).map(|ending| {
        let (label, hint) = match method {
            Method::Email => (
                words.say(Word::ChooseAddressUnseen).to_owned(),
                Word::ChooseAddressUnseenHint,
            ),
            _ if ending.is_empty() => (
                words.say(Word::ChooseNumberUnseen).to_owned(),
                Word::ChooseNumberUnseenHint,
            ),
            _ => (
                words.fill(Word::ChooseWhole, &[("ending", &ending)]),
                Word::ChooseWholeHint,
            ),
        };
        let kind = if method == Method::Email { "email" } else { "tel" };
        view! {
            <div class="more">
                <Field
                    name=whole_field(method)
                    label
                    hint=words.say(hint)
                    value=whole
                    problem
                    autocomplete=kind
                    kind
                    ltr=true
                    secret=true
                />
            </div>
        }
        .into_any()
    });
    view! {
        <div class=if hurdle.is_some() { "option blocked" } else { "option" }>
            <label>
                <input
                    type="radio"
                    name="method"
                    value=method.word()
                    node_ref=radio
                    checked=is_picked
                    disabled=hurdle.is_some()
                />
                <span>
                    <span class="option-name">{words.say(name)}</span>
                    {note.map(|note| view! { <span class="option-note">{note}</span> }.into_any())}
                    {hurdle.map(|hurdle| view! { <span class="option-note reason">{reason(words, hurdle, now)}</span> }.into_any())}
                </span>
                {icon.draw()}
            </label>
            {more}
        </div>
    }
}

fn reason(words: Words, hurdle: Hurdle, now: Moment) -> String {
    match hurdle {
        Hurdle::Wait(until) => words.fill(Word::HurdleWait, &[("time", &day_and_clock_after(words, until, now))]),
        Hurdle::Closed => words.say(Word::HurdleClosed).to_owned(),
        Hurdle::Down => words.say(Word::HurdleDown).to_owned(),
    }
}
