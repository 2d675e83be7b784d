//! A reset as its cookie finds it: rotated where it moves on, and heard again where an answer was lost.

use std::time::Duration;

use super::{FormKey, Found, Onward};
use crate::identity::FlowId;
use crate::moment::{Moment, seconds};
use crate::ports::{Fault, Flow, FlowKind, Label, Replay};
use crate::recovery::Recovery;
use crate::refusal::Refusal;
use crate::service::{Answer, Portal, Visit, hex};

/// How long the cookie before a rotation is good for hearing the last answer again.
const REPLAY_LIFE: Duration = seconds(60);

impl Portal {
    pub(super) async fn find_recovery(&self, visit: &Visit, now: Moment) -> Answer<Option<Found>> {
        let Some(holder) = visit.holder.as_deref() else {
            return Ok(None);
        };
        let digest = self.token_digest(holder);
        let Some(flow) = self.store.flow(FlowKind::Recovery, &digest).await? else {
            return Ok(None);
        };
        let is_current = flow.holder == digest;
        let is_replay_fresh = flow
            .replay
            .as_ref()
            .is_some_and(|replay| now.since(replay.at) < REPLAY_LIFE);
        if !is_current && !is_replay_fresh {
            return Ok(None);
        }
        visit.trail.reaches(&flow);
        let walk: Recovery = serde_json::from_str(&flow.body).map_err(Fault::new)?;
        let walk = walk.with_proofs(self.store.proofs(&flow.id).await?);
        Ok(Some(Found { flow, walk, is_current }))
    }

    /// Whether a flow has moved on since it was read.
    pub(super) async fn has_moved(&self, flow: &Flow) -> Answer<bool> {
        let now = self.store.flow(FlowKind::Recovery, &flow.holder).await?;
        Ok(now.is_none_or(|now| now.version != flow.version))
    }

    /// The cookie that a flow gets when a form moves it on. Derived, so that the same form sent again hears it again.
    pub(super) fn rotated(&self, flow: &FlowId, version: i64, key: FormKey<'_>) -> String {
        hex(&self.keys.digest(
            Label::Token,
            &[
                b"rotate",
                flow.as_str().as_bytes(),
                &version.to_be_bytes(),
                key.0.as_bytes(),
            ],
        ))
    }

    pub(super) fn replay(&self, key: FormKey<'_>, fields: &[&str], at: Moment) -> Replay {
        // With the key of the form, which nobody can guess: equal passwords in two forms have nothing in common.
        let mut parts: Vec<&[u8]> = vec![b"content", key.0.as_bytes()];
        parts.extend(fields.iter().map(|field| field.as_bytes()));
        Replay {
            key: self.index("form", key.0),
            content: hex(&self.keys.digest(Label::Index, &parts)),
            at,
        }
    }

    /// The answer to a form that was answered before: the same, as long as nothing else came after it.
    pub(super) fn heard_before(&self, found: &Found, replay: &Replay, key: FormKey<'_>) -> Option<Answer<Onward>> {
        let last = found.flow.replay.as_ref().filter(|last| last.key == replay.key)?;
        if last.content != replay.content {
            return Some(Err(Refusal::Repeated.into()));
        }
        let holder = self.rotated(&found.flow.id, found.flow.version, key);
        let is_current = self.token_digest(&holder) == found.flow.holder;
        Some(Ok(Onward {
            holder: is_current.then_some(holder),
        }))
    }

    /// The flow at its next version.
    pub(super) fn moved(
        &self,
        found: &Found,
        walk: &Recovery,
        replay: Option<Replay>,
        rotate: Option<FormKey<'_>>,
    ) -> Result<(Flow, Option<String>), Fault> {
        let mut flow = found.flow.clone();
        flow.version += 1;
        flow.body = serde_json::to_string(walk).map_err(Fault::new)?;
        flow.ends = walk.ends();
        if let Some(replay) = replay {
            flow.replay = Some(replay);
        }
        let holder = rotate.map(|key| self.rotated(&flow.id, flow.version, key));
        // The cookie before the last is good for hearing the answer that changed it, and for nothing after that.
        flow.holder_before = None;
        if let Some(holder) = &holder {
            flow.holder_before = Some(std::mem::replace(&mut flow.holder, self.token_digest(holder)));
        }
        Ok((flow, holder))
    }
}
