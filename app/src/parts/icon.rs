//! Line icons on a grid of 24, always beside words that say the same.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Onward.
    Arrow,
    /// A mobile phone: texts.
    Phone,
    /// A receiver: calls.
    Receiver,
    /// A telephone on a desk: the office phone.
    Desk,
    /// An envelope: mail.
    Envelope,
    /// A question in a bubble: security questions.
    Question,
    /// A laptop: browsers.
    Laptop,
    /// Radio waves: Wi-Fi.
    Waves,
    /// An i in a circle: information.
    Information,
    /// An exclamation mark in a circle: attention.
    Attention,
    /// An exclamation mark in an octagon: error.
    Error,
}

impl Icon {
    const fn drawing(self) -> &'static str {
        match self {
            Self::Arrow => "M5 12h14M13.5 6.5 19 12l-5.5 5.5",
            Self::Phone => "M8.5 2.5h7a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zM10.5 18.5h3",
            Self::Receiver => {
                "M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2C11.6 18.8 5.2 12.4 4.5 5.7a2 2 0 0 1 2-2.2z"
            }
            Self::Desk => {
                "M3.5 9.5v-1a3 3 0 0 1 3-3h11a3 3 0 0 1 3 3v1h-4v-2h-9v2zM7.5 9.5h9l2.5 6v3a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-3zM12 12.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4z"
            }
            Self::Envelope => {
                "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5zM3.5 6.5 12 13l8.5-6.5"
            }
            Self::Question => {
                "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v9.5a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 4v-4h-2A1.5 1.5 0 0 1 3 15.5V6a1.5 1.5 0 0 1 1.5-1.5zM9.8 8.7a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.8-1.1 1.6M12 14.4v.2"
            }
            Self::Laptop => {
                "M6 5h12a1.5 1.5 0 0 1 1.5 1.5V14a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 14V6.5A1.5 1.5 0 0 1 6 5zM2.5 19h19"
            }
            Self::Waves => "M3 9.5a13 13 0 0 1 18 0M6 13a8.6 8.6 0 0 1 12 0M9 16.3a4.3 4.3 0 0 1 6 0M12 19.4v.1",
            Self::Information => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.6v.2",
            Self::Attention => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 16.3v.2",
            Self::Error => "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5v5.5M12 16.3v.2",
        }
    }

    /// The drawing.
    pub fn draw(self) -> AnyView {
        view! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                <path d=self.drawing() />
            </svg>
        }
        .into_any()
    }
}
