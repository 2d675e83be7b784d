//! The doors of the reset.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::screen::{RecoveryScreen, Step};
use server_fn::codec::GetUrl;

use super::secret::Secret;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use super::{cookies::HOLDER, request::Request};
#[cfg(feature = "ssr")]
use portal::service::{
    Answer, NewEntries,
    device::Device,
    presence::Presence,
    recovery::{FormKey, Onward},
};

/// The page of a step. Where the reset stands elsewhere, it leads there.
#[server(prefix = "/api", endpoint = "reset/view", input = GetUrl)]
pub async fn recovery_view(step: Step) -> Result<View<RecoveryScreen>, Said> {
    let request = Request::here()?;
    let holder = request.holder_for_page()?;
    let (screen, support) = if step == Step::Identify {
        request.portal.identify_screen(&request.visit, &holder).await
    } else {
        request.portal.recovery_screen(&request.visit, &holder).await
    }
    .map_err(|trouble| request.refuse(trouble))?;
    // "Ended" is also where somebody without a flow is told so.
    let is_here = screen.step() == step || (step == Step::Ended && screen.step() == Step::Identify);
    if !is_here {
        return Err(request.elsewhere(screen.step().path()));
    }
    request.view(step.path(), screen, support)
}

/// After a deed: the new cookie, and the current step.
#[cfg(feature = "ssr")]
async fn onward(request: &mut Request, page: Step, typed: &[(&str, &str)], done: Answer<Onward>) -> Result<Next, Said> {
    let path = match done {
        Err(trouble) => Err(trouble),
        Ok(Onward { holder }) => {
            if let Some(holder) = holder {
                request.set_cookie(HOLDER, &holder, None);
                request.visit.holder = Some(holder);
            }
            let step = request.portal.recovery_step(&request.visit).await;
            step.map(|step| step.path().to_owned())
        }
    };
    request.answer(page.path(), typed, path)
}

/// Which account is it?
#[server(prefix = "/api", endpoint = "reset/identify")]
pub async fn identify(user_name: String, token: String, answer: String, key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let presence = Presence {
        token: &token,
        answer: &answer,
    };
    let done = request
        .portal
        .identify(&request.visit, &user_name, presence, FormKey(&key))
        .await;
    // A ticket that was handed out goes on ripening: it is kept with what was typed.
    onward(
        &mut request,
        Step::Identify,
        &[("user_name", &user_name), ("token", &token)],
        done,
    )
    .await
}

/// Sends a code by a method; for a phone after its whole number was typed, and for a mailbox where its address has to be.
#[server(prefix = "/api", endpoint = "reset/ask")]
pub async fn ask(
    method: String,
    #[server(default)] whole_text: String,
    #[server(default)] whole_call: String,
    #[server(default)] whole_office: String,
    #[server(default)] whole_email: String,
    key: String,
) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let whole = match method.as_str() {
        "call" => &whole_call,
        "office_phone" => &whole_office,
        "email" => &whole_email,
        _ => &whole_text,
    };
    let done = request.portal.ask(&request.visit, &method, whole, FormKey(&key)).await;
    let typed = [
        ("method", method.as_str()),
        ("whole_text", &whole_text),
        ("whole_call", &whole_call),
        ("whole_office", &whole_office),
        ("whole_email", &whole_email),
    ];
    onward(&mut request, Step::Choose, &typed, done).await
}

/// Sends another code to where the last one went.
#[server(prefix = "/api", endpoint = "reset/again")]
pub async fn ask_again(method: String, key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.ask(&request.visit, &method, "", FormKey(&key)).await;
    onward(&mut request, Step::Code, &[], done).await
}

/// Back to the choice of methods.
#[server(prefix = "/api", endpoint = "reset/another")]
pub async fn choose_another(key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.choose_another(&request.visit, FormKey(&key)).await;
    onward(&mut request, Step::Code, &[], done).await
}

/// Verifies a code.
#[server(prefix = "/api", endpoint = "reset/verify")]
pub async fn verify(code: Secret, key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.verify(&request.visit, &code, FormKey(&key)).await;
    onward(&mut request, Step::Code, &[], done).await
}

/// Verifies the answers to the questions that are asked, in their order.
#[server(prefix = "/api", endpoint = "reset/questions")]
pub async fn answer_questions(
    answer1: Secret,
    answer2: Secret,
    answer3: Secret,
    #[server(default)] answer4: Secret,
    #[server(default)] answer5: Secret,
    key: String,
) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let given = [&*answer1, &answer2, &answer3, &answer4, &answer5];
    let done = request
        .portal
        .answer_questions(&request.visit, &given, FormKey(&key))
        .await;
    onward(&mut request, Step::Questions, &[], done).await
}

/// Unlocks the account, its password kept.
#[server(prefix = "/api", endpoint = "reset/unlock")]
pub async fn unlock(key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.unlock(&request.visit, FormKey(&key)).await;
    onward(&mut request, Step::Unlock, &[], done).await
}

/// Goes on to a new password instead of unlocking.
#[server(prefix = "/api", endpoint = "reset/replace")]
pub async fn replace_password(key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.replace_password(&request.visit, FormKey(&key)).await;
    onward(&mut request, Step::Unlock, &[], done).await
}

/// Back to the choice between the two.
#[server(prefix = "/api", endpoint = "reset/reconsider")]
pub async fn reconsider(key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.reconsider(&request.visit, FormKey(&key)).await;
    onward(&mut request, Step::Password, &[], done).await
}

/// More time for the last step.
#[server(prefix = "/api", endpoint = "reset/extend")]
pub async fn extend(key: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let done = request.portal.extend(&request.visit, FormKey(&key)).await;
    onward(&mut request, Step::Password, &[], done).await
}

/// Sets the new password.
#[server(prefix = "/api", endpoint = "reset/set")]
pub async fn set_password(
    new_password: Secret,
    again: Secret,
    #[server(default)] device: String,
    key: String,
) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let entries = NewEntries {
        new: &new_password,
        again: &again,
    };
    let done = request
        .portal
        .set_password(&request.visit, entries, Device::said(&device), FormKey(&key))
        .await
        .map(|(onward, cookie)| {
            request.set_device(cookie.as_deref());
            onward
        });
    onward(&mut request, Step::Password, &[("device", &device)], done).await
}

/// Writes to the administrators.
#[server(prefix = "/api", endpoint = "reset/contact")]
pub async fn contact(key: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request
        .portal
        .contact_administrator(&request.visit, FormKey(&key))
        .await;
    // The button stands on several steps: a refusal is told on the one where the reset stands.
    let page = match &done {
        Ok(_) => Step::Stopped,
        Err(_) => request
            .portal
            .recovery_step(&request.visit)
            .await
            .unwrap_or(Step::Stopped),
    };
    request.answer(page.path(), &[], done.map(|_| "/contact".to_owned()))
}

/// The page that says so, with the screen of the step that can still be gone on with. Where nobody was written to, it leads
/// to where the reset stands.
#[server(prefix = "/api", endpoint = "reset/contact/view", input = GetUrl)]
pub async fn contact_view() -> Result<View<RecoveryScreen>, Said> {
    let request = Request::here()?;
    let holder = request.holder_for_page()?;
    let (screen, support) = request
        .portal
        .recovery_screen(&request.visit, &holder)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let was_written = matches!(
        screen,
        RecoveryScreen::Stopped { contacted: true, .. }
            | RecoveryScreen::Choose { contacted: true, .. }
            | RecoveryScreen::Code { contacted: true, .. }
            | RecoveryScreen::Questions { contacted: true, .. }
    );
    if !was_written {
        return Err(request.elsewhere(screen.step().path()));
    }
    request.view("/contact", screen, support)
}
