//! Which security questions somebody can be asked, and which of them are.

use super::Portal;
use super::reachable::{Reachable, Source};
use crate::account::Language;
use crate::identity::Channel;
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
    pub(super) fn drawn(&self, account: &Account, policy: &Policy, at: Moment) -> Vec<String> {
        let day = day(at).to_be_bytes();
        let rank = |id: &str| {
            let parts: &[&[u8]] = &[b"question", account.id.as_str().as_bytes(), &day, id.as_bytes()];
            self.keys.digest(Label::Index, parts)
        };
        let mut drawn = answerable(account, policy);
        drawn.sort_by_cached_key(|id| rank(id));
        let asked = drawn.into_iter().take(policy.questions_asked.into());
        asked.map(str::to_owned).collect()
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
