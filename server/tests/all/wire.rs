//! A server that is a process of its own is asked over the wire, and waited for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::BodyExt as _;
use reqwest::Client;
use server::http::address::Peer;

/// The status of an answer that never came: none that a server gives.
pub const NO_ANSWER: u16 = 599;
/// Far longer than anything takes that is waited for, so that a test which hangs says so; and shorter than the lease of a
/// message that somebody held who was killed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until there is something.
pub async fn soon<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, wait).await;
    found.unwrap_or_else(|_| panic!("never: {what}"))
}

/// Carries a request to the server, and its answer back. One that is not answered is no answer of the server's: [`NO_ANSWER`].
pub async fn carry(client: Client, to: SocketAddr, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str();
    let mut ask = client
        .request(parts.method, format!("http://{to}{path}"))
        .headers(parts.headers)
        .body(body.collect().await.unwrap().to_bytes());
    if let Some(peer) = parts.extensions.get::<Peer>() {
        ask = ask.header("x-forwarded-for", peer.0.ip().to_string());
    }
    let mut response = Response::new(Body::empty());
    let heard = async {
        let answer = ask.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    match heard.await {
        Ok((status, headers, body)) => {
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            *response.body_mut() = body.into();
        }
        Err(error) => {
            *response.status_mut() = StatusCode::from_u16(NO_ANSWER).unwrap();
            *response.body_mut() = error.to_string().into();
        }
    }
    response
}
