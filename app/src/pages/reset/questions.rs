//! Answering the security questions that are asked: all in one form, judged together. Drawn by the server alone, so that
//! what is asked never weighs in the browser's module.

use leptos::prelude::*;
use portal::method::questions::Question;
use portal::refusal::Refusal;
use portal::screen::{Hurdle, RecoveryScreen, Step};

use super::paused::Paused;
use super::{marks, whereabouts};
use crate::api::recovery::{AnswerQuestions, ChooseAnother, RecoveryView, recovery_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::help::Help;
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// The id of the form that leads back to the methods.
const ANOTHER: &str = "another";

/// `/reset/questions`
#[component]
pub fn Questions() -> AnyView {
    served(|| {
        load(
            view_at::<RecoveryView>("?step=questions"),
            || recovery_view(Step::Questions),
            |view| match view.screen.clone() {
                RecoveryScreen::Questions {
                    turn,
                    required,
                    asked,
                    hurdle,
                    has_other,
                    help,
                    contacted,
                } => {
                    let help = Help::new(help, contacted, &view);
                    let until = match hurdle {
                        Some(Hurdle::Wait(until)) => Some(until),
                        Some(Hurdle::Closed) => None,
                        Some(Hurdle::Down) | None => {
                            return view! { <Form view turn required asked has_other help /> }.into_any();
                        }
                    };
                    view! { <Paused view turn required until has_other help /> }.into_any()
                }
                _ => ().into_any(),
            },
        )
    })
}

#[component]
fn Form(
    view: View<RecoveryScreen>,
    turn: u8,
    required: u8,
    asked: Vec<Question>,
    has_other: bool,
    help: Help,
) -> impl IntoView {
    let words = words();
    let action = door::<AnswerQuestions>();
    let another = door::<ChooseAnother>();
    let is_refused = matches!(
        view.said,
        Some(Said::No(Refusal::Answers { .. } | Refusal::AnswersMissing))
    );
    let fields = (1..)
        .zip(asked)
        .map(|(number, question)| view! { <Answer number question is_refused /> }.into_any())
        .collect_view();
    let to_others = has_other.then(|| {
        view! { <Press label=words.say(Word::AnotherMethod) class="quiet" of=(ANOTHER, another.pending()) /> }
            .into_any()
    });
    let others = has_other.then(|| {
        view! {
            <div hidden=true>
                <Deed action=another key=view.key.clone() id=ANOTHER />
            </div>
        }
        .into_any()
    });
    let (turning, help_form) = (help.draw("quiet"), help.form());
    view! {
        <Sheet
            title=words.say(Word::AnswersTitle)
            whereabouts=whereabouts(words, required, turn.into())
            lead=words.say(Word::AnswersLead)
            marks=marks(words, required, turn.into())
            support=view.support.clone()
            form=true
        >
            <Trouble />
            <Deed action step=true key=view.key.clone()>
                <div>{fields}</div>
                <div class="actions">
                    <Press label=words.say(Word::CodeVerify) /> {to_others} {turning}
                </div>
            </Deed>
            {others}
            {help_form}
        </Sheet>
    }
}

/// One question, and the field for its answer. Where the answers were refused, all of the fields are marked alike: which of
/// them was wrong is never told.
#[component]
fn Answer(number: u8, question: Question, is_refused: bool) -> impl IntoView {
    let id = format!("answer{number}");
    view! {
        <div class="question">
            <div class="field">
                <label for=id.clone()>{question.text}</label>
                <input
                    class="input"
                    id=id.clone()
                    name=id
                    type="text"
                    dir="auto"
                    maxlength="200"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    data-first=(number == 1).then_some("")
                    aria-invalid=is_refused.then_some("true")
                />
            </div>
        </div>
    }
}
