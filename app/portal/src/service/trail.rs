//! What a request came upon, for whoever has to tell of a fault in it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Portal, Visit};
use crate::ports::Flow;

/// The support code of the flow that a request belongs to, from the moment the flow was found. All copies of one visit
/// know the same.
#[derive(Clone, Debug, Default)]
pub struct Trail(Arc<Mutex<Option<String>>>);

impl Trail {
    pub(super) fn reaches(&self, flow: &Flow) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(flow.support.clone());
    }

    fn support(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Portal {
    /// The support code for telling of a fault: that of the flow, where the request got so far, else that of the browser.
    /// Nothing is asked of the store, which may be what failed.
    pub fn support_at_hand(&self, visit: &Visit) -> String {
        visit.trail.support().unwrap_or_else(|| {
            visit
                .holder
                .as_deref()
                .map(|holder| self.support_code(holder))
                .unwrap_or_default()
        })
    }
}
