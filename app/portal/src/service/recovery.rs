//! The deeds of a reset: identify, ask for a code, verify, set the password.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use crate::account::UserName;
use crate::audit::{Event, Outcome};
use crate::identity::{AccountId, FlowId};
use crate::limits::{Factor, Failures, Leave};
use crate::method::code::{AGAIN_AFTER, Life, Purpose, life, tidy};
use crate::method::proof::Proof;
use crate::method::{Method, phone};
use crate::moment::{Moment, days, seconds};
use crate::policy::Policy;
use crate::ports::{Account, Change, Committed, Contact, Fault, Flow, FlowKind, Matter, Recipient, Replay};
use crate::recovery::{Admission, Case, Form, Recovery, Stage};
use crate::refusal::Refusal;
use crate::screen::{Awaited, Choice, Hurdle, RecoveryScreen};

use super::presence::Presence;
use super::reachable::{Reachable, factor, mask};
use super::sending::{Asked, Request};
use super::{Answer, NewEntries, Portal, ROUNDS, Visit};

/// How long the cookie before a rotation is good for hearing the last answer again.
const REPLAY_LIFE: std::time::Duration = seconds(60);

/// What a form brings besides its fields: the key that was drawn when the page was made.
#[derive(Clone, Copy, Debug)]
pub struct FormKey<'a>(pub &'a str);

/// A deed is done: the browser goes to the current step, with a new cookie where the flow was rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The cookie that holds the flow from here on, where it changed.
    pub holder: Option<String>,
}

/// A flow as it was found, with its walk read.
pub(super) struct Found {
    pub flow: Flow,
    pub walk: Recovery,
    /// The browser holds the current cookie, not the one before.
    is_current: bool,
}

/// A decision on its way. Boxed: the compiler cannot see that a bare one may move between threads.
type Deciding<'s> = Pin<Box<dyn Future<Output = Answer<Decided>> + Send + 's>>;

/// What a deed came to, before it is committed.
enum Decided {
    /// Commit this; the walk moves on.
    Move {
        walk: Recovery,
        changes: Vec<Change>,
        rotate: bool,
    },
    /// Commit this, and refuse.
    Refuse {
        walk: Option<Recovery>,
        changes: Vec<Change>,
        refusal: Refusal,
    },
}

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
        let walk: Recovery = serde_json::from_str(&flow.body).map_err(Fault::new)?;
        let walk = walk.with_proofs(self.store.proofs(&flow.id).await?);
        Ok(Some(Found { flow, walk, is_current }))
    }

    /// The cookie that a flow gets when a form moves it on. Derived, so that the same form sent again hears it again.
    fn rotated(&self, flow: &FlowId, version: i64, key: FormKey<'_>) -> String {
        super::hex(&self.keys.digest(
            crate::ports::Label::Token,
            &[
                b"rotate",
                flow.as_str().as_bytes(),
                &version.to_be_bytes(),
                key.0.as_bytes(),
            ],
        ))
    }

    fn replay(&self, key: FormKey<'_>, fields: &[&str], at: Moment) -> Replay {
        // With the key of the form, which nobody can guess: equal passwords in two forms have nothing in common.
        let mut parts: Vec<&[u8]> = vec![b"content", key.0.as_bytes()];
        parts.extend(fields.iter().map(|field| field.as_bytes()));
        Replay {
            key: self.index("form", key.0),
            content: super::hex(&self.keys.digest(crate::ports::Label::Index, &parts)),
            at,
        }
    }

    /// The answer to a form that was answered before: the same, as long as nothing else came after it.
    fn heard_before(&self, found: &Found, replay: &Replay, key: FormKey<'_>) -> Option<Answer<Onward>> {
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
    fn moved(
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
        // Spent before anybody is looked up: a challenge pays for one look.
        let spent = self.judge_presence(visit, holder, presence)?;
        if self.store.commit(vec![spent]).await? == Committed::Stale {
            return Err(Refusal::Challenge.into());
        }
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
            let is_live = !matches!(
                found.walk.stage(now),
                Stage::Ended | Stage::Done { .. } | Stage::Stopped(_)
            );
            if is_live && found.flow.name == name_digest {
                // The same name keeps the live flow, proofs and all.
                changes.push(Change::SaveFlow(self.moved(&found, &found.walk, Some(replay), None)?.0));
                return match self.store.commit(changes).await? {
                    Committed::Done => Ok(Onward { holder: None }),
                    Committed::Stale => Err(Refusal::Challenge.into()),
                };
            }
            // Another name: what was proved for the first one is gone.
            let mut over = found.flow.clone();
            over.version += 1;
            over.holder = format!("over:{}", over.id.as_str());
            over.holder_before = None;
            // Nobody reaches it any more. Its proofs stay until the owner was told that somebody gave them.
            over.ends = now;
            changes.push(Change::CloseCodes(over.id.clone()));
            changes.push(Change::SaveFlow(over));
        }
        let walk = Recovery::begin(gate, now);
        let id = FlowId::new(self.fresh_name()?);
        let next = self.rotated(&id, 1, key);
        let support = self.support_code(holder);
        let mut entry = self.entry(
            visit,
            now,
            Event::Identify,
            if gate.is_ok() {
                Outcome::Succeeded
            } else {
                Outcome::Blocked
            },
        );
        entry.subject = account.as_ref().map(|account| account.id.clone());
        entry.flow = Some(id.clone());
        entry.support.clone_from(&support);
        entry.detail = match (gate, &account) {
            (Ok(_), _) => String::new(),
            (Err(_), None) => "unknown".into(),
            (Err(Case::ManagedElsewhere), _) => "managed_elsewhere".into(),
            (Err(Case::NotEnabled), _) => "not_enabled".into(),
            (Err(Case::NotVerified), _) => "not_verified".into(),
        };
        changes.push(Change::OpenFlow(Flow {
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
            support,
            replay: Some(replay),
        }));
        changes.push(Change::Record(entry));
        match self.store.commit(changes).await? {
            Committed::Done => Ok(Onward { holder: Some(next) }),
            // Another request of this browser was faster.
            Committed::Stale => Err(Refusal::Challenge.into()),
        }
    }

    /// The account of a flow, as it is now; none where the flow must not go on with it.
    async fn subject(&self, flow: &Flow) -> Answer<Option<(Account, Vec<Contact>)>> {
        let Some(id) = &flow.account else { return Ok(None) };
        let Some(account) = self.store.account(id).await? else {
            return Ok(None);
        };
        if account.epoch != flow.epoch {
            return Ok(None);
        }
        let contacts = self.store.contacts(id).await?;
        Ok(Some((account, contacts)))
    }

    /// Does a deed within the flow: admits the form, decides on what is, commits, and decides again where that has moved
    /// on in between.
    async fn deed<'s>(
        &'s self,
        visit: &'s Visit,
        form: Form,
        key: FormKey<'s>,
        fields: &[&str],
        decide: impl Fn(Arc<Found>, Moment) -> Deciding<'s> + Send + Sync,
    ) -> Answer<Onward> {
        for _ in 0..ROUNDS {
            let now = self.now();
            let Some(found) = self.find_recovery(visit, now).await? else {
                return Err(Refusal::FlowEnded.into());
            };
            let found = Arc::new(found);
            let replay = self.replay(key, fields, now);
            if let Some(answer) = self.heard_before(&found, &replay, key) {
                return answer;
            }
            if !found.is_current {
                return Ok(Onward { holder: None });
            }
            match found.walk.admits(form, now) {
                Admission::Granted => {}
                Admission::Behind => return Ok(Onward { holder: None }),
                Admission::Over => return Err(Refusal::FlowEnded.into()),
                Admission::Ahead => {
                    let walk = found.walk.clone().trespass();
                    let mut entry = self.flow_entry(visit, &found, now, Event::StepViolation, Outcome::Blocked);
                    entry.detail = format!("{form:?}").to_lowercase();
                    let (flow, _) = self.moved(&found, &walk, None, None)?;
                    if self
                        .store
                        .commit(vec![Change::SaveFlow(flow), Change::Record(entry)])
                        .await?
                        == Committed::Done
                    {
                        return Err(Refusal::StepAhead.into());
                    }
                    continue;
                }
            }
            let (changes, answer) = match decide(Arc::clone(&found), now).await? {
                Decided::Move {
                    walk,
                    mut changes,
                    rotate,
                } => {
                    let (flow, holder) = self.moved(&found, &walk, Some(replay), rotate.then_some(key))?;
                    changes.push(Change::SaveFlow(flow));
                    (changes, Ok(Onward { holder }))
                }
                Decided::Refuse {
                    walk,
                    mut changes,
                    refusal,
                } => {
                    if let Some(walk) = walk {
                        changes.push(Change::SaveFlow(self.moved(&found, &walk, None, None)?.0));
                    }
                    (changes, Err(refusal.into()))
                }
            };
            if changes.is_empty() || self.store.commit(changes).await? == Committed::Done {
                return answer;
            }
        }
        Err(Refusal::Busy.into())
    }

    fn flow_entry(
        &self,
        visit: &Visit,
        found: &Found,
        now: Moment,
        event: Event,
        outcome: Outcome,
    ) -> crate::audit::Entry {
        let mut entry = self.entry(visit, now, event, outcome);
        entry.subject.clone_from(&found.flow.account);
        entry.flow = Some(found.flow.id.clone());
        entry.support.clone_from(&found.flow.support);
        entry
    }

    /// "Send the code": by this method, for a phone after the whole number was typed.
    pub async fn ask(&self, visit: &Visit, method: &str, whole: &str, key: FormKey<'_>) -> Answer<Onward> {
        let picked = Method::from_word(method);
        self.deed(visit, Form::Ask, key, &[method, whole], move |found, now| {
            Box::pin(async move {
                let method = picked.ok_or(Refusal::Method)?;
                let (policy, _) = self.policy().await?;
                let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                self.gate(Some(&account), &contacts, &policy, now)
                    .map_err(|_| Refusal::FlowEnded)?;
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let way = reachable.iter().find(|one| one.offers(method)).ok_or(Refusal::Method)?;
                if found.walk.has_proved_by(&way.channel) {
                    return Err(Refusal::Method.into());
                }
                let failures = self.store.failures(&account.id, factor(method)).await?;
                if let Some(refusal) = refused(failures.leave(now)) {
                    return Ok(self.blocked(visit, &found, now, Event::Send, method, refusal));
                }
                if let Some(decided) = self
                    .whole_number(visit, &found, &account, way, method, whole, now)
                    .await?
                {
                    return Ok(decided);
                }
                let request = Request {
                    flow: &found.flow.id,
                    account: &account.id,
                    purpose: Purpose::Recovery,
                    method,
                    contact: &way.contact,
                };
                let Asked { code, mut changes } = self.ask_for_code(visit, request, now).await?;
                let walk = found.walk.clone().ask(method, way.channel.clone(), code, now)?;
                let mut entry = self.flow_entry(visit, &found, now, Event::Send, Outcome::Succeeded);
                entry.method = Some(method);
                changes.push(Change::Record(entry));
                Ok(Decided::Move {
                    walk,
                    changes,
                    rotate: false,
                })
            })
        })
        .await
    }

    /// For a phone the whole number is typed before anything is sent, once for a channel in a flow. A wrong one counts.
    #[expect(
        clippy::too_many_arguments,
        reason = "all of them are the circumstances of one decision"
    )]
    async fn whole_number(
        &self,
        visit: &Visit,
        found: &Found,
        account: &Account,
        way: &Reachable,
        method: Method,
        whole: &str,
        now: Moment,
    ) -> Answer<Option<Decided>> {
        let was_given = matches!(found.walk.stage(now), Stage::Awaiting { channel, .. } if channel == way.channel);
        if method == Method::Email || was_given {
            return Ok(None);
        }
        // Counted for this network alone: nothing was sent yet, and a stranger elsewhere must not lock the owner out.
        let counted = AccountId::new(format!(
            "{}@{}",
            account.id.as_str(),
            self.index("network", &visit.network)
        ));
        let before = self.store.failures(&counted, Factor::WholeNumber).await?;
        if let Some(refusal) = refused(before.leave(now)) {
            return Ok(Some(self.blocked(visit, found, now, Event::Send, method, refusal)));
        }
        if whole.trim().is_empty() {
            return Err(Refusal::Phone(phone::Problem::Missing).into());
        }
        if phone::is_same(whole, &way.contact.address) {
            return Ok(None);
        }
        let after = before.count(now);
        let mut entry = self.flow_entry(visit, found, now, Event::Send, Outcome::Failed);
        entry.method = Some(method);
        entry.detail = "whole_number".into();
        let save = Change::SaveFailures {
            account: counted,
            factor: Factor::WholeNumber,
            before,
            after,
        };
        Ok(Some(Decided::Refuse {
            walk: None,
            changes: vec![save, Change::Record(entry)],
            refusal: Refusal::WholeNumber,
        }))
    }

    fn blocked(
        &self,
        visit: &Visit,
        found: &Found,
        now: Moment,
        event: Event,
        method: Method,
        refusal: Refusal,
    ) -> Decided {
        let mut entry = self.flow_entry(visit, found, now, event, Outcome::Blocked);
        entry.method = Some(method);
        Decided::Refuse {
            walk: None,
            changes: vec![Change::Record(entry)],
            refusal,
        }
    }

    /// "Use another method".
    pub async fn choose_another(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Another, key, &["another"], move |found, now| {
            Box::pin(async move {
                Ok(Decided::Move {
                    walk: found.walk.clone().another(now)?,
                    changes: vec![],
                    rotate: false,
                })
            })
        })
        .await
    }

    /// "Verify". The try is counted, and the proof recorded, in the commit that precedes the answer: nobody learns a
    /// verdict that was not counted.
    pub async fn verify(&self, visit: &Visit, typed: &str, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Verify, key, &[typed], move |found, now| {
            Box::pin(async move {
                let Stage::Awaiting {
                    method, channel, code, ..
                } = found.walk.stage(now)
                else {
                    return Err(Refusal::FlowEnded.into());
                };
                if typed.trim().is_empty() {
                    return Err(Refusal::CodeMissing.into());
                }
                let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                let factor = factor(method);
                let before = self.store.failures(&account.id, factor).await?;
                if let Some(refusal) = refused(before.leave(now)) {
                    return Ok(self.blocked(visit, &found, now, Event::Verify, method, refusal));
                }
                let code = self.store.code(&code).await?.ok_or(Refusal::CodeDead)?;
                let left = match life(code.asked, code.tries, code.closed, now) {
                    Life::Live { left } => left,
                    Life::Expired => return Err(Refusal::CodeExpired.into()),
                    Life::Dead => return Err(Refusal::CodeDead.into()),
                };
                let (policy, _) = self.policy().await?;
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let way = reachable
                    .iter()
                    .find(|one| one.channel == channel && one.offers(method))
                    .ok_or(Refusal::Method)?;
                let is_ours =
                    code.purpose == Purpose::Recovery && code.flow == found.flow.id && code.account == account.id;
                let expected = if is_ours { self.digits(&code) } else { String::new() };
                let typed = tidy(typed).unwrap_or_default();
                let mut entry = self.flow_entry(visit, &found, now, Event::Verify, Outcome::Failed);
                entry.method = Some(method);
                let count = Change::CountTry {
                    code: code.id.clone(),
                    seen: code.tries,
                };
                if let Some(proof) = Proof::by_code(&expected, &typed, method, channel, way.is_seasoned, now) {
                    entry.outcome = Outcome::Succeeded;
                    let walk = found.walk.clone().prove(proof.clone(), now)?;
                    let changes = vec![
                        count,
                        Change::SpendCode(code.id),
                        Change::AddProof(found.flow.id.clone(), proof),
                        Change::SaveFailures {
                            account: account.id,
                            factor,
                            before,
                            after: Failures::default(),
                        },
                        Change::Record(entry),
                    ];
                    return Ok(Decided::Move {
                        walk,
                        changes,
                        rotate: true,
                    });
                }
                let after = before.count(now);
                let mut changes = vec![count];
                if after.leave(now) == Leave::Closed && before.leave(now) != Leave::Closed {
                    changes.extend(self.notices(visit, &account, &contacts, &Matter::Closed, now)?);
                }
                changes.push(Change::SaveFailures {
                    account: account.id,
                    factor,
                    before,
                    after,
                });
                changes.push(Change::Record(entry));
                let refusal = if left > 1 {
                    Refusal::Code { left: left - 1 }
                } else {
                    Refusal::CodeDead
                };
                Ok(Decided::Refuse {
                    walk: None,
                    changes,
                    refusal,
                })
            })
        })
        .await
    }

    /// "More time".
    pub async fn extend(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Extend, key, &["extend"], move |found, now| {
            Box::pin(async move {
                Ok(Decided::Move {
                    walk: found.walk.clone().extend(now)?,
                    changes: vec![],
                    rotate: false,
                })
            })
        })
        .await
    }

    /// "Set new password". Everything is judged again as it is at this moment, in the commit that sets it.
    pub async fn set_password(&self, visit: &Visit, entries: NewEntries<'_>, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(
            visit,
            Form::Set,
            key,
            &[entries.new, entries.again],
            move |found, now| {
                Box::pin(async move {
                    let password = entries.agreed()?;
                    let (policy, policy_version) = self.policy().await?;
                    let (account, contacts) = self.subject(&found.flow).await?.ok_or(Refusal::FlowEnded)?;
                    let required = self
                        .gate(Some(&account), &contacts, &policy, now)
                        .map_err(|_| Refusal::FlowEnded)?;
                    if !self.still_holds(&found, &account, &contacts, &policy, required, now) {
                        return Err(Refusal::FlowEnded.into());
                    }
                    let verdict = self.judge(&account, &policy, &password);
                    if !verdict.broken.is_empty() {
                        return Err(Refusal::Password(verdict.broken).into());
                    }
                    let history = self.store.failures(&account.id, Factor::History).await?;
                    if let Some(refusal) = refused(history.leave(now)) {
                        return Err(refusal.into());
                    }
                    if self.is_used_before(&account, &policy, &password).await? {
                        let after = history.count(now);
                        let save = Change::SaveFailures {
                            account: account.id,
                            factor: Factor::History,
                            before: history,
                            after,
                        };
                        let mut entry = self.flow_entry(visit, &found, now, Event::Reset, Outcome::Failed);
                        entry.detail = "history".into();
                        return Ok(Decided::Refuse {
                            walk: Some(found.walk.clone().refuse_password(now)?),
                            changes: vec![save, Change::Record(entry)],
                            refusal: Refusal::PasswordUsedBefore,
                        });
                    }
                    let hash = self.hashing.hash(&password).await?;
                    let walk = found.walk.clone().set(now)?;
                    let mut changes = vec![
                        Change::AccountIs {
                            account: account.id.clone(),
                            revision: account.revision,
                        },
                        Change::PolicyIs(policy_version),
                        Change::SetPassword {
                            account: account.id.clone(),
                            hash,
                            epoch: account.epoch,
                            at: now,
                            keep: policy.password.history(),
                        },
                        Change::EndSessions {
                            account: account.id.clone(),
                            except: None,
                        },
                        Change::EndFlows {
                            account: account.id.clone(),
                            except: Some(found.flow.id.clone()),
                        },
                        Change::CloseCodes(found.flow.id.clone()),
                        Change::DropProofs(found.flow.id.clone()),
                    ];
                    let mut done = vec![Factor::Password, Factor::History];
                    done.extend(found.walk.proofs().iter().map(|proof| factor(proof.method())));
                    for factor in done {
                        let before = self.store.failures(&account.id, factor).await?;
                        changes.push(Change::SaveFailures {
                            account: account.id.clone(),
                            factor,
                            before,
                            after: Failures::default(),
                        });
                    }
                    changes.extend(self.reset_notices(visit, &account, &contacts, &policy, now).await?);
                    let mut entry = self.flow_entry(visit, &found, now, Event::Reset, Outcome::Succeeded);
                    entry.detail = found
                        .walk
                        .proofs()
                        .iter()
                        .map(|proof| proof.method().word())
                        .collect::<Vec<_>>()
                        .join("+");
                    changes.push(Change::Record(entry));
                    Ok(Decided::Move {
                        walk,
                        changes,
                        rotate: true,
                    })
                })
            },
        )
        .await
    }

    /// Whether the proofs of a flow satisfy the policy and the contacts of this moment.
    fn still_holds(
        &self,
        found: &Found,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        required: u8,
        now: Moment,
    ) -> bool {
        let reachable = self.reachable(account, contacts, policy, now);
        let valid: Vec<&Proof> = found
            .walk
            .proofs()
            .iter()
            .filter(|proof| {
                reachable
                    .iter()
                    .any(|one| &one.channel == proof.channel() && one.offers(proof.method()))
            })
            .collect();
        valid.len() >= usize::from(required) && valid.iter().any(|proof| proof.is_seasoned())
    }

    async fn reset_notices(
        &self,
        visit: &Visit,
        account: &Account,
        contacts: &[Contact],
        policy: &Policy,
        now: Moment,
    ) -> Answer<Vec<Change>> {
        let mut changes = Vec::new();
        if policy.notify_person {
            changes.extend(self.notices(visit, account, contacts, &Matter::WasReset, now)?);
        }
        if policy.notify_administrators && account.role == crate::account::Role::Administrator {
            let matter = Matter::AdministratorReset {
                name: account.name.clone(),
            };
            for other in self
                .store
                .administrators()
                .await?
                .into_iter()
                .filter(|other| other.id != account.id)
            {
                let theirs = self.store.contacts(&other.id).await?;
                for contact in theirs
                    .iter()
                    .filter(|contact| contact.kind == crate::method::ContactKind::Mailbox)
                {
                    let to = Recipient::Contact(contact.id.clone());
                    changes.push(self.notice(visit, account, to, other.language, &matter, now)?);
                }
            }
        }
        Ok(changes)
    }

    /// The screen of the current step.
    pub async fn recovery_screen(&self, visit: &Visit, fresh_holder: &str) -> Answer<RecoveryScreen> {
        let now = self.now();
        let identify = || {
            Ok(RecoveryScreen::Identify(
                self.challenge(visit, visit.holder.as_deref().unwrap_or(fresh_holder))?,
            ))
        };
        let Some(found) = self.find_recovery(visit, now).await? else {
            return identify();
        };
        let (policy, _) = self.policy().await?;
        let help = policy.help_desk.clone();
        let contacted = found.walk.has_contacted();
        let required = found.walk.required();
        match found.walk.stage(now) {
            Stage::Stopped(case) => Ok(RecoveryScreen::Stopped { case, help, contacted }),
            Stage::Done { at } => Ok(RecoveryScreen::Done { at, required }),
            Stage::Ended => Ok(RecoveryScreen::Ended),
            stage => {
                let Some((account, contacts)) = self.subject(&found.flow).await? else {
                    return Ok(RecoveryScreen::Ended);
                };
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let turn = u8::try_from(found.walk.proofs().len() + 1).unwrap_or(2).min(required);
                match stage {
                    Stage::Awaiting {
                        method, channel, asked, ..
                    } => {
                        let Some(way) = reachable.iter().find(|one| one.channel == channel) else {
                            return Ok(RecoveryScreen::Ended);
                        };
                        let mut code = self.awaited(visit, &account, way, method, asked, now).await?;
                        code.has_other = reachable
                            .iter()
                            .any(|one| one.channel != channel && !found.walk.has_proved_by(&one.channel));
                        Ok(RecoveryScreen::Code {
                            turn,
                            required,
                            code,
                            help,
                            contacted,
                        })
                    }
                    Stage::Setting { until } => Ok(RecoveryScreen::Password {
                        user_name: account.name.clone(),
                        required,
                        judgement: self.judgement(&account, &policy),
                        until,
                        can_extend: found.walk.can_extend(),
                    }),
                    _ => {
                        let mut choices = Vec::new();
                        let failing = self.store.failing(now).await?;
                        for way in reachable.iter().filter(|one| !found.walk.has_proved_by(&one.channel)) {
                            for &method in &way.methods {
                                choices.push(Choice {
                                    method,
                                    mask: mask(&way.contact),
                                    ending: (method != Method::Email)
                                        .then(|| phone::ending(&way.contact.address).to_owned()),
                                    hurdle: self.hurdle(&account, method, &failing, now).await?,
                                });
                            }
                        }
                        Ok(RecoveryScreen::Choose {
                            turn,
                            required,
                            choices,
                            help,
                            contacted,
                        })
                    }
                }
            }
        }
    }

    async fn awaited(
        &self,
        visit: &Visit,
        account: &Account,
        way: &Reachable,
        method: Method,
        asked: Moment,
        now: Moment,
    ) -> Answer<Awaited> {
        let failing = self.store.failing(now).await?;
        let hurdle = self.hurdle(account, method, &failing, now).await?;
        Ok(Awaited {
            method,
            address: mask(&way.contact),
            digits: u8::try_from(method.digits()).unwrap_or(8),
            asked,
            until: asked + crate::method::code::LIFE,
            again: self
                .next_send_to(visit, &way.contact, now)
                .await?
                .max(asked + AGAIN_AFTER),
            other_way: way.methods.iter().copied().find(|other| *other != method),
            paused: match hurdle {
                Some(Hurdle::Wait(until)) => Some(until),
                Some(Hurdle::Closed) => Some(now + days(1)),
                Some(Hurdle::Down) | None => None,
            },
            is_down: hurdle == Some(Hurdle::Down),
            has_other: false,
        })
    }

    /// The support code of the current flow, else of the browser.
    pub async fn support(&self, visit: &Visit, fresh_holder: &str) -> Answer<String> {
        let found = self.find_recovery(visit, self.now()).await?;
        Ok(found.map_or_else(
            || self.support_code(visit.holder.as_deref().unwrap_or(fresh_holder)),
            |found| found.flow.support,
        ))
    }

    /// Tells owners of resets that somebody began to prove and did not finish; at most once a day each. How many flows
    /// were looked after.
    pub async fn tell_unfinished(&self) -> Result<usize, Fault> {
        let now = self.now();
        let unfinished = self.store.unfinished(now).await?;
        let visit = Visit::default();
        let mut told = BTreeSet::new();
        for (flow, account, was_told) in &unfinished {
            let mut changes = vec![Change::DropProofs(flow.clone())];
            if !was_told
                && told.insert(account.clone())
                && let Some(account) = self.store.account(account).await?
            {
                let contacts = self.store.contacts(&account.id).await?;
                changes.extend(self.notices(&visit, &account, &contacts, &Matter::Unfinished, now)?);
            }
            self.store.commit(changes).await?;
        }
        Ok(unfinished.len())
    }

    pub(super) async fn contact_within_flow(&self, visit: &Visit, key: FormKey<'_>) -> Answer<Onward> {
        self.deed(visit, Form::Contact, key, &["contact"], move |found, now| {
            Box::pin(async move {
                if found.walk.has_contacted() {
                    return Ok(Decided::Move {
                        walk: found.walk.clone(),
                        changes: vec![],
                        rotate: false,
                    });
                }
                let case = match found.walk.stage(now) {
                    Stage::Stopped(Case::ManagedElsewhere) => return Err(Refusal::StepAhead.into()),
                    Stage::Stopped(Case::NotEnabled) => "not_enabled",
                    Stage::Stopped(Case::NotVerified) => "not_verified",
                    _ => "stuck",
                };
                let account = match &found.flow.account {
                    Some(id) => self.store.account(id).await?,
                    None => None,
                };
                let subject = found
                    .flow
                    .account
                    .clone()
                    .unwrap_or_else(|| AccountId::new(format!("name:{}", found.flow.name)));
                let mut changes = self
                    .call_for_help(visit, account.as_ref(), &subject, case, &found.flow.support, now)
                    .await?;
                let mut entry = self.flow_entry(visit, &found, now, Event::ContactAdministrator, Outcome::Succeeded);
                entry.detail = case.into();
                changes.push(Change::Record(entry));
                Ok(Decided::Move {
                    walk: found.walk.clone().contact(now)?,
                    changes,
                    rotate: false,
                })
            })
        })
        .await
    }
}

/// What a missing leave is told as.
fn refused(leave: Leave) -> Option<Refusal> {
    match leave {
        Leave::Granted => None,
        Leave::Wait(until) => Some(Refusal::Wait { until }),
        Leave::Closed => Some(Refusal::Closed),
    }
}
