//! A password for those who would rather not think of one: `sakoru-bitami-hudano-jikuso`. Four words of three syllables
//! are easier to copy, to say and to type on a telephone than ten random signs of the same strength. The syllables are
//! the plain ones of romaji, so both of the portal's languages can read them, and need no word list in the browser.
//!
//! The letters left out are those that are misread or misheard (`l`, `v`, `c`, `q`, `x`) and those without which the words
//! that people mind most cannot come up (`e`, `f`, `g`, `z`). Randomness comes from the caller; it must be fit for keys.

use super::rules::Rules;

const CONSONANTS: &[u8; 13] = b"bdhjkmnprstwy";
const VOWELS: &[u8; 4] = b"aiou";
const SYLLABLES: u32 = 13 * 4;
const SYLLABLES_TO_A_WORD: usize = 3;

/// Four words are 12 syllables of log₂ 52 bits: 68 bits.
const WORDS: usize = 4;

/// A password that keeps the rules. `random` returns a number below its argument, each as likely as the others, and is
/// called once for every syllable.
pub fn suggest(random: &mut dyn FnMut(u32) -> u32, rules: &Rules) -> String {
    let minimum = usize::from(rules.minimum());
    let mut password = String::with_capacity(minimum.max(32) + 8);
    let mut words = 0;
    while words < WORDS || password.len() < minimum {
        if words > 0 {
            password.push('-');
        }
        for _ in 0..SYLLABLES_TO_A_WORD {
            // A caller that returns too much gets a poorer syllable, not a panic.
            let drawn = (random(SYLLABLES) % SYLLABLES) as usize;
            password.push(char::from(CONSONANTS[drawn / VOWELS.len()]));
            password.push(char::from(VOWELS[drawn % VOWELS.len()]));
        }
        words += 1;
    }
    if rules.classes_required() {
        // With the hyphen and the small letters that makes three; it adds nothing to the strength.
        if let Some(first) = password.get_mut(..1) {
            first.make_ascii_uppercase();
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::judge::{Strength, judge};
    use super::super::terms::Terms;
    use super::*;

    #[test]
    fn the_strength_is_above_sixty_bits() {
        let syllables = u32::try_from(WORDS * SYLLABLES_TO_A_WORD).unwrap();
        assert_eq!(CONSONANTS.len() * VOWELS.len(), SYLLABLES as usize);
        assert!(f64::from(syllables) * f64::from(SYLLABLES).log2() > 60.0);
    }

    #[test]
    fn every_syllable_can_come_up_and_each_differs() {
        let mut seen: Vec<String> = (0..SYLLABLES)
            .map(|drawn| suggest(&mut |_| drawn, &Rules::nist())[..2].to_owned())
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), SYLLABLES as usize);
    }

    #[test]
    fn there_are_four_words_and_more_only_where_they_are_too_short() {
        let words = |minimum| {
            let rules = Rules::new(minimum, false, 0).unwrap();
            suggest(&mut |_| 7, &rules).split('-').count()
        };
        // Four words and their hyphens are 27 characters, five are 34.
        for (minimum, count) in [(8, 4), (26, 4), (27, 4), (28, 5), (34, 5), (35, 6)] {
            assert_eq!(words(minimum), count, "{minimum}");
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_passes_under_any_rules(
            draws in prop::collection::vec(0..SYLLABLES, 30),
            minimum in 8_u8..=64,
            classes: bool,
        ) {
            // Whatever the draw, words this long are only cheap if the draw itself is a pattern.
            prop_assume!(draws.windows(4).all(|four| four[0] != four[1] || four[2] != four[3]));
            let rules = Rules::new(minimum, classes, 0).unwrap();
            let mut next = draws.iter().copied().cycle();
            let password = suggest(&mut |_| next.next().unwrap(), &rules);
            let verdict = judge(&password, &rules, &Terms::default(), None, &str::to_owned);
            prop_assert!(verdict.passes(), "{password}: {verdict:?}");
            prop_assert!(verdict.strength >= Strength::Strong, "{password}: {verdict:?}");
            prop_assert!(password.len() >= usize::from(minimum));
        }
    }
}
