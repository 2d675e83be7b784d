//! The pages of the registration: what is set up, setting up, replacing, deleting.

pub mod code;
pub mod confirm;
mod country;
pub mod done;
pub mod email;
pub mod overview;
pub mod phone;
pub mod prove;
pub mod questions;
pub mod remove;

use crate::parts::link::link;
use leptos::prelude::*;
use portal::method::{ContactKind, Means};
use portal::registration::Errand;
use portal::screen::{Line, Overview, Standing};

use crate::api::session::SignOut;
use crate::parts::deed::{Deed, Press, door};
use crate::parts::masked::Masked;
use crate::parts::steps::Marks;
use crate::words::{Word, Words, words};

/// What a kind of contact is called, or the questions.
pub(crate) fn name_of(words: Words, means: impl Into<Means>) -> &'static str {
    words.say(match means.into() {
        Means::Questions => Word::MethodQuestions,
        Means::Contact(ContactKind::Mailbox) => Word::ContactMailbox,
        Means::Contact(ContactKind::Email) => Word::ContactEmail,
        Means::Contact(ContactKind::Phone) => Word::ContactPhone,
        Means::Contact(ContactKind::Office) => Word::ContactOffice,
    })
}

/// Where a kind of contact, or the questions, are set up or replaced.
fn page_of(means: impl Into<Means>) -> &'static str {
    Errand::Replace(means.into()).path()
}

/// What is asked for before something changes: beside the password a code, where a method can prove.
fn proof(overview: &Overview) -> Word {
    if asks_for_code(overview) {
        Word::RegisterProof
    } else {
        Word::RegisterProofPassword
    }
}

fn asks_for_code(overview: &Overview) -> bool {
    let mut lines = overview.lines.iter();
    overview.finished.is_some()
        && lines.any(|line| matches!(line.standing, Standing::Verified(_) | Standing::Outdated(_)))
}

/// The marks of proving once more: the password, then perhaps the code.
fn proof_marks(words: Words, asks_for_code: bool, current: usize) -> Marks {
    let names = [Some(Word::Password), asks_for_code.then_some(Word::AddStepCode)];
    let names = names.into_iter().flatten().map(|name| words.say(name).to_owned());
    Marks::steps(words.say(Word::Progress), names.collect(), current)
}

/// "Before something changes · Step 1 of 2".
fn proof_whereabouts(words: Words, asks_for_code: bool, current: usize) -> String {
    let what = words.say(Word::ProveWhere);
    if asks_for_code {
        step(words, what, current)
    } else {
        what.to_owned()
    }
}

/// The line of a kind of contact, where the policy allows it.
fn line_of(overview: &Overview, means: impl Into<Means>) -> Option<&Line> {
    let means = means.into();
    overview.lines.iter().find(|line| line.means == means)
}

/// The marks of setting one up: the address, then the code.
fn marks(words: Words, kind: ContactKind, current: usize) -> Marks {
    let first = if kind == ContactKind::Phone {
        Word::AddStepNumber
    } else {
        Word::AddStepAddress
    };
    let names = [first, Word::AddStepCode].map(|name| words.say(name).to_owned());
    Marks::steps(words.say(Word::Progress), names.into(), current)
}

/// "Authentication phone · Step 1 of 2".
fn whereabouts(words: Words, kind: ContactKind, current: usize) -> String {
    step(words, name_of(words, kind), current)
}

/// One of two steps, which counts from 0.
fn step(words: Words, what: &'static str, current: usize) -> String {
    words.fill(
        Word::AddWhere,
        &[("method", &what), ("step", &(current + 1)), ("steps", &2)],
    )
}

/// What is registered already, on the page that replaces it, and the way to delete it.
#[component]
fn InPlace(overview: Overview, kind: ContactKind) -> impl IntoView {
    let words = words();
    let line = line_of(&overview, kind)
        .filter(|line| line.standing != Standing::Missing)
        .cloned();
    line.map(|line| {
        let way = match (line.standing, line.can_remove) {
            (Standing::Verified(_) | Standing::Outdated(_), true) => {
                let delete = if kind == ContactKind::Phone {
                    Word::AddDeletePhone
                } else {
                    Word::AddDeleteEmail
                };
                view! {
                    <p>
                        {link("quiet", remove::page_of(kind), words.say(delete))}
                    </p>
                }
                .into_any()
            }
            (Standing::Verified(_) | Standing::Outdated(_), false) => {
                view! { <p class="hint">{remove::keeps(words, overview.required)}</p> }.into_any()
            }
            _ => ().into_any(),
        };
        view! {
            <section class="in-place">
                <p class="hint">{words.say(Word::AddStays)} " " <Masked kind mask=line.mask /></p>
                {way}
            </section>
        }
        .into_any()
    })
}

/// Signing out, wherever somebody is signed in.
#[component]
pub(crate) fn SigningOut(#[prop(default = "quiet")] class: &'static str) -> impl IntoView {
    let words = words();
    let action = door::<SignOut>();
    view! {
        <Deed action>
            <Press label=words.say(Word::SignOut) class=class />
        </Deed>
    }
}
