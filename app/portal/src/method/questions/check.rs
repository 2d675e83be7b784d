//! Whether questions and answers may be registered: everything that is wrong is told at once, one thing for each place.

use std::sync::LazyLock;

use zeroize::Zeroizing;

use super::{LONGEST, Listing, Problem, SHORTEST, Wrong, canonical};
use crate::account::Language;

/// Answers that are refused whatever is asked, in the canonical form.
static TOO_COMMON: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("too_common.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| canonical(line).to_string())
        .collect()
});

/// A question and its answer, as they were sent.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The id of the question.
    pub question: &'a str,
    /// What was typed.
    pub answer: &'a str,
}

/// A question and its answer that may be registered.
pub struct Checked {
    /// The id of the question.
    pub question: String,
    /// The answer in its canonical form ([`FORM`](super::FORM)).
    pub answer: Zeroizing<String>,
}

/// Checks questions and answers that shall be registered together. `known` is what others know of the person: user name,
/// mailbox, display name; of addresses the part before the `@` counts as well.
///
/// # Errors
/// The first [`Problem`] of each place that has one.
pub fn check(given: &[Given<'_>], listing: &Listing<'_>, known: &[&str]) -> Result<Vec<Checked>, Vec<Wrong>> {
    let known: Vec<_> = known
        .iter()
        .flat_map(|name| [canonical(name), canonical(name.split('@').next().unwrap_or(name))])
        .collect();
    let mut checked: Vec<Checked> = Vec::new();
    let mut wrong = Vec::new();
    for (place, one) in (0..).zip(given) {
        let answer = canonical(one.answer);
        let problem = choice(one, &checked, listing)
            .or_else(|| alone(one, &answer, listing, &known))
            .or_else(|| before(&checked, |other| other.answer == answer).map(|place| Problem::GivenBefore { place }));
        wrong.extend(problem.map(|problem| Wrong { place, problem }));
        checked.push(Checked {
            question: one.question.to_owned(),
            answer,
        });
    }
    if wrong.is_empty() { Ok(checked) } else { Err(wrong) }
}

/// The first place before this one that is of a kind.
fn before(checked: &[Checked], is: impl Fn(&Checked) -> bool) -> Option<u8> {
    (0..).zip(checked).find(|(_, one)| is(one)).map(|(place, _)| place)
}

fn choice(one: &Given<'_>, checked: &[Checked], listing: &Listing<'_>) -> Option<Problem> {
    if !listing.offers(one.question) {
        return Some(Problem::NotChosen);
    }
    before(checked, |other| other.question == one.question).map(|place| Problem::ChosenBefore { place })
}

/// What is wrong with an answer, whatever the others are.
fn alone(
    one: &Given<'_>,
    answer: &Zeroizing<String>,
    listing: &Listing<'_>,
    known: &[Zeroizing<String>],
) -> Option<Problem> {
    let length = answer.chars().count();
    if one.answer.trim().is_empty() {
        Some(Problem::Missing)
    } else if is_too_common(answer) {
        Some(Problem::TooCommon)
    } else if length < SHORTEST {
        Some(Problem::TooShort)
    } else if length > LONGEST {
        Some(Problem::TooLong)
    } else if known.contains(answer) {
        Some(Problem::Name)
    } else {
        let mut texts = Language::ALL
            .into_iter()
            .filter_map(|language| listing.text(one.question, language));
        texts.any(|text| is_of(answer, text)).then_some(Problem::OwnWords)
    }
}

/// On the list, or one sign over and over.
fn is_too_common(answer: &str) -> bool {
    let mut letters = answer.chars();
    let first = letters.next();
    let repeats = first.is_some() && answer.chars().count() >= SHORTEST && letters.all(|letter| Some(letter) == first);
    repeats || TOO_COMMON.iter().any(|common| common == answer)
}

/// Whether an answer is made of the question's words: one of them or several in a row; in a script without spaces between
/// words, any part.
fn is_of(answer: &str, question: &str) -> bool {
    let words: Vec<_> = question
        .split(|sign: char| !sign.is_alphanumeric())
        .map(canonical)
        .filter(|word| !word.is_empty())
        .collect();
    (0..words.len()).any(|start| is_row(answer, words.iter().skip(start)))
        || words.iter().any(|word| !word.is_ascii() && word.contains(answer))
}

/// Whether an answer is the first of the words, or the first few.
fn is_row<'a>(answer: &str, words: impl Iterator<Item = &'a Zeroizing<String>>) -> bool {
    let mut rest = answer;
    for word in words {
        match rest.strip_prefix(word.as_str()) {
            Some("") => return true,
            Some(left) => rest = left,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: Listing<'_> = Listing { off: &[], own: &[] };
    const KNOWN: [&str; 3] = ["k.sato", "ken.sato@kitayama.example", "佐藤 健"];

    const FINE: [(&str, &str); 5] = [
        ("first-teacher", "Sakamoto"),
        ("childhood-street", "花見通り"),
        ("first-dish", "オムライス"),
        ("parents-met", "Straßburg"),
        ("first-film", "E.T. 2"),
    ];

    fn said(pairs: &[(&str, &str)]) -> Vec<(u8, Problem)> {
        let given: Vec<_> = pairs
            .iter()
            .map(|&(question, answer)| Given { question, answer })
            .collect();
        match check(&given, &LISTING, &KNOWN) {
            Ok(_) => Vec::new(),
            Err(wrong) => wrong.iter().map(|one| (one.place, one.problem)).collect(),
        }
    }

    /// What is said where one of five answers is this one.
    fn about(answer: &str) -> Option<Problem> {
        let mut pairs = FINE;
        pairs[2].1 = answer;
        let said = said(&pairs);
        assert!(said.iter().all(|(place, _)| *place == 2), "{answer}: {said:?}");
        said.first().map(|(_, problem)| *problem)
    }

    #[test]
    fn what_is_fine_comes_out_in_its_canonical_form() {
        assert_eq!(said(&FINE), []);
        let given = FINE.map(|(question, answer)| Given { question, answer });
        let answers: Vec<_> = check(&given, &LISTING, &KNOWN)
            .into_iter()
            .flatten()
            .map(|one| (one.question, one.answer.to_string()))
            .collect();
        assert_eq!(answers[2], ("first-dish".to_owned(), "おむらいす".to_owned()));
        assert_eq!(answers[3], ("parents-met".to_owned(), "strassburg".to_owned()));
    }

    #[test]
    fn the_length_is_counted_in_the_canonical_form() {
        for (answer, problem) in [
            ("", Some(Problem::Missing)),
            (" \u{3000}", Some(Problem::Missing)),
            ("?!-", Some(Problem::TooShort)),
            ("u-d-", Some(Problem::TooShort)),
            ("うど", Some(Problem::TooShort)),
            ("㌔", Some(Problem::TooShort)),
            ("㌔だ", None),
            ("u-do-n", None),
        ] {
            assert_eq!(about(answer), problem, "{answer:?}");
        }
        let forty: String = ('あ'..).take(40).collect();
        assert_eq!(about(&format!("{forty} ---")), None);
        assert_eq!(about(&format!("{forty}ん")), Some(Problem::TooLong));
    }

    #[test]
    fn what_others_would_try_first_is_refused() {
        for answer in [
            "123",
            "１２３",
            "Password",
            "なし",
            "ナシ",
            "無し",
            "ない",
            "none",
            "N/A",
            "パスワード",
            "あああ",
            "7777",
            "I don’t know",
        ] {
            assert_eq!(about(answer), Some(Problem::TooCommon), "{answer:?}");
        }
    }

    #[test]
    fn names_of_the_person_are_refused() {
        for answer in [
            "K.Sato",
            "ksato",
            "Ken Sato",
            "ken.sato@kitayama.example",
            "佐藤健",
            "佐藤　健",
        ] {
            assert_eq!(about(answer), Some(Problem::Name), "{answer:?}");
        }
        assert_eq!(about("Ken Satoh"), None);
    }

    #[test]
    fn words_of_the_question_are_refused_in_every_language() {
        for answer in [
            "dish",
            "First dish",
            "the FIRST dish",
            "yourself",
            "料理",
            "初めて",
            "一人で",
        ] {
            let expected = if answer == "料理" {
                Problem::TooShort
            } else {
                Problem::OwnWords
            };
            assert_eq!(about(answer), Some(expected), "{answer:?}");
        }
        for answer in ["irst", "fir", "first cook", "dish of mine"] {
            assert_eq!(about(answer), None, "{answer:?}");
        }
    }

    #[test]
    fn neither_a_question_nor_an_answer_is_given_twice() {
        let mut pairs = FINE;
        pairs[3].0 = "first-teacher";
        pairs[4].1 = "ｻｶﾓﾄ";
        pairs[0].1 = "さかもと";
        assert_eq!(
            said(&pairs),
            [
                (3, Problem::ChosenBefore { place: 0 }),
                (4, Problem::GivenBefore { place: 0 })
            ]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut pairs = FINE;
        pairs[0].0 = "";
        pairs[1].0 = "no-such-question";
        pairs[2].1 = "no";
        assert_eq!(
            said(&pairs),
            [
                (0, Problem::NotChosen),
                (1, Problem::NotChosen),
                (2, Problem::TooCommon)
            ]
        );
    }
}
