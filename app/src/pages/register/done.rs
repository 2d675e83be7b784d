//! The registration is finished: what is registered.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::method::ContactKind;
use portal::screen::{Line, Overview, Standing};

use super::overview::Methods;
use super::{Masked, SigningOut, name_of};
use crate::api::View;
use crate::api::registration::{OverviewView, overview_view};
use crate::parts::icon::Icon;
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/register/done`
#[component]
pub fn Done() -> AnyView {
    served(|| {
        load(
            view_at::<OverviewView>("?page=/register/done"),
            || overview_view("/register/done".to_owned()),
            |view| {
                let is_ready = view.screen.finished.is_some() && view.screen.have >= view.screen.required;
                // Where something is missing the list says what.
                if is_ready {
                    view! { <Ready view /> }.into_any()
                } else {
                    view! { <Methods view /> }.into_any()
                }
            },
        )
    })
}

#[component]
fn Ready(view: View<Overview>) -> impl IntoView {
    let words = words();
    let there = view
        .screen
        .lines
        .into_iter()
        .filter(|line| line.standing != Standing::Missing);
    view! {
        <Sheet
            title=words.say(Word::RegisteredTitle)
            lead=words.say(Word::RegisteredLead)
            stamp=Stamp::Whole
            support=view.support
        >
            <Trouble />
            <div class="actions">
                <SigningOut class="button secondary" />
                {link("quiet", "/register", words.say(Word::RegisteredChange))}
                {link("quiet", "/", words.say(Word::ToStart))}
            </div>
            <section class="section">
                <h2>{words.say(Word::RegisteredList)}</h2>
                <ul class="list">{there.map(|line| view! { <Registered line /> }.into_any()).collect_view()}</ul>
            </section>
        </Sheet>
    }
}

#[component]
pub(super) fn Registered(line: Line) -> impl IntoView {
    let kind = line.means.contact();
    let icon = match kind {
        Some(ContactKind::Phone) => Icon::Phone,
        Some(ContactKind::Office) => Icon::Desk,
        Some(_) => Icon::Envelope,
        None => Icon::Question,
    };
    view! {
        <li>
            {icon.draw()}
            <span>{name_of(words(), line.means)} " " {kind.map(|kind| view! { <Masked kind mask=line.mask /> })}</span>
        </li>
    }
}
