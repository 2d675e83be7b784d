//! A way to another page of ours, among the deeds of a page.

use leptos::prelude::*;

/// A link that looks like a button, or stands quietly beside one: `class` says which.
pub fn link(class: &'static str, href: &'static str, label: &'static str) -> AnyView {
    view! {
        <a class=class href=href>
            {label}
        </a>
    }
    .into_any()
}
