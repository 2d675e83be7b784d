//! The authentication phone: a number in E.164 that receives texts or calls.

use serde::{Deserialize, Serialize};

/// What is wrong with a number that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was typed.
    Missing,
    /// Not a number at all.
    Malformed,
    /// Extensions and pauses cannot be dialled by a machine.
    Extension,
    /// No such number can exist in the country that was picked.
    Impossible,
    /// The number belongs to another country than the one that was picked.
    OtherCountry,
    /// The country is not served.
    CountryNotServed,
    /// A kind of number that we never dial: premium rate, shared cost, pager, Internet telephony.
    Kind,
    /// A landline takes calls, not texts.
    NoTexts,
}

/// How a number is shown to somebody who has not proved anything: the country code and the last two digits, in one
/// fixed shape, so that the length says nothing.
pub fn mask(e164: &str, country_code: &str) -> String {
    format!("+{country_code} •• •••• ••{}", ending(e164))
}

/// The last two digits.
pub fn ending(e164: &str) -> &str {
    e164.get(e164.len().saturating_sub(2)..).unwrap_or_default()
}

/// Full-width digits and dashes become plain ones; spaces, dots, brackets and dashes go. Anything else stays, to be
/// refused by whoever reads the number.
pub fn tidy(typed: &str) -> String {
    typed
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '＋' => '+',
            other => other,
        })
        .filter(|c| {
            !matches!(
                c,
                ' ' | '\u{a0}'
                    | '\u{3000}'
                    | '-'
                    | '.'
                    | '('
                    | ')'
                    | '（'
                    | '）'
                    | '－'
                    | 'ー'
                    | '―'
                    | '−'
                    | '‐'
                    | '‑'
                    | '–'
            )
        })
        .collect()
}

#[cfg(feature = "service")]
mod parse {
    use phonenumber::metadata::DATABASE;
    use phonenumber::{Mode, PhoneNumber, Type, country};

    use super::{Problem, tidy};
    use crate::method::Method;

    /// A number that can be dialled.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Number {
        /// As it is dialled: `+819055501289`.
        pub e164: String,
        /// As it is shown to its owner: `+81 90-5550-1289`.
        pub shown: String,
        /// The country code without `+`.
        pub country_code: String,
    }

    /// Reads a number typed for `region` (ISO 3166-1 alpha-2), one of `served`, to be reached by `method`.
    ///
    /// # Errors
    /// The first [`Problem`] found, in the order in which a person would want to hear of it.
    pub fn parse(typed: &str, region: &str, served: &[String], method: Method) -> Result<Number, Problem> {
        if typed.trim().is_empty() {
            return Err(Problem::Missing);
        }
        if !served.iter().any(|one| one == region) {
            return Err(Problem::CountryNotServed);
        }
        let id: country::Id = region.parse().map_err(|_| Problem::CountryNotServed)?;
        let tidied = tidy(typed);
        if has_extension(&tidied) {
            return Err(Problem::Extension);
        }
        let digits = tidied.strip_prefix('+').unwrap_or(&tidied);
        // Checked before the parser sees it: it would accept letters, parameters and much else.
        if digits.is_empty() || digits.len() > 20 || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(Problem::Malformed);
        }
        let number = phonenumber::parse(Some(id), &tidied).map_err(|_| Problem::Impossible)?;
        let here = DATABASE
            .by_id(id.as_ref())
            .ok_or(Problem::CountryNotServed)?
            .country_code();
        if number.country().code() != here || number.country().id().is_some_and(|other| other != id) {
            return Err(Problem::OtherCountry);
        }
        if !number.is_valid() {
            return Err(Problem::Impossible);
        }
        takes(&number, method)?;
        Ok(Number {
            e164: number.format().mode(Mode::E164).to_string(),
            shown: number.format().mode(Mode::International).to_string(),
            country_code: number.country().code().to_string(),
        })
    }

    /// Whether somebody has to be asked for, or keys pressed, after the call is taken.
    fn has_extension(tidied: &str) -> bool {
        tidied
            .chars()
            .any(|c| matches!(c, 'x' | 'X' | '#' | ',' | ';' | '*' | 'ｘ' | '＃' | '内'))
    }

    /// Reads a number with its country code, of any country.
    ///
    /// # Errors
    /// As for [`parse`].
    pub fn parse_any(typed: &str, method: Method) -> Result<Number, Problem> {
        let tidied = tidy(typed);
        if has_extension(&tidied) {
            return Err(Problem::Extension);
        }
        let region = tidied
            .starts_with('+')
            .then(|| phonenumber::parse(None, &tidied).ok())
            .flatten()
            .and_then(|number| number.country().id())
            .ok_or(Problem::Malformed)?;
        parse(&tidied, region.as_ref(), &[region.as_ref().to_owned()], method)
    }

    /// Reads a whole number that is typed without a country being picked: with its country code, else as one of the first of
    /// `served` in which there is such a number.
    ///
    /// # Errors
    /// As for [`parse`].
    pub fn parse_whole(typed: &str, served: &[String], method: Method) -> Result<Number, Problem> {
        if typed.trim().is_empty() {
            return Err(Problem::Missing);
        }
        if tidy(typed).starts_with('+') {
            let number = parse_any(typed, method)?;
            let is_served = ways(&number.e164, served).contains(&method);
            return is_served.then_some(number).ok_or(Problem::CountryNotServed);
        }
        let mut first = Problem::CountryNotServed;
        for (place, region) in served.iter().enumerate() {
            match parse(typed, region, served, method) {
                Err(problem @ (Problem::Impossible | Problem::OtherCountry | Problem::CountryNotServed)) => {
                    if place == 0 {
                        first = problem;
                    }
                }
                read => return read,
            }
        }
        Err(first)
    }

    /// Whether a number of this kind can be reached by `method`.
    fn takes(number: &PhoneNumber, method: Method) -> Result<(), Problem> {
        match (number.number_type(&DATABASE), method) {
            (Type::Mobile | Type::FixedLineOrMobile, _) | (Type::FixedLine, Method::Call) => Ok(()),
            (Type::FixedLine, _) => Err(Problem::NoTexts),
            _ => Err(Problem::Kind),
        }
    }

    /// The ways to a number on record: those that its kind takes, where its country is one of `served`.
    pub fn ways(e164: &str, served: &[String]) -> Vec<Method> {
        let Ok(number) = phonenumber::parse(None, e164) else {
            return Vec::new();
        };
        let is_served = match number.country().id() {
            Some(id) => served.iter().any(|one| one == id.as_ref()),
            // No country's in particular, among those that share the calling code.
            None => served
                .iter()
                .filter_map(|one| DATABASE.by_id(one))
                .any(|one| one.country_code() == number.country().code()),
        };
        [Method::Text, Method::Call]
            .into_iter()
            .filter(|method| is_served && takes(&number, *method).is_ok())
            .collect()
    }

    /// A stored number again, for showing.
    pub fn shown(e164: &str) -> Number {
        let parsed = phonenumber::parse(None, e164).ok();
        Number {
            e164: e164.to_owned(),
            shown: parsed.as_ref().map_or_else(
                || e164.to_owned(),
                |number| number.format().mode(Mode::International).to_string(),
            ),
            country_code: parsed
                .map(|number| number.country().code().to_string())
                .unwrap_or_default(),
        }
    }

    /// The calling code of a region, without `+`; none where there is no such region.
    pub fn calling_code(region: &str) -> Option<String> {
        DATABASE
            .by_id(region)
            .map(|metadata| metadata.country_code().to_string())
    }

    /// Whether what somebody typed, with or without country code, is the stored number.
    pub fn is_same(typed: &str, e164: &str) -> bool {
        let tidied = tidy(typed);
        if tidied.len() > 20 {
            return false;
        }
        if tidied == e164 {
            return true;
        }
        let Ok(stored) = phonenumber::parse(None, e164) else {
            return false;
        };
        let Some(region) = stored.country().id() else {
            return false;
        };
        if !tidied.chars().all(|c| c.is_ascii_digit() || c == '+') {
            return false;
        }
        phonenumber::parse(Some(region), &tidied)
            .is_ok_and(|number| number.format().mode(Mode::E164).to_string() == e164)
    }
}
#[cfg(feature = "service")]
pub use parse::{Number, calling_code, is_same, parse, parse_any, parse_whole, shown, ways};

#[cfg(all(test, feature = "service"))]
mod kinds;

#[cfg(test)]
mod tests {
    use super::{mask, tidy};

    #[test]
    fn a_mask_shows_the_country_and_two_digits() {
        assert_eq!(mask("+819055501289", "81"), "+81 •• •••• ••89");
    }

    #[test]
    fn wide_digits_and_dashes_become_plain() {
        assert_eq!(tidy("　０９０－５５５０ー1289 "), "09055501289");
    }

    #[cfg(feature = "service")]
    mod parsing {
        use super::super::{Problem, is_same, parse, parse_whole, ways};
        use crate::method::Method;

        fn japan(typed: &str) -> Result<String, Problem> {
            parse(typed, "JP", &["JP".into(), "US".into()], Method::Text).map(|number| number.e164)
        }

        #[test]
        fn a_number_is_understood_however_it_is_typed() {
            for typed in [
                "090 1234 5678",
                "090-1234-5678",
                "０９０１２３４５６７８",
                "+81 90 1234 5678",
                "(090)12345678",
            ] {
                assert_eq!(japan(typed).as_deref(), Ok("+819012345678"), "{typed}");
            }
        }

        #[test]
        fn what_cannot_be_dialled_is_refused_with_its_reason() {
            assert_eq!(japan(""), Err(Problem::Missing));
            assert_eq!(japan("ninety"), Err(Problem::Malformed));
            assert_eq!(japan("090 1234 5678 x12"), Err(Problem::Extension));
            assert_eq!(japan("090 1234 5678;phone-context=+86"), Err(Problem::Extension));
            assert_eq!(japan("090 1234"), Err(Problem::Impossible));
            assert_eq!(japan("+1 202 555 0143"), Err(Problem::OtherCountry));
            assert_eq!(japan("03 3224 9999"), Err(Problem::NoTexts));
            assert_eq!(japan("📱"), Err(Problem::Malformed));
            assert_eq!(
                parse("030 123456", "DE", &["JP".into()], Method::Text),
                Err(Problem::CountryNotServed)
            );
            assert_eq!(
                parse("900 555 0123", "US", &["US".into()], Method::Text).map(|n| n.e164),
                Err(Problem::Kind)
            );
        }

        #[test]
        fn a_landline_takes_calls() {
            assert_eq!(
                parse("03 3224 9999", "JP", &["JP".into()], Method::Call)
                    .map(|n| n.e164)
                    .as_deref(),
                Ok("+81332249999")
            );
        }

        #[test]
        fn what_goes_to_a_number_on_record_depends_on_its_kind_and_country() {
            let served = ["JP".into(), "US".into()];
            assert_eq!(ways("+819012345678", &served), [Method::Text, Method::Call]);
            assert_eq!(ways("+81332249999", &served), [Method::Call]);
            assert_eq!(ways("+12025550143", &served), [Method::Text, Method::Call]);
            for (e164, why) in [
                ("+4915112345678", "another country"),
                ("+19005550123", "premium rate"),
                ("", "none"),
            ] {
                assert_eq!(ways(e164, &served), [], "{why}");
            }
        }

        #[test]
        fn a_whole_number_says_which_country_it_is_of() {
            let read =
                |typed, method| parse_whole(typed, &["JP".into(), "US".into()], method).map(|number| number.e164);
            for typed in ["090-1234-5678", "+81 90 1234 5678", "０９０　１２３４　５６７８"] {
                assert_eq!(read(typed, Method::Text).as_deref(), Ok("+819012345678"), "{typed}");
            }
            for typed in ["+1 202 555 0143", "+1 (202) 555-0143"] {
                assert_eq!(read(typed, Method::Call).as_deref(), Ok("+12025550143"), "{typed}");
            }
            for (typed, problem) in [
                ("", Problem::Missing),
                ("ninety", Problem::Malformed),
                ("090 1234", Problem::Impossible),
                ("+49 1511 2345678", Problem::CountryNotServed),
                ("03 3224 9999", Problem::NoTexts),
                ("+81 3 3224 9999", Problem::NoTexts),
                ("03 3224 9999 x1", Problem::Extension),
                // There is such a number in the first country as well.
                ("(202) 555-0143", Problem::Kind),
            ] {
                assert_eq!(read(typed, Method::Text), Err(problem), "{typed}");
            }
        }

        #[test]
        fn the_whole_number_matches_with_or_without_country() {
            assert!(is_same("090-1234-5678", "+819012345678"));
            assert!(is_same("+81 90 1234 5678", "+819012345678"));
            assert!(!is_same("090-1234-5679", "+819012345678"));
            assert!(!is_same("78", "+819012345678"));
            assert!(!is_same("", "+819012345678"));
        }
    }
}
