//! What holds for every candidate, and the table that the browser's build is held to as well.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::common::Common;
use super::fold::folded;
use super::judge::{Broken, Verdict, judge};
use super::rules::Rules;
use super::terms::Terms;
use super::vectors::{COMMON, NAMES, ORGANISATION, OWN, TABLE};

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

fn terms() -> Terms {
    Terms::new(ORGANISATION, NAMES, OWN, &nfc)
}

fn of(candidate: &str, rules: Rules) -> Verdict {
    judge(candidate, &rules, &terms(), Some(&Common::parse(COMMON)), &nfc)
}

#[test]
fn the_table_holds() {
    for vector in TABLE {
        let (minimum, classes) = vector.rules;
        let verdict = of(vector.candidate, Rules::new(minimum, classes, 0).unwrap());
        let broken: Vec<&str> = verdict.broken.iter().map(Broken::name).collect();
        let strength = format!("{:?}", verdict.strength);
        assert_eq!(
            (broken.as_slice(), verdict.score, strength.as_str()),
            (vector.broken, vector.score, vector.strength),
            "{:?}",
            vector.candidate
        );
    }
}

/// Candidates as people and attackers make them: words, names, look-alikes, runs, combining marks, anything.
fn candidate() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("P@ssw0rd".to_owned()),
        Just("kitayama".to_owned()),
        Just("Sakur".to_owned()),
        Just("1234567".to_owned()),
        Just("Cafe\u{301}".to_owned()),
        Just("か\u{3099}ぎ".to_owned()),
        "[a-z]{1,6}",
        "[a-z]".prop_map(|letter| letter.repeat(9)),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_candidate_makes_the_judge_panic(candidate in candidate(), minimum in 8_u8..=64, classes: bool) {
        let verdict = of(&candidate, Rules::new(minimum, classes, 0).unwrap());
        prop_assert_eq!(usize::from(verdict.length), nfc(&candidate).chars().count());
        prop_assert!(verdict.score <= 100 && verdict.score <= verdict.length);
        prop_assert!(!verdict.passes() || verdict.score >= 5);
    }

    #[test]
    fn composed_and_decomposed_spellings_get_the_same_verdict(candidate in candidate()) {
        let decomposed: String = candidate.nfd().collect();
        prop_assert_eq!(of(&candidate, Rules::nist()), of(&decomposed, Rules::nist()));
        prop_assert_eq!(of(&candidate, Rules::nist()), of(&nfc(&candidate), Rules::nist()));
    }

    #[test]
    fn what_belongs_to_nothing_never_lowers_the_score(
        candidate in candidate(),
        suffix in prop::sample::subsequence(vec!['鬱', '驟', '籠', '麒', '櫻', '轟'], 1..6),
    ) {
        let suffix: String = suffix.into_iter().collect();
        let longer = nfc(&candidate) + &suffix;
        prop_assert!(of(&longer, Rules::nist()).score >= of(&candidate, Rules::nist()).score);
    }

    #[test]
    fn folding_is_done_once(text: String) {
        prop_assert_eq!(folded(&folded(&text)), folded(&text));
        prop_assert_eq!(folded(&text).chars().count(), text.chars().count());
    }

    #[test]
    fn case_and_width_do_not_change_the_score(word in "[a-z0-9]{1,20}") {
        let wide: String = word.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        let score = of(&word, Rules::nist()).score;
        prop_assert_eq!(of(&word.to_uppercase(), Rules::nist()).score, score);
        prop_assert_eq!(of(&wide, Rules::nist()).score, score);
    }
}
