//! Deleting a method: a page that asks, or says why it stays.

use crate::parts::link::link;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::method::{ContactKind, Means};
use portal::registration::Errand;
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

/// Where a kind of contact, or the questions, are deleted.
pub(super) fn page_of(means: impl Into<Means>) -> &'static str {
    Errand::Remove(means.into()).path()
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

/// `/register/remove/email`, `/register/remove/phone` and `/register/remove/questions`
#[component]
pub fn Remove() -> AnyView {
    served(|| {
        // The addresses are never linked to one another, so what is deleted stays for the life of the page.
        let means = match use_params_map().read_untracked().get_str("kind") {
            Some("email") => Means::Contact(ContactKind::Email),
            Some("phone") => Means::Contact(ContactKind::Phone),
            Some("questions") => Means::Questions,
            _ => return view! { <Missing /> }.into_any(),
        };
        load(
            view_at::<ErrandView>(&format!("?page={}", page_of(means))),
            move || errand_view(page_of(means).to_owned()),
            move |view| match standing_in_the_way(&view.screen, means) {
                None => view! { <Question view means /> }.into_any(),
                Some(reason) => view! { <Stays view means reason /> }.into_any(),
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

fn standing_in_the_way(overview: &Overview, means: Means) -> Option<Reason> {
    match line_of(overview, means).map(|line| (line.standing, line.can_remove)) {
        Some((Standing::Verified(_) | Standing::Outdated(_), true)) => None,
        Some((Standing::Verified(_) | Standing::Outdated(_), false)) => Some(Reason::Required(overview.required)),
        Some((Standing::Vouched, _)) => Some(Reason::Vouched),
        Some((Standing::Missing, _)) | None => Some(Reason::Nothing),
    }
}

#[component]
fn Question(view: View<Overview>, means: Means) -> impl IntoView {
    let words = words();
    let action = door::<RemoveContact>();
    let title = match means {
        Means::Contact(ContactKind::Phone) => Word::RemoveTitlePhone,
        Means::Contact(_) => Word::RemoveTitleEmail,
        Means::Questions => Word::RemoveTitleQuestions,
    };
    let mask = line_of(&view.screen, means)
        .map(|line| line.mask.replace(' ', "\u{a0}"))
        .unwrap_or_default();
    let lead = match means {
        Means::Contact(_) => words.fill(Word::RemoveLead, &[("mask", &mask)]),
        Means::Questions => words.say(Word::RemoveLeadQuestions).to_owned(),
    };
    view! {
        <Sheet
            title=words.say(title)
            whereabouts=name_of(words, means)
            lead
            support=view.support
        >
            <Trouble />
            <p>{words.say(Word::RemoveTold)}</p>
            <Deed action>
                <input type="hidden" name="kind" value=means.word() />
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
fn Stays(view: View<Overview>, means: Means, reason: Reason) -> impl IntoView {
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
        <Sheet title=words.say(title) whereabouts=name_of(words, means) lead support=view.support>
            <div class="actions">
                {link("button primary", "/register", words.say(Word::RegisterBack))}
                <SigningOut />
            </div>
        </Sheet>
    }
}
