//! The browser's entrance: fetch the words of the page's language, then bring the page to life.

use app::App;
use app::parts::wire::understand;
use app::words::Words;
use gloo_net::http::Request;
use leptos::prelude::*;
use portal::account::Language;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // Without its words the page stays what it is: finished HTML with plain forms.
        let Some(words) = handed().await else { return };
        leptos::mount::hydrate_body(move || {
            provide_context(words);
            view! { <App /> }
        });
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-alive", "");
        }
    });
}

/// The words that the page names.
async fn handed() -> Option<Words> {
    let root = document().document_element()?;
    let language = Language::from_tag(&root.get_attribute("lang")?)?;
    let address = root.get_attribute("data-words")?;
    let texts = Request::get(&address).send().await.ok()?.text().await.ok()?;
    Words::handed(language, understand(&texts)?)
}
