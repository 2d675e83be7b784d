//! A page that the server alone draws. What changes nothing while it is looked at need not weigh in the browser's module:
//! there it is fetched as it is, and its links and forms still load no document.

use leptos::prelude::*;

#[cfg(not(feature = "hydrate"))]
use super::notice::wrong;
#[cfg(not(feature = "hydrate"))]
use crate::words::{Word, words};

/// Shows a page that the server draws; in the browser `page` is not even compiled.
pub fn served<P: Fn() -> AnyView>(page: P) -> AnyView {
    // What the browser says by itself, where the server cannot be asked to draw it.
    #[cfg(not(feature = "hydrate"))]
    return view! {
        <div class="served">
            {page()} <template>{wrong(words().say(Word::Unreachable).to_owned())}</template>
        </div>
    }
    .into_any();
    #[cfg(feature = "hydrate")]
    {
        let _ = page;
        brought::page()
    }
}

#[cfg(feature = "hydrate")]
mod brought {
    use leptos::ev::SubmitEvent;
    use leptos::html::Div;
    use leptos::prelude::*;
    use leptos::web_sys::{DomParser, Element, HtmlFormElement, SupportedType};
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::{use_location, use_navigate};
    use wasm_bindgen::{JsCast as _, JsValue};

    use crate::api::Next;
    use crate::parts::load::hand_over;
    use crate::parts::sheet::{arrive, focus_soon};
    use crate::parts::wire::{self, Page};

    /// Goes to a path, in place of this one in the history where that is said.
    type Going = dyn Fn(&str, bool) + Send + Sync;

    /// What draws a served page has here.
    #[derive(Clone, Copy)]
    struct Place {
        element: NodeRef<Div>,
        pathname: Memo<String>,
        search: Memo<String>,
        go: StoredValue<Box<Going>>,
    }

    pub(super) fn page() -> AnyView {
        let element = NodeRef::<Div>::new();
        let location = use_location();
        let navigate = use_navigate();
        let go = move |path: &str, replace: bool| {
            let options = NavigateOptions {
                replace,
                ..NavigateOptions::default()
            };
            navigate(path, options);
        };
        let place = Place {
            element,
            pathname: location.pathname,
            search: location.search,
            go: StoredValue::new(Box::new(go)),
        };
        Effect::new(move || {
            let Some(element) = element.get() else { return };
            // The first page came with the document.
            let is_there = element.first_element_child().is_some();
            if !arrive() || !is_there {
                leptos::task::spawn_local(place.bring(None));
            }
        });
        view! { <div class="served" node_ref=element on:submit=move |event| place.submit(&event)></div> }.into_any()
    }

    impl Place {
        /// Fetches the page anew. Where a form of it was refused, what was `said` is told on it, and what was typed stays.
        async fn bring(self, said: Option<String>) {
            let search = self.search.get_untracked();
            let path = self.pathname.get_untracked();
            let heard = wire::fetch_page(&format!("{path}?{search}"), said.as_deref()).await;
            let Some(element) = self.element.try_get_untracked().flatten() else {
                return;
            };
            match heard {
                Some(page) if page.path == path => draw(&element, &page, said.is_some()),
                Some(page) => self.lead(&(page.path + &page.query), true),
                None => unreachable(&element),
            }
        }

        fn lead(self, path: &str, replace: bool) {
            self.go.with_value(|go| go(path, replace));
        }

        /// Posts a form of the page to its door.
        fn submit(self, event: &SubmitEvent) {
            let Some(form) = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
                return;
            };
            let Some(url) = form.get_attribute("action").filter(|url| url.starts_with("/api/")) else {
                return;
            };
            let button = event.submitter();
            if button.as_ref().is_some_and(|button| button.has_attribute("formaction")) {
                return;
            }
            event.prevent_default();
            if form.has_attribute("aria-busy") {
                return;
            }
            let label = button.as_ref().and_then(|button| button.text_content());
            let busy = move |form: &HtmlFormElement, is_busy: bool| {
                let elements: [Option<&Element>; 2] = [Some(form), button.as_deref()];
                for element in elements.into_iter().flatten() {
                    let _ = if is_busy {
                        element.set_attribute("aria-busy", "true")
                    } else {
                        element.remove_attribute("aria-busy")
                    };
                }
                if let Some(button) = &button {
                    let moment = is_busy.then(|| button.get_attribute("data-busy")).flatten();
                    button.set_text_content(moment.or_else(|| label.clone()).as_deref());
                }
            };
            busy(&form, true);
            leptos::task::spawn_local(async move {
                let heard = wire::send(&url, &form).await;
                if self.element.try_get_untracked().flatten().is_none() {
                    return;
                }
                let here = self.pathname.get_untracked();
                match heard.read() {
                    Ok(Next(path)) if path == here => self.bring(None).await,
                    Ok(Next(path)) => self.lead(&path, false),
                    Err(said) => match said.leads(&here) {
                        Some(path) => {
                            hand_over(&said);
                            self.lead(path, true);
                        }
                        None => self.bring(Some(heard.text)).await,
                    },
                }
                // Not before the page tells what came of it: a second press would count as a second try.
                busy(&form, false);
            });
        }
    }

    /// Says that the server could not be reached, where the page says what went wrong.
    fn unreachable(element: &Element) {
        let find = |selector| element.query_selector(selector).ok().flatten();
        let (Some(alert), Some(slip)) = (find(".alert"), find("template")) else {
            // There is no page yet: the browser shall say it.
            let _ = window().location().reload();
            return;
        };
        alert.set_inner_html(&slip.inner_html());
        focus_soon(&[".slip.error"]);
    }

    /// Puts a page that was fetched in its place; where it tells a refusal, what was typed stays.
    fn draw(element: &Element, page: &Page, is_refused: bool) {
        let Ok(parsed) =
            DomParser::new().and_then(|parser| parser.parse_from_string(&page.text, SupportedType::TextHtml))
        else {
            return;
        };
        let Ok(Some(drawn)) = parsed.query_selector(".served") else {
            // Something else stands at this address: the browser shall show it as it is.
            let _ = window().location().reload();
            return;
        };
        document().set_title(&parsed.title());
        let typed = element.query_selector_all("[id]:is(input, select)");
        element.set_inner_html(&drawn.inner_html());
        if let (true, Ok(typed)) = (is_refused, typed) {
            for before in (0..typed.length()).filter_map(|place| typed.get(place)) {
                keep(element, before.unchecked_ref());
            }
            focus_soon(&["[aria-invalid=true]", ".slip.error", "[data-first]", "h1"]);
        } else {
            focus_soon(&["[data-first]", "h1"]);
        }
    }

    /// Has the field that stands in for one of `before` hold what was typed into that.
    fn keep(element: &Element, before: &Element) {
        let value = JsValue::from_str("value");
        if let (Ok(Some(field)), Ok(typed)) = (
            element.query_selector(&format!("#{}", before.id())),
            js_sys::Reflect::get(before, &value),
        ) {
            let _ = js_sys::Reflect::set(&field, &value, &typed);
        }
    }
}
