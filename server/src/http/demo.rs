//! The demonstration's mailbox for programs.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::courier::Parcel;
use crate::courier::mailbox::Mailbox;

/// `GET /demo/mailbox.json`: every message, the newest first; and the script that keeps the page fresh.
pub fn routes(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/demo/mailbox.json", get(list))
        .route("/demo/mailbox.js", get(script))
        .with_state(mailbox)
}

async fn script() -> ([(HeaderName, &'static str); 1], &'static str) {
    (
        [(CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("demo/mailbox.js"),
    )
}

async fn list(State(mailbox): State<Arc<Mailbox>>) -> Json<Vec<Value>> {
    let letters = mailbox.list().into_iter().map(|letter| {
        let subject = match &letter.parcel {
            Parcel::Mail { subject, .. } => subject.as_str(),
            Parcel::Text { .. } | Parcel::Call { .. } => "",
        };
        json!({
            "id": letter.id,
            "kind": letter.parcel.channel().word(),
            "to": letter.parcel.to(),
            "subject": subject,
            "text": letter.parcel.text(),
            "at": letter.at.millis(),
        })
    });
    Json(letters.collect())
}
