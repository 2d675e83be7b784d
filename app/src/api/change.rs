//! The doors of changing a password.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::screen::ChangeForm;
use server_fn::codec::GetUrl;

use super::secret::Secret;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use super::{cookies::SESSION, request::Request};
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

/// The page after it. Where nothing was changed, it leads to where that is done.
#[server(prefix = "/api", endpoint = "change/done/view", input = GetUrl)]
pub async fn changed_view() -> Result<View<()>, Said> {
    let mut request = Request::here()?;
    let holder = request.holder()?;
    let was_changed = request
        .portal
        .was_changed(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    if !was_changed {
        return Err(request.elsewhere("/change"));
    }
    request.view("/change/done", (), request.portal.support_code(&holder))
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
    let path = done.map(|changed| {
        request.set_cookie(SESSION, &changed.session, None);
        request.set_device(changed.device.as_deref());
        "/change/done".to_owned()
    });
    request.answer("/change", &[], path)
}
