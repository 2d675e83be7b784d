//! What was typed in confidence does not outlive its page: neither in a page that the browser keeps to come back to, nor in
//! the fields that it fills in again when a session is restored.

use leptos::html::Input;
use leptos::prelude::*;

/// Empties a field when its page is left: for another page of ours, or for good. Whoever is told what is typed is told that
/// nothing is left of it.
pub fn forget_on_leaving(input: NodeRef<Input>, heard: Option<Callback<String>>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        let Some(input) = input.get() else { return };
        let input = send_wrapper::SendWrapper::new(input);
        let held = input.clone();
        let leaving = window_event_listener_untyped("pagehide", move |_| {
            held.set_value("");
            if let Some(heard) = heard {
                heard.run(String::new());
            }
        });
        on_cleanup(move || {
            leaving.remove();
            input.set_value("");
        });
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (input, heard);
}
