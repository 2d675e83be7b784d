//! A measured number beside what it should be.

/// What a figure counts.
#[derive(Clone, Copy)]
pub enum Unit {
    /// 1,000 bytes.
    Kilobytes,
    /// 1,000,000 bytes.
    Megabytes,
    Milliseconds,
    PerSecond,
    Times,
    Percent,
    /// How many, or points of a hundred.
    Count,
    /// A share of the screen.
    Shift,
}

/// What it should be.
#[derive(Clone, Copy)]
pub enum Budget {
    AtMost(f64),
    AtLeast(f64),
    /// Told for the sake of the others.
    None,
}

pub struct Figure {
    pub what: String,
    pub value: f64,
    pub unit: Unit,
    pub budget: Budget,
}

impl Figure {
    pub fn new(what: impl Into<String>, value: f64, unit: Unit, budget: Budget) -> Self {
        Self {
            what: what.into(),
            value,
            unit,
            budget,
        }
    }

    pub fn is_over(&self) -> bool {
        match self.budget {
            Budget::AtMost(most) => self.value > most,
            Budget::AtLeast(least) => self.value < least,
            Budget::None => false,
        }
    }

    pub fn row(&self) -> Vec<String> {
        let budget = match self.budget {
            Budget::AtMost(most) => format!("≤ {}", self.unit.tell(most)),
            Budget::AtLeast(least) => format!("≥ {}", self.unit.tell(least)),
            Budget::None => String::new(),
        };
        let verdict = match self.budget {
            Budget::None => "",
            _ if self.is_over() => "OVER",
            _ => "ok",
        };
        vec![
            self.what.clone(),
            self.unit.tell(self.value),
            budget,
            verdict.to_owned(),
        ]
    }
}

impl Unit {
    fn tell(self, value: f64) -> String {
        match self {
            Self::Kilobytes => format!("{value:.1} kB"),
            Self::Megabytes => format!("{value:.1} MB"),
            Self::Milliseconds => format!("{value:.1} ms"),
            Self::PerSecond => format!("{value:.0} /s"),
            Self::Times => format!("{value:.2} x"),
            Self::Percent => format!("{value:.1} %"),
            Self::Count => format!("{value:.0}"),
            Self::Shift => format!("{value:.3}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_on_its_budget_is_within_it() {
        let figure = |budget| Figure::new("pages", 0.5, Unit::Times, budget);
        assert!(!figure(Budget::AtMost(0.5)).is_over());
        assert!(!figure(Budget::AtLeast(0.5)).is_over());
        assert!(figure(Budget::AtMost(0.4)).is_over());
        assert!(figure(Budget::AtLeast(0.6)).is_over());
    }
}
