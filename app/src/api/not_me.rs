//! The doors of "this was not me".

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::screen::NotMe;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::request::Request;
use super::{Next, Said, View};

/// Longer than any of our links is.
#[cfg(feature = "ssr")]
const LONGEST: usize = 160;

/// The page behind a link. What cannot be one of ours leads to the page that says so: an answer carries the address.
#[cfg(feature = "ssr")]
fn page(token: &str) -> String {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let token = if is_plain && token.len() <= LONGEST { token } else { "-" };
    format!("/not-me/link/{token}")
}

/// What the page behind a link shows.
#[server(prefix = "/api", endpoint = "not-me/view", input = GetUrl)]
pub async fn not_me_view(token: String) -> Result<View<NotMe>, Said> {
    let request = Request::here()?;
    let screen = request
        .portal
        .not_me(&token)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    request.view(&page(&token), screen, String::new())
}

/// Stops self-service for the account of a link.
#[server(prefix = "/api", endpoint = "not-me/stop")]
pub async fn disown(token: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.disown(&request.visit, &token).await;
    let page = page(&token);
    request.answer(&page, &[], done.map(|()| page.clone()))
}
