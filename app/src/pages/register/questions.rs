//! Choosing security questions and answering them, all in one form. Drawn by the server alone: what is offered never weighs
//! in the browser's module, and answers never come back.

use leptos::prelude::*;
use portal::method::Means;
use portal::method::questions::{Problem, Question, SHORTEST, Wrong};
use portal::refusal::Refusal;
use portal::screen::{Overview, QuestionsForm, Standing};

use super::{SigningOut, line_of, remove};
use crate::api::registration::{QuestionsView, SetQuestions, questions_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::explain::about_question;
use crate::parts::field::Problem as Told;
use crate::parts::icon::Icon;
use crate::parts::link::link;
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, Words, words};

/// `/register/questions`
#[component]
pub fn Questions() -> AnyView {
    served(|| {
        load(view_at::<QuestionsView>(""), questions_view, |view| {
            view! { <Form view /> }.into_any()
        })
    })
}

/// What a plain form was refused for, place by place.
fn wrong_in(view: &View<(QuestionsForm, Overview)>) -> Vec<Wrong> {
    match &view.said {
        Some(Said::No(Refusal::Questions(wrong))) => wrong.clone(),
        _ => Vec::new(),
    }
}

#[component]
fn Form(view: View<(QuestionsForm, Overview)>) -> impl IntoView {
    let words = words();
    let action = door::<SetQuestions>();
    let wrong = wrong_in(&view);
    let (form, list) = view.screen.clone();
    let lead = if form.register == form.reset {
        Word::QuestionsLeadAll
    } else {
        Word::QuestionsLead
    };
    let places = (0..form.register)
        .map(|place| {
            let chosen = view.typed(&format!("question{}", place + 1));
            let problem = wrong.iter().find(|one| one.place == place).map(|one| one.problem);
            view! { <Place place count=form.register offered=form.offered.clone() chosen problem /> }.into_any()
        })
        .collect_view();
    view! {
        <Sheet
            title=words.say(Word::QuestionsTitle)
            lead=words.fill(lead, &[("register", &form.register), ("reset", &form.reset)])
            aside=view! { <About /> }.into_any()
            support=view.support.clone()
            form=true
        >
            <Trouble belongs=|said| matches!(said, Said::No(Refusal::Questions(_))) />
            <NotYet wrong />
            <Deed action step=true>
                <div>{places}</div>
                <div class="actions">
                    <Press label=words.say(Word::QuestionsSave) />
                    {link("quiet", "/register", words.say(Word::AddCancel))}
                </div>
            </Deed>
            {in_place(words, &list)}
            <SigningOut />
        </Sheet>
    }
}

/// What has to be looked at again, with a way to each place.
#[component]
fn NotYet(wrong: Vec<Wrong>) -> impl IntoView {
    let words = words();
    let places = wrong.iter().map(|one| {
        let (number, field) = (one.place + 1, field_of(one.place, one.problem));
        view! {
            <p>
                <a href=format!("#{field}") rel="external">{words.fill(Word::QuestionLabel, &[("number", &number)])}</a>
                ": "
                {about_question(words, one.problem)}
            </p>
        }
        .into_any()
    });
    let places = places.collect_view();
    (!wrong.is_empty()).then(|| {
        view! {
            <div class="slip error" role="alert" tabindex="-1">
                {Icon::Error.draw()}
                <div>
                    <p class="slip-title">{words.say(Word::QuestionsNotYet)}</p>
                    {places}
                </div>
            </div>
        }
        .into_any()
    })
}

/// The id of the field that a problem belongs to.
fn field_of(place: u8, problem: Problem) -> String {
    let kind = if problem.is_about_choice() {
        "question"
    } else {
        "answer"
    };
    format!("{kind}{}", place + 1)
}

/// One question and its answer.
#[component]
fn Place(place: u8, count: u8, offered: Vec<Question>, chosen: String, problem: Option<Problem>) -> impl IntoView {
    let words = words();
    let number = place + 1;
    let (question, answer) = (format!("question{number}"), format!("answer{number}"));
    let about = |is_about_choice: bool| problem.filter(|problem| problem.is_about_choice() == is_about_choice);
    let (of_question, of_answer) = (about(true), about(false));
    let options = offered
        .into_iter()
        .map(|one| view! { <option value=one.id.clone() selected=one.id == chosen>{one.text}</option> }.into_any())
        .collect_view();
    view! {
        <fieldset class="question">
            <legend>{words.fill(Word::QuestionPlace, &[("number", &number), ("count", &count)])}</legend>
            <div class="field">
                <label class="heard" for=question.clone()>
                    {words.fill(Word::QuestionLabel, &[("number", &number)])}
                </label>
                {told(words, &question, of_question)}
                <select
                    class="input"
                    id=question.clone()
                    name=question.clone()
                    autocomplete="off"
                    data-first=(place == 0).then_some("")
                    aria-invalid=of_question.map(|_| "true")
                    aria-describedby=of_question.map(|_| format!("{question}-problem"))
                >
                    <option value="">{words.say(Word::QuestionChoose)}</option>
                    {options}
                </select>
            </div>
            <div class="field">
                <label for=answer.clone()>
                    {words.say(Word::AnswerLabel)}
                    <span class="heard">" " {words.fill(Word::QuestionPlace, &[("number", &number), ("count", &count)])}</span>
                </label>
                {told(words, &answer, of_answer)}
                <input
                    class="input"
                    id=answer.clone()
                    name=answer.clone()
                    type="text"
                    dir="auto"
                    maxlength="200"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=of_answer.map(|_| "true")
                    aria-describedby=of_answer.map(|_| format!("{answer}-problem"))
                />
            </div>
        </fieldset>
    }
}

/// What is wrong with a field, above it.
fn told(words: Words, field: &str, problem: Option<Problem>) -> AnyView {
    let told = Signal::stored(problem.map(|problem| about_question(words, problem)));
    view! { <Told id=format!("{field}-problem") told /> }.into_any()
}

/// That questions are answered already, and the way to delete them.
fn in_place(words: Words, list: &Overview) -> Option<AnyView> {
    let line = line_of(list, Means::Questions).filter(|line| line.standing != Standing::Missing)?;
    let way = if line.can_remove {
        let delete = remove::page_of(Means::Questions);
        view! { <p>{link("quiet", delete, words.say(Word::AddDeleteQuestions))}</p> }.into_any()
    } else {
        view! { <p class="hint">{remove::keeps(words, list.required)}</p> }.into_any()
    };
    let section = view! {
        <section class="in-place">
            <p class="hint">{words.say(Word::QuestionsAgain)}</p>
            {way}
        </section>
    };
    Some(section.into_any())
}

/// Who can read answers, what counts as one and the same, and what a good one is.
#[component]
fn About() -> impl IntoView {
    let words = words();
    view! {
        <section>
            <h2>{words.say(Word::QuestionsUnread)}</h2>
            <p>{words.say(Word::QuestionsUnreadText)}</p>
        </section>
        <section>
            <h2>{words.say(Word::QuestionsSame)}</h2>
            <p>{words.fill(Word::QuestionsSameText, &[("shortest", &SHORTEST)])}</p>
        </section>
        <section>
            <h2>{words.say(Word::QuestionsGood)}</h2>
            <p>{words.say(Word::QuestionsGoodText)}</p>
        </section>
    }
}
