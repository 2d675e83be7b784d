//! What stands in front of every page and every form.
//!
//! It lets through what a browser sends that was shown our own pages, and nothing else; it bounds size and time; it keeps
//! a panic inside its request; and it dresses every answer, errors and files included, in the same headers. It knows no
//! page and no account.

mod allowance;
mod dress;
mod page;
mod request;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use portal::moment::seconds;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

use self::allowance::Allowance;
pub use self::dress::content_policy;
pub use self::page::small_page;
use super::address::{Client, Peer, TrustedProxies, network};
use super::forms::{self, Malformed};
use crate::metrics::{METRICS, route};
use crate::settings::PublicUrl;

/// Largest body of a form, in bytes.
const LARGEST_FORM: usize = 16 * 1_024;
/// Largest report of a browser, in bytes.
const LARGEST_REPORT: usize = 8 * 1_024;
/// Reports that one network may send at once, and how long it waits for the next.
const REPORTS_AT_ONCE: u32 = 10;
const REPORT_EVERY: Duration = seconds(10);
/// From a whole request to an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where browsers report what the content policy stopped.
pub const REPORTS: &str = "/csp-report";
/// Where load balancers look; they ask by address, so the host is not checked there.
pub const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// Why a request was not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A method that nothing here has.
    Method,
    /// A longer address than any of ours.
    LongAddress,
    /// Meant for another host.
    OtherHost,
    /// One of our cookies twice.
    RepeatedCookie,
    /// A form that was not sent from a page of ours.
    CrossSite,
    /// A body that is no form.
    ContentType,
    /// A body that is too large.
    TooLarge,
    /// A body that came too slowly.
    TooSlow,
    /// A body that broke off.
    BrokenOff,
    /// A form that can be read in two ways.
    Form(Malformed),
    /// A query that can be.
    Query(Malformed),
    /// More reports of one network than anybody needs.
    TooManyReports,
}

impl Why {
    /// The name in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::LongAddress => "long_address",
            Self::OtherHost => "other_host",
            Self::RepeatedCookie => "repeated_cookie",
            Self::CrossSite => "cross_site",
            Self::ContentType => "content_type",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::Form(_) => "malformed_form",
            Self::Query(_) => "malformed_query",
            Self::TooManyReports => "too_many_reports",
        }
    }

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::LongAddress => StatusCode::URI_TOO_LONG,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyReports => StatusCode::TOO_MANY_REQUESTS,
            Self::RepeatedCookie | Self::BrokenOff | Self::Form(_) | Self::Query(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// A request that was not let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: Why,
    /// From where it came.
    pub client: Client,
}

/// Is told of every request that was not let through. Must not block.
pub type OnRefused = Arc<dyn Fn(Refused) + Send + Sync>;

/// The guard.
pub struct Guard {
    public_url: PublicUrl,
    proxies: TrustedProxies,
    reports: Allowance,
    on_refused: OnRefused,
}

impl Guard {
    /// A guard of this address.
    pub fn new(public_url: PublicUrl, proxies: TrustedProxies, on_refused: OnRefused) -> Self {
        Self {
            public_url,
            proxies,
            reports: Allowance::new(REPORTS_AT_ONCE, REPORT_EVERY),
            on_refused,
        }
    }

    /// Puts the guard in front of everything that a router answers, what it has no route for included.
    pub fn before(self, router: Router) -> Router {
        router
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn_with_state(Arc::new(self), stand))
    }

    /// Lets a request through, its body read, or says why not.
    async fn admit(&self, request: Request, client: Client) -> Result<Request, Why> {
        request::check(&self.public_url, &request)?;
        if *request.method() != Method::POST {
            // Nothing here reads the body of a GET.
            return Ok(request.map(|_| axum::body::Body::empty()));
        }
        match request::kind(&request)? {
            request::Kind::Form => forms::form(request, LARGEST_FORM).await,
            // Before anything of it is read.
            request::Kind::Report if !self.reports.take(network(client.address(), 32, 64)) => Err(Why::TooManyReports),
            request::Kind::Report => forms::buffered(request, LARGEST_REPORT).await,
        }
    }
}

async fn stand(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let client = request.extensions().get::<Peer>().map_or_else(Client::default, |peer| {
        guard.proxies.client(peer.0.ip(), request.headers())
    });
    request.extensions_mut().insert(client);
    // Its kind and no more: what follows in a path may be a secret.
    let route = route(request.uri().path());

    let is_plain_form = *request.method() == Method::POST && request::wants_a_page(request.headers());
    let answer = match guard.admit(request, client).await {
        Ok(request) => tokio::time::timeout(PATIENCE, next.run(request))
            .await
            .unwrap_or_else(|_| {
                tracing::error!(route, "a handler took too long");
                // What it has sent to the database is done all the same, so this is no word of being turned away.
                small_page(StatusCode::GATEWAY_TIMEOUT)
            }),
        Err(why) => {
            (guard.on_refused)(Refused { why, client });
            small_page(why.status())
        }
    };
    let answer = page::readable(answer, is_plain_form);
    METRICS.answered(route, answer.status(), began.elapsed());
    dress::dressed(&guard.public_url, answer)
}

/// What went wrong is in the log of the process already; it stays out of the answer.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    small_page(StatusCode::INTERNAL_SERVER_ERROR)
}
