//! It cannot go on: the three cases in which an account cannot be recovered here, and what to do then.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::recovery::Case;
use portal::screen::{RecoveryScreen, Step};

use super::marks;
use crate::api::View;
use crate::api::recovery::{RecoveryView, recovery_view};
use crate::parts::help::Help;
use crate::parts::load::{load, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/reset/stopped`
#[component]
pub fn Stopped() -> AnyView {
    served(|| {
        load(
            view_at::<RecoveryView>("?step=stopped"),
            || recovery_view(Step::Stopped),
            |view| match view.screen.clone() {
                RecoveryScreen::Stopped { case, help, contacted } => {
                    let help = Help::new(help, contacted, &view);
                    view! { <Message view case help contacted /> }.into_any()
                }
                _ => ().into_any(),
            },
        )
    })
}

#[component]
fn Message(view: View<RecoveryScreen>, case: Case, help: Help, contacted: bool) -> impl IntoView {
    let words = words();
    let (title, lead) = match case {
        Case::ManagedElsewhere => (Word::StoppedElsewhereTitle, Word::StoppedElsewhereLead),
        Case::NotEnabled => (Word::StoppedDisabledTitle, Word::StoppedDisabledLead),
        Case::NotVerified => (Word::StoppedUnverifiedTitle, Word::StoppedUnverifiedLead),
    };
    let another = (case == Case::NotVerified).then(|| link("quiet", "/reset", words.say(Word::StoppedAnotherName)));
    let later = (case == Case::NotVerified && !contacted).then(|| {
        view! {
            <Slip tone=Tone::Information title=words.say(Word::StoppedLaterTitle)>
                <p>{words.say(Word::StoppedLater)}</p>
                <p>
                    <a href="/register">{words.say(Word::HomeRegister)}</a>
                </p>
            </Slip>
        }
        .into_any()
    });
    view! {
        <Sheet title=words.say(title) lead=words.say(lead) marks=marks(words, 2, 0) support=view.support.clone()>
            <Trouble />
            {(case != Case::ManagedElsewhere)
                .then(|| {
                    view! {
                        {contacted
                            .then(|| {
                                view! {
                                    <Slip tone=Tone::Success title=words.say(Word::HelpWritten)>
                                        <p>{words.say(Word::HelpKeepCode)}</p>
                                    </Slip>
                                }.into_any()
                            })}
                        <div class="actions">{(!contacted).then(|| help.draw("button primary"))} {another}</div>
                        {(!contacted).then(|| view! { <p class="hint">{help.hint()}</p> }.into_any())}
                        {help.form()}
                    }.into_any()
                })}
            {later}
        </Sheet>
    }
}
