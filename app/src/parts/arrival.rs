//! The code from a text message, taken over into its field where the browser can read it (`WebOTP`). The message names this
//! site in its last line, so no other site gets it. Nothing is sent by itself: the person still presses the button.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// Waits for the text message for as long as the page is there, and fills the field with this id if it is still empty.
pub fn fill_on_arrival(field: &'static str) {
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        use js_sys::{Array, Object, Reflect};
        use wasm_bindgen::{JsCast as _, JsValue};
        use web_sys::{AbortController, CredentialRequestOptions, HtmlInputElement};

        let offers = Reflect::has(&window(), &JsValue::from_str("OTPCredential")).unwrap_or_default();
        let Some(abort) = offers.then(|| AbortController::new().ok()).flatten() else {
            return;
        };
        let (options, transport) = (Object::new(), Object::new());
        let set =
            |object: &Object, key: &str, value: &JsValue| Reflect::set(object, &JsValue::from_str(key), value).is_ok();
        let is_set = set(&transport, "transport", &Array::of1(&JsValue::from_str("sms")))
            && set(&options, "otp", &transport)
            && set(&options, "signal", &abort.signal());
        let asked = window()
            .navigator()
            .credentials()
            .get_with_options(options.unchecked_ref::<CredentialRequestOptions>());
        let (true, Ok(promise)) = (is_set, asked) else { return };
        let abort = StoredValue::new_local(abort);
        on_cleanup(move || {
            abort.try_with_value(AbortController::abort);
        });
        leptos::task::spawn_local(async move {
            let Ok(credential) = wasm_bindgen_futures::JsFuture::from(promise).await else {
                return;
            };
            let code = Reflect::get(&credential, &JsValue::from_str("code"))
                .ok()
                .and_then(|code| code.as_string());
            let input = document()
                .get_element_by_id(field)
                .and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
            if let (Some(code), Some(input)) = (code, input)
                && input.value().is_empty()
            {
                input.set_value(&code);
            }
        });
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = field;
}
