//! A masked address: its dots for those who see, what is known of it for those who listen.

use leptos::prelude::*;
use portal::method::{ContactKind, phone};

use crate::words::{Word, Words, words};

/// Stands in a text for the address: it is no character that anybody types.
pub const PLACE: char = '\u{fffc}';

/// A masked address.
#[component]
pub fn Masked(
    /// Of which kind.
    kind: ContactKind,
    /// As it is shown.
    mask: String,
) -> AnyView {
    let heard = spoken(words(), kind, &mask);
    view! {
        <bdi aria-hidden="true">{mask}</bdi>
        <span class="heard">{heard}</span>
    }
    .into_any()
}

/// A text with the address at its [`PLACE`], where it has one.
pub fn within(text: String, kind: ContactKind, mask: String) -> AnyView {
    let Some((before, after)) = text.split_once(PLACE) else {
        return text.into_any();
    };
    let (before, after) = (before.to_owned(), after.to_owned());
    view! {
        {before}
        <Masked kind mask />
        {after}
    }
    .into_any()
}

/// What is said of an address: "ending in 89", "beginning with k, ending in .net".
fn spoken(words: Words, kind: ContactKind, mask: &str) -> String {
    match kind {
        ContactKind::Phone | ContactKind::Office => words.fill(Word::MaskedNumber, &[("ending", &phone::ending(mask))]),
        ContactKind::Mailbox | ContactKind::Email => {
            let first: String = mask.chars().take(1).collect();
            let ending = mask.rfind('.').and_then(|dot| mask.get(dot..)).unwrap_or_default();
            words.fill(Word::MaskedMailbox, &[("first", &first), ("ending", &ending)])
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use portal::account::Language;

    use super::*;

    #[test]
    fn dots_are_seen_and_not_heard() {
        let words = Words::of(Language::En, 0);
        assert_eq!(
            spoken(words, ContactKind::Email, "k•••••@e•••.net"),
            "beginning with k, ending in .net"
        );
        assert_eq!(spoken(words, ContactKind::Phone, "+81 •• •••• ••78"), "ending in 78");
    }
}
