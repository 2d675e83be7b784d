//! The marks on the edge of the sheet: how far one has come, or what is in place.

use leptos::prelude::*;

/// The tally seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Not yet.
    Empty,
    /// One side is there, the other is awaited.
    Half,
    /// They fit.
    Whole,
}

impl Seal {
    /// The classes of a seal.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Empty => "seal",
            Self::Half => "seal half",
            Self::Whole => "seal whole",
        }
    }
}

/// Marks with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// What the marks count, for those who cannot see them.
    pub label: &'static str,
    /// Each mark: how it stands, what it is, and whether it is the current step.
    pub marks: Vec<(Seal, String, bool)>,
}

impl Marks {
    /// Steps of which the `current` one (from 0) is under way.
    pub fn steps(label: &'static str, names: Vec<String>, current: usize) -> Self {
        let marks = names
            .into_iter()
            .enumerate()
            .map(|(place, name)| match place.cmp(&current) {
                std::cmp::Ordering::Less => (Seal::Whole, name, false),
                std::cmp::Ordering::Equal => (Seal::Half, name, true),
                std::cmp::Ordering::Greater => (Seal::Empty, name, false),
            })
            .collect();
        Self { label, marks }
    }

    /// The marks as a list.
    pub fn draw(self) -> AnyView {
        let marks = self
            .marks
            .into_iter()
            .map(|(seal, name, is_current)| {
                let class = match (seal, is_current) {
                    (_, true) | (Seal::Half, _) => "now",
                    (Seal::Whole, _) => "done",
                    _ => "",
                };
                view! {
                    <li class=class aria-current=is_current.then_some("step")>
                        <span class=seal.class() aria-hidden="true"></span>
                        <span class="label">{name}</span>
                    </li>
                }
                .into_any()
            })
            .collect_view();
        view! {
            <ol class="steps" aria-label=self.label>
                {marks}
            </ol>
        }
        .into_any()
    }
}
