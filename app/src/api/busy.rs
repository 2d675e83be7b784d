//! A plain form that meets too much work is answered with its own page: the status says that it is busy, the page what to do
//! next, its fields what was typed. To redirect to the page would lose the status, and with it when to come again.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::Response;
use leptos::prelude::use_context;

use super::request::LeftBehind;

/// Where a door leaves what the page of its form shall show at once.
#[derive(Clone, Default)]
pub(super) struct InPlace(Arc<Mutex<Option<LeftBehind>>>);

impl InPlace {
    pub(super) fn leave(&self, left: LeftBehind) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
    }

    fn take(&self) -> Option<LeftBehind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether the page that is being made is the answer to a form, at the address of the door: nothing can lead back to it.
pub fn is_in_place() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<LeftBehind>().is_some())
}

/// Has this done for the doors of a router, by its pages. It stands around the whole router: page and door have two routes.
pub fn before(router: Router) -> Router {
    Router::new()
        .fallback_service(router)
        .layer(middleware::from_fn(answer_in_place))
}

async fn answer_in_place(mut request: Request, next: Next) -> Response {
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let place = InPlace::default();
    let page = same_browser(&request);
    request.extensions_mut().insert(place.clone());
    let answer = next.clone().run(request).await;
    let Some(left) = place.take() else { return answer };
    let mut answer = next.run(left.asked_of(page)).await;
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    answer
}

/// A request like this one, but for its body: what the same browser looks at a page with.
fn same_browser(request: &Request) -> Request {
    let mut page = Request::new(Body::empty());
    *page.headers_mut() = request.headers().clone();
    page.headers_mut().remove(CONTENT_TYPE);
    page.headers_mut().remove(CONTENT_LENGTH);
    *page.extensions_mut() = request.extensions().clone();
    page
}

impl LeftBehind {
    /// Has the page asked for that this was left for.
    fn asked_of(self, mut page: Request) -> Request {
        *page.uri_mut() = self.page.parse().unwrap_or(Uri::from_static("/"));
        page.extensions_mut().insert(self);
        page
    }
}
