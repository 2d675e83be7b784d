//! Keeping registrations complete and right: who has to register and how often that may be put off, and when somebody is
//! asked whether what is registered is still right.

use serde::{Deserialize, Serialize};

use crate::moment::{Moment, days};
use crate::policy::Policy;

/// Reminders after one invitation.
pub const REMINDERS: u8 = 3;

/// What an administrator asked for, beyond what the policy asks of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// That it is confirmed that all of it is still right.
    Reconfirm,
    /// That every method is verified again.
    Register,
}

impl Demand {
    /// The name in the store and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reconfirm => "reconfirm",
            Self::Register => "register",
        }
    }

    /// The demand with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Reconfirm, Self::Register]
            .into_iter()
            .find(|demand| demand.word() == word)
    }
}

/// What is kept of an account beside its methods. One of which nothing is kept yet is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Goes up with every write.
    pub version: i64,
    /// When its owner last said that all of it is right: by Finish, or when asked.
    pub confirmed: Option<Moment>,
    /// What an administrator asked for, and when.
    pub demand: Option<(Demand, Moment)>,
    /// How often registering was put off.
    pub skips: u8,
    /// When it was last invited to register.
    pub invited: Option<Moment>,
    /// Reminders since.
    pub reminders: u8,
    /// The last message after which another one may follow; none where no more do.
    pub remind_from: Option<Moment>,
}

/// How an account stands, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When a registration was first finished.
    pub first_finish: Option<Moment>,
    /// As many methods count as are required.
    pub has_enough: bool,
    /// Self-service is for it at all: switched on, not managed elsewhere, not stopped.
    pub is_concerned: bool,
    /// Methods for enough of them are offered: what cannot be done is not asked for.
    pub is_possible: bool,
}

/// What is asked of somebody who has signed in, before they go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// To register.
    Register {
        /// How often that may still be put off.
        left: u8,
    },
    /// To say whether all of it is still right.
    Reconfirm,
}

impl Upkeep {
    /// What is due now.
    pub fn due(&self, standing: Standing, policy: &Policy, now: Moment) -> Option<Due> {
        if !standing.is_concerned {
            return None;
        }
        let is_demanded = |demand| self.demand.is_some_and(|(asked, _)| asked == demand);
        let is_missing = !standing.has_enough && policy.registration_required;
        if (is_missing || is_demanded(Demand::Register)) && standing.is_possible {
            let left = policy.registration_skips.saturating_sub(self.skips);
            return Some(Due::Register { left });
        }
        let is_old = self.next_confirmation(standing, policy).is_some_and(|next| now >= next);
        let is_asked = is_old || is_demanded(Demand::Reconfirm);
        (is_asked && standing.has_enough).then_some(Due::Reconfirm)
    }

    /// When the next reconfirmation is due; none where never one is.
    pub fn next_confirmation(&self, standing: Standing, policy: &Policy) -> Option<Moment> {
        let last = self.confirmed.or(standing.first_finish)?;
        (policy.reconfirm_days > 0).then(|| last + days(u64::from(policy.reconfirm_days)))
    }

    /// The same after its owner has registered, or has said that all of it is right.
    #[must_use]
    pub fn settled(&self, at: Moment) -> Self {
        Self {
            confirmed: Some(at),
            demand: None,
            ..self.complete()
        }
    }

    /// The same where as many methods count as are required: nothing was put off, and nobody is reminded.
    #[must_use]
    pub fn complete(&self) -> Self {
        Self {
            skips: 0,
            remind_from: None,
            ..self.clone()
        }
    }

    /// The same after registering was put off once more.
    #[must_use]
    pub fn put_off(&self) -> Self {
        Self {
            skips: self.skips.saturating_add(1),
            ..self.clone()
        }
    }

    /// The same after an administrator has asked for something; it may be put off as often as anything else.
    #[must_use]
    pub fn demanded(&self, demand: Demand, at: Moment) -> Self {
        Self {
            demand: Some((demand, at)),
            skips: 0,
            ..self.clone()
        }
    }

    /// The same after an invitation.
    #[must_use]
    pub fn invited(&self, at: Moment) -> Self {
        Self {
            invited: Some(at),
            reminders: 0,
            remind_from: Some(at),
            ..self.clone()
        }
    }

    /// The same after a reminder; the last one is followed by none.
    #[must_use]
    pub fn reminded(&self, at: Moment) -> Self {
        let reminders = self.reminders.saturating_add(1);
        Self {
            reminders,
            remind_from: (reminders < REMINDERS).then_some(at),
            ..self.clone()
        }
    }

    /// Whether a method that was verified at this moment has to be verified again.
    pub fn is_outdated(&self, verified: Moment) -> bool {
        matches!(self.demand, Some((Demand::Register, at)) if verified < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn standing(has_enough: bool) -> Standing {
        Standing {
            first_finish: has_enough.then_some(NOW),
            has_enough,
            is_concerned: true,
            is_possible: true,
        }
    }

    #[test]
    fn registering_may_be_put_off_as_often_as_the_policy_says() {
        let policy = Policy::default();
        let mut upkeep = Upkeep::default();
        for left in [3, 2, 1, 0] {
            assert_eq!(upkeep.due(standing(false), &policy, NOW), Some(Due::Register { left }));
            upkeep = upkeep.put_off();
        }
        assert_eq!(
            upkeep.due(standing(false), &policy, NOW),
            Some(Due::Register { left: 0 })
        );
        assert_eq!(upkeep.complete().skips, 0);
    }

    #[test]
    fn nobody_is_asked_for_what_is_not_for_them_or_not_possible() {
        let (policy, upkeep) = (Policy::default(), Upkeep::default().demanded(Demand::Register, NOW));
        for none in [
            Standing {
                is_concerned: false,
                ..standing(false)
            },
            Standing {
                is_possible: false,
                ..standing(false)
            },
        ] {
            assert_eq!(upkeep.due(none, &policy, NOW), None);
        }
        let free = Policy {
            registration_required: false,
            ..Policy::default()
        };
        assert_eq!(Upkeep::default().due(standing(false), &free, NOW), None);
        assert!(upkeep.due(standing(true), &free, NOW).is_some());
    }

    #[test]
    fn what_is_registered_is_confirmed_after_so_many_days_unless_they_are_none() {
        let policy = |reconfirm_days| Policy {
            reconfirm_days,
            ..Policy::default()
        };
        let upkeep = Upkeep::default();
        let just_before = Moment::from_millis((NOW + days(180)).millis() - 1);
        assert_eq!(upkeep.due(standing(true), &policy(180), just_before), None);
        let later = NOW + days(180);
        assert_eq!(upkeep.due(standing(true), &policy(180), later), Some(Due::Reconfirm));
        assert_eq!(upkeep.settled(later).due(standing(true), &policy(180), later), None);
        assert_eq!(upkeep.due(standing(true), &policy(0), later), None);
        let demanded = upkeep.demanded(Demand::Reconfirm, NOW);
        assert_eq!(demanded.due(standing(true), &policy(0), NOW), Some(Due::Reconfirm));
        assert_eq!(demanded.settled(NOW).demand, None);
    }

    #[test]
    fn reminders_follow_an_invitation_and_end() {
        let mut upkeep = Upkeep::default().invited(NOW);
        for n in 1..=REMINDERS {
            assert!(upkeep.remind_from.is_some());
            upkeep = upkeep.reminded(NOW + days(u64::from(n)));
        }
        assert_eq!((upkeep.reminders, upkeep.remind_from), (3, None));
        assert_eq!(upkeep.invited(NOW).reminders, 0);
    }

    #[test]
    fn a_demand_outdates_what_was_verified_before_it() {
        let upkeep = Upkeep::default().demanded(Demand::Register, NOW);
        assert!(upkeep.is_outdated(Moment::from_millis(NOW.millis() - 1)));
        assert!(!upkeep.is_outdated(NOW));
        assert!(
            !Upkeep::default()
                .demanded(Demand::Reconfirm, NOW)
                .is_outdated(Moment::from_millis(0))
        );
    }
}
