//! The doors of the demonstration. Outside of it they find no stage and refuse.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]
#![cfg_attr(
    feature = "ssr",
    expect(clippy::unused_async, reason = "a door is asynchronous, whatever it asks for")
)]

use leptos::prelude::*;
use portal::moment::Moment;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::request::Request;
use super::{Next, Said, View};

/// A person of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    /// The user name.
    pub name: String,
    /// The name shown to people.
    pub display: String,
    /// The password, where it is known.
    pub password: String,
    /// Which story the person is for, as a key of the words.
    pub story: Story,
    /// The authentication email, empty without one.
    pub email: String,
    /// The authentication phone as it would be dialled, empty without one.
    pub phone: String,
    /// The office phone, which the administrator has set.
    pub office: String,
    /// The security questions with their answers.
    pub answers: Vec<Answered>,
}

/// A security question that a person of the demonstration has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question in English.
    pub en: String,
    /// The question in Japanese.
    pub ja: String,
    /// What was answered.
    pub answer: String,
}

/// What a person of the demonstration shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    /// Has a password from the administrator, and nothing else.
    Newcomer,
    /// Email and phone are registered.
    Registered,
    /// Security questions are registered beside one other method.
    Questions,
    /// Only an email: one method too few.
    OneMethod,
    /// Email and phone filled in by an administrator.
    FilledIn,
    /// The password has to be changed at the next sign-in.
    MustChange,
    /// The password has run out.
    Expired,
    /// The password lives elsewhere (case A).
    Elsewhere,
    /// Self-service is not switched on (case B).
    NotEnabled,
    /// Switched off.
    Disabled,
    /// Locked after too many wrong passwords.
    Locked,
    /// Has put off registering, and can do so once more.
    LastSkip,
    /// Registered long ago: it is asked whether all of it is still right.
    Reconfirm,
    /// An administrator.
    Administrator,
}

/// A message as it would have arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// Its own name.
    pub id: String,
    /// `mail`, `text` or `call`.
    pub kind: String,
    /// To whom.
    pub to: String,
    /// The subject of a mail.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Moment,
}

/// The stage of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The people.
    pub players: Vec<Player>,
    /// What the clock says.
    pub now: Moment,
    /// How far it was moved, in seconds.
    pub moved: u64,
}

/// What the demonstration can do; only its server provides one.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait Theatre: Send + Sync {
    /// The people and the clock.
    fn stage(&self) -> Stage;
    /// Every message, the newest first.
    fn arrived(&self) -> Vec<Arrived>;
    /// Moves the clock forward.
    fn move_clock(&self, seconds: u64);
    /// Starts over: people, messages and clock as in the beginning.
    async fn start_over(&self) -> Result<(), portal::ports::Fault>;
}

#[cfg(feature = "ssr")]
fn theatre() -> Result<std::sync::Arc<dyn Theatre>, Said> {
    use_context().ok_or(Said::No(portal::refusal::Refusal::Fault))
}

/// The page with the people.
#[server(prefix = "/api", endpoint = "demo/view", input = GetUrl)]
pub async fn demo_view() -> Result<View<Stage>, Said> {
    let request = Request::here()?;
    request.view("/demo", theatre()?.stage(), String::new())
}

/// The mailbox.
#[server(prefix = "/api", endpoint = "demo/mailbox/view", input = GetUrl)]
pub async fn mailbox_view() -> Result<View<Vec<Arrived>>, Said> {
    let request = Request::here()?;
    request.view("/demo/mailbox", theatre()?.arrived(), String::new())
}

/// Moves the clock forward by one of the offered spans.
#[server(prefix = "/api", endpoint = "demo/clock")]
pub async fn move_clock(seconds: u64) -> Result<Next, Said> {
    let request = Request::here()?;
    // At most 180 days at once: the longest span that is offered.
    theatre()?.move_clock(seconds.min(180 * 86_400));
    request.answer("/demo", &[], Ok("/demo".to_owned()))
}

/// Starts over.
#[server(prefix = "/api", endpoint = "demo/again")]
pub async fn start_over() -> Result<Next, Said> {
    let request = Request::here()?;
    let done = theatre()?.start_over().await;
    request.answer("/demo", &[], done.map(|()| "/demo".to_owned()).map_err(Into::into))
}
