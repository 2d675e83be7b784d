//! Enough is proved, and the account is locked: unlock it as it is, or set a new password?

use leptos::prelude::*;
use portal::moment::Moment;
use portal::screen::{RecoveryScreen, Step};

use super::{marks, whereabouts};
use crate::api::View;
use crate::api::recovery::{RecoveryView, ReplacePassword, Unlock as Door, recovery_view};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// The id of the form behind the second button.
const FORM: &str = "replace";

/// `/reset/unlock`
#[component]
pub fn Unlock() -> AnyView {
    served(|| {
        load(
            view_at::<RecoveryView>("?step=unlock"),
            || recovery_view(Step::Unlock),
            |view| match view.screen {
                RecoveryScreen::Unlock { required, until } => view! { <Form view required until /> }.into_any(),
                _ => ().into_any(),
            },
        )
    })
}

#[component]
fn Form(view: View<RecoveryScreen>, required: u8, until: Moment) -> impl IntoView {
    let words = words();
    let action = door::<Door>();
    let replacing = door::<ReplacePassword>();
    let current = usize::from(required) + 1;
    // Each form that is sent has a key of its own.
    let other_key = format!("{}-new", view.key);
    view! {
        <Sheet
            title=words.say(Word::UnlockTitle)
            whereabouts=whereabouts(words, required, current)
            lead=words.say(Word::UnlockLead)
            marks=marks(words, required, current)
            support=view.support
            form=true
        >
            <Trouble />
            <Deed action step=true key=view.key>
                <p class="hint">{words.say(Word::UnlockHint)}</p>
                <div class="actions">
                    <Press label=words.say(Word::UnlockDeed) />
                    <Press
                        label=words.say(Word::UnlockReplace)
                        class="button secondary"
                        of=(FORM, replacing.pending())
                    />
                </div>
            </Deed>
            <div hidden=true>
                <Deed action=replacing key=other_key id=FORM />
            </div>
            <p class="hint">{words.fill(Word::DeadlineUntil, &[("time", &words.clock(until))])}</p>
        </Sheet>
    }
}
