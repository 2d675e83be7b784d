//! Answering security questions: all of them are compared, and one verdict is given.

use std::sync::OnceLock;

use super::behind::Behind;
use super::comparison::Comparison;
use super::{Decided, FormKey, Found, Onward};
use crate::account::Language;
use crate::audit::{Event, Outcome};
use crate::identity::AccountId;
use crate::limits::{FREE_FAILURES, Factor, Failures, Leave};
use crate::method::Method;
use crate::method::proof::Proof;
use crate::method::questions::Question;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Matter};
use crate::recovery::{Form, Stage};
use crate::refusal::Refusal;
use crate::service::blocked::refused;
use crate::service::{Answer, Portal, Visit};

/// The answers, and the revision of the account at which they were compared.
type Compared = OnceLock<(Option<i64>, Comparison)>;

impl Portal {
    /// "Verify" of the answers to the questions that are asked, in their order. The try is counted, and the proof recorded,
    /// in the commit that precedes the answer: nobody learns a verdict that was not counted.
    pub async fn answer_questions(&self, visit: &Visit, answers: &[&str], key: FormKey<'_>) -> Answer<Onward> {
        let compared = Compared::new();
        let once = &compared;
        let deciding = self.deed(visit, Form::Answer, key, answers, move |found, now| {
            Box::pin(async move { self.decide_answers(visit, &found, answers, once, now).await })
        });
        let onward = deciding.await?;
        // Only where the verdict moved the flow on: what was compared for another's sake tells nobody anything.
        if let Some((_, comparison)) = compared.get().filter(|_| onward.holder.is_some()) {
            self.renew_answers(comparison).await;
        }
        Ok(onward)
    }

    async fn decide_answers(
        &self,
        visit: &Visit,
        found: &Found,
        answers: &[&str],
        compared: &Compared,
        now: Moment,
    ) -> Answer<Decided> {
        let Stage::Answering { asked } = found.walk.stage(now) else {
            return Err(Refusal::FlowEnded.into());
        };
        let behind = self.behind(&found.flow).await?;
        let (policy, _) = self.policy().await?;
        let passing = self.passing(found, &behind, &policy, now);
        let way = passing.and_then(|account| Some((account, self.questioned(account, &policy, now)?)));
        if way.is_none() && !policy.is_uniform() {
            let refusal = if behind.account.is_some() {
                Refusal::Method
            } else {
                Refusal::FlowEnded
            };
            return Err(refusal.into());
        }
        let asked = self.drawn((&behind.id, behind.account.as_ref()), &policy, asked);
        let answers = answers.get(..asked.len()).ok_or(Refusal::Malformed)?;
        if answers.iter().any(|typed| typed.trim().is_empty()) {
            return Err(Refusal::AnswersMissing.into());
        }
        let lane = self.lane(visit, &behind.id).await?;
        let counter = lane.counter(&behind.id);
        let before = self.store.failures(&counter, Factor::Questions).await?;
        if let Some(refusal) = refused(lane.leave(&before, now)) {
            return Ok(self.blocked(visit, found, now, Event::Verify, Method::Questions, refusal));
        }
        let can_fit = way.is_some();
        let fits = self.fits(found, (&behind, can_fit), &asked, answers, compared).await?;
        let proof = way
            .as_ref()
            .and_then(|(_, way)| Proof::by_answers(&fits, policy.questions_asked, way.is_seasoned, now));
        let mut entry = self.flow_entry(visit, &found.flow, now, Event::Verify, Outcome::Failed);
        entry.method = Some(Method::Questions);
        let mut changes = vec![behind.is_as_read()];
        let after = if let (Some(_), Some((account, _))) = (&proof, &way) {
            entry.outcome = Outcome::Succeeded;
            let told = self.tell_of_failures(visit, account, Factor::Questions, &before, &mut entry);
            changes.extend(told.await?);
            Failures::default()
        } else {
            let after = before.count(now);
            if lane.leave(&after, now) == Leave::Closed
                && let Some(account) = &behind.account
            {
                changes.extend(self.notices(visit, account, &behind.contacts, &Matter::Closed, now)?);
            }
            after
        };
        let waits = lane.leave(&after, now);
        let left = u8::try_from(FREE_FAILURES.saturating_sub(after.in_a_row))
            .unwrap_or(0)
            .max(1);
        changes.push(Change::SaveFailures {
            account: counter,
            factor: Factor::Questions,
            before,
            after,
        });
        changes.push(Change::Record(entry));
        let (Some(proof), Some((account, _))) = (proof, way) else {
            return Ok(Decided::Refuse {
                walk: None,
                changes,
                refusal: refused(waits).unwrap_or(Refusal::Answers { left }),
            });
        };
        let lock = self.lock(account, &policy, now).await?;
        changes.push(Change::AddProof(found.flow.id.clone(), proof.clone()));
        Ok(Decided::Move {
            walk: found.walk.clone().prove(proof, lock, now)?,
            changes,
            rotate: true,
        })
    }

    /// Which answers fit: compared once, however often something moves on meanwhile.
    async fn fits(
        &self,
        found: &Found,
        (behind, can_fit): (&Behind, bool),
        asked: &[String],
        answers: &[&str],
        compared: &Compared,
    ) -> Answer<Vec<bool>> {
        if compared.get().is_none() {
            let of = (&behind.id, can_fit);
            let comparison = self.compare_answers(found, of, asked, answers).await?;
            // Only this decision writes it, and one at a time.
            let _ = compared.set((behind.revision, comparison));
        }
        match compared.get() {
            Some((revision, comparison)) if *revision == behind.revision => Ok(comparison.fits()),
            _ => Err(Refusal::Busy.into()),
        }
    }

    /// What is asked, in the language of the page.
    pub(super) fn asked(
        &self,
        account: (&AccountId, Option<&Account>),
        policy: &Policy,
        at: Moment,
        language: Language,
    ) -> Vec<Question> {
        let listing = policy.listing();
        let drawn = self.drawn(account, policy, at).into_iter();
        drawn
            .filter_map(|id| {
                let text = listing.text(&id, language)?.to_owned();
                Some(Question { id, text })
            })
            .collect()
    }
}
