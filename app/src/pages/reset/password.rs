//! The new password. What it may be is judged while typing; whether it may be set is the server's word.

use leptos::prelude::*;
use portal::moment::Moment;
use portal::recovery::WARNING;
use portal::refusal::Refusal;
use portal::screen::{Judgement, RecoveryScreen, Step};

use super::{marks, whereabouts};
use crate::api::recovery::{Extend, Reconsider, RecoveryView, SetPassword, recovery_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::device::own_device;
use crate::parts::load::{Refresh, Refused, load, look_again, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::password::NewPassword;
use crate::parts::sheet::{Sheet, focus_soon};
use crate::parts::waiting::{seconds_left, whole_seconds};
use crate::words::{Word, words};

/// The query of the view.
const ADDRESS: &str = "?step=password";

/// `/reset/password`
#[component]
pub fn Password() -> AnyView {
    load(
        view_at::<RecoveryView>(ADDRESS),
        || recovery_view(Step::Password),
        |view| match view.screen.clone() {
            RecoveryScreen::Password {
                user_name,
                required,
                judgement,
                until,
                can_extend,
                was_offered,
            } => {
                let deadline = Deadline::new(until, can_extend, &view);
                view! { <Form view user_name required judgement deadline was_offered /> }.into_any()
            }
            _ => ().into_any(),
        },
    )
}

/// Refusals that belong to the field of the new password.
fn is_about_password(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NewPasswordMissing | Refusal::Password(_) | Refusal::PasswordUsedBefore
    )
}

#[component]
fn Form(
    view: View<RecoveryScreen>,
    user_name: String,
    required: u8,
    judgement: Judgement,
    deadline: Deadline,
    was_offered: bool,
) -> impl IntoView {
    let words = words();
    let action = door::<SetPassword>();
    let refused: Refused = expect_context();
    let problem = refused.for_field(is_about_password);
    let again_problem = refused.for_field(|refusal| matches!(refusal, Refusal::PasswordsDiffer(_)));
    let current = usize::from(required) + 1;
    let history = judgement.rules.history();
    let back = was_offered.then(|| format!("{}-back", view.key));
    let until = move || words.fill(Word::DeadlineUntil, &[("time", &words.clock(deadline.until.get()))]);
    view! {
        <Sheet
            title=words.say(Word::PasswordTitle)
            whereabouts=whereabouts(words, required, current)
            lead=words.say(Word::PasswordLead)
            marks=marks(words, required, current)
            support=view.support.clone()
            form=true
        >
            <Trouble belongs=|said| {
                matches!(said, Said::No(refusal) if is_about_password(refusal) || matches!(refusal, Refusal::PasswordsDiffer(_)))
            } />
            <div class="alert" role="status">
                {move || {
                    deadline.until.track();
                    deadline.is_near.get().then(|| view! { <Warning deadline /> }.into_any())
                }}
            </div>
            <Deed action step=true key=view.key.clone()>
                <input
                    class="heard"
                    type="text"
                    autocomplete="username"
                    value=user_name
                    readonly=true
                    tabindex="-1"
                    aria-hidden="true"
                />
                <NewPassword judgement history problem again_problem />
                {own_device(&view.typed("device"))}
                <div class="actions">
                    <Press label=words.say(Word::PasswordSet) />
                </div>
            </Deed>
            {back.map(|key| view! { <Back key /> }.into_any())}
            <div class="deadline">
                <p class="hint" role="status">
                    {move || until()}
                </p>
                {move || (deadline.can_extend.get() && !deadline.is_near.get()).then(|| view! { <MoreTime deadline class="quiet" /> }.into_any())}
            </div>
        </Sheet>
    }
}

/// Back to unlocking the account.
#[component]
fn Back(key: String) -> impl IntoView {
    let action = door::<Reconsider>();
    view! {
        <Deed action key>
            <Press label=words().say(Word::UnlockInstead) class="quiet" />
        </Deed>
    }
}

/// When the step runs out. More time is had without the page being made anew, so that nothing typed is lost.
#[derive(Clone, Copy)]
struct Deadline {
    until: RwSignal<Moment>,
    can_extend: RwSignal<bool>,
    /// Of the form for more time: the page's own key stays unused for the password.
    key: RwSignal<String>,
    is_near: Memo<bool>,
}

impl Deadline {
    fn new(until: Moment, can_extend: bool, view: &View<RecoveryScreen>) -> Self {
        let until = RwSignal::new(until);
        let now = view.now;
        let left = seconds_left(until.into(), now);
        let warning = i64::try_from(WARNING.as_secs()).unwrap_or_default();
        Self {
            until,
            can_extend: RwSignal::new(can_extend),
            key: RwSignal::new(key_of_extension(&view.key)),
            is_near: Memo::new(move |_| left.get().unwrap_or_else(|| whole_seconds(until.get(), now)) <= warning),
        }
    }

    /// Looks at the clock again after more time was had; `page` has the whole page made anew where it is over.
    fn renew(self, page: Refresh) {
        leptos::task::spawn_local(async move {
            match look_again(&view_at::<RecoveryView>(ADDRESS)).await {
                Ok(View {
                    screen: RecoveryScreen::Password { until, can_extend, .. },
                    key,
                    ..
                }) => {
                    // The key first: the others have the form drawn again.
                    self.key.try_set(key_of_extension(&key));
                    self.until.try_set(until);
                    self.can_extend.try_set(can_extend);
                    focus_soon(&["#new_password"]);
                }
                _ => {
                    page.0.try_update(|count| *count += 1);
                }
            }
        });
    }
}

/// A key that is not the one of the password's form: each form that is sent has its own.
fn key_of_extension(key: &str) -> String {
    format!("{key}-time")
}

/// Shortly before the step runs out.
#[component]
fn Warning(deadline: Deadline) -> impl IntoView {
    let words = words();
    let title = words.fill(
        Word::DeadlineNear,
        &[("time", &words.clock(deadline.until.get_untracked()))],
    );
    let can_extend = deadline.can_extend.get_untracked();
    let text = if can_extend {
        Word::DeadlineExtend
    } else {
        Word::DeadlineLast
    };
    view! {
        <Slip tone=Tone::Attention title>
            <p>{words.say(text)}</p>
            {can_extend.then(|| view! { <MoreTime deadline class="button secondary compact" /> }.into_any())}
        </Slip>
    }
}

/// The form that asks for more time.
#[component]
fn MoreTime(deadline: Deadline, class: &'static str) -> impl IntoView {
    let words = words();
    let action = door::<Extend>();
    let page: Refresh = expect_context();
    let was_extended = RwSignal::new(0_u32);
    provide_context(Refresh(was_extended));
    Effect::new(move || {
        if was_extended.get() > 0 {
            deadline.renew(page);
        }
    });
    view! {
        <Deed action key=deadline.key.get_untracked()>
            <Press label=words.say(Word::DeadlineMore) class=class />
        </Deed>
    }
}
