//! Over without a result, or never begun: start again.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::screen::Step;

use crate::api::recovery::{RecoveryView, recovery_view};
use crate::parts::load::{load, view_at};
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/reset/ended`
#[component]
pub fn Ended() -> AnyView {
    served(|| {
        load(
            view_at::<RecoveryView>("?step=ended"),
            || recovery_view(Step::Ended),
            |view| view! { <Message support=view.support /> }.into_any(),
        )
    })
}

#[component]
fn Message(support: String) -> impl IntoView {
    let words = words();
    view! {
        <Sheet title=words.say(Word::EndedTitle) lead=words.say(Word::EndedLead) support>
            <div class="actions">
                {link("button primary", "/reset", words.say(Word::EndedAgain))}
                {link("quiet", "/signin", words.say(Word::RememberedAfterAll))}
            </div>
        </Sheet>
    }
}
