//! Which security questions somebody can be asked, and which of them are.

use super::Portal;
use super::reachable::{Reachable, Source};
use crate::account::Language;
use crate::identity::{AccountId, Channel};
use crate::limits::population::day;
use crate::method::Method;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::ports::{Account, Label};
use crate::registration::is_seasoned;
use crate::upkeep::Upkeep;

impl Portal {
    /// The questions as a way to prove, where enough are answered.
    #[expect(
        clippy::unused_self,
        reason = "one of the ways that `reachable` gathers, beside those that need the keys"
    )]
    pub(super) fn questioned(&self, account: &Account, policy: &Policy, now: Moment) -> Option<Reachable> {
        let answered = account.answered.as_ref()?;
        (answerable(account, policy).len() >= usize::from(policy.questions_asked)).then(|| Reachable {
            source: Source::Questions,
            channel: Channel::knowledge(),
            methods: vec![Method::Questions],
            is_seasoned: is_seasoned(answered.at, account.first_finish, now),
        })
    }

    /// When the answers were given, where an administrator wants every method verified again and they are older: what only
    /// its owner knows is verified by giving it anew.
    pub(super) fn outdated_answers(
        &self,
        account: &Account,
        policy: &Policy,
        upkeep: &Upkeep,
        now: Moment,
    ) -> Option<Moment> {
        let answered = self.questioned(account, policy, now).and(account.answered.as_ref())?;
        upkeep.is_outdated(answered.at).then_some(answered.at)
    }

    /// The ids of the questions that are asked on the day of this moment: drawn by a key that nobody outside knows, so that
    /// neither another flow nor another server draws others (OWASP, Choosing and Using Security Questions).
    ///
    /// Where nothing may be told of an account, one that has not answered enough, and a name that nobody has, are asked some of
    /// as many as there would be.
    pub(super) fn drawn(
        &self,
        (id, account): (&AccountId, Option<&Account>),
        policy: &Policy,
        at: Moment,
    ) -> Vec<String> {
        let day = day(at).to_be_bytes();
        let answered = account.map(|account| answerable(account, policy)).unwrap_or_default();
        let mut drawn: Vec<String> = if answered.len() < usize::from(policy.questions_asked) && policy.is_uniform() {
            self.feigned(id, policy)
        } else {
            answered.into_iter().map(str::to_owned).collect()
        };
        drawn.sort_by_cached_key(|question| {
            let parts: &[&[u8]] = &[b"question", id.as_str().as_bytes(), &day, question.as_bytes()];
            self.keys.digest(Label::Index, parts)
        });
        drawn.truncate(policy.questions_asked.into());
        drawn
    }

    /// The ids of as many questions as have to be registered, always the same for a name.
    fn feigned(&self, id: &AccountId, policy: &Policy) -> Vec<String> {
        let offered = policy.listing().offered(Language::En).into_iter();
        let mut offered: Vec<String> = offered.map(|question| question.id).collect();
        offered.sort_by_cached_key(|question| {
            let parts: &[&[u8]] = &[b"feigned", id.as_str().as_bytes(), question.as_bytes()];
            self.keys.digest(Label::Index, parts)
        });
        offered.truncate(policy.questions_registered.into());
        offered
    }
}

/// The questions that are answered and can be asked; none where the policy asks none of this account.
fn answerable<'a>(account: &'a Account, policy: &Policy) -> Vec<&'a str> {
    let answered = account.answered.iter().filter(|_| policy.asks_questions(account.role));
    answered
        .flat_map(|answered| &answered.questions)
        .map(String::as_str)
        .filter(|id| policy.listing().text(id, Language::En).is_some())
        .collect()
}
