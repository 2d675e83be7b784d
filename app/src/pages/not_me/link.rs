//! What the page behind the link shows: the question, that it is stopped, or that the link leads no further.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::moment::Moment;
use portal::screen::NotMe as Screen;

use crate::Surroundings;
use crate::api::not_me::{Disown, NotMeView, not_me_view};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::link::link;
use crate::parts::load::{load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/not-me/link/…`
#[component]
pub fn NotMe() -> AnyView {
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    load(
        view_at::<NotMeView>(""),
        {
            let token = token.clone();
            move || not_me_view(token.clone())
        },
        move |view| match view.screen {
            Screen::Ask { name } => view! { <Question name token=token.clone() /> }.into_any(),
            Screen::Stopped { name, until } => view! { <Stopped name until /> }.into_any(),
            Screen::Void => view! { <Void /> }.into_any(),
        },
    )
}

#[component]
fn Question(name: String, token: String) -> impl IntoView {
    let words = words();
    let action = door::<Disown>();
    view! {
        <Sheet title=words.say(Word::NotMeTitle) lead=words.fill(Word::NotMeLead, &[("name", &name)])>
            <Trouble />
            <p>{words.say(Word::NotMeText)}</p>
            <Deed action step=true>
                <input type="hidden" name="token" value=token />
                <div class="actions">
                    <Press label=words.say(Word::NotMeDeed) />
                    {link("quiet", "/", words.say(Word::ToStart))}
                </div>
            </Deed>
        </Sheet>
    }
}

#[component]
fn Stopped(name: String, until: Moment) -> impl IntoView {
    let words = words();
    let (day, time) = (words.day(until), words.clock(until));
    view! {
        <Sheet
            title=words.say(Word::NotMeStoppedTitle)
            lead=words.fill(Word::NotMeStoppedLead, &[("name", &name), ("day", &day), ("time", &time)])
            stamp=Stamp::Whole
        >
            <p>{words.say(Word::NotMeNext)}</p>
            <div class="actions">
                {link("button primary", "/change", words.say(Word::HomeChange))}
            </div>
            <Desk />
        </Sheet>
    }
}

#[component]
fn Void() -> impl IntoView {
    let words = words();
    view! {
        <Sheet title=words.say(Word::NotMeVoidTitle) lead=words.say(Word::NotMeVoidLead)>
            <div class="actions">
                {link("button primary", "/", words.say(Word::ToStart))}
            </div>
            <Desk />
        </Sheet>
    }
}

/// Where help is found, where the organisation says so.
#[component]
fn Desk() -> impl IntoView {
    let help = expect_context::<Surroundings>().help;
    (!help.is_empty())
        .then(|| view! { <p class="hint">{words().fill(Word::NotMeHelp, &[("help", &help)])}</p> }.into_any())
}
