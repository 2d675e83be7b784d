//! What is said, in the language of the person.
//!
//! The texts live in `app/words`, one plain file per language, and are complete in every language or the build fails.
//! The server holds all of them; the browser is handed the active language as an asset before it hydrates, so that
//! both sides say the same.

use std::fmt::{Display, Write as _};

use leptos::prelude::*;
use portal::account::Language;
use portal::moment::Moment;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The active language with its texts, and the clock that times are told by.
#[derive(Clone, Copy)]
pub struct Words {
    language: Language,
    offset_minutes: i32,
    texts: &'static [&'static str],
}

impl Words {
    /// The words of a language, as the server has them.
    #[cfg(feature = "ssr")]
    pub fn of(language: Language, offset_minutes: i32) -> Self {
        let place = Language::ALL
            .iter()
            .position(|one| *one == language)
            .unwrap_or_default();
        Self {
            language,
            offset_minutes,
            texts: &TEXTS[place],
        }
    }

    /// The words as the browser was handed them. Called once; the texts stay for the life of the page.
    pub fn handed(language: Language, texts: Vec<String>) -> Option<Self> {
        // Texts for the server alone follow after those of the pages.
        let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
        (!texts.is_empty()).then(|| Self {
            language,
            offset_minutes: 0,
            texts: texts.leak(),
        })
    }

    /// The same words with the clock of the organisation, in minutes east of UTC.
    #[must_use]
    pub const fn by_clock(mut self, offset_minutes: i32) -> Self {
        self.offset_minutes = offset_minutes;
        self
    }

    /// The active language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// A text as it stands.
    pub fn say(self, word: Word) -> &'static str {
        self.texts.get(word as usize).copied().unwrap_or_default()
    }

    /// A text with its placeholders filled in. In one go: what is filled in may hold braces itself, and means them.
    pub fn fill(self, word: Word, values: &[(&str, &dyn Display)]) -> String {
        let mut rest = self.say(word);
        let mut filled = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or_default();
            filled.push_str(before);
            if let Some((_, value)) = values.iter().find(|(one, _)| *one == name) {
                // Writing to a string cannot fail.
                let _ = write!(filled, "{value}");
            }
            rest = after;
        }
        filled + rest
    }

    /// The hour and minute: `14:02`.
    pub fn clock(self, moment: Moment) -> String {
        let minute_of_day = self.local(moment).div_euclid(60_000).rem_euclid(1_440);
        format!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60)
    }

    /// The hour, minute and second: `14:02:07`.
    pub fn clock_to_the_second(self, moment: Moment) -> String {
        let second = self.local(moment).div_euclid(1_000).rem_euclid(60);
        format!("{}:{second:02}", self.clock(moment))
    }

    /// The day: `4 June 2026`, 「2026 年 6 月 4 日」.
    pub fn day(self, moment: Moment) -> String {
        let (year, month, day) = civil(self.local(moment).div_euclid(86_400_000));
        let name = self
            .say(Word::Months)
            .split(' ')
            .nth(usize::try_from(month - 1).unwrap_or_default())
            .unwrap_or_default();
        self.fill(Word::Day, &[("year", &year), ("month", &name), ("day", &day)])
    }

    fn local(self, moment: Moment) -> i64 {
        moment.millis() + i64::from(self.offset_minutes) * 60_000
    }
}

/// The words of the page.
///
/// # Panics
/// Outside the app.
pub fn words() -> Words {
    expect_context()
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_follow_the_clock_and_the_language() {
        // 2026-06-03T20:04:09Z is the 4th of June, five in the morning, in Tokyo.
        let moment = Moment::from_millis(1_780_517_049_000);
        assert_eq!(Words::of(Language::En, 540).clock(moment), "05:04");
        assert_eq!(Words::of(Language::En, 540).clock_to_the_second(moment), "05:04:09");
        assert_eq!(Words::of(Language::En, 540).day(moment), "4 June 2026");
        assert_eq!(Words::of(Language::Ja, 540).day(moment), "2026 年 6 月 4 日");
        assert_eq!(Words::of(Language::En, 0).day(moment), "3 June 2026");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_turn() {
        let words = Words::of(Language::En, 0);
        for (name, method) in [("{method}", "{name}"), ("{name}", "{"), ("}{method}{", "")] {
            let filled = words.fill(Word::MailAdded, &[("name", &name), ("method", &method)]);
            let text = words.say(Word::MailAdded).split(['{', '}']).collect::<Vec<_>>();
            let [before, "name", between, "method", after] = text.as_slice() else {
                panic!("{text:?}");
            };
            assert_eq!(filled, format!("{before}{name}{between}{method}{after}"));
        }
    }
}
