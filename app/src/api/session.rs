//! The doors of signing in and out.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]
#![cfg_attr(
    feature = "ssr",
    expect(clippy::unused_async, reason = "a door is asynchronous, whatever it asks for")
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::secret::Secret;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use super::{cookies::SESSION, request::Request};
#[cfg(feature = "ssr")]
use portal::service::{device::Device, sign_in::First};

/// The sign-in page.
#[server(prefix = "/api", endpoint = "signin/view", input = GetUrl)]
pub async fn sign_in_view() -> Result<View<()>, Said> {
    let mut request = Request::here()?;
    let holder = request.holder()?;
    request.view("/signin", (), request.portal.support_code(&holder))
}

/// Signs in, then leads to where somebody was going: `register` or `change`, never an address.
#[server(prefix = "/api", endpoint = "signin")]
pub async fn sign_in(
    user_name: String,
    password: Secret,
    #[server(default)] going: String,
    #[server(default)] device: String,
) -> Result<Next, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let done = request
        .portal
        .sign_in(&request.visit, &user_name, &password, Device::said(&device))
        .await;
    let path = done.map(|signed_in| {
        request.set_device(signed_in.device.as_deref());
        request.set_cookie(SESSION, &signed_in.session, None);
        request.goes_on_to_change();
        match (signed_in.first, going.as_str()) {
            (First::Register, "change") => "/register?for=change",
            (First::Reconfirm, "change") => "/register/confirm?for=change",
            (First::Reconfirm, _) => "/register/confirm",
            (First::Change, _) | (First::Nothing, "change") => "/change",
            (First::Register | First::Nothing, _) => "/register",
        }
        .to_owned()
    });
    let typed = [
        ("user_name", user_name.as_str()),
        ("going", &going),
        ("device", &device),
    ];
    request.answer("/signin", &typed, path)
}

/// Signs out.
#[server(prefix = "/api", endpoint = "signout")]
pub async fn sign_out() -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.sign_out(&request.visit).await;
    // Where it goes on, the cookie is what ends it at the next try.
    if done.is_ok() {
        request.set_cookie(SESSION, "", Some(0));
    }
    request.answer("/", &[], done.map(|()| "/".to_owned()))
}
