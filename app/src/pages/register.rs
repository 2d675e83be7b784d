//! The pages of the registration: what is set up, setting up, replacing, deleting.

pub mod code;
mod country;
pub mod done;
pub mod email;
pub mod overview;
pub mod phone;
pub mod prove;
pub mod remove;

use crate::parts::link::link;
use leptos::prelude::*;
use portal::method::ContactKind;
use portal::screen::{Line, Overview, Standing};

use crate::api::session::SignOut;
use crate::parts::deed::{Deed, Press, door};
use crate::parts::steps::Marks;
use crate::words::{Word, Words, words};

/// What a kind of contact is called.
pub(crate) fn name_of(words: Words, kind: ContactKind) -> &'static str {
    words.say(match kind {
        ContactKind::Mailbox => Word::ContactMailbox,
        ContactKind::Email => Word::ContactEmail,
        ContactKind::Phone => Word::ContactPhone,
    })
}

/// Where a kind of contact is set up or replaced.
const fn page_of(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => "/register/phone",
        ContactKind::Mailbox | ContactKind::Email => "/register/email",
    }
}

/// The line of a kind of contact, where the policy allows it.
fn line_of(overview: &Overview, kind: ContactKind) -> Option<&Line> {
    overview.lines.iter().find(|line| line.kind == kind)
}

/// The marks of setting one up: the address, then the code.
fn marks(words: Words, kind: ContactKind, current: usize) -> Marks {
    let first = if kind == ContactKind::Phone {
        Word::AddStepNumber
    } else {
        Word::AddStepAddress
    };
    let names = [first, Word::AddStepCode].map(|name| words.say(name).to_owned());
    Marks::steps(words.say(Word::AddProgress), names.into(), current)
}

/// "Authentication phone · Step 1 of 2".
fn whereabouts(words: Words, kind: ContactKind, current: usize) -> String {
    words.fill(
        Word::AddWhere,
        &[
            ("method", &name_of(words, kind)),
            ("step", &(current + 1)),
            ("steps", &2),
        ],
    )
}

/// A masked address, with what it says for those who hear it.
#[component]
fn Masked(kind: ContactKind, mask: String) -> impl IntoView {
    let words = words();
    let heard = match kind {
        ContactKind::Phone => words.fill(Word::MaskedNumber, &[("ending", &portal::method::phone::ending(&mask))]),
        ContactKind::Mailbox | ContactKind::Email => {
            let first = mask.chars().next().map(String::from).unwrap_or_default();
            let ending = mask.rsplit('.').next().unwrap_or_default().to_owned();
            words.fill(Word::MaskedMailbox, &[("first", &first), ("ending", &ending)])
        }
    };
    view! {
        <bdi aria-hidden="true">{mask}</bdi>
        <span class="heard">{heard}</span>
    }
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
            (Standing::Verified(_), true) => {
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
            (Standing::Verified(_), false) => {
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
