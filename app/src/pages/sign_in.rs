//! Signing in with the user name and password that the administrator gave.

use crate::parts::link::link;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::refusal::Refusal;

use crate::api::View;
use crate::api::session::{SignIn as Door, SignInView, sign_in_view};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::device::own_device;
use crate::parts::field::{Field, Secret};
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/signin`
#[component]
pub fn SignIn() -> AnyView {
    load(view_at::<SignInView>(""), sign_in_view, |view| {
        view! { <Form view /> }.into_any()
    })
}

#[component]
fn Form(view: View<()>) -> impl IntoView {
    let words = words();
    let action = door::<Door>();
    let refused: Refused = expect_context();
    let query = use_query_map();
    let is_for_change =
        view.typed("going") == "change" || query.with_untracked(|query| query.get_str("for") == Some("change"));
    let going = if is_for_change { "change" } else { "register" };
    let lead = if is_for_change {
        Word::SignInLeadChange
    } else {
        Word::SignInLeadRegister
    };
    let name_problem = refused.for_field(|refusal| matches!(refusal, Refusal::UserName(_)));
    let password_problem = refused.for_field(|refusal| matches!(refusal, Refusal::PasswordMissing));
    view! {
        <Sheet title=words.say(Word::SignInTitle) lead=words.say(lead) support=view.support.clone() form=true>
            <Trouble belongs=|said| {
                matches!(said, crate::api::Said::No(Refusal::UserName(_) | Refusal::PasswordMissing))
            } />
            {move || {
                matches!(refused.0.get(), Some(crate::api::Said::No(Refusal::Wait { .. })))
                    .then(|| view! { <p>{link("", "/reset", words.say(Word::SignInPaused))}</p> }.into_any())
            }}
            <Deed action step=true>
                <input type="hidden" name="going" value=going />
                <Field
                    name="user_name"
                    label=words.say(Word::UserName)
                    value=view.typed("user_name")
                    problem=name_problem
                    autocomplete="username"
                    first=true
                />
                <Secret
                    name="password"
                    label=words.say(Word::Password)
                    problem=password_problem
                    autocomplete="current-password"
                />
                {own_device(&view.typed("device"))}
                <div class="actions">
                    <Press label=words.say(Word::SignInTitle) />
                    {link("quiet", "/reset", words.say(Word::SignInTrouble))}
                </div>
            </Deed>
        </Sheet>
    }
}
