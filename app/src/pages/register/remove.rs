//! Deleting a method: a page that asks, or says why it stays.

use crate::parts::link::link;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::method::ContactKind;
use portal::screen::{Overview, Standing};

use super::{SigningOut, line_of, name_of};
use crate::api::View;
use crate::api::registration::{ErrandView, RemoveContact, errand_view};
use crate::pages::missing::Missing;
use crate::parts::deed::{Deed, Press, door};
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, Words, words};

/// Where a kind of contact is deleted.
pub(super) const fn page_of(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => "/register/remove/phone",
        ContactKind::Mailbox | ContactKind::Email => "/register/remove/email",
    }
}

/// Why a method is not offered for deletion.
pub(super) fn keeps(words: Words, required: u8) -> String {
    let word = if required == 1 {
        Word::AddKeepsOne
    } else {
        Word::AddKeeps
    };
    words.fill(word, &[("required", &required)])
}

/// `/register/remove/email` and `/register/remove/phone`
#[component]
pub fn Remove() -> AnyView {
    served(|| {
        // The two addresses are never linked to one another, so the kind stays for the life of the page.
        let kind = match use_params_map().read_untracked().get_str("kind") {
            Some("email") => ContactKind::Email,
            Some("phone") => ContactKind::Phone,
            _ => return view! { <Missing /> }.into_any(),
        };
        load(
            view_at::<ErrandView>(&format!("?page={}", page_of(kind))),
            move || errand_view(page_of(kind).to_owned()),
            move |view| match standing_in_the_way(&view.screen, kind) {
                None => view! { <Question view kind /> }.into_any(),
                Some(reason) => view! { <Stays view kind reason /> }.into_any(),
            },
        )
    })
}

/// Why a method cannot be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// There is none.
    Nothing,
    /// An administrator filled it in.
    Vouched,
    /// Fewer would be left than are required.
    Required(u8),
}

fn standing_in_the_way(overview: &Overview, kind: ContactKind) -> Option<Reason> {
    match line_of(overview, kind).map(|line| (line.standing, line.can_remove)) {
        Some((Standing::Verified(_) | Standing::Outdated(_), true)) => None,
        Some((Standing::Verified(_) | Standing::Outdated(_), false)) => Some(Reason::Required(overview.required)),
        Some((Standing::Vouched, _)) => Some(Reason::Vouched),
        Some((Standing::Missing, _)) | None => Some(Reason::Nothing),
    }
}

#[component]
fn Question(view: View<Overview>, kind: ContactKind) -> impl IntoView {
    let words = words();
    let action = door::<RemoveContact>();
    let title = if kind == ContactKind::Phone {
        Word::RemoveTitlePhone
    } else {
        Word::RemoveTitleEmail
    };
    let mask = line_of(&view.screen, kind)
        .map(|line| line.mask.replace(' ', "\u{a0}"))
        .unwrap_or_default();
    view! {
        <Sheet
            title=words.say(title)
            whereabouts=name_of(words, kind)
            lead=words.fill(Word::RemoveLead, &[("mask", &mask)])
            support=view.support
        >
            <Trouble />
            <p>{words.say(Word::RemoveTold)}</p>
            <Deed action>
                <input type="hidden" name="kind" value=kind.word() />
                <div class="actions">
                    <Press label=words.say(Word::RemoveDeed) class="button secondary destructive" />
                    {link("quiet", "/register", words.say(Word::AddCancel))}
                </div>
            </Deed>
            <SigningOut />
        </Sheet>
    }
}

#[component]
fn Stays(view: View<Overview>, kind: ContactKind, reason: Reason) -> impl IntoView {
    let words = words();
    let (title, lead) = match reason {
        Reason::Nothing => (Word::RemoveNothingTitle, words.say(Word::RemoveNothing).to_owned()),
        Reason::Vouched => (Word::RemoveKeptTitle, words.say(Word::RemoveVouched).to_owned()),
        Reason::Required(1) => (Word::RemoveKeptTitle, words.say(Word::RemoveKeptOne).to_owned()),
        Reason::Required(required) => (
            Word::RemoveKeptTitle,
            words.fill(Word::RemoveKept, &[("required", &required)]),
        ),
    };
    view! {
        <Sheet title=words.say(title) whereabouts=name_of(words, kind) lead support=view.support>
            <div class="actions">
                {link("button primary", "/register", words.say(Word::RegisterBack))}
                <SigningOut />
            </div>
        </Sheet>
    }
}
