//! The doors of what is asked after a sign-in: to register, to verify again, to say whether all of it is still right.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::screen::Overview;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::request::Request;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use portal::service::upkeep::StillRight;

/// The page that asks whether what is registered is still right. Where that is not asked, it leads to the list.
#[server(prefix = "/api", endpoint = "register/confirm/view", input = GetUrl)]
pub async fn confirm_view() -> Result<View<Overview>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let refuse = |trouble| request.refuse(trouble);
    let screen = request.portal.overview(&request.visit).await.map_err(refuse)?;
    if !screen.reconfirms {
        return Err(request.elsewhere("/register"));
    }
    let support = request
        .portal
        .registration_support(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    request.view("/register/confirm", screen, support)
}

/// "Not now": leads to where somebody was going, `change` or the beginning.
#[server(prefix = "/api", endpoint = "register/later")]
pub async fn put_off(#[server(default)] going: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.put_off_registration(&request.visit).await;
    let path = done.map(|()| {
        let was_going = request.goes_on_to_change();
        if was_going || going == "change" { "/change" } else { "/" }.to_owned()
    });
    request.answer("/register", &[], path)
}

/// Whether what is registered is still right; then leads to where somebody was going, `change` or the list.
#[server(prefix = "/api", endpoint = "register/confirm")]
pub async fn reconfirm(answer: String, #[server(default)] going: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.reconfirm(&request.visit, &answer).await;
    let onward = |answer| match (answer, going.as_str()) {
        (StillRight::Yes | StillRight::Later, "change") => "/change".to_owned(),
        _ => "/register".to_owned(),
    };
    request.answer("/register/confirm", &[], done.map(onward))
}

/// Sends a code to a method that has to be verified again.
#[server(prefix = "/api", endpoint = "register/verify-again")]
pub async fn verify_again(kind: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.verify_again(&request.visit, &kind).await;
    request.answer("/register", &[], done.map(|()| "/register/code".to_owned()))
}
