//! A page that the server alone draws. What changes nothing while it is looked at need not weigh in the browser's module:
//! there it is fetched as it is, and its links and forms still load no document.

use leptos::prelude::*;

/// Shows a page that the server draws; in the browser `page` is not even compiled.
pub fn served<P: Fn() -> AnyView>(page: P) -> AnyView {
    #[cfg(not(feature = "hydrate"))]
    return view! { <div class="served">{page()}</div> }.into_any();
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
    use wasm_bindgen::JsCast as _;

    use crate::api::{Next, Said};
    use crate::parts::explain::explain;
    use crate::parts::load::hand_over;
    use crate::parts::sheet::{arrive, focus_soon};
    use crate::parts::wire::{self, Page};
    use crate::words::{Words, words};

    /// Goes to a path, in place of this one in the history where that is said.
    type Going = dyn Fn(&str, bool) + Send + Sync;

    /// What draws a served page has here.
    #[derive(Clone, Copy)]
    struct Place {
        element: NodeRef<Div>,
        words: Words,
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
            words: words(),
            pathname: location.pathname,
            search: location.search,
            go: StoredValue::new(Box::new(go)),
        };
        Effect::new(move || {
            let Some(element) = element.get() else { return };
            // The first page came with the document.
            let is_there = element.first_element_child().is_some();
            if !arrive() || !is_there {
                place.bring();
            }
        });
        view! { <div class="served" node_ref=element on:submit=move |event| place.submit(&event)></div> }.into_any()
    }

    impl Place {
        /// Fetches the page anew.
        fn bring(self) {
            leptos::task::spawn_local(async move {
                let search = self.search.get_untracked();
                let path = self.pathname.get_untracked();
                let heard = wire::fetch_page(&format!("{path}?{search}")).await;
                let Some(element) = self.element.try_get_untracked().flatten() else {
                    return;
                };
                match heard {
                    Some(page) if page.path == path => draw(&element, &page),
                    Some(page) => self.lead(&(page.path + &page.query), true),
                    None => self.tell(&element, &Said::Unreachable),
                }
            });
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
            let busy = move |form: &HtmlFormElement, is_busy: bool| {
                let elements: [Option<&Element>; 2] = [Some(form), button.as_deref()];
                for element in elements.into_iter().flatten() {
                    let _ = if is_busy {
                        element.set_attribute("aria-busy", "true")
                    } else {
                        element.remove_attribute("aria-busy")
                    };
                }
            };
            busy(&form, true);
            leptos::task::spawn_local(async move {
                let heard = wire::post(&url, &form).await;
                busy(&form, false);
                let Some(element) = self.element.try_get_untracked().flatten() else {
                    return;
                };
                let here = self.pathname.get_untracked();
                match heard {
                    Ok(Next(path)) if path == here => self.bring(),
                    Ok(Next(path)) => self.lead(&path, false),
                    Err(said) => match said.leads(&here) {
                        Some(path) => {
                            hand_over(&said);
                            self.lead(path, true);
                        }
                        None => self.tell(&element, &said),
                    },
                }
            });
        }

        /// Says what went wrong where the page says such things.
        fn tell(self, element: &Element, said: &Said) {
            let Ok(Some(alert)) = element.query_selector(".alert") else {
                return;
            };
            alert.set_text_content(None);
            let slip = document().create_element("div").ok();
            if let Some(slip) = slip {
                slip.set_class_name("slip error");
                let _ = slip.set_attribute("tabindex", "-1");
                slip.set_text_content(Some(&explain(self.words, said)));
                let _ = alert.append_child(&slip);
            }
            focus_soon(&[".slip.error"]);
        }
    }

    /// Puts a page that was fetched in its place.
    fn draw(element: &Element, page: &Page) {
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
        element.set_inner_html(&drawn.inner_html());
        focus_soon(&["[data-first]", "h1"]);
    }
}
