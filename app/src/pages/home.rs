//! The start page: three clear choices.

use leptos::prelude::*;

use crate::Surroundings;
use crate::parts::icon::Icon;
use crate::parts::served::served;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/`
#[component]
pub fn Home() -> AnyView {
    served(|| {
        let words = words();
        let surroundings: Surroundings = expect_context();
        let aside = view! {
            <section>
                <h2>{words.say(Word::HomeDevice)}</h2>
                <p>{words.say(Word::HomeDeviceText)}</p>
            </section>
            <section>
                <h2>{words.say(Word::HomeNever)}</h2>
                <p>{words.say(Word::HomeNeverText)}</p>
            </section>
        };
        let choice = move |class: &'static str, href: &'static str, title: Word, note: Word| {
            view! {
                <a class=class href=href>
                    <span class="choice-title">{words.say(title)}</span>
                    <span class="choice-note">{words.say(note)}</span>
                    {Icon::Arrow.draw()}
                </a>
            }
        };
        view! {
            <Sheet
                title=words.fill(Word::HomeTitle, &[("organisation", &surroundings.organisation)])
                lead=words.say(Word::HomeLead)
                stamp=Stamp::Emblem
                aside=aside.into_any()
            >
                <nav class="choices" aria-label=words.say(Word::HomeChoices)>
                    {choice("choice first", "/reset", Word::HomeReset, Word::HomeResetNote)}
                    {choice("choice", "/change", Word::HomeChange, Word::HomeChangeNote)}
                    {choice("choice", "/register", Word::HomeRegister, Word::HomeRegisterNote)}
                </nav>
            </Sheet>
        }
        .into_any()
    })
}
