//! Where somebody turns who cannot go on: a button that writes to the help desk, or a link to wherever the organisation
//! wants its people to ask.

use super::link::link;
use leptos::prelude::*;
use portal::policy::HelpDesk;
use portal::screen::RecoveryScreen;

use super::deed::{Deed, Door, Press, door};
use crate::api::View;
use crate::api::recovery::Contact;
use crate::words::{Word, words};

/// The id of the form behind the button.
const FORM: &str = "help";

/// Help for one page: drawn once, with its form placed once.
#[derive(Clone)]
pub struct Help {
    desk: HelpDesk,
    was_written: bool,
    key: String,
    support: String,
    action: Door,
}

impl Help {
    /// The help of a page of the reset.
    pub fn new(desk: HelpDesk, was_written: bool, view: &View<RecoveryScreen>) -> Self {
        Self {
            desk,
            was_written,
            key: view.key.clone(),
            support: view.support.clone(),
            action: door::<Contact>(),
        }
    }

    /// The button or link. It may stand within another form: its own is placed by [`Self::form`].
    pub fn draw(&self, class: &'static str) -> AnyView {
        let words = words();
        let label = words.say(Word::HelpContact);
        match &self.desk {
            _ if self.was_written => link("quiet", "/contact", words.say(Word::HelpWritten)),
            HelpDesk::Message => view! { <Press label class of=(FORM, self.action.pending()) /> }.into_any(),
            HelpDesk::Email(address) => {
                let href = format!("mailto:{address}?subject={}", self.support);
                view! {
                    <a class=class href=href>
                        {label}
                    </a>
                }
                .into_any()
            }
            HelpDesk::Page(address) => view! {
                <a class=class href=address.clone() rel="external noreferrer">
                    {label}
                </a>
            }
            .into_any(),
        }
    }

    /// What is sent, or what to have at hand.
    pub fn hint(&self) -> &'static str {
        words().say(if self.desk == HelpDesk::Message {
            Word::HelpHint
        } else {
            Word::HelpHintElsewhere
        })
    }

    /// The form behind the button. Forms cannot stand within each other, so it has a place of its own.
    pub fn form(&self) -> Option<impl IntoView + use<>> {
        let (action, key) = (self.action, self.key.clone());
        (self.desk == HelpDesk::Message && !self.was_written).then(move || {
            view! {
                <div hidden=true>
                    <Deed action key id=FORM />
                </div>
            }
            .into_any()
        })
    }
}
