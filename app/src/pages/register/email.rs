//! Setting up or replacing the authentication email: the address, to which a code is sent.

use crate::parts::link::link;
use leptos::prelude::*;
use portal::method::ContactKind;
use portal::refusal::Refusal;
use portal::screen::Overview;

use super::{InPlace, SigningOut, marks, whereabouts};
use crate::api::registration::{BeginEmail, ErrandView, errand_view};
use crate::api::{Said, View};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::field::Field;
use crate::parts::load::{Refused, load, view_at};
use crate::parts::notice::Trouble;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/register/email`
#[component]
pub fn Email() -> AnyView {
    load(
        view_at::<ErrandView>("?page=/register/email"),
        || errand_view("/register/email".to_owned()),
        |view| view! { <Form view /> }.into_any(),
    )
}

fn is_about_the_address(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Email(_) | Refusal::SameContact)
}

#[component]
fn Form(view: View<Overview>) -> impl IntoView {
    let words = words();
    let action = door::<BeginEmail>();
    let refused: Refused = expect_context();
    let problem = refused.for_field(is_about_the_address);
    let typed = view.typed("address");
    view! {
        <Sheet
            title=words.say(Word::AddEmailTitle)
            whereabouts=whereabouts(words, ContactKind::Email, 0)
            lead=words.say(Word::AddEmailLead)
            marks=marks(words, ContactKind::Email, 0)
            support=view.support
            form=true
        >
            <Trouble belongs=|said| matches!(said, Said::No(refusal) if is_about_the_address(refusal)) />
            <Deed action step=true>
                <Field
                    name="address"
                    label=words.say(Word::AddEmailLabel)
                    hint=words.say(Word::AddEmailHint)
                    value=typed
                    problem
                    autocomplete="email"
                    kind="email"
                    first=true
                    ltr=true
                />
                <div class="actions">
                    <Press label=words.say(Word::SendCode) />
                    {link("quiet", "/register", words.say(Word::AddCancel))}
                </div>
            </Deed>
            <InPlace overview=view.screen kind=ContactKind::Email />
            <SigningOut />
        </Sheet>
    }
}
