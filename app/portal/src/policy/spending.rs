//! What texts and calls may cost.

use serde::{Deserialize, Serialize};

use crate::method::Method;

/// How many texts and calls may be sent, whoever asks for them. Where a budget is used up, the method is down until there is
/// room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spending {
    /// Texts in any minute.
    pub texts_a_minute: u32,
    /// Texts in any 24 hours.
    pub texts_a_day: u32,
    /// Calls in any minute.
    pub calls_a_minute: u32,
    /// Calls in any 24 hours.
    pub calls_a_day: u32,
    /// Texts and calls in any hour to numbers that have their first seven digits in common. An organisation whose own
    /// numbers lie side by side needs more than others.
    pub to_prefix_an_hour: u32,
}

impl Default for Spending {
    /// Our own figures: no standard gives any.
    fn default() -> Self {
        Self {
            texts_a_minute: 30,
            texts_a_day: 1_000,
            calls_a_minute: 10,
            calls_a_day: 200,
            to_prefix_an_hour: 5,
        }
    }
}

impl Spending {
    /// The budgets of a minute and of a day; none where sending costs nothing.
    pub const fn budgets(&self, method: Method) -> Option<[u32; 2]> {
        match method {
            Method::Text => Some([self.texts_a_minute, self.texts_a_day]),
            Method::Call | Method::Office => Some([self.calls_a_minute, self.calls_a_day]),
            Method::Email | Method::Questions => None,
        }
    }

    /// Whether a budget is none at all, or less for a day than for a minute.
    pub fn is_mistaken(&self) -> bool {
        let budgets = [
            [self.texts_a_minute, self.texts_a_day],
            [self.calls_a_minute, self.calls_a_day],
        ];
        self.to_prefix_an_hour == 0 || budgets.iter().any(|[minute, day]| *minute == 0 || day < minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_calls_have_budgets_and_what_costs_nothing_has_none() {
        let spending = Spending::default();
        assert_eq!(spending.budgets(Method::Text), Some([30, 1_000]));
        assert_eq!(spending.budgets(Method::Call), Some([10, 200]));
        assert_eq!(spending.budgets(Method::Office), Some([10, 200]));
        assert_eq!(spending.budgets(Method::Email), None);
        assert_eq!(spending.budgets(Method::Questions), None);
        assert_eq!(spending.to_prefix_an_hour, 5);
    }

    #[test]
    fn a_day_has_at_least_the_budget_of_a_minute_and_no_budget_is_none() {
        let texts = |texts_a_minute, texts_a_day| Spending {
            texts_a_minute,
            texts_a_day,
            ..Spending::default()
        };
        let calls = |calls_a_minute, calls_a_day| Spending {
            calls_a_minute,
            calls_a_day,
            ..Spending::default()
        };
        for (minute, day, is_mistaken) in [(1, 1, false), (2, 2, false), (2, 1, true), (0, 1, true), (0, 0, true)] {
            assert_eq!(texts(minute, day).is_mistaken(), is_mistaken, "{minute} {day}");
            assert_eq!(calls(minute, day).is_mistaken(), is_mistaken, "{minute} {day}");
        }
        let none = Spending {
            to_prefix_an_hour: 0,
            ..Spending::default()
        };
        assert!(none.is_mistaken());
    }
}
