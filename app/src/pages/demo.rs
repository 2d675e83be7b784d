//! The pages of the demonstration. Outside of it they do not exist.
//!
//! They are plain pages: nothing of them is in the browser's module, which people outside of a demonstration load too.

#[cfg(feature = "ssr")]
mod letter;
#[cfg(feature = "ssr")]
mod mailbox;
#[cfg(feature = "ssr")]
mod people;

#[cfg(feature = "ssr")]
pub use mailbox::Mailbox;
#[cfg(feature = "ssr")]
pub use people::Demo;

#[cfg(not(feature = "ssr"))]
mod elsewhere {
    use leptos::prelude::*;

    /// Links to `/demo` are loaded as documents; the router of the browser never comes here.
    #[component]
    pub fn Demo() -> AnyView {
        ().into_any()
    }

    /// As for [`Demo`].
    #[component]
    pub fn Mailbox() -> AnyView {
        ().into_any()
    }
}
#[cfg(not(feature = "ssr"))]
pub use elsewhere::{Demo, Mailbox};
