//! What somebody is told who may not try right now, and what the audit log says of it.

use crate::limits::Leave;
use crate::refusal::Refusal;

/// What a missing leave is told as.
pub(super) const fn refused(leave: Leave) -> Option<Refusal> {
    match leave {
        Leave::Granted => None,
        Leave::Wait(until) => Some(Refusal::Wait { until }),
        Leave::Closed => Some(Refusal::Closed),
    }
}

/// The reason, as it stands in the log.
pub(super) const fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Wait { .. } => "wait",
        Refusal::Closed => "closed",
        Refusal::Sends { .. } => "sends",
        Refusal::ChannelDown => "channel_down",
        Refusal::CodeExpired => "code_expired",
        Refusal::CodeDead => "code_dead",
        _ => "",
    }
}
