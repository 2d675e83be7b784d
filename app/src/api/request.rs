//! What a door knows of its request, and how it answers.

use std::sync::Arc;

use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use portal::ports::Fault;
use portal::refusal::Refusal;
use portal::service::{Answer, Portal, Trouble, Visit};
use serde::{Deserialize, Serialize};
use server_fn::error::ServerFnErrorErr;

use super::busy::InPlace;
use super::cookies::{DEVICE, DEVICE_LIFE, GOING, HOLDER, SAID, Style};
use super::{GIVEN_BACK, Next, Said, View};

/// How long a page remembers the refusal of the form before, in seconds.
const SAID_LIFE: u32 = 120;
/// Longest value of a field that is kept for the person, in bytes.
const LONGEST_KEPT: usize = 600;

/// A request at a door.
pub struct Request {
    /// The services.
    pub portal: Arc<Portal>,
    /// Who asks.
    pub visit: Visit,
    parts: Parts,
    style: Style,
    response: ResponseOptions,
}

/// What a plain form leaves behind for the next page: sealed, in a cookie.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct LeftBehind {
    /// The path of that page.
    pub(super) page: String,
    said: Option<Said>,
    typed: Vec<(String, String)>,
}

impl LeftBehind {
    /// For the page of a path.
    fn new(path: &str, said: Option<Said>, typed: &[(&str, &str)]) -> Self {
        let typed = typed.iter().filter(|(_, value)| value.len() <= LONGEST_KEPT);
        Self {
            page: path.split('?').next().unwrap_or(path).to_owned(),
            said,
            typed: typed
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }
}

impl Request {
    /// The request that is being answered.
    ///
    /// # Errors
    /// A refusal where something that decides is missing: a door never goes on without it.
    pub fn here() -> Result<Self, Said> {
        let missing = || Said::No(Refusal::Fault);
        let parts: Parts = use_context().ok_or_else(missing)?;
        Ok(Self {
            portal: use_context().ok_or_else(missing)?,
            visit: parts.extensions.get::<Visit>().cloned().ok_or_else(missing)?,
            style: use_context().ok_or_else(missing)?,
            response: use_context().ok_or_else(missing)?,
            parts,
        })
    }

    /// A browser that loads a page or posts a plain form, as opposed to one that fetches.
    fn is_plain(&self) -> bool {
        self.parts
            .headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
    }

    /// Sets one of our cookies.
    pub fn set_cookie(&self, cookie: &str, value: &str, seconds: Option<u32>) {
        if let Ok(value) = HeaderValue::from_str(&self.style.set(cookie, value, seconds)) {
            self.response.append_header(SET_COOKIE, value);
        }
    }

    /// Sets the cookie by which accounts know the browser, where there is one.
    pub fn set_device(&self, device: Option<&str>) {
        if let Some(device) = device {
            self.set_cookie(DEVICE, device, Some(DEVICE_LIFE));
        }
    }

    /// The cookie of the flow, drawn and set where the browser has none yet; the visit goes on under it.
    pub fn holder(&mut self) -> Result<String, Said> {
        let holder = self.holder_for_page()?;
        self.visit.holder = Some(holder.clone());
        Ok(holder)
    }

    /// As [`Self::holder`], for a page that looks for the flow of its browser: none belongs to a cookie that was just drawn,
    /// so the visit goes on without, and nothing is looked up.
    pub fn holder_for_page(&self) -> Result<String, Said> {
        if let Some(holder) = &self.visit.holder {
            return Ok(holder.clone());
        }
        let fresh = self.portal.fresh_token().map_err(|fault| self.fault(&fault))?;
        self.set_cookie(HOLDER, &fresh, None);
        Ok(fresh)
    }

    /// Keeps in mind that somebody who has to register first was going to change the password.
    pub fn keep_going(&self) {
        let mut query = self.parts.uri.query().unwrap_or_default().split('&');
        if query.any(|pair| pair == "for=change") {
            self.set_cookie(GOING, "change", None);
        }
    }

    /// Whether somebody was going to change the password. It is forgotten with that.
    pub fn goes_on_to_change(&self) -> bool {
        let was_going = self.style.read(&self.parts.headers, GOING).is_some();
        if was_going {
            self.set_cookie(GOING, "", Some(0));
        }
        was_going
    }

    /// Makes the view of a page.
    pub fn view<S>(&self, page: &str, screen: S, support: String) -> Result<View<S>, Said> {
        let key = self.portal.fresh_token().map_err(|fault| self.fault(&fault))?;
        let left = self.left_behind(page);
        let (said, typed) = left.map(|left| (left.said, left.typed)).unwrap_or_default();
        Ok(View {
            screen,
            now: self.portal.now(),
            support,
            key,
            said,
            typed,
        })
    }

    fn left_behind(&self, page: &str) -> Option<LeftBehind> {
        let kept = || {
            let sealed = self.style.read(&self.parts.headers, SAID)?;
            serde_json::from_slice(&self.portal.unseal(&sealed)?).ok()
        };
        let in_place: Option<LeftBehind> = self.parts.extensions.get().cloned();
        let left = || self.given_back(page).or(in_place).or_else(kept);
        let left = self.is_plain().then(left).flatten();
        left.filter(|left| left.page == page)
    }

    /// The refusal of a form that was posted by fetch, given back by the page on which it shall be told. What was typed is
    /// there still. No other site can send this header.
    fn given_back(&self, page: &str) -> Option<LeftBehind> {
        let said = self.parts.headers.get(GIVEN_BACK)?;
        let said = serde_json::from_slice(said.as_bytes()).ok()?;
        Some(LeftBehind::new(page, Some(said), &[]))
    }

    /// Leads a plain browser elsewhere, whatever status was set before; one that fetches reads where to go in the answer.
    fn lead(&self, path: &str) {
        if self.is_plain() {
            leptos_axum::redirect(path);
        }
    }

    /// The answer of a page whose screen lives at another address.
    pub fn elsewhere(&self, path: &str) -> Said {
        self.response.set_status(StatusCode::CONFLICT);
        self.lead(path);
        Said::Elsewhere(path.to_owned())
    }

    /// The answer to a form of `page`: onward, or the refusal, with what was typed.
    pub fn answer(&self, page: &str, typed: &[(&str, &str)], done: Answer<String>) -> Result<Next, Said> {
        match done {
            Ok(path) => {
                if self.style.read(&self.parts.headers, SAID).is_some() {
                    self.set_cookie(SAID, "", Some(0));
                }
                self.lead(&path);
                Ok(Next(path))
            }
            Err(trouble) => {
                let said = self.said(trouble);
                if self.is_plain() {
                    Ok(self.tell_on_page(page, typed, said))
                } else {
                    Err(said)
                }
            }
        }
    }

    /// Has a refusal told on the page where somebody goes on, with what was typed.
    fn tell_on_page(&self, page: &str, typed: &[(&str, &str)], said: Said) -> Next {
        let path = said.leads(page).unwrap_or(page).to_owned();
        let is_busy = said == Said::No(Refusal::Busy);
        let left = LeftBehind::new(&path, Some(said), typed);
        match self.parts.extensions.get::<InPlace>() {
            Some(place) if is_busy => place.leave(left),
            _ => {
                self.leave_behind(&left);
                self.lead(&path);
            }
        }
        Next(path)
    }

    fn leave_behind(&self, left: &LeftBehind) {
        let sealed = serde_json::to_vec(left)
            .ok()
            .and_then(|plain| self.portal.seal(&plain).ok());
        if let Some(sealed) = sealed {
            self.set_cookie(SAID, &sealed, Some(SAID_LIFE));
        }
    }

    /// The refusal of a page that cannot be shown.
    pub fn refuse(&self, trouble: Trouble) -> Said {
        let said = self.said(trouble);
        let page = self.parts.uri.path();
        let page = page.strip_prefix("/api").unwrap_or(page);
        let Some(path) = said.leads(page) else { return said };
        if said == Said::No(Refusal::SessionEnded) {
            if self.visit.session.is_none() {
                // Nobody was signed in, so nothing ended.
                return self.elsewhere(path);
            }
            if self.is_plain() {
                self.leave_behind(&LeftBehind::new(path, Some(said.clone()), &[]));
            }
        }
        self.lead(path);
        said
    }

    fn said(&self, trouble: Trouble) -> Said {
        match trouble {
            Trouble::Refused(refusal) => self.no(refusal),
            Trouble::Fault(fault) => self.fault(&fault),
        }
    }

    /// Logs what went wrong, once, with the code that a person can tell the help desk.
    pub fn fault(&self, fault: &Fault) -> Said {
        let support = self.portal.support_at_hand(&self.visit);
        tracing::error!(%fault, support, path = self.parts.uri.path(), "a request failed");
        self.response.set_status(StatusCode::INTERNAL_SERVER_ERROR);
        Said::Fault { support }
    }

    /// The answer where the page framework could not bring a request to its door, or the door's answer back. Nobody knows
    /// of which page a plain form was then: its status says it.
    pub fn misheard(&self, error: ServerFnErrorErr) -> Said {
        let (said, status) = match error {
            // What it says about the fields of a form is not written down: they may be secrets.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                (Said::No(Refusal::Malformed), Refusal::Malformed.status())
            }
            error => (self.fault(&Fault::new(error)), Refusal::Fault.status()),
        };
        self.response
            .set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        said
    }

    fn no(&self, refusal: Refusal) -> Said {
        self.response
            .set_status(StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY));
        Said::No(refusal)
    }
}

/// Fields whose values may be shown again. Passwords, codes and answers are not among them.
const SHOWN_AGAIN: [&str; 18] = [
    "user_name",
    "token",
    "going",
    "address",
    "country",
    "number",
    "way",
    "method",
    "whole_text",
    "whole_call",
    "whole_office",
    "whole_email",
    "device",
    "question1",
    "question2",
    "question3",
    "question4",
    "question5",
];

/// The cookie that keeps what was typed on a page, where something was.
pub fn keep_typed(portal: &Portal, style: Style, page: &str, fields: &[(String, String)]) -> Option<String> {
    let typed: Vec<(String, String)> = fields
        .iter()
        .filter(|(name, value)| {
            SHOWN_AGAIN.contains(&name.as_str()) && !value.is_empty() && value.len() <= LONGEST_KEPT
        })
        .cloned()
        .collect();
    if typed.is_empty() {
        return None;
    }
    let left = LeftBehind {
        page: page.to_owned(),
        said: None,
        typed,
    };
    let sealed = serde_json::to_vec(&left)
        .ok()
        .and_then(|plain| portal.seal(&plain).ok())?;
    Some(style.set(SAID, &sealed, Some(SAID_LIFE)))
}
