//! Typing the code that was sent, and what to do when nothing arrived.

use leptos::prelude::*;
use portal::method::{ContactKind, Method};
use portal::moment::Moment;
use portal::refusal::Refusal;
use portal::screen::{Awaited, Hurdle, RecoveryScreen, Step};

use super::paused::Paused;
use super::{marks, whereabouts};
use crate::api::recovery::{AskAgain, ChooseAnother, RecoveryView, Verify, recovery_view};
use crate::api::{Said, View};
use crate::parts::arrival::fill_on_arrival;
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Field;
use crate::parts::help::Help;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::masked::PLACE;
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::sheet::Sheet;
use crate::parts::waiting::{Again, Waiting, is_in_time, seconds_left, works_until};
use crate::words::{Word, Words, words};

/// The id of the form that leads back to the methods.
const ANOTHER: &str = "another";

/// `/reset/code`
#[component]
pub fn Code() -> AnyView {
    load(
        view_at::<RecoveryView>("?step=code"),
        || recovery_view(Step::Code),
        |view| match view.screen.clone() {
            RecoveryScreen::Code {
                turn,
                required,
                code,
                help,
                contacted,
            } => {
                let help = Help::new(help, contacted, &view);
                let until = match code.hurdle {
                    Some(Hurdle::Wait(until)) => Some(until),
                    Some(Hurdle::Closed) => None,
                    Some(Hurdle::Down) | None => return view! { <Form view turn required code help /> }.into_any(),
                };
                view! { <Paused view turn required until has_other=code.has_other help /> }.into_any()
            }
            _ => ().into_any(),
        },
    )
}

/// Refusals that belong to the field of the code.
fn is_about_code(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::CodeMissing | Refusal::Code { .. } | Refusal::CodeExpired | Refusal::CodeDead
    )
}

#[component]
fn Form(view: View<RecoveryScreen>, turn: u8, required: u8, code: Awaited, help: Help) -> impl IntoView {
    let words = words();
    let verify = door::<Verify>();
    let another = door::<ChooseAnother>();
    let refused: Refused = expect_context();
    let problem = refused.for_field(is_about_code);
    if code.method == Method::Text {
        fill_on_arrival("code");
    }
    let title = match code.method {
        Method::Text => Word::CodeTitleText,
        Method::Call | Method::Office => Word::CodeTitleCall,
        Method::Email | Method::Questions => Word::CodeTitleEmail,
    };
    let is_down = code.hurdle == Some(Hurdle::Down);
    let down = is_down.then(|| {
        let title = match code.method {
            Method::Text => Word::DownText,
            Method::Call | Method::Office => Word::DownCall,
            Method::Email | Method::Questions => Word::DownEmail,
        };
        let advice = if code.has_other || code.other_way.is_some() {
            Word::DownOther
        } else {
            Word::DownWait
        };
        view! {
            <Slip tone=Tone::Attention title=words.say(title)>
                <p>{words.say(advice)}</p>
            </Slip>
        }
    });
    let other_class = if is_down { "button secondary" } else { "quiet" };
    let to_others = code.has_other.then(|| {
        view! {
            <Press label=words.say(Word::AnotherMethod) class=other_class of=(ANOTHER, another.pending()) />
        }
        .into_any()
    });
    let others = code.has_other.then(|| {
        view! {
            <div hidden=true>
                <Deed action=another key=view.key.clone() id=ANOTHER />
            </div>
        }
        .into_any()
    });
    let hint = works_until(words, &code);
    view! {
        <Sheet
            title=words.say(title)
            whereabouts=whereabouts(words, required, turn.into())
            lead=lead(words, &code)
            masked=(code.method.contact().unwrap_or(ContactKind::Email), code.address.clone())
            marks=marks(words, required, turn.into())
            support=view.support.clone()
            form=true
        >
            <Trouble belongs=|said| matches!(said, Said::No(refusal) if is_about_code(refusal)) />
            {down}
            <Deed action=verify step=true key=view.key.clone()>
                <Field
                    name="code"
                    label=words.say(Word::CodeLabel)
                    hint
                    problem
                    autocomplete="one-time-code"
                    class=cells(code.digits)
                    first=true
                    ltr=true
                    digits=code.digits
                    secret=true
                />
                <div class="actions"><Press label=words.say(Word::CodeVerify) /> {to_others}</div>
            </Deed>
            {others}
            <NothingArrived code now=view.now key=view.key.clone() help=help.clone() />
            {help.form()}
        </Sheet>
    }
}

#[component]
fn NothingArrived(code: Awaited, now: Moment, key: String, help: Help) -> impl IntoView {
    let words = words();
    let again = door::<AskAgain>();
    let instead = door::<AskAgain>();
    let Awaited {
        method,
        again: from,
        other_way,
        ..
    } = code;
    let left = seconds_left(Signal::stored(from), now);
    let ready = is_in_time(left);
    let other = other_way.map(|other| {
        let label = words.say(if other == Method::Call {
            Word::InsteadCall
        } else {
            Word::InsteadText
        });
        view! {
            <li>
                <Deed action=instead key=key.clone() ready>
                    <input type="hidden" name="method" value=other.word() />
                    <Press label class="quiet" />
                </Deed>
            </li>
        }
        .into_any()
    });
    view! {
        <Waiting method>
            <li>
                <Deed action=again key=key>
                    <input type="hidden" name="method" value=method.word() />
                    <Again left from />
                </Deed>
            </li>
            {other}
            <li>{help.draw("quiet")}</li>
        </Waiting>
    }
}

/// The field with as many ruled cells as the code has digits.
const fn cells(digits: u8) -> &'static str {
    match digits {
        6 => "input digits",
        8 => "input digits eight",
        _ => "input digits ten",
    }
}

/// "Six digits, sent at 14:02 to the number ending in 89.", or that they were if what was typed is registered.
fn lead(words: Words, code: &Awaited) -> String {
    let digits = match code.digits {
        6 => words.say(Word::CodeSix).to_owned(),
        8 => words.say(Word::CodeEight).to_owned(),
        other => other.to_string(),
    };
    let time = words.clock(code.asked);
    let ending = code
        .address
        .get(code.address.len().saturating_sub(2)..)
        .unwrap_or_default();
    let word = match code.method {
        Method::Text if code.address.is_empty() => Word::CodeLeadTextUnseen,
        Method::Call | Method::Office if code.address.is_empty() => Word::CodeLeadCallUnseen,
        Method::Email | Method::Questions if code.address.is_empty() => Word::CodeLeadEmailUnseen,
        Method::Text => Word::CodeLeadText,
        Method::Call | Method::Office => Word::CodeLeadCall,
        Method::Email | Method::Questions => Word::CodeLeadEmail,
    };
    words.fill(
        word,
        &[
            ("digits", &digits),
            ("time", &time),
            ("ending", &ending),
            ("mask", &PLACE),
        ],
    )
}
