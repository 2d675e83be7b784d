//! The doors: server functions between pages and services. A door parses nothing, decides nothing and writes no SQL: it
//! hands the strings of a form to one service, and tells the page where to go next.
//!
//! By fetch a door answers with a value or a refusal and its status. For a plain form it redirects: to the next page, or
//! back to the page itself, with the refusal and what was typed (never secrets) sealed into a short-lived cookie.

pub mod change;
pub mod demo;
pub mod not_me;
pub mod recovery;
pub mod registration;
pub mod secret;
pub mod session;
pub mod upkeep;

#[cfg(feature = "ssr")]
pub mod busy;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod request;

use portal::moment::Moment;
use portal::refusal::Refusal;
use portal::registration::Errand;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// Where the browser goes next: a path of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Next(pub String);

/// The header in which a browser gives back the refusal of a form, to have the page drawn that tells it.
pub const GIVEN_BACK: &str = "x-refusal";

/// A refusal on its way to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// Told by the services.
    No(Refusal),
    /// Something went wrong on our side; the support code finds it in the log.
    Fault {
        /// The support code; empty where the browser has none yet.
        support: String,
    },
    /// The screen that was asked for lives at another address: a path of ours.
    Elsewhere(String),
    /// The server could not be reached.
    Unreachable,
}

impl Said {
    /// Where somebody on `page` goes on, where that page cannot: the one answer to this for doors, pages and forms.
    pub fn leads(&self, page: &str) -> Option<&str> {
        match self {
            Self::Elsewhere(path) => Some(path),
            Self::No(Refusal::SessionEnded) if page.starts_with("/change") => Some("/signin?for=change"),
            Self::No(Refusal::SessionEnded) => Some("/signin"),
            Self::No(Refusal::FlowEnded) => Some("/reset/ended"),
            Self::No(Refusal::ProofTooOld) => Some(Errand::on_page(page).map_or("/register/prove", Errand::proof)),
            Self::No(Refusal::ChangeFirst) => Some("/change"),
            Self::No(Refusal::RegisterFirst) if page.starts_with("/change") => Some("/register?for=change"),
            Self::No(Refusal::RegisterFirst) => Some("/register"),
            _ => None,
        }
    }
}

impl From<Refusal> for Said {
    fn from(refusal: Refusal) -> Self {
        Self::No(refusal)
    }
}

impl FromServerFnError for Said {
    type Encoder = JsonEncoding;

    #[cfg(feature = "ssr")]
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        request::Request::here().map_or_else(|refused| refused, |request| request.misheard(error))
    }

    #[cfg(not(feature = "ssr"))]
    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Unreachable
    }
}

/// What a page is made of: its screen, and what a plain form left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View<S> {
    /// The screen.
    pub screen: S,
    /// The server's time when the view was made: what countdowns begin at, whatever the browser's clock says.
    pub now: Moment,
    /// The support code; empty where the page belongs to no walk.
    pub support: String,
    /// The key for this page's forms, drawn when the page was made.
    pub key: String,
    /// The refusal of the form before, where scripts are off.
    pub said: Option<Said>,
    /// What was typed in it, by field name; never a secret.
    pub typed: Vec<(String, String)>,
}

impl<S> View<S> {
    /// What was typed in a field.
    pub fn typed(&self, field: &str) -> String {
        self.typed
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }
}
