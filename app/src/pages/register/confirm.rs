//! After a while: is what is registered still right?

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::screen::{Overview, Standing};

use super::SigningOut;
use super::done::Registered;
use crate::api::View;
use crate::api::upkeep::{ConfirmView, Reconfirm, confirm_view};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/register/confirm`
#[component]
pub fn Confirm() -> AnyView {
    served(|| {
        load(view_at::<ConfirmView>(""), confirm_view, |view| {
            view! { <Question view /> }.into_any()
        })
    })
}

#[component]
fn Question(view: View<Overview>) -> impl IntoView {
    let words = words();
    let there = view
        .screen
        .lines
        .into_iter()
        .filter(|line| line.standing != Standing::Missing);
    view! {
        <Sheet title=words.say(Word::ConfirmTitle) lead=words.say(Word::ConfirmLead) support=view.support>
            <Trouble />
            <ul class="list">{there.map(|line| view! { <Registered line /> }.into_any()).collect_view()}</ul>
            <div class="actions">
                <Answer answer="still_right" label=Word::ConfirmYes class="button primary" />
                <Answer answer="change" label=Word::ConfirmChange class="button secondary" />
                <Answer answer="later" label=Word::ConfirmLater class="quiet" />
            </div>
            <p class="hint">{words.say(Word::ConfirmWhy)}</p>
            <SigningOut />
        </Sheet>
    }
}

/// One of the answers: a form of its own, so that it works without scripts.
#[component]
fn Answer(answer: &'static str, label: Word, class: &'static str) -> impl IntoView {
    let action = door::<Reconfirm>();
    let is_for_change = use_query_map().with_untracked(|query| query.get_str("for") == Some("change"));
    view! {
        <Deed action>
            <input type="hidden" name="answer" value=answer />
            {is_for_change.then(|| view! { <input type="hidden" name="going" value="change" /> })}
            <Press label=words().say(label) class=class />
        </Deed>
    }
}
