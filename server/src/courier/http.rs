//! Text messages and calls, by any gateway that takes one HTTP request for one message.
//!
//! Redirects are not followed: the message goes to the address in the settings or nowhere. A gateway elsewhere is reached
//! through the proxy that `HTTPS_PROXY` names, where it names one.

use std::time::Duration;

use async_trait::async_trait;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use portal::account::Language;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::{Courier, Parcel, Undelivered, Unusable, install_tls};
use crate::settings::{Filling, Gateway, GatewayMethod};

/// From the first byte to the last of the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// As much of an answer as is looked at.
const LARGEST_ANSWER: usize = 64 * 1_024;

/// One gateway.
pub struct HttpGateway {
    client: Client,
    gateway: Gateway,
}

impl HttpGateway {
    /// The gateway of the settings.
    pub fn new(gateway: &Gateway) -> Result<Self, Unusable> {
        install_tls();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .referer(false);
        let client = if gateway.origin.starts_with("https:") {
            client.https_only(true)
        } else {
            // This machine: it is asked directly, and no certificate is needed.
            client.no_proxy().tls_certs_only([])
        };
        let mut gateway = gateway.clone();
        if gateway.body.is_some() && !gateway.headers.contains_key(CONTENT_TYPE) {
            gateway
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(Self {
            client: client
                .build()
                .map_err(|cause| Unusable::new("gateway", cause.without_url()))?,
            gateway,
        })
    }

    async fn ask(&self, filling: Filling<'_>) -> Result<(), Undelivered> {
        let method = match self.gateway.method {
            GatewayMethod::Get => Method::GET,
            GatewayMethod::Post => Method::POST,
            GatewayMethod::Put => Method::PUT,
        };
        let url = Url::parse(&self.gateway.url.fill(filling)).map_err(|_| self.away("its address cannot be read"))?;
        let mut request = self.client.request(method, url).headers(self.gateway.headers.clone());
        if let Some(body) = &self.gateway.body {
            request = request.body(body.fill(filling));
        }
        let answer = request.send().await.map_err(|error| {
            self.away(if error.is_timeout() {
                "too slow"
            } else if error.is_connect() {
                "cannot be reached"
            } else {
                "the connection broke"
            })
        })?;
        self.judge(answer).await
    }

    async fn judge(&self, answer: Response) -> Result<(), Undelivered> {
        let status = answer.status();
        if !self
            .gateway
            .success
            .status
            .iter()
            .any(|range| range.contains(&status.as_u16()))
        {
            let told = format!("{} answered {}", self.gateway.origin, status.as_u16());
            return Err(undelivered(status, told));
        }
        let Some((pointer, expected)) = &self.gateway.success.json else {
            return Ok(());
        };
        let body = self.body(answer).await?;
        let said = serde_json::from_slice::<serde_json::Value>(&body).ok();
        let said = said.as_ref().and_then(|json| json.pointer(pointer));
        // A text is compared without its quotes, anything else as it is written.
        let said = said.map(|said| said.as_str().map_or_else(|| said.to_string(), str::to_owned));
        if said.as_ref() == Some(expected) {
            Ok(())
        } else {
            let told = "the answer does not say that the message was taken";
            Err(Undelivered::Later(format!("{}: {told}", self.gateway.origin)))
        }
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, Undelivered> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| self.away("the answer broke off"))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(self.away("the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn away(&self, why: &str) -> Undelivered {
        Undelivered::Away(format!("{}: {why}", self.gateway.origin))
    }
}

#[async_trait]
impl Courier for HttpGateway {
    async fn deliver(&self, parcel: &Parcel, id: &str) -> Result<(), Undelivered> {
        let language = match parcel {
            Parcel::Mail { .. } => return Err(Undelivered::NoSuchChannel),
            Parcel::Text { .. } => Language::default(),
            Parcel::Call { language, .. } => *language,
        };
        self.ask(Filling {
            to: parcel.to(),
            text: parcel.text(),
            id,
            language,
        })
        .await
    }
}

/// What a status that is no success means for the message.
fn undelivered(status: StatusCode, told: String) -> Undelivered {
    match status.as_u16() {
        400 | 406 | 409..=423 | 431 | 451 => Undelivered::Never(told),
        // Too many for this number, say; or an answer that is friendly, but not the one that was asked for.
        200..=299 | 425 | 429 => Undelivered::Later(told),
        // About us (401, 403, 404: put right in the settings) or about the gateway.
        _ => Undelivered::Away(told),
    }
}
