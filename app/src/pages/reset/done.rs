//! Done: what happened, the way to sign in, and for a new password the devices that still hold the old one.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::moment::Moment;
use portal::recovery::Ending;
use portal::screen::{RecoveryScreen, Step};

use crate::api::recovery::{RecoveryView, recovery_view};
use crate::parts::icon::Icon;
use crate::parts::load::{load, view_at};
use crate::parts::served::served;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/reset/done`
#[component]
pub fn Done() -> AnyView {
    served(|| {
        load(
            view_at::<RecoveryView>("?step=done"),
            || recovery_view(Step::Done),
            |view| match view.screen {
                RecoveryScreen::Done { at, ending } => view! { <Message at ending support=view.support /> }.into_any(),
                _ => ().into_any(),
            },
        )
    })
}

#[component]
fn Message(at: Moment, ending: Ending, support: String) -> impl IntoView {
    let words = words();
    let (title, lead) = match ending {
        Ending::Reset => (Word::DoneTitle, Word::DoneLead),
        Ending::Unlocked => (Word::UnlockedTitle, Word::UnlockedLead),
    };
    view! {
        <Sheet
            title=words.say(title)
            lead=words.fill(lead, &[("time", &words.clock(at))])
            stamp=Stamp::Whole
            support
        >
            <div class="actions">
                {link("button primary", "/signin", words.say(Word::SignInTitle))}
            </div>
            {match ending {
                Ending::Reset => devices(),
                Ending::Unlocked => view! { <p class="hint">{words.say(Word::UnlockedHint)}</p> }.into_any(),
            }}
        </Sheet>
    }
}

/// Devices that still hold the old password.
fn devices() -> AnyView {
    let words = words();
    let device = move |icon: Icon, word: Word| view! { <li>{icon.draw()} <span>{words.say(word)}</span></li> };
    view! {
        <section class="section">
            <h2>{words.say(Word::DoneDevices)}</h2>
            <ul class="list">
                {device(Icon::Phone, Word::DoneDevicePhone)} {device(Icon::Waves, Word::DoneDeviceWaves)}
                {device(Icon::Laptop, Word::DoneDeviceBrowser)}
            </ul>
            <p class="hint">{words.say(Word::DoneDevicesHint)}</p>
        </section>
    }
    .into_any()
}
