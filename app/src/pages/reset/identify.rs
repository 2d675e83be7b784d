//! Which account is it? A user name, and a proof of presence that asks nothing of the person.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::refusal::Refusal;
use portal::screen::{Challenge, RecoveryScreen, Step};

use super::{marks, whereabouts};
use crate::api::recovery::{Identify as Door, RecoveryView, recovery_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Field;
use crate::parts::load::{Refused, load, look_again, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::parts::waiting::second_after;
use crate::words::{Word, words};

/// The query of the view.
const ADDRESS: &str = "?step=identify";

/// `/reset`
#[component]
pub fn Identify() -> AnyView {
    load(
        view_at::<RecoveryView>(ADDRESS),
        || recovery_view(Step::Identify),
        |view| match view.screen.clone() {
            RecoveryScreen::Identify(challenge) => view! { <Form view challenge /> }.into_any(),
            _ => ().into_any(),
        },
    )
}

#[component]
fn Form(view: View<RecoveryScreen>, challenge: Challenge) -> impl IntoView {
    let words = words();
    let action = door::<Door>();
    let refused: Refused = expect_context();
    let problem = refused.for_field(|refusal| matches!(refusal, Refusal::UserName(_)));
    // Without scripts the ticket that was handed out first goes on ripening.
    let kept = view.typed("token");
    let is_over = matches!(view.said, Some(Said::No(Refusal::Challenge)));
    let ticket = if kept.is_empty() || is_over {
        challenge.token.clone()
    } else {
        kept
    };
    let ripe = match view.said {
        Some(Said::No(Refusal::Unripe { until })) => until,
        _ => challenge.ripe,
    };
    let token = RwSignal::new(ticket);
    let answer = RwSignal::new(String::new());
    let is_alive = RwSignal::new(false);
    let ready = Signal::derive(move || answer.with(|answer| !answer.is_empty()));
    let solve = move |challenge: Challenge| {
        answer.set(String::new());
        token.set(challenge.token.clone());
        search(&challenge, answer);
    };
    Effect::new(move || {
        is_alive.set(true);
        solve(challenge.clone());
    });
    // A page that lay open for long: a fresh challenge, without touching what was typed.
    Effect::new(move || {
        if refused
            .0
            .with(|said| matches!(said, Some(Said::No(Refusal::Challenge))))
        {
            leptos::task::spawn_local(async move {
                let view = look_again(&view_at::<RecoveryView>(ADDRESS)).await;
                if let Ok(View {
                    screen: RecoveryScreen::Identify(fresh),
                    ..
                }) = view
                {
                    solve(fresh);
                }
            });
        }
    });
    view! {
        <Sheet
            title=words.say(Word::IdentifyTitle)
            whereabouts=whereabouts(words, 2, 0)
            lead=words.say(Word::IdentifyLead)
            marks=marks(words, 2, 0)
            support=view.support.clone()
            form=true
        >
            <Trouble belongs=|said| matches!(said, Said::No(Refusal::UserName(_))) />
            <Deed action step=true key=view.key.clone() ready=ready>
                <input type="hidden" name="token" prop:value=token value=token.get_untracked() />
                <input type="hidden" name="answer" prop:value=answer value="" />
                <Field
                    name="user_name"
                    label=words.say(Word::UserName)
                    hint=words.say(Word::UserNameHint)
                    value=view.typed("user_name")
                    problem
                    autocomplete="username"
                    first=true
                />
                <p class="check" role="status">
                    <span
                        class=move || if ready.get() { "seal whole small" } else if is_alive.get() { "seal half small" } else { "seal small" }
                        aria-hidden="true"
                    ></span>
                    <span>
                        {move || {
                            if ready.get() {
                                words.say(Word::IdentifyReady).to_owned()
                            } else if is_alive.get() {
                                words.say(Word::IdentifyWorking).to_owned()
                            } else {
                                words.fill(Word::IdentifyRipens, &[("time", &second_after(words, ripe))])
                            }
                        }}
                    </span>
                </p>
                <div class="actions">
                    <Press label=words.say(Word::Next) />
                    {link("quiet", "/signin", words.say(Word::RememberedAfterAll))}
                </div>
            </Deed>
        </Sheet>
    }
}

/// Looks for the answer in slices of a few milliseconds, so that typing is never held up.
fn search(challenge: &Challenge, answer: RwSignal<String>) {
    #[cfg(feature = "hydrate")]
    {
        fn go_on(mut search: portal::presence::Search, answer: RwSignal<String>) {
            match search.advance(3_000) {
                Some(found) => {
                    answer.try_set(found);
                }
                None => set_timeout(move || go_on(search, answer), std::time::Duration::ZERO),
            }
        }
        go_on(portal::presence::Search::new(&challenge.token, challenge.bits), answer);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (challenge, answer);
}
