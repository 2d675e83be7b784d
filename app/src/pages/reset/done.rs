//! Done: what happened, the way to sign in, and the devices that still hold the old password.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::moment::Moment;
use portal::screen::{RecoveryScreen, Step};

use crate::api::recovery::{RecoveryView, recovery_view};
use crate::parts::icon::Icon;
use crate::parts::load::{load, view_at};
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/reset/done`
#[component]
pub fn Done() -> AnyView {
    load(
        view_at::<RecoveryView>("?step=done"),
        || recovery_view(Step::Done),
        |view| match view.screen {
            RecoveryScreen::Done { at, .. } => view! { <Message at support=view.support /> }.into_any(),
            _ => ().into_any(),
        },
    )
}

#[component]
fn Message(at: Moment, support: String) -> impl IntoView {
    let words = words();
    let device = move |icon: Icon, word: Word| view! { <li>{icon.draw()} <span>{words.say(word)}</span></li> };
    view! {
        <Sheet
            title=words.say(Word::DoneTitle)
            lead=words.fill(Word::DoneLead, &[("time", &words.clock(at))])
            stamp=Stamp::Whole
            support
        >
            <div class="actions">
                {link("button primary", "/signin", words.say(Word::SignInTitle))}
            </div>
            <section class="section">
                <h2>{words.say(Word::DoneDevices)}</h2>
                <ul class="list">
                    {device(Icon::Phone, Word::DoneDevicePhone)} {device(Icon::Waves, Word::DoneDeviceWaves)}
                    {device(Icon::Laptop, Word::DoneDeviceBrowser)}
                </ul>
                <p class="hint">{words.say(Word::DoneDevicesHint)}</p>
            </section>
        </Sheet>
    }
}
