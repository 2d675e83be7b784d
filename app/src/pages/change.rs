//! Changing the password with the one that is known; also where it has run out or was given by an administrator.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::refusal::Refusal;
use portal::screen::{ChangeForm, Pressing};

use super::register::SigningOut;
use crate::api::change::{ChangePassword, ChangeView, ChangedView, change_view, changed_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Secret;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::password::NewPassword;
use crate::parts::served::served;
use crate::parts::sheet::{Sheet, Stamp};
use crate::words::{Word, words};

/// `/change`
#[component]
pub fn Change() -> AnyView {
    load(view_at::<ChangeView>(""), change_view, |view| {
        view! { <Form view /> }.into_any()
    })
}

fn is_about_the_current(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::PasswordMissing | Refusal::CurrentPassword)
}

fn is_about_the_new(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NewPasswordMissing | Refusal::Password(_) | Refusal::PasswordUsedBefore
    )
}

fn is_about_a_field(said: &Said) -> bool {
    let Said::No(refusal) = said else { return false };
    is_about_the_current(refusal) || is_about_the_new(refusal) || matches!(refusal, Refusal::PasswordsDiffer(_))
}

#[component]
fn Form(view: View<ChangeForm>) -> impl IntoView {
    let words = words();
    let action = door::<ChangePassword>();
    let refused: Refused = expect_context();
    let current_problem = refused.for_field(is_about_the_current);
    let problem = refused.for_field(is_about_the_new);
    let again_problem = refused.for_field(|refusal| matches!(refusal, Refusal::PasswordsDiffer(_)));
    let form = view.screen;
    // One slip at a time: what went wrong comes before why one is here.
    let is_plain = move || refused.0.with(|said| said.as_ref().is_none_or(is_about_a_field));
    let pressing = form.pressing.map(|pressing| match pressing {
        Pressing::Expired => (Word::ChangeExpiredTitle, Word::ChangeExpired),
        Pressing::MustChange => (Word::ChangeMustTitle, Word::ChangeMust),
    });
    view! {
        <Sheet title=words.say(Word::ChangeTitle) support=view.support>
            {move || pressing.filter(|_| is_plain()).map(|(title, text)| view! {
                <Slip tone=Tone::Attention title=words.say(title)>
                    <p>{words.say(text)}</p>
                </Slip>
            }.into_any())}
            <Trouble belongs=is_about_a_field />
            <Deed action step=true>
                <input
                    class="heard"
                    type="text"
                    autocomplete="username"
                    value=form.user_name
                    tabindex="-1"
                    aria-hidden="true"
                    readonly
                />
                <Secret
                    name="current"
                    label=words.say(Word::ChangeCurrent)
                    problem=current_problem
                    autocomplete="current-password"
                    first=true
                />
                <NewPassword judgement=form.judgement history=form.history problem again_problem />
                <div class="actions">
                    <Press label=words.say(Word::ChangeDeed) />
                    {link("quiet", "/reset", words.say(Word::PasswordForgotten))}
                </div>
            </Deed>
            <SigningOut />
        </Sheet>
    }
}

/// `/change/done`
#[component]
pub fn Changed() -> AnyView {
    served(|| {
        load(view_at::<ChangedView>(""), changed_view, |view| {
            view! { <Done view /> }.into_any()
        })
    })
}

#[component]
fn Done(view: View<()>) -> impl IntoView {
    let words = words();
    view! {
        <Sheet
            title=words.say(Word::ChangedTitle)
            lead=words.say(Word::ChangedLead)
            stamp=Stamp::Whole
            support=view.support
        >
            <Trouble />
            <p>{words.say(Word::ChangedDevices)}</p>
            <div class="actions">
                {link("button secondary", "/register", words.say(Word::ChangedMethods))}
                <SigningOut />
            </div>
        </Sheet>
    }
}
