//! Too many attempts: when one may go on, and what can be done until then.

use leptos::prelude::*;
use portal::moment::Moment;
use portal::refusal::Refusal;
use portal::screen::RecoveryScreen;

use super::{marks, whereabouts};
use crate::api::recovery::ChooseAnother;
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::help::Help;
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::parts::waiting::Until;
use crate::words::{Word, words};

/// Refusals for which the page itself is the message.
fn is_told_here(said: &Said) -> bool {
    use Refusal::{Answers, Closed, Code, CodeDead, CodeExpired, Wait};
    matches!(
        said,
        Said::No(Wait { .. } | Closed | Code { .. } | CodeDead | CodeExpired | Answers { .. })
    )
}

/// Stands in for the page of a step while its tries are used up.
#[component]
pub(super) fn Paused(
    /// The view of the step.
    view: View<RecoveryScreen>,
    /// Which proof: 1 or 2.
    turn: u8,
    /// Of how many.
    required: u8,
    /// Until when; none where only a sign-in or the help desk opens the method again.
    until: Option<Moment>,
    /// Whether there is another method to go back to.
    #[prop(optional)]
    has_other: bool,
    /// Where to turn.
    help: Help,
) -> impl IntoView {
    let words = words();
    let another = door::<ChooseAnother>();
    let (title, lead) = match until {
        Some(_) => (Word::PauseTitle, Word::PauseLead),
        None => (Word::PauseClosedTitle, Word::PauseClosedLead),
    };
    let page = view.screen.step().path();
    view! {
        <Sheet
            title=words.say(title)
            whereabouts=whereabouts(words, required, turn.into())
            lead=words.say(lead)
            marks=marks(words, required, turn.into())
            support=view.support.clone()
        >
            <Trouble belongs=is_told_here />
            {until.map(|until| view! { <Until until now=view.now page /> }.into_any())}
            <div class="actions">
                {has_other
                    .then(|| {
                        view! {
                            <Deed action=another key=view.key.clone()>
                                <Press label=words.say(Word::AnotherMethod) class="button secondary" />
                            </Deed>
                        }.into_any()
                    })} {help.draw(if has_other { "quiet" } else { "button secondary" })}
            </div>
            {help.form()}
        </Sheet>
    }
}
