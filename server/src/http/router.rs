//! Every address there is, and what answers it.

use std::sync::Arc;

use app::api::busy;
use app::api::cookies::Style;
use app::api::demo::Theatre;
use app::{App, Surroundings, shell};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};
use portal::account::Language;
use portal::moment::Moment;
use portal::service::{Portal, Visit};
use tower_http::compression::CompressionLayer;

use super::address::{Client, TrustedProxies};
use super::guard::{Guard, OnRefused, REPORTS, content_policy};
use super::language::Switch;
use super::{demo, health, language, reports, site, visit};
use crate::courier::mailbox::Mailbox;
use crate::point::Point;
use crate::settings::{LimitSettings, Organisation, PublicUrl};
use crate::store::SqlStore;

/// What the addresses need.
#[derive(Clone)]
pub struct House {
    /// The services.
    pub portal: Arc<Portal>,
    /// The store, for readiness.
    pub store: Arc<SqlStore>,
    /// Under which address people reach it.
    pub public_url: PublicUrl,
    /// Whose word about addresses is believed.
    pub proxies: TrustedProxies,
    /// What is expected of networks.
    pub limits: LimitSettings,
    /// Whose portal it is.
    pub organisation: Organisation,
    /// In which zone times are shown.
    pub time_zone: TimeZone,
    /// The folder of the site's package.
    pub package: String,
    /// The demonstration, where this is one.
    pub stage: Option<(Arc<dyn Theatre>, Arc<Mailbox>)>,
    /// Told of requests that were not let through.
    pub on_refused: OnRefused,
}

impl House {
    fn style(&self) -> Style {
        if self.public_url.is_secure() {
            Style::Https
        } else {
            Style::Http
        }
    }

    fn surroundings(&self, language: Language) -> Surroundings {
        Surroundings {
            language,
            organisation: self.organisation.name.of(language).to_owned(),
            emblem: self.organisation.emblem.clone(),
            help: self
                .organisation
                .help
                .as_ref()
                .map(|help| help.of(language).to_owned())
                .unwrap_or_default(),
            offset_minutes: offset_minutes(&self.time_zone, self.portal.now()),
            is_demo: self.stage.is_some(),
            package: self.package.clone(),
        }
    }
}

/// Minutes east of UTC of a zone's clock at a moment.
pub fn offset_minutes(zone: &TimeZone, at: Moment) -> i32 {
    Timestamp::from_millisecond(at.millis()).map_or(0, |at| zone.to_offset(at).seconds() / 60)
}

/// The whole of it, behind the guard.
pub fn router(house: House) -> Router {
    let options = LeptosOptions::builder()
        .output_name("aikagi")
        .site_root("target/site")
        .site_pkg_dir(house.package.clone())
        .build();
    let is_demo = house.stage.is_some();
    let mut routes = generate_route_list(App);
    routes.retain(|route| is_demo || !route.path().starts_with("/demo"));
    let context = {
        let house = house.clone();
        move || surround(&house)
    };
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let pages: Router = Router::new()
        .leptos_routes_with_context(&options, routes, context.clone(), page.clone())
        .fallback(leptos_axum::render_app_async_with_context(context, page))
        .with_state(options)
        .layer(CompressionLayer::new());
    let switch = Switch {
        portal: Arc::clone(&house.portal),
        style: house.style(),
        origin: house.public_url.origin().to_owned(),
    };
    let readiness = Arc::new(health::Readiness::new(Arc::clone(&house.store)));
    let mut whole = pages
        .route("/language", post(language::change).with_state(switch))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready).with_state(readiness))
        .route("/.well-known/change-password", get(change_password))
        .route(REPORTS, post(reports::report).with_state(Arc::default()));
    if let Some((_, mailbox)) = &house.stage {
        whole = whole.merge(demo::routes(Arc::clone(mailbox)));
    }
    let guard = Guard::new(
        house.public_url.clone(),
        house.proxies.clone(),
        Arc::clone(&house.on_refused),
    );
    guard.before(busy::before(
        whole.layer(middleware::from_fn_with_state(house, before_pages)),
    ))
}

/// Files first, then true 404s; for what is left, who asks.
async fn before_pages(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if let Some(file) = site::file(&request) {
        return file;
    }
    let is_known = matches!(
        path,
        "/.well-known/change-password" | "/demo/mailbox.json" | "/demo/mailbox.js"
    ) || path.starts_with("/api/");
    let is_demo = house.stage.is_none() && (path.starts_with("/demo") || path.starts_with("/api/demo/"));
    if (site::is_no_page(path) && !is_known) || is_demo {
        return site::not_found();
    }
    let client = request.extensions().get::<Client>().copied().unwrap_or_default();
    let mut visit = visit::visit(
        request.headers(),
        client,
        house.style(),
        house.organisation.default_language,
    );
    visit.starts = house.limits.starts(client.address());
    request.extensions_mut().insert(visit);
    let answer = next.run(request).await;
    Point::BeforeAnswer.reached();
    answer
}

/// What pages and doors find around them.
fn surround(house: &House) {
    let language = use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Visit>().map(|visit| visit.language))
        .unwrap_or(house.organisation.default_language);
    provide_context(house.surroundings(language));
    provide_context(Arc::clone(&house.portal));
    provide_context(house.style());
    if let Some((theatre, _)) = &house.stage {
        provide_context(Arc::clone(theatre));
    }
    if let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), leptos::nonce::use_nonce()) {
        response.insert_header(CONTENT_SECURITY_POLICY, content_policy(Some(&nonce)));
    }
}

/// Where password managers look for the page.
async fn change_password() -> impl IntoResponse {
    (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/change"))])
}
