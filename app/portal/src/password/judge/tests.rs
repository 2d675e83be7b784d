use super::super::terms::Terms;
use super::*;

fn as_is(text: &str) -> String {
    text.to_owned()
}

fn of(candidate: &str, rules: Rules) -> Verdict {
    let terms = Terms::new(&["Contoso"], &["kitayama", "Kitayama Taro"], &["blank"], &as_is);
    let common = Common::parse("correct horse battery staple\n");
    judge(candidate, &rules, &terms, Some(&common), &as_is)
}

fn nist(candidate: &str) -> Verdict {
    of(candidate, Rules::nist())
}

fn entra(candidate: &str) -> Verdict {
    of(candidate, Rules::entra())
}

/// A phrase of this length that belongs to nothing.
fn phrase(length: usize) -> String {
    "walnut ceremony under quiet ferns beside my cold kettle "
        .chars()
        .cycle()
        .take(length)
        .collect()
}

#[test]
fn fifteen_characters_pass_and_fourteen_do_not() {
    assert_eq!(nist(&phrase(15)).broken, []);
    let short = nist(&phrase(14));
    assert_eq!(
        short.broken,
        [Broken::TooShort {
            minimum: 15,
            length: 14
        }]
    );
    assert!(short.strength <= Strength::Fair);
}

#[test]
fn every_length_from_63_to_256_passes_and_257_does_not() {
    for length in [63, 64, 65, 71, 72, 73, 127, 128, 129, 255, 256] {
        let verdict = nist(&phrase(length));
        assert_eq!(verdict.broken, [], "{length}");
        assert_eq!(usize::from(verdict.length), length);
    }
    assert_eq!(nist(&phrase(257)).broken, [Broken::TooLong { maximum: 256 }]);
    assert_eq!(nist(&phrase(100_000)).length, u16::MAX);
}

#[test]
fn one_code_point_is_one_character_whatever_its_bytes() {
    let emoji: String = (0..256).filter_map(|n| char::from_u32(0x20000 + n * 7)).collect();
    assert_eq!(emoji.len(), super::super::rules::MAXIMUM_BYTES);
    assert_eq!(nist(&emoji).broken, []);
    assert_eq!(nist(&format!("{emoji}𠮷")).broken, [Broken::TooLong { maximum: 256 }]);
}

#[test]
fn spaces_and_every_script_are_welcome() {
    assert!(nist("   walnut  ceremony   ").passes());
    assert!(nist("古い鞄の中で眠る青い猫と月の話").passes());
    assert!(nist("тихий орех у холодного окна").passes());
}

#[test]
fn controls_are_refused_wherever_they_stand() {
    for control in ['\0', '\t', '\n', '\u{1b}', '\u{1f}', '\u{7f}'] {
        let candidate = format!("walnut ceremony{control}");
        assert_eq!(nist(&candidate).broken, [Broken::Control], "{control:?}");
    }
}

#[test]
fn a_strong_phrase_around_a_banned_word_passes() {
    assert!(nist("my password is a walnut ceremony").passes());
    assert!(nist("kitayama walks under quiet ferns").passes());
}

#[test]
fn a_name_is_blamed_only_where_it_makes_the_candidate_cheap() {
    assert_eq!(
        entra("K1tayama7!").broken,
        [Broken::NameInside {
            found: "kitayama".into()
        }]
    );
    assert_eq!(
        entra("C0ntoso2O").broken,
        [Broken::NameInside {
            found: "contoso".into()
        }]
    );
}

#[test]
fn everyday_words_and_names_are_blamed_together() {
    assert_eq!(
        entra("Password-Kitayama").broken,
        [
            Broken::Guessable {
                found: Some("password".into())
            },
            Broken::NameInside {
                found: "kitayama".into()
            }
        ]
    );
}

#[test]
fn of_words_as_long_as_one_another_the_last_is_quoted() {
    for (candidate, quoted) in [("DragonMonkey1", "monkey"), ("MonkeyDragon1", "dragon")] {
        let found = Some(quoted.into());
        assert_eq!(entra(candidate).broken, [Broken::Guessable { found }], "{candidate}");
    }
}

#[test]
fn patterns_are_refused_without_being_quoted() {
    for pattern in [
        "aaaaaaaaaaaaaaa",
        "123456789012345",
        "abcdefghijklmnop",
        "xyxyxyxyxyxyxyxy",
    ] {
        let verdict = nist(pattern);
        assert_eq!(verdict.broken, [Broken::Guessable { found: None }], "{pattern}");
        assert_eq!(verdict.strength, Strength::Weak);
    }
}

#[test]
fn a_candidate_that_is_only_short_is_not_called_guessable() {
    assert_eq!(nist("").broken.len(), 1);
    assert_eq!(nist("xq7").broken, [Broken::TooShort { minimum: 15, length: 3 }]);
}

#[test]
fn a_common_password_is_weak_however_long_it_is() {
    let verdict = nist("Correct Horse BATTERY Staple");
    assert_eq!(verdict.broken, [Broken::Common]);
    assert_eq!(verdict.strength, Strength::Weak);
    assert!(nist("correct horse battery staples").passes());
}

#[test]
fn three_classes_of_four_are_asked_for_only_where_the_rules_say_so() {
    assert_eq!(entra("walnut ceremony").broken, [Broken::Classes { have: 2, need: 3 }]);
    assert_eq!(entra("Walnutceremony").broken, [Broken::Classes { have: 2, need: 3 }]);
    assert!(entra("Walnut ceremony").passes());
    assert!(entra("walnut ceremony 4").passes());
    assert!(entra("walnut木ceremonyK").passes());
    assert!(nist("walnutceremonyfern").passes());
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let names: Vec<&str> = entra("sakura\0").broken.iter().map(Broken::name).collect();
    assert_eq!(names, ["too_short", "control", "guessable", "classes"]);
}

#[test]
fn the_meter_stops_at_a_hundred_characters() {
    assert_eq!(nist(&phrase(100)).score, nist(&phrase(256)).score);
    assert!(nist(&phrase(40)).score < nist(&phrase(50)).score);
}

#[test]
fn the_meter_grows_with_what_belongs_to_nothing() {
    let strength = |candidate: &str| entra(candidate).strength;
    assert_eq!(strength("Wn4"), Strength::Weak);
    assert_eq!(strength("Wn4!tkuz"), Strength::Fair);
    assert_eq!(strength("Wn4!tkuzp&ej"), Strength::Strong);
    assert_eq!(strength("Wn4!tkuzp&ejhvgd2m"), Strength::VeryStrong);
    assert_eq!(strength("Password-Wn4!"), Strength::Weak);
}

#[test]
fn names_and_a_year_in_a_row_are_few_guesses_however_they_are_set_apart() {
    for candidate in ["Taro Kitayama 1985 Taro", "taro-kitayama-1985", "taro.kitayama.contoso"] {
        let verdict = nist(candidate);
        let names = verdict
            .broken
            .iter()
            .any(|rule| matches!(rule, Broken::NameInside { .. }));
        assert!(names, "{candidate}: {:?}", verdict.broken);
    }
    assert_eq!(nist("taro kitayama eats seven pears").broken, []);
}
