//! Between the page and the doors, once scripts run: forms and views by fetch.
//!
//! One small code for all of them. The framework's own client would be compiled into the browser's module anew for every
//! door, and weigh a third of it.

use leptos::web_sys::HtmlFormElement;

use crate::api::{Next, Said};

/// Posts a form to a door and gives the answer.
pub async fn post(url: &str, form: &HtmlFormElement) -> Result<Next, Said> {
    #[cfg(feature = "hydrate")]
    {
        use portal::refusal::Refusal;
        use web_sys::{FormData, UrlSearchParams};

        let fault = || Said::No(Refusal::Fault);
        let fields = FormData::new_with_form(form).map_err(|_| fault())?;
        let fields = UrlSearchParams::new_with_str_sequence_sequence(&fields).map_err(|_| fault())?;
        let request = gloo_net::http::Request::post(url)
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(String::from(fields.to_string()));
        let answer = request
            .map_err(|_| fault())?
            .send()
            .await
            .map_err(|_| Said::Unreachable)?;
        read(answer).await
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (url, form);
        Err(Said::Unreachable)
    }
}

/// Fetches a view as text: JSON of `Result<View<S>, Said>`.
#[cfg(feature = "hydrate")]
pub async fn fetch(address: &str) -> String {
    let unreachable = || "{\"Err\":\"Unreachable\"}".to_owned();
    let request = gloo_net::http::Request::get(address).header("accept", "application/json");
    let Ok(answer) = request.send().await else {
        return unreachable();
    };
    let side = if answer.ok() { "Ok" } else { "Err" };
    answer
        .text()
        .await
        .map_or_else(|_| unreachable(), |text| format!("{{\"{side}\":{text}}}"))
}

#[cfg(feature = "hydrate")]
async fn read(answer: gloo_net::http::Response) -> Result<Next, Said> {
    let is_good = answer.ok();
    let text = answer.text().await.map_err(|_| Said::Unreachable)?;
    let read = |text: &[u8]| {
        if is_good {
            serde_json::from_slice(text).map(Ok)
        } else {
            serde_json::from_slice(text).map(Err)
        }
    };
    read(text.as_bytes()).unwrap_or(Err(Said::No(portal::refusal::Refusal::Fault)))
}
