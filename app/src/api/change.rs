//! The doors of changing a password.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::screen::ChangeForm;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::request::Request;
use super::secret::Secret;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use portal::service::NewEntries;

/// The page on which a password is changed.
#[server(prefix = "/api", endpoint = "change/view", input = GetUrl)]
pub async fn change_view() -> Result<View<ChangeForm>, Said> {
    let mut request = Request::here()?;
    let holder = request.holder()?;
    let screen = request
        .portal
        .change_form(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    request.view("/change", screen, request.portal.support_code(&holder))
}

/// Changes the password.
#[server(prefix = "/api", endpoint = "change")]
pub async fn change_password(current: Secret, new_password: Secret, again: Secret) -> Result<Next, Said> {
    let request = Request::here()?;
    let entries = NewEntries {
        new: &new_password,
        again: &again,
    };
    let done = request.portal.change_password(&request.visit, &current, entries).await;
    request.answer("/change", &[], done.map(|()| "/change/done".to_owned()))
}
