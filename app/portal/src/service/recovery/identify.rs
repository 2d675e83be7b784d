//! Which account is it?

use super::{FormKey, Found, Onward};
use crate::account::UserName;
use crate::audit::{Event, Outcome};
use crate::identity::FlowId;
use crate::moment::Moment;
use crate::ports::{Change, Committed, Fault, Flow, FlowKind, Replay};
use crate::recovery::{Case, Recovery};
use crate::refusal::Refusal;
use crate::service::presence::Presence;
use crate::service::{Answer, Portal, Trouble, Visit};

impl Portal {
    /// Which account is it? Judged on the text, then on the proof of presence, and only then looked up.
    pub async fn identify(
        &self,
        visit: &Visit,
        typed: &str,
        presence: Presence<'_>,
        key: FormKey<'_>,
    ) -> Answer<Onward> {
        let name = UserName::parse(typed).map_err(Refusal::UserName)?;
        let holder = visit.holder.as_deref().ok_or(Refusal::Challenge)?;
        let now = self.now();
        let found = self.find_recovery(visit, now).await?;
        let replay = self.replay(key, &[typed], now);
        if let Some(answer) = found.as_ref().and_then(|found| self.heard_before(found, &replay, key)) {
            return answer;
        }
        self.pass_presence(visit, holder, presence, now).await?;
        let name_digest = self.index("name", name.as_str());

        let (policy, _) = self.policy().await?;
        let account = self.store.account_named(&name).await?;
        let subject = account
            .as_ref()
            .map_or_else(|| self.nobody(name.as_str()), |account| account.id.clone());
        let contacts = self.store.contacts(&subject).await?;
        let gate = self.gate(account.as_ref(), &contacts, &policy, now);

        let mut changes = Vec::new();
        if let Some(found) = found.filter(|found| found.is_current) {
            let is_live = found.is_live(now);
            let is_as_begun = if policy.is_uniform() {
                found.walk.is_as_begun(gate)
            } else {
                found.walk.suffices(gate)
            };
            if is_live && found.flow.name == name_digest && is_as_begun {
                return self.named_again(visit, &found, replay, now).await;
            }
            // Another name, or not enough by now: what was proved is gone.
            if is_live {
                let is_same = found.flow.name == name_digest;
                let mut entry = self.flow_entry(visit, &found.flow, now, Event::Reset, Outcome::Cancelled);
                entry.detail = if is_same { "not_enough" } else { "another_name" }.into();
                changes.push(Change::Record(entry));
            }
            changes.extend(left(found.flow, now));
        }
        let id = FlowId::new(self.fresh_name()?);
        let next = self.rotated(&id, 1, key);
        let today = self.gate_today(gate, account.as_ref(), &contacts, &policy, now).await?;
        let walk = if policy.is_uniform() {
            Recovery::begin_alike(today, now)
        } else {
            Recovery::begin(today, now)
        };
        let flow = Flow {
            id,
            kind: FlowKind::Recovery,
            holder: self.token_digest(&next),
            holder_before: Some(self.token_digest(holder)),
            account: account.as_ref().map(|account| account.id.clone()),
            name: name_digest,
            epoch: account.as_ref().map_or(0, |account| account.epoch),
            version: 1,
            body: serde_json::to_string(&walk).map_err(Fault::new)?,
            opened: now,
            ends: walk.ends(),
            support: self.support_code(holder),
            replay: Some(replay),
        };
        let mut entry = self.flow_entry(visit, &flow, now, Event::Identify, outcome(gate));
        entry.detail = detail(gate, account.is_some()).into();
        changes.push(Change::OpenFlow(flow));
        changes.push(Change::Record(entry));
        self.identified(changes, Some(next)).await
    }

    /// Spends the proof of presence, before anybody is looked up: a challenge pays for one look.
    async fn pass_presence(&self, visit: &Visit, holder: &str, presence: Presence<'_>, now: Moment) -> Answer<()> {
        let spent = self.judge_presence(visit, holder, presence).await?;
        if self.store.commit(vec![spent]).await? == Committed::Stale {
            return Err(Refusal::Challenge.into());
        }
        // Counted once it is spent: whoever sends it again makes nothing dearer for the others of the network.
        let counted = self.count_start(visit, presence, now).await;
        if let Err(Trouble::Refused(_)) = &counted {
            let mut entry = self.entry(visit, now, Event::Identify, Outcome::Blocked);
            entry.detail = "network".into();
            self.write_blocked(&visit.coarse, entry).await?;
        }
        counted
    }

    /// The same name keeps the live flow, proofs and all.
    async fn named_again(&self, visit: &Visit, found: &Found, replay: Replay, now: Moment) -> Answer<Onward> {
        let mut entry = self.flow_entry(visit, &found.flow, now, Event::Identify, Outcome::Succeeded);
        entry.detail = "again".into();
        let (flow, _) = self.moved(found, &found.walk, Some(replay), None)?;
        let changes = vec![Change::SaveFlow(flow), Change::Record(entry)];
        self.identified(changes, None).await
    }

    async fn identified(&self, changes: Vec<Change>, holder: Option<String>) -> Answer<Onward> {
        match self.store.commit(changes).await? {
            Committed::Done => Ok(Onward { holder }),
            // Another request of this browser was faster.
            Committed::Stale => Err(Refusal::Challenge.into()),
        }
    }
}

/// Leaves a flow for another.
fn left(mut flow: Flow, now: Moment) -> [Change; 2] {
    flow.version += 1;
    flow.holder = format!("over:{}", flow.id.as_str());
    flow.holder_before = None;
    // Nobody reaches it any more. Its proofs stay until the owner was told that somebody gave them.
    flow.ends = now;
    [Change::CloseCodes(flow.id.clone()), Change::SaveFlow(flow)]
}

const fn outcome(gate: Result<u8, Case>) -> Outcome {
    match gate {
        Ok(_) => Outcome::Succeeded,
        Err(_) => Outcome::Blocked,
    }
}

const fn detail(gate: Result<u8, Case>, is_known: bool) -> &'static str {
    match gate {
        Ok(_) => "",
        Err(_) if !is_known => "unknown",
        Err(Case::ManagedElsewhere) => "managed_elsewhere",
        Err(Case::NotEnabled) => "not_enabled",
        Err(Case::NotVerified) => "not_verified",
    }
}
