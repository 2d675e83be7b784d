//! What stands where nothing is.

use crate::parts::link::link;
use leptos::prelude::*;

use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// Every address that leads nowhere.
#[component]
pub fn Missing() -> AnyView {
    served(|| {
        let words = words();
        #[cfg(feature = "ssr")]
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(axum::http::StatusCode::NOT_FOUND);
        }
        view! {
            <Sheet title=words.say(Word::MissingTitle) lead=words.say(Word::MissingLead)>
                <div class="actions">
                    {link("button primary", "/", words.say(Word::ToStart))}
                </div>
            </Sheet>
        }
        .into_any()
    })
}
