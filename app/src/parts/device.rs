//! "This is my device": a box that is empty until somebody ticks it.

use leptos::prelude::*;

use crate::words::{Word, words};

/// The box; `left` is how it was left on the page before.
pub fn own_device(left: &str) -> AnyView {
    let is_ticked = !left.is_empty();
    let words = words();
    view! {
        <div class="field tick">
            <label>
                <input type="checkbox" name="device" value="own" checked=is_ticked aria-describedby="device-hint" />
                <span>{words.say(Word::OwnDevice)}</span>
            </label>
            <p class="hint" id="device-hint">
                {words.say(Word::OwnDeviceHint)}
            </p>
        </div>
    }
    .into_any()
}
