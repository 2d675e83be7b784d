//! The help desk has been written to.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::screen::Step;

use crate::api::recovery::{ContactView, contact_view};
use crate::parts::load::{load, view_at};
use crate::parts::served::served;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/contact`
#[component]
pub fn Contact() -> AnyView {
    served(|| {
        load(view_at::<ContactView>(""), contact_view, |view| {
            let step = view.screen.step();
            let back = (step != Step::Stopped).then(|| step.path());
            view! { <Message support=view.support back /> }.into_any()
        })
    })
}

#[component]
fn Message(support: String, back: Option<&'static str>) -> impl IntoView {
    let words = words();
    view! {
        <Sheet
            title=words.say(Word::HelpWritten)
            lead=words.say(Word::HelpKeepCode)
            stamp=Stamp::Whole
            support=support.clone()
        >
            <p>
                {words.say(Word::SupportCode)} " " <strong class="whole-name">
                    <code>{support}</code>
                </strong>
            </p>
            <p>{words.say(Word::HelpWrittenText)}</p>
            <div class="actions">
                {link("button primary", "/", words.say(Word::ToStart))}
                {back.map(|step| link("quiet", step, words.say(Word::HelpBack)))}
            </div>
        </Sheet>
    }
}
