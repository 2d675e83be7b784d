//! Wrong whole numbers: how many may be typed before anything is sent to a phone.
//!
//! They are counted twice. In a network, so that whoever types them there waits as after wrong codes; and over all networks
//! up to so many a day, because another network forgives nothing. Nothing is sent before a number fits, so the second count
//! is far above what a person needs: strangers have to come from many networks to use it up, and cannot in the lane of the
//! browsers that the owner is known by.

use crate::identity::AccountId;
use crate::limits::{Factor, Failures, Lane, Leave, WHOLE_NUMBERS_A_DAY};
use crate::moment::Moment;
use crate::ports::{Change, Fault};
use crate::service::{Portal, Visit};

/// The two counts, as they were read.
pub(super) struct Counted {
    here: (AccountId, Failures),
    everywhere: (AccountId, Failures),
}

impl Portal {
    pub(super) async fn whole_numbers(&self, visit: &Visit, account: &AccountId, lane: Lane) -> Result<Counted, Fault> {
        let everywhere = lane.counter(account);
        let network = self.index("network", &visit.network);
        let here = AccountId::new(format!("{}@{network}", everywhere.as_str()));
        Ok(Counted {
            here: (here.clone(), self.store.failures(&here, Factor::WholeNumber).await?),
            everywhere: (
                everywhere.clone(),
                self.store.failures(&everywhere, Factor::WholeNumber).await?,
            ),
        })
    }
}

impl Counted {
    /// Whether one may be typed.
    pub(super) fn leave(&self, now: Moment) -> Leave {
        match self.everywhere.1.leave_after_pause(now) {
            Leave::Granted => self.here.1.leave_after_pause(now),
            waits => waits,
        }
    }

    /// After a wrong one.
    pub(super) fn wrong(self, now: Moment) -> Vec<Change> {
        let (here, everywhere) = (
            self.here.1.count(now),
            self.everywhere.1.count_a_day(WHOLE_NUMBERS_A_DAY, now),
        );
        vec![save(self.here, here), save(self.everywhere, everywhere)]
    }

    /// After the right one.
    pub(super) fn forgiven(self) -> Vec<Change> {
        vec![
            save(self.here, Failures::default()),
            save(self.everywhere, Failures::default()),
        ]
    }
}

fn save((account, before): (AccountId, Failures), after: Failures) -> Change {
    Change::SaveFailures {
        account,
        factor: Factor::WholeNumber,
        before,
        after,
    }
}
