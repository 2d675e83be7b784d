//! What an operator's monitoring reads: counts and times of the process, in the text format of Prometheus.
//!
//! Labels are words of closed sets, so that nobody who asks can make their number grow, and nothing here tells of a person:
//! no name, no address, no network.

mod listener;

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::StatusCode;
use portal::audit::Entry;
use portal::method::Method;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

pub use self::listener::{Sources, router};
use crate::courier::Channel;

/// Of the process. There is one, as there is one log.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// Upper bounds of what is waited for, in seconds: from a read of the database to the longest wait that is answered.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

type Words<const N: usize> = [(&'static str, &'static str); N];
type Times = Family<Words<1>, Histogram, fn() -> Histogram>;

/// What is counted where it happens.
pub struct Metrics {
    registry: Registry,
    events: Family<Words<3>, Counter>,
    messages: Family<Words<2>, Counter>,
    refused: Family<Words<1>, Counter>,
    requests: Family<Words<2>, Counter>,
    answers: Times,
    hashing_wait: Histogram,
    hashing_busy: Counter,
    database_wait: Times,
    connections: Gauge,
    turned_away: Family<Words<1>, Counter>,
}

impl Metrics {
    fn new() -> Self {
        let times = || Times::new_with_constructor(bounded as fn() -> Histogram);
        let mut metrics = Self {
            registry: Registry::with_prefix("aikagi"),
            events: Family::default(),
            messages: Family::default(),
            refused: Family::default(),
            requests: Family::default(),
            answers: times(),
            hashing_wait: bounded(),
            hashing_busy: Counter::default(),
            database_wait: times(),
            connections: Gauge::default(),
            turned_away: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let to = &mut self.registry;
        to.register(
            "events",
            "What was recorded in the audit log: sign-ins, resets begun and finished, codes asked for and typed",
            self.events.clone(),
        );
        to.register("messages", "Attempts to deliver a message", self.messages.clone());
        to.register("refused", "Requests that were not let through", self.refused.clone());
        to.register("requests", "Requests that were answered", self.requests.clone());
        let seconds = Unit::Seconds;
        to.register_with_unit(
            "answer",
            "From a request to its answer",
            seconds.clone(),
            self.answers.clone(),
        );
        to.register_with_unit(
            "hashing_wait",
            "How long a password waited for its turn to be hashed",
            seconds.clone(),
            self.hashing_wait.clone(),
        );
        to.register(
            "hashing_busy",
            "Passwords that waited in vain",
            self.hashing_busy.clone(),
        );
        to.register_with_unit(
            "database_wait",
            "How long a transaction waited for its beginning",
            seconds,
            self.database_wait.clone(),
        );
        to.register("connections", "Connections that are open", self.connections.clone());
        to.register(
            "turned_away",
            "Connections that were not taken",
            self.turned_away.clone(),
        );
    }

    /// Something was recorded, and its transaction is done.
    pub fn recorded(&self, entry: &Entry) {
        let words = [
            ("event", entry.event.word()),
            ("outcome", entry.outcome.word()),
            ("method", entry.method.map_or("", Method::word)),
        ];
        self.events.get_or_create(&words).inc();
    }

    /// A message was handed over, or not.
    pub fn delivered(&self, channel: Channel, outcome: &'static str) {
        let words = [("channel", channel.word()), ("outcome", outcome)];
        self.messages.get_or_create(&words).inc();
    }

    /// The guard refused a request.
    pub fn refused(&self, why: &'static str) {
        self.refused.get_or_create(&[("why", why)]).inc();
    }

    /// A request was answered.
    pub fn answered(&self, route: &'static str, status: StatusCode, took: Duration) {
        self.requests
            .get_or_create(&[("route", route), ("status", word(status))])
            .inc();
        self.answers
            .get_or_create(&[("route", route)])
            .observe(took.as_secs_f64());
    }

    /// A password got its turn, or none.
    pub fn hashing(&self, waited: Duration, is_turn: bool) {
        self.hashing_wait.observe(waited.as_secs_f64());
        if !is_turn {
            self.hashing_busy.inc();
        }
    }

    /// A transaction began.
    pub fn began(&self, kind: &'static str, waited: Duration) {
        self.database_wait
            .get_or_create(&[("kind", kind)])
            .observe(waited.as_secs_f64());
    }

    /// A connection was taken; it counts until what is given back is dropped.
    pub fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// A connection was not taken.
    pub fn turned_away(&self, why: &'static str) {
        self.turned_away.get_or_create(&[("why", why)]).inc();
    }
}

/// One open connection.
pub struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn bounded() -> Histogram {
    Histogram::new(BOUNDS)
}

/// What kind of address it is. Anybody can make up addresses, so they are never labels themselves.
pub fn route(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "healthz" | "readyz" => "health",
        "api" => "form",
        "csp-report" => "report",
        "demo" => "demo",
        _ if first.starts_with("pkg") || path.rsplit('/').next().is_some_and(|last| last.contains('.')) => "file",
        _ => "page",
    }
}

/// The statuses that we give; anything else is one word.
fn word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200 => "200",
        204 => "204",
        303 => "303",
        304 => "304",
        400 => "400",
        403 => "403",
        404 => "404",
        405 => "405",
        408 => "408",
        413 => "413",
        414 => "414",
        415 => "415",
        421 => "421",
        422 => "422",
        429 => "429",
        500 => "500",
        503 => "503",
        504 => "504",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_for_the_labels_stay_few() {
        let metrics = Metrics::new();
        for n in 0..5_000_u16 {
            let status = StatusCode::from_u16(100 + n % 900).unwrap();
            for path in [
                format!("/{n}"),
                format!("/api/{n}"),
                format!("/h.tanaka/{n}.js"),
                format!("/pkg-{n}"),
            ] {
                metrics.answered(route(&path), status, Duration::from_millis(1));
            }
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &metrics.registry).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("aikagi_requests")).count();
        assert!((2..=6 * 19).contains(&lines), "{lines}");
        assert!(!text.contains("h.tanaka"), "{text}");
    }

    #[test]
    fn a_connection_counts_until_it_ends() {
        let metrics = Metrics::new();
        let (one, two) = (metrics.connected(), metrics.connected());
        assert_eq!(metrics.connections.get(), 2);
        drop((one, two));
        assert_eq!(metrics.connections.get(), 0);
    }
}
