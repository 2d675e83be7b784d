//! "Was this not you?", reached from a mail alone. A plain page: nothing of it is in the browser's module.

#[cfg(feature = "ssr")]
mod link;

#[cfg(feature = "ssr")]
pub use link::NotMe;

#[cfg(not(feature = "ssr"))]
mod elsewhere {
    use leptos::prelude::*;

    /// No page of ours links here; the router of the browser never comes here.
    #[component]
    pub fn NotMe() -> AnyView {
        ().into_any()
    }
}
#[cfg(not(feature = "ssr"))]
pub use elsewhere::NotMe;
