//! Security questions: choosing and answering them, all together, and taking them back.

use super::Found;
use crate::audit::{Event, Outcome};
use crate::method::questions::{Checked, FORM, Given, check};
use crate::method::{Means, Method};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Change, Contact, KeptAnswer, Matter, Password};
use crate::refusal::Refusal;
use crate::screen::{Line, QuestionsForm, Standing};
use crate::service::{Answer, Portal, Visit};
use crate::upkeep::Upkeep;

impl Portal {
    /// The page on which questions are chosen and answered.
    ///
    /// # Errors
    /// [`Refusal::Method`] where this person is not asked any; what stands in the way of changing anything.
    pub async fn questions_form(&self, visit: &Visit) -> Answer<QuestionsForm> {
        let found = self.find_registration(visit).await?;
        let (policy, _) = self.policy().await?;
        self.may_change_questions(&found, &policy, self.now()).await?;
        Ok(QuestionsForm {
            offered: policy.listing().offered(visit.language),
            register: policy.questions_registered,
            reset: policy.questions_asked,
        })
    }

    /// Registers questions with their answers, in place of those that were.
    ///
    /// # Errors
    /// As for [`Self::questions_form`]; [`Refusal::Questions`] with what is wrong at each place.
    pub async fn set_questions(&self, visit: &Visit, given: &[Given<'_>]) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let (policy, version) = self.policy().await?;
        let contacts = self.may_change_questions(&found, &policy, self.now()).await?;
        let account = &found.person.account;
        let given = given
            .get(..policy.questions_registered.into())
            .ok_or(Refusal::Malformed)?;
        let known = known(account, &contacts);
        let checked = check(given, &policy.listing(), &known).map_err(Refusal::Questions)?;
        let answers = self.hashed(checked).await?;
        let now = self.now();
        let mut entry = self.own_entry(visit, &found, Event::AddMethod, Outcome::Succeeded);
        entry.method = Some(Method::Questions);
        let mut changes = vec![
            Change::PolicyIs(version),
            found.saved(found.walk.stage.clone())?,
            Change::SetAnswers {
                account: account.id.clone(),
                answers,
                at: now,
            },
            Change::Record(entry),
        ];
        let kind = Means::Questions;
        changes.extend(self.notices(visit, account, &contacts, &Matter::MethodAdded { kind }, now)?);
        self.settle(visit, &found, now, changes).await
    }

    /// Takes the questions back, where enough other methods are left.
    pub(super) async fn remove_questions(&self, visit: &Visit) -> Answer<()> {
        let found = self.find_registration(visit).await?;
        let now = self.now();
        let account = &found.person.account;
        if account.answered.is_none() {
            return Ok(());
        }
        let (policy, version) = self.policy().await?;
        let contacts = self.store.contacts(&account.id).await?;
        found.may_change(&contacts, &policy, now)?;
        if !self.can_spare_questions(account, &contacts, &policy, now) {
            let required = policy.proofs_required(account.role);
            return Err(Refusal::TooFewMethods { required }.into());
        }
        let mut entry = self.own_entry(visit, &found, Event::RemoveMethod, Outcome::Succeeded);
        entry.detail = Means::Questions.word().into();
        let mut changes = vec![
            Change::PolicyIs(version),
            found.saved(found.walk.stage.clone())?,
            Change::SetAnswers {
                account: account.id.clone(),
                answers: Vec::new(),
                at: now,
            },
            Change::Record(entry),
        ];
        let kind = Means::Questions;
        changes.extend(self.notices(visit, account, &contacts, &Matter::MethodRemoved { kind }, now)?);
        self.settle(visit, &found, now, changes).await
    }

    /// The line of the registration page, where this person may be asked questions. Where fewer of those that are answered
    /// can be asked than are, they are missing, and the line still says how many there are.
    pub(super) fn questions_line(
        &self,
        account: &Account,
        contacts: &[Contact],
        upkeep: &Upkeep,
        policy: &Policy,
        now: Moment,
    ) -> Option<Line> {
        let answered = account.answered.as_ref();
        let registered = self.questioned(account, policy, now).and(answered);
        let outdated = self.outdated_answers(account, policy, upkeep, now);
        policy.asks_questions(account.role).then(|| Line {
            means: Means::Questions,
            mask: answered.map_or_else(String::new, |answered| answered.questions.len().to_string()),
            standing: match (registered, outdated) {
                (None, _) => Standing::Missing,
                (Some(_), Some(at)) => Standing::Outdated(at),
                (Some(answered), None) => Standing::Verified(answered.at),
            },
            can_remove: registered.is_some() && self.can_spare_questions(account, contacts, policy, now),
        })
    }

    fn can_spare_questions(&self, account: &Account, contacts: &[Contact], policy: &Policy, now: Moment) -> bool {
        let without = Account {
            answered: None,
            ..account.clone()
        };
        account.first_finish.is_none() || self.has_enough(&without, contacts, policy, now)
    }

    async fn may_change_questions(&self, found: &Found, policy: &Policy, now: Moment) -> Answer<Vec<Contact>> {
        let account = &found.person.account;
        if !policy.asks_questions(account.role) {
            return Err(Refusal::Method.into());
        }
        let contacts = self.store.contacts(&account.id).await?;
        found.may_change(&contacts, policy, now)?;
        Ok(contacts)
    }

    /// The answers as they are kept, one after the other: nobody takes more room than one password does.
    async fn hashed(&self, checked: Vec<Checked>) -> Answer<Vec<KeptAnswer>> {
        let mut answers = Vec::with_capacity(checked.len());
        for Checked { question, answer } in checked {
            answers.push(KeptAnswer {
                question,
                form: FORM.to_owned(),
                hash: self.hashing.hash_proved(&Password::typed(&answer)).await?,
            });
        }
        Ok(answers)
    }
}

/// What others know of somebody: names and addresses.
fn known<'a>(account: &'a Account, contacts: &'a [Contact]) -> Vec<&'a str> {
    let mailboxes = contacts.iter().filter(|contact| !contact.kind.is_phone());
    [account.name.as_str(), &account.display]
        .into_iter()
        .chain(mailboxes.map(|contact| contact.address.as_str()))
        .collect()
}
