//! The page that monitoring reads, on an address of its own: it is nobody else's business.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use portal::ports::{Clock, Fault};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::METRICS;
use crate::courier::Channel;
use crate::hashing::Argon2Pool;
use crate::keyring::Keyring;
use crate::store::SqlStore;

/// What the media type is called in the text format that this is.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is asked whenever somebody reads.
#[derive(Clone)]
pub struct Sources {
    /// For what waits to be sent, and to be sealed.
    pub store: Arc<SqlStore>,
    /// For who waits to be hashed.
    pub hashing: Arc<Argon2Pool>,
    /// For the names of the keys.
    pub keyring: Arc<Keyring>,
    /// For how long something waits.
    pub clock: Arc<dyn Clock>,
}

/// The one address there is.
pub fn router(sources: Sources) -> Router {
    Router::new().route("/metrics", get(read)).with_state(sources)
}

async fn read(State(sources): State<Sources>) -> Response {
    match text(&sources).await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "the metrics could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn text(sources: &Sources) -> Result<String, Fault> {
    let asked = ask(sources).await?;
    let mut text = String::new();
    encode(&mut text, &METRICS.registry).map_err(Fault::new)?;
    // One end, after both.
    text.truncate(text.trim_end().trim_end_matches("# EOF").len());
    encode(&mut text, &asked).map_err(Fault::new)?;
    Ok(text)
}

/// What is not counted where it happens, because it stands somewhere already.
async fn ask(sources: &Sources) -> Result<Registry, Fault> {
    let mut registry = Registry::with_prefix("aikagi");
    registry.register(
        "build",
        "This program",
        Info::new([("version", env!("CARGO_PKG_VERSION"))]),
    );

    let (waiting, oldest) = (Family::default(), Family::default());
    for channel in Channel::ALL {
        gauge(&waiting, "channel", channel.word()).set(0);
        gauge(&oldest, "channel", channel.word()).set(0);
    }
    let now = sources.clock.now();
    for lane in sources.store.backlog().await? {
        let word = lane.channel.word();
        gauge(&waiting, "channel", word).set(whole(lane.messages));
        gauge(&oldest, "channel", word).set(whole(now.since(lane.oldest).as_secs()));
    }
    registry.register("outbox", "Messages that wait to be sent", waiting);
    registry.register_with_unit(
        "outbox_oldest",
        "How long the oldest of them waits",
        Unit::Seconds,
        oldest,
    );
    let unsealed = ConstGauge::new(sources.store.unsealed_audit().await?);
    registry.register(
        "audit_unsealed",
        "Rows of the audit log that are not in its chain yet",
        unsealed,
    );

    let hashing = &sources.hashing;
    let numbers = [
        (
            "hashing_waiting",
            "Passwords that wait for their turn",
            hashing.waiting(),
        ),
        ("hashing_free", "Passwords that could be hashed at once", hashing.free()),
    ];
    for (name, help, number) in numbers {
        registry.register(name, help, ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX)));
    }
    let keys: Family<[(String, String); 2], Gauge> = Family::default();
    let (kids, retired) = (sources.keyring.kids(), sources.keyring.retired());
    for (place, kid) in kids.iter().rev().enumerate() {
        let state = if place == 0 { "in_use" } else { "older" };
        keys.get_or_create(&key(kid, state)).set(1);
    }
    for kid in retired {
        keys.get_or_create(&key(&kid, "retired")).set(1);
    }
    registry.register("key", "The keys of the keyring", keys);
    Ok(registry)
}

fn key(kid: &str, state: &str) -> [(String, String); 2] {
    [("kid".into(), kid.into()), ("state".into(), state.into())]
}

fn gauge(of: &Family<[(&'static str, &'static str); 1], Gauge>, name: &'static str, word: &'static str) -> Gauge {
    of.get_or_create(&[(name, word)]).clone()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
