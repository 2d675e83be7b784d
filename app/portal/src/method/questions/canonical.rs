//! The form in which answers are compared: how something is written makes no difference, as far as people would say that it
//! is the same.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The name of the form, stored with each answer: another one can follow while the answers of this one still fit.
pub const FORM: &str = "v1";

/// Puts an answer in its canonical form: compatibility composition (UAX #15 NFKC), full case folding (Unicode §3.13), NFKC
/// again, katakana as hiragana, and of that the letters and numbers alone. `ー` is a letter and stays.
pub fn canonical(typed: &str) -> Zeroizing<String> {
    let mut form = once(typed);
    // What was apart may have come together where signs between were dropped (Hangul, for one): until nothing changes.
    loop {
        let again = once(&form);
        if again == form {
            return form;
        }
        form = again;
    }
}

fn once(text: &str) -> Zeroizing<String> {
    let composed: Zeroizing<String> = Zeroizing::new(text.nfkc().collect());
    let folded = Zeroizing::new(caseless::default_case_fold_str(&composed));
    let mut form = Zeroizing::new(String::with_capacity(folded.len()));
    form.extend(folded.nfkc().map(hiragana).filter(|letter| letter.is_alphanumeric()));
    form
}

/// A katakana that has a hiragana, as that one.
fn hiragana(letter: char) -> char {
    match letter {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(u32::from(letter) - 0x60).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_answer_are_one() {
        for (one, other) in [
            ("ﾄｳｷｮｳ", "とうきょう"),
            ("トウキョウ", "とうきょう"),
            ("東京", "東京\u{3000}"),
            ("東京", " 東 京 "),
            ("Ｔｏｋｙｏ", "tokyo"),
            ("TOKYO", "tokyo"),
            ("ガ", "カ\u{3099}"),
            ("ﾊﾟﾋﾟ", "パピ"),
            ("ヴ", "ゔ"),
            ("①", "1"),
            ("㈱", "(株)"),
            ("㈱", "株"),
            ("Ａ-1", "a1"),
            ("İstanbul", "istanbul"),
            ("Straße", "STRASSE"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Zoe\u{308}", "ZOË"),
            ("O’Brien", "o'brien"),
            ("ｽｰﾊﾟｰ", "すーぱー"),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_people_would_tell_apart_stays_apart() {
        for (one, other) in [
            ("ー", "-"),
            ("スーパー", "スパ"),
            ("髙", "高"),
            ("ㇰ", "ク"),
            ("Zoe", "Zoë"),
            ("は", "ば"),
            ("12", "1 2 3"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_has_neither_letter_nor_number_is_empty() {
        for typed in ["", "  \u{3000}", "-–—", "?!。、", "\u{200b}\u{202e}", "🙂🙂🙂"] {
            assert_eq!(canonical(typed).as_str(), "", "{typed:?}");
        }
    }

    /// Characters whose forms meet, and any others.
    fn letters() -> impl Strategy<Value = char> {
        prop_oneof![
            any::<char>(),
            prop::char::range('\u{3040}', '\u{30ff}'),
            prop::char::range('\u{ff00}', '\u{ffef}'),
            prop::char::range('\u{1100}', '\u{11ff}'),
            prop::char::range('\u{00c0}', '\u{0390}'),
            prop::char::range('\u{0900}', '\u{0dff}'),
            prop::char::range('\u{1f00}', '\u{1fff}'),
            prop::sample::select(vec![
                ' ', '-', 'ß', 'İ', 'ŉ', 'ﬃ', '\u{345}', '\u{3099}', '\u{309a}', '\u{301}'
            ]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn the_form_of_the_form_is_the_form(typed in prop::collection::vec(letters(), 0..12)) {
            let form = canonical(&typed.into_iter().collect::<String>());
            prop_assert_eq!(canonical(&form), form);
        }

        #[test]
        fn however_the_text_is_composed_the_form_is_one(typed in prop::collection::vec(letters(), 0..12)) {
            let typed: String = typed.into_iter().collect();
            let form = canonical(&typed);
            for composed in [typed.nfd().collect::<String>(), typed.nfc().collect(), typed.nfkd().collect()] {
                prop_assert_eq!(&canonical(&composed), &form);
            }
        }
    }
}
