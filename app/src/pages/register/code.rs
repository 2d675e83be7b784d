//! Typing the code that shows that an address or number is one's own, or that proves who one is before something changes.

use leptos::prelude::*;
use portal::method::code::Purpose;
use portal::method::{ContactKind, Method};
use portal::moment::Moment;
use portal::refusal::Refusal;
use portal::screen::{Awaited, Hurdle};

use super::{SigningOut, marks, proof_marks, proof_whereabouts, whereabouts};
use crate::api::registration::{CodeView, RegistrationAgain, RegistrationLeave, RegistrationVerify, code_view};
use crate::api::{Said, View};
use crate::parts::arrival::fill_on_arrival;
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Field;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::sheet::Sheet;
use crate::parts::steps::Marks;
use crate::parts::waiting::{Again, Waiting, is_in_time, second_after, seconds_left, works_until};
use crate::words::{Word, Words, words};

/// The id of the form that goes back to typing the address or number.
const LEAVE: &str = "leave";

/// `/register/code`
#[component]
pub fn Code() -> AnyView {
    load(view_at::<CodeView>(""), code_view, |view| {
        view! { <Form view /> }.into_any()
    })
}

fn is_about_the_code(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::CodeMissing | Refusal::Code { .. } | Refusal::CodeExpired | Refusal::CodeDead
    )
}

#[component]
fn Form(view: View<(Purpose, Awaited)>) -> impl IntoView {
    let words = words();
    let (purpose, code) = view.screen;
    let action = door::<RegistrationVerify>();
    let refused: Refused = expect_context();
    let problem = refused.for_field(is_about_the_code);
    let leave = door::<RegistrationLeave>();
    let hindrance = hindrance(words, refused, &code);
    let Step {
        title,
        whereabouts,
        marks,
        leaving,
        back,
    } = Step::of(words, purpose, code.method);
    if code.method == Method::Text {
        fill_on_arrival("code");
    }
    let class = if code.digits > 6 {
        "input digits eight"
    } else {
        "input digits"
    };
    let hint = works_until(words, &code);
    view! {
        <Sheet
            title=words.say(title)
            whereabouts=whereabouts
            lead=lead(words, &code)
            marks=marks
            support=view.support
        >
            {move || hindrance()}
            <Trouble belongs=|said| matches!(said, Said::No(refusal) if is_about_the_code(refusal)) />
            <Deed action step=true>
                <Field
                    name="code"
                    label=words.say(Word::CodeLabel)
                    hint
                    problem
                    autocomplete="one-time-code"
                    class=class
                    first=true
                    ltr=true
                    digits=code.digits
                    secret=true
                />
                <div class="actions">
                    <Press label=words.say(Word::CodeVerify) />
                    <Press label=words.say(leaving) class="quiet" of=(LEAVE, leave.pending()) />
                </div>
            </Deed>
            <div hidden=true>
                <Deed action=leave id=LEAVE>
                    <input type="hidden" name="back" value=back />
                </Deed>
            </div>
            <NotArrived code now=view.now />
            <SigningOut />
        </Sheet>
    }
}

/// Where in its walk a code is typed, and how that is left.
struct Step {
    title: Word,
    whereabouts: String,
    marks: Marks,
    leaving: Word,
    /// Where leaving leads: to a kind of contact, or to the list.
    back: &'static str,
}

impl Step {
    fn of(words: Words, purpose: Purpose, method: Method) -> Self {
        if purpose == Purpose::Proving {
            return Self {
                title: Word::ProveCodeTitle,
                whereabouts: proof_whereabouts(words, true, 1),
                marks: proof_marks(words, true, 1),
                leaving: Word::AddCancel,
                back: "",
            };
        }
        let kind = method.contact().unwrap_or(ContactKind::Email);
        let (leaving, back) = match kind {
            ContactKind::Phone => (Word::AddOtherNumber, ContactKind::Phone),
            ContactKind::Mailbox | ContactKind::Email | ContactKind::Office => {
                (Word::AddOtherAddress, ContactKind::Email)
            }
        };
        Self {
            title: match method {
                Method::Text => Word::AddCodeTitleText,
                Method::Call | Method::Office => Word::AddCodeTitleCall,
                Method::Email | Method::Questions => Word::AddCodeTitleEmail,
            },
            whereabouts: whereabouts(words, kind, 1),
            marks: marks(words, kind, 1),
            leaving,
            back: back.word(),
        }
    }
}

/// "6 digits, sent at 14:02 to +81 90 5550 1289."
fn lead(words: Words, code: &Awaited) -> String {
    let word = if code.method == Method::Call {
        Word::AddCodeLeadCall
    } else {
        Word::AddCodeLead
    };
    // A number stays on one line.
    let address = code.address.replace(' ', "\u{a0}");
    words.fill(
        word,
        &[
            ("digits", &code.digits),
            ("time", &words.clock(code.asked)),
            ("address", &address),
        ],
    )
}

/// What stands in the way of this code right now, unless a refusal says it already.
fn hindrance(words: Words, refused: Refused, code: &Awaited) -> impl Fn() -> Option<AnyView> + use<> {
    let told = code.hurdle.map(|hurdle| match hurdle {
        Hurdle::Wait(until) => (
            Word::AddPausedTitle,
            words.fill(Word::Wait, &[("time", &second_after(words, until))]),
        ),
        Hurdle::Closed => (Word::PauseClosedTitle, words.say(Word::PauseClosedLead).to_owned()),
        Hurdle::Down => (Word::AddDownTitle, words.say(Word::ChannelDown).to_owned()),
    });
    let is_plain = move || refused.0.with(Option::is_none);
    move || {
        told.clone().filter(|_| is_plain()).map(|(title, text)| {
            view! {
                <Slip tone=Tone::Attention title=words.say(title)>
                    <p>{text}</p>
                </Slip>
            }
            .into_any()
        })
    }
}

/// Where nothing arrives: another code, or the other way to the same number.
#[component]
fn NotArrived(code: Awaited, now: Moment) -> impl IntoView {
    let words = words();
    let again = door::<RegistrationAgain>();
    let other_way = door::<RegistrationAgain>();
    let left = seconds_left(Signal::stored(code.again), now);
    let ready = is_in_time(left);
    let instead = code.other_way.map(|way| {
        let label = if way == Method::Call {
            Word::InsteadCall
        } else {
            Word::InsteadText
        };
        view! {
            <li>
                <Deed action=other_way ready>
                    <input type="hidden" name="method" value=way.word() />
                    <Press label=words.say(label) class="quiet" />
                </Deed>
            </li>
        }
        .into_any()
    });
    view! {
        <Waiting method=code.method>
            <li>
                <Deed action=again>
                    <input type="hidden" name="method" value=code.method.word() />
                    <Again left from=code.again />
                </Deed>
            </li>
            {instead}
        </Waiting>
    }
}
