//! Which kinds of numbers are texted and called: what costs whoever calls more than a call, or earns money for whoever
//! answers, is never dialled (Twilio's guide to toll fraud), nor what is nobody's phone.

use super::{Problem, parse, parse_any, ways};
use crate::method::Method::{Call, Text};
use crate::policy::Policy;

/// Every country of the numbers below.
fn served() -> Vec<String> {
    ["JP", "US", "GB", "CH"].map(String::from).to_vec()
}

#[test]
fn a_mobile_is_texted_and_called_and_a_landline_is_called() {
    for (kind, e164, expected) in [
        ("mobile 060", "+816012345678", &[Text, Call][..]),
        ("mobile 070", "+817012345678", &[Text, Call]),
        ("mobile 080", "+818012345678", &[Text, Call]),
        ("mobile 090", "+819012345678", &[Text, Call]),
        ("landline 03", "+81332249999", &[Call]),
        ("landline or mobile", "+12025550143", &[Text, Call]),
    ] {
        assert_eq!(ways(e164, &served()), expected, "{kind}");
        assert_eq!(
            parse_any(e164, Call).map(|number| number.e164),
            Ok(e164.into()),
            "{kind}"
        );
        let texted = parse_any(e164, Text).map(|number| number.e164);
        let is_texted = expected.contains(&Text);
        assert_eq!(
            texted,
            if is_texted {
                Ok(e164.into())
            } else {
                Err(Problem::NoTexts)
            },
            "{kind}"
        );
    }
}

#[test]
fn no_other_kind_of_number_is_dialled() {
    for (kind, e164) in [
        ("internet telephony 050", "+815012345678"),
        ("shared cost 0570", "+81570012345"),
        ("toll-free 0120", "+81120123456"),
        ("toll-free 0800", "+818001234567"),
        ("premium rate 0990", "+81990504123"),
        ("pager 020", "+812041234567"),
        ("toll-free of the USA", "+18002345678"),
        ("premium rate of the USA", "+19002345678"),
        ("shared cost of the United Kingdom", "+448431234567"),
        ("personal number of the United Kingdom", "+447012345678"),
        ("pager of Switzerland", "+41740123456"),
    ] {
        assert_eq!(ways(e164, &served()), [], "{kind}");
        for method in [Text, Call] {
            assert_eq!(parse_any(e164, method), Err(Problem::Kind), "{kind}");
        }
    }
}

#[test]
fn a_number_of_no_country_is_never_dialled() {
    for (kind, e164) in [
        ("satellite", "+870773111632"),
        ("network 882", "+8821612345678"),
        ("network 883", "+883510012345"),
        ("premium rate", "+979123456789"),
    ] {
        assert_eq!(ways(e164, &served()), [], "{kind}");
        for method in [Text, Call] {
            assert_eq!(parse_any(e164, method), Err(Problem::Malformed), "{kind}");
            assert_eq!(
                parse(e164, "JP", &served(), method),
                Err(Problem::OtherCountry),
                "{kind}"
            );
        }
    }
}

#[test]
fn only_japan_is_served_unless_the_policy_says_otherwise() {
    let Policy { countries, .. } = Policy::default();
    assert_eq!(countries, ["JP"]);
    assert_eq!(ways("+819012345678", &countries), [Text, Call]);
    assert_eq!(ways("+12025550143", &countries), []);
    assert_eq!(
        parse("202 555 0143", "US", &countries, Text),
        Err(Problem::CountryNotServed)
    );
}
