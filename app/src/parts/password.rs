//! The fields of a new password: typed twice, judged while typing by the same judge as on the server, or suggested. Nothing
//! typed leaves the browser before the form is sent; without scripts the rules are plain text and the server judges.

mod browser;
mod kept;

use std::time::Duration;

use leptos::prelude::*;
use portal::password::common::Common;
use portal::password::judge::{Strength, judge_by};
use portal::password::rules::Rules;
use portal::refusal::Refusal;
use portal::screen::Judgement;

use super::explain::explain;
use super::field::Secret;
use super::load::Refused;
use crate::Surroundings;
use crate::api::Said;
use crate::words::{Word, words};
use kept::{Kept, changed};

/// Name and id of the first field.
const NEW: &str = "new_password";
/// Name and id of the second field.
const AGAIN: &str = "again";
/// The id of the list of rules.
const RULES: &str = "password-rules";
/// How long after the last key those who listen are told what changed.
const PAUSE: Duration = Duration::from_millis(800);

/// Both fields, the bars, the rules, and a suggestion for those who want one.
#[component]
pub fn NewPassword(
    /// Rules and words to judge by.
    judgement: Judgement,
    /// Old passwords that may not come back, beside the current one.
    history: u8,
    /// What was wrong with it on the server.
    problem: Signal<Option<String>>,
    /// What was wrong with the second entry.
    again_problem: Signal<Option<String>>,
) -> impl IntoView {
    let words = words();
    let surroundings: Surroundings = expect_context();
    let Judgement { rules, terms } = judgement;
    let candidate = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let (is_shown, is_again_shown) = (RwSignal::new(false), RwSignal::new(false));
    let is_alive = RwSignal::new(false);
    let common = RwSignal::new(None::<Common>);
    Effect::new(move || {
        is_alive.set(true);
        browser::fetch_common(&surroundings.package, common);
    });
    let verdict = Memo::new(move |_| {
        candidate.with(|candidate| {
            let judged =
                || common.with(|common| judge_by(&browser::UNICODE, candidate, &rules, &terms, common.as_ref()));
            (!candidate.is_empty()).then(judged)
        })
    });
    let is_same = Memo::new(move |_| {
        candidate
            .with(|new| again.with(|again| !new.is_empty() && browser::normalise(new) == browser::normalise(again)))
    });
    let kept = Memo::new(move |_| verdict.with(|verdict| kept::all(words, rules, verdict.as_ref(), is_same.get())));
    let told = RwSignal::new(String::new());
    tell_changes(kept, told);
    let refused = use_context::<Refused>();
    // All that is wrong is told at once: entries that differ may break rules as well.
    let problem = Signal::derive(move || {
        problem.get().or_else(|| match refused?.0.get()? {
            Said::No(Refusal::PasswordsDiffer(broken)) if !broken.is_empty() => {
                Some(explain(words, &Said::No(Refusal::Password(broken))))
            }
            _ => None,
        })
    });
    let again_problem = Signal::derive(move || again_problem.get().filter(|_| !is_same.get()));
    let suggest = move |_| {
        let Some(password) = browser::suggestion(rules) else {
            return;
        };
        browser::fill([NEW, AGAIN], &password);
        candidate.set(password.clone());
        again.set(password);
        is_shown.set(true);
        is_again_shown.set(true);
        told.set(words.say(Word::SuggestDone).to_owned());
        if let Some(Refused(refused)) = refused {
            refused.set(None);
        }
    };
    let past = match history {
        0 => words.say(Word::RuleNotCurrent).to_owned(),
        1 => words.say(Word::RuleNotLast).to_owned(),
        _ => words.fill(Word::RuleNotLastOnes, &[("history", &history)]),
    };
    let rows = move || kept.get().into_iter().map(Kept::draw).collect_view();
    view! {
        <Secret
            name=NEW
            label=words.say(Word::PasswordNew)
            problem
            autocomplete="new-password"
            passwordrules=for_generators(rules)
            described=RULES
            heard=Callback::new(move |typed| candidate.set(typed))
            shown=is_shown
        >
            <Bars strength=Signal::derive(move || verdict.with(|verdict| verdict.as_ref().map(|verdict| verdict.strength))) />
        </Secret>
        <div class="kept" id=RULES>
            <ul class="rules">{move || rows()}</ul>
            <p class="hint">{past}</p>
        </div>
        <Secret
            name=AGAIN
            label=words.say(Word::PasswordAgain)
            problem=again_problem
            autocomplete="new-password"
            heard=Callback::new(move |typed| again.set(typed))
            shown=is_again_shown
        >
            <div class="suggest">
                {move || {
                    is_alive
                        .get()
                        .then(|| {
                            view! {
                                <button class="quiet" type="button" on:click=suggest>
                                    {words.say(Word::Suggest)}
                                </button>
                            }.into_any()
                        })
                }}
            </div>
        </Secret>
        <p class="heard" role="status">
            {told}
        </p>
    }
}

/// Four bars and a word. They have their room before anything is typed.
#[component]
fn Bars(strength: Signal<Option<Strength>>) -> impl IntoView {
    let words = words();
    let word = move || {
        strength.get().map(|strength| {
            words.say(match strength {
                Strength::Weak => Word::StrengthWeak,
                Strength::Fair => Word::StrengthFair,
                Strength::Strong => Word::StrengthStrong,
                Strength::VeryStrong => Word::StrengthVeryStrong,
            })
        })
    };
    let level = move || match strength.get() {
        None => "0",
        Some(Strength::Weak) => "1",
        Some(Strength::Fair) => "2",
        Some(Strength::Strong) => "3",
        Some(Strength::VeryStrong) => "4",
    };
    let label = move || word().map(|word| words.fill(Word::StrengthIs, &[("strength", &word)]));
    view! {
        <div class="strength" data-level=level role="img" aria-label=label>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <b>{move || word().unwrap_or("\u{a0}")}</b>
        </div>
    }
}

/// Tells those who listen what changed, once nothing has for a while.
fn tell_changes(kept: Memo<Vec<Kept>>, told: RwSignal<String>) {
    let words = words();
    let before = StoredValue::new(Vec::<Kept>::new());
    Effect::new(move || {
        let rules = kept.get();
        if before.with_value(Vec::is_empty) {
            before.set_value(rules);
            return;
        }
        let tell = move || {
            let changes = before
                .try_with_value(|before| changed(words, before, &rules))
                .unwrap_or_default();
            if !changes.is_empty() {
                before.set_value(rules.clone());
                told.set(changes);
            }
        };
        if let Ok(timer) = set_timeout_with_handle(tell, PAUSE) {
            on_cleanup(move || timer.clear());
        }
    });
}

/// The rules in the words of the `passwordrules` attribute, for the generators of browsers.
fn for_generators(rules: Rules) -> String {
    let classes = if rules.classes_required() {
        " required: lower; required: upper; required: digit;"
    } else {
        ""
    };
    format!("minlength: {}; maxlength: 128;{classes}", rules.minimum())
}
