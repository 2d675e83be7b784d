//! Which rules a candidate keeps so far, in words. A rule is never shown as broken while somebody types, only as not yet
//! kept.

use leptos::prelude::*;
use portal::password::judge::{Broken, Strength, Verdict};
use portal::password::rules::{CLASSES_NEEDED, MAXIMUM, Rules};

use crate::words::{Word, Words, words};

/// One rule and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    rule: String,
    /// What helps: how many there are, what was found.
    note: Option<String>,
    holds: bool,
}

impl Kept {
    /// A line of the list.
    pub fn draw(self) -> AnyView {
        let words = words();
        let (class, seal) = if self.holds {
            ("met", "seal whole small")
        } else {
            ("", "seal small")
        };
        let seen = match &self.note {
            Some(note) => words.fill(Word::RuleNoted, &[("rule", &self.rule), ("note", note)]),
            None => self.rule,
        };
        let heard = if self.holds {
            words.fill(Word::RuleKept, &[("rule", &seen)])
        } else {
            seen.clone()
        };
        view! {
            <li class=class>
                <span class=seal aria-hidden="true"></span>
                <span>
                    <span class="number" aria-hidden="true">
                        {seen}
                    </span>
                    <span class="heard">{heard}</span>
                </span>
            </li>
        }
        .into_any()
    }
}

/// Every rule that can be judged here, in the order of the list; without a verdict nothing is kept yet.
pub fn all(words: Words, rules: Rules, verdict: Option<&Verdict>, is_same: bool) -> Vec<Kept> {
    let broken = || verdict.into_iter().flat_map(|verdict| &verdict.broken);
    let is_long = verdict.is_some_and(|verdict| verdict.length >= u16::from(rules.minimum()));
    // The first few letters lean on nothing, which says nothing.
    let tells = is_long || verdict.is_some_and(|verdict| verdict.strength > Strength::Weak);

    let too_long = broken().any(|one| matches!(one, Broken::TooLong { .. }));
    let length = Kept {
        rule: words.fill(Word::RuleLength, &[("minimum", &rules.minimum())]),
        note: verdict.map(|verdict| {
            let (word, length) = (
                if too_long {
                    Word::RuleLengthOver
                } else {
                    Word::RuleLengthSoFar
                },
                verdict.length,
            );
            words.fill(word, &[("length", &length), ("maximum", &MAXIMUM)])
        }),
        holds: is_long && !too_long,
    };
    let guess = broken().find_map(|one| match one {
        Broken::Common => Some(words.say(Word::RuleCommon).to_owned()),
        Broken::Guessable { found: None } => Some(words.say(Word::RulePattern).to_owned()),
        Broken::Guessable { found: Some(found) } => Some(words.fill(Word::RuleFound, &[("found", found)])),
        _ => None,
    });
    let name = broken().find_map(|one| match one {
        Broken::NameInside { found } => Some(words.fill(Word::RuleFound, &[("found", found)])),
        _ => None,
    });
    let mut all = vec![
        length,
        Kept {
            rule: words.say(Word::RuleGuess).to_owned(),
            holds: tells && guess.is_none(),
            note: guess,
        },
        Kept {
            rule: words.say(Word::RuleName).to_owned(),
            holds: tells && name.is_none(),
            note: name,
        },
    ];
    if rules.classes_required() {
        let have = broken().find_map(|one| match one {
            Broken::Classes { have, .. } => Some(words.fill(Word::RuleClassesSoFar, &[("have", have)])),
            _ => None,
        });
        all.push(Kept {
            rule: words.fill(Word::RuleClasses, &[("need", &CLASSES_NEEDED)]),
            holds: verdict.is_some() && have.is_none(),
            note: have,
        });
    }
    if broken().any(|one| *one == Broken::Control) {
        all.push(Kept {
            rule: words.say(Word::RuleControl).to_owned(),
            note: None,
            holds: false,
        });
    }
    all.push(Kept {
        rule: words.say(Word::RuleSame).to_owned(),
        note: None,
        holds: is_same,
    });
    all
}

/// What changed between two looks, as sentences; nothing where only figures did.
pub fn changed(words: Words, before: &[Kept], after: &[Kept]) -> String {
    let was_kept = |rule: &str| before.iter().any(|one| one.rule == rule && one.holds);
    let sentences: Vec<String> = after
        .iter()
        .filter(|one| one.holds != was_kept(&one.rule))
        .map(|one| {
            let word = if one.holds {
                Word::RuleNowKept
            } else {
                Word::RuleNotKept
            };
            words.fill(word, &[("rule", &one.rule)])
        })
        .collect();
    sentences.join(" ")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use portal::account::Language;
    use portal::password::judge::judge;
    use portal::password::terms::Terms;

    use super::*;

    fn look(candidate: &str, rules: Rules) -> Vec<Kept> {
        let terms = Terms::new(&["Kitayama Works"], &["h.tanaka"], &[], &str::to_owned);
        let verdict = judge(candidate, &rules, &terms, None, &str::to_owned);
        all(
            Words::of(Language::En, 0),
            rules,
            (!candidate.is_empty()).then_some(&verdict),
            true,
        )
    }

    #[test]
    fn every_rule_holds_exactly_when_the_judge_is_content() {
        let candidates = [
            "lantern tide copper",
            "short",
            "kitayamakitayama",
            "passwordpassword",
            "aaaaaaaaaaaaaaaaaaaa",
            "unhurried walnut",
            "Tanaka tanaka tanaka",
            "unhurried walnut 7",
            "Unhurried walnut 7",
            "control\u{7}lantern tide",
        ];
        for rules in [Rules::nist(), Rules::entra()] {
            for candidate in candidates {
                let terms = Terms::new(&["Kitayama Works"], &["h.tanaka"], &[], &str::to_owned);
                let passes = judge(candidate, &rules, &terms, None, &str::to_owned).passes();
                assert_eq!(
                    look(candidate, rules).iter().all(|one| one.holds),
                    passes,
                    "{candidate}"
                );
            }
        }
        assert!(look(&"x y z ".repeat(50), Rules::nist()).iter().any(|one| !one.holds));
    }

    #[test]
    fn a_few_letters_hold_nothing_yet() {
        assert!(look("q", Rules::nist()).iter().take(3).all(|one| !one.holds));
        assert!(
            look("", Rules::nist())
                .iter()
                .take(3)
                .all(|one| !one.holds && one.note.is_none())
        );
    }

    #[test]
    fn what_is_found_is_named() {
        let kept = look("kitayama", Rules::nist());
        assert!(kept.iter().any(|one| one.note.as_deref() == Some("found “kitayama”")));
    }

    #[test]
    fn only_what_changed_is_told() {
        let words = Words::of(Language::En, 0);
        let (before, after) = (
            look("lantern tide", Rules::nist()),
            look("lantern tide cop", Rules::nist()),
        );
        assert_eq!(changed(words, &before, &after), "Kept: At least 15 characters.");
        assert_eq!(changed(words, &after, &look("lantern tide copp", Rules::nist())), "");
    }
}
