//! The password again, before something changes.

use crate::parts::link::link;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::refusal::Refusal;
use portal::screen::Overview;

use super::{SigningOut, asks_for_code, proof, proof_marks, proof_whereabouts};
use crate::api::registration::{OverviewView, ProveAgain, overview_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Secret;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/register/prove`
#[component]
pub fn Prove() -> AnyView {
    load(
        view_at::<OverviewView>("?page=/register/prove"),
        || overview_view("/register/prove".to_owned()),
        |view| view! { <Form view /> }.into_any(),
    )
}

fn is_about_the_password(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::PasswordMissing | Refusal::CurrentPassword)
}

#[component]
fn Form(view: View<Overview>) -> impl IntoView {
    let words = words();
    let action = door::<ProveAgain>();
    let refused: Refused = expect_context();
    // What led here is what the page says anyway.
    if view.said == Some(Said::No(Refusal::ProofTooOld)) {
        refused.0.set(None);
    }
    let problem = refused.for_field(is_about_the_password);
    let query = use_query_map();
    let going = match view.typed("going") {
        typed if typed.is_empty() => query.with_untracked(|query| query.get("for").unwrap_or_default()),
        typed => typed,
    };
    let asks_for_code = asks_for_code(&view.screen);
    view! {
        <Sheet
            title=words.say(Word::ProveTitle)
            whereabouts=proof_whereabouts(words, asks_for_code, 0)
            lead=words.say(proof(&view.screen))
            marks=proof_marks(words, asks_for_code, 0)
            support=view.support
        >
            <Trouble belongs=|said| matches!(said, Said::No(refusal) if is_about_the_password(refusal)) />
            <Deed action step=true>
                <input type="hidden" name="going" value=going />
                <input
                    class="heard"
                    type="text"
                    autocomplete="username"
                    value=view.screen.user_name
                    tabindex="-1"
                    aria-hidden="true"
                    readonly
                />
                <Secret
                    name="password"
                    label=words.say(Word::Password)
                    problem
                    autocomplete="current-password"
                    first=true
                />
                <div class="actions">
                    <Press label=words.say(Word::ProveDeed) />
                    {link("quiet", "/register", words.say(Word::AddCancel))}
                    {link("quiet", "/reset", words.say(Word::PasswordForgotten))}
                </div>
            </Deed>
            <SigningOut />
        </Sheet>
    }
}
