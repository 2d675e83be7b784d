//! The doors of the registration.

#![allow(
    clippy::too_many_arguments,
    reason = "each is a field of a form, and the macro repeats them where no attribute of theirs reaches"
)]
#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, whose fields cannot be told about"
)]

use leptos::prelude::*;
use portal::method::code::Purpose;
use portal::screen::{Awaited, Overview, PhoneForm, QuestionsForm};
use server_fn::codec::GetUrl;

use super::secret::Secret;
use super::{Next, Said, View};
#[cfg(feature = "ssr")]
use super::{cookies::SESSION, request::Request};
#[cfg(feature = "ssr")]
use portal::{method::questions::Given, registration::Errand};

#[cfg(feature = "ssr")]
async fn support(request: &Request) -> Result<String, Said> {
    request
        .portal
        .registration_support(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))
}

/// The registration page; also shown after Finish.
#[server(prefix = "/api", endpoint = "register/view", input = GetUrl)]
pub async fn overview_view(page: String) -> Result<View<Overview>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let screen = request
        .portal
        .overview(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let support = support(&request).await?;
    request.keep_going();
    request.view(&page, screen, support)
}

/// A page on which something is changed. Where another proof is needed for it, it leads there first.
#[server(prefix = "/api", endpoint = "register/change/view", input = GetUrl)]
pub async fn errand_view(page: String) -> Result<View<Overview>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let screen = request
        .portal
        .overview_to_change(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let support = support(&request).await?;
    request.view(&page, screen, support)
}

/// The page on which a phone is added: what may be typed, and what is registered already.
#[server(prefix = "/api", endpoint = "register/phone/view", input = GetUrl)]
pub async fn phone_view() -> Result<View<(PhoneForm, Overview)>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let form = request
        .portal
        .phone_form(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let list = request
        .portal
        .overview_to_change(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let support = support(&request).await?;
    request.view("/register/phone", (form, list), support)
}

/// The page on which the code is typed. Where none is awaited, it leads to the list.
#[server(prefix = "/api", endpoint = "register/code/view", input = GetUrl)]
pub async fn code_view() -> Result<View<(Purpose, Awaited)>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let screen = request
        .portal
        .registration_code(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?
        .ok_or_else(|| request.elsewhere("/register"))?;
    let support = support(&request).await?;
    request.view("/register/code", screen, support)
}

/// Sends a code to an email address that shall be registered.
#[server(prefix = "/api", endpoint = "register/email")]
pub async fn begin_email(address: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.begin_email(&request.visit, &address).await;
    request.answer(
        "/register/email",
        &[("address", &address)],
        done.map(|()| "/register/code".to_owned()),
    )
}

/// Sends a code to a phone that shall be registered.
#[server(prefix = "/api", endpoint = "register/phone")]
pub async fn begin_phone(country: String, number: String, way: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request
        .portal
        .begin_phone(&request.visit, &country, &number, &way)
        .await;
    let typed = [("country", country.as_str()), ("number", &number), ("way", &way)];
    request.answer("/register/phone", &typed, done.map(|()| "/register/code".to_owned()))
}

/// The page on which security questions are chosen and answered, and what is registered already.
#[server(prefix = "/api", endpoint = "register/questions/view", input = GetUrl)]
pub async fn questions_view() -> Result<View<(QuestionsForm, Overview)>, Said> {
    let mut request = Request::here()?;
    request.holder()?;
    let form = request
        .portal
        .questions_form(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let list = request
        .portal
        .overview_to_change(&request.visit)
        .await
        .map_err(|trouble| request.refuse(trouble))?;
    let support = support(&request).await?;
    request.view("/register/questions", (form, list), support)
}

/// Registers security questions with their answers. What was chosen is kept where something is wrong, no answer is.
#[server(prefix = "/api", endpoint = "register/questions")]
pub async fn set_questions(
    #[server(default)] question1: String,
    #[server(default)] question2: String,
    #[server(default)] question3: String,
    #[server(default)] question4: String,
    #[server(default)] question5: String,
    #[server(default)] answer1: Secret,
    #[server(default)] answer2: Secret,
    #[server(default)] answer3: Secret,
    #[server(default)] answer4: Secret,
    #[server(default)] answer5: Secret,
) -> Result<Next, Said> {
    let request = Request::here()?;
    let given = [
        (&question1, &answer1),
        (&question2, &answer2),
        (&question3, &answer3),
        (&question4, &answer4),
        (&question5, &answer5),
    ]
    .map(|(question, answer)| Given { question, answer });
    let done = request.portal.set_questions(&request.visit, &given).await;
    let names = ["question1", "question2", "question3", "question4", "question5"];
    let chosen: Vec<(&str, &str)> = names.into_iter().zip(given.map(|one| one.question)).collect();
    request.answer("/register/questions", &chosen, done.map(|()| "/register".to_owned()))
}

/// Sends a code to what an administrator filled in.
#[server(prefix = "/api", endpoint = "register/vouched")]
pub async fn confirm_vouched(kind: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.begin_confirm(&request.visit, &kind).await;
    request.answer("/register", &[], done.map(|()| "/register/code".to_owned()))
}

/// Sends another code, perhaps the other way.
#[server(prefix = "/api", endpoint = "register/again")]
pub async fn registration_again(method: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.registration_again(&request.visit, &method).await;
    request.answer("/register/code", &[], done.map(|()| "/register/code".to_owned()))
}

/// Verifies the code.
#[server(prefix = "/api", endpoint = "register/verify")]
pub async fn registration_verify(code: Secret) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.registration_verify(&request.visit, &code).await;
    let path = done.map(|errand| errand.map_or("/register", Errand::path).to_owned());
    request.answer("/register/code", &[], path)
}

/// Leaves the code that is awaited: back to typing the address or number.
#[server(prefix = "/api", endpoint = "register/leave")]
pub async fn registration_leave(#[server(default)] back: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.registration_leave(&request.visit).await;
    let path = match back.as_str() {
        "email" => "/register/email",
        "phone" => "/register/phone",
        _ => "/register",
    };
    request.answer("/register/code", &[], done.map(|()| path.to_owned()))
}

/// Deletes a method.
#[server(prefix = "/api", endpoint = "register/remove")]
pub async fn remove_contact(kind: String) -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.remove_contact(&request.visit, &kind).await;
    let page = Errand::from_word(&format!("remove-{kind}")).map_or("/register", Errand::path);
    request.answer(page, &[], done.map(|()| "/register".to_owned()))
}

/// Proves the password once more, and has a registered method prove as well; then leads to where somebody was going.
#[server(prefix = "/api", endpoint = "register/prove")]
pub async fn prove_again(password: Secret, #[server(default)] going: String) -> Result<Next, Said> {
    let mut request = Request::here()?;
    let errand = Errand::from_word(&going);
    let done = match request.portal.prove_password(&request.visit, &password).await {
        Ok(session) => {
            request.set_cookie(SESSION, &session, None);
            request.visit.session = Some(session);
            request.portal.ask_second_proof(&request.visit, errand).await
        }
        Err(trouble) => Err(trouble),
    };
    let onward = errand.map_or("/register", Errand::path);
    let path = done.map(|is_awaiting| if is_awaiting { "/register/code" } else { onward }.to_owned());
    request.answer("/register/prove", &[("going", &going)], path)
}

/// Finishes the registration; then leads to where somebody was going, to change the password or to the end.
#[server(prefix = "/api", endpoint = "register/finish")]
pub async fn finish_registration() -> Result<Next, Said> {
    let request = Request::here()?;
    let done = request.portal.finish_registration(&request.visit).await;
    let path = done.map(|()| {
        if request.goes_on_to_change() {
            "/change"
        } else {
            "/register/done"
        }
        .to_owned()
    });
    request.answer("/register", &[], path)
}
