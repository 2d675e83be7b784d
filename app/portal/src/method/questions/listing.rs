//! Which questions there are: those that are predefined, without those that are switched off, and the organisation's own.

use std::sync::LazyLock;

use super::{Own, Question};
use crate::account::Language;

/// How many questions are predefined.
pub const PREDEFINED: usize = 35;

/// The predefined questions of a language, in the order in which they are offered.
type Table = Vec<(&'static str, &'static str)>;

static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("en.txt")));
static JA: LazyLock<Table> = LazyLock::new(|| read(include_str!("ja.txt")));

/// `id = text` lines; `#` begins a comment.
fn read(text: &'static str) -> Table {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .collect()
}

fn table(language: Language) -> &'static Table {
    match language {
        Language::En => &EN,
        Language::Ja => &JA,
    }
}

/// Whether a question is predefined.
pub fn is_predefined(id: &str) -> bool {
    EN.iter().any(|(one, _)| *one == id)
}

/// The questions as a policy has them.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Ids of those questions that are switched off: not offered any more, and still asked of whoever answered them.
    pub off: &'a [String],
    /// The organisation's own questions.
    pub own: &'a [Own],
}

impl Listing<'_> {
    /// The questions that may be chosen.
    pub fn offered(&self, language: Language) -> Vec<Question> {
        let predefined = table(language).iter().map(|(id, text)| (*id, *text));
        let own = self.own.iter().map(|own| (own.id.as_str(), own.text(language)));
        predefined
            .chain(own)
            .filter(|(id, _)| !self.is_off(id))
            .map(|(id, text)| Question {
                id: id.to_owned(),
                text: text.to_owned(),
            })
            .collect()
    }

    /// Whether a question may be chosen.
    pub fn offers(&self, id: &str) -> bool {
        (is_predefined(id) || self.own.iter().any(|own| own.id == id)) && !self.is_off(id)
    }

    /// What a question asks, also where it was switched off since somebody answered it. None where the organisation has taken
    /// its own question back.
    pub fn text(&self, id: &str, language: Language) -> Option<&str> {
        let predefined = table(language).iter().find(|(one, _)| *one == id);
        let own = || self.own.iter().find(|own| own.id == id).map(|own| own.text(language));
        predefined.map(|(_, text)| *text).or_else(own)
    }

    fn is_off(&self, id: &str) -> bool {
        self.off.iter().any(|off| off == id)
    }
}

impl Own {
    fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Ja => &self.ja,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::method::questions::canonical;

    #[test]
    fn every_question_stands_once_in_every_language() {
        let ids = |table: &Table| table.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(ids(&EN), ids(&JA));
        assert_eq!(ids(&EN).into_iter().collect::<BTreeSet<_>>().len(), PREDEFINED);
        for (table, end) in [(&*EN, '?'), (&*JA, '。')] {
            assert_eq!(table.len(), PREDEFINED);
            let texts: BTreeSet<_> = table.iter().map(|(_, text)| canonical(text).to_string()).collect();
            assert_eq!(texts.len(), PREDEFINED);
            assert!(table.iter().all(|(_, text)| text.ends_with(end)), "{end}");
        }
        assert!(JA.iter().all(|(_, text)| !text.is_ascii()));
    }

    #[test]
    fn ids_of_questions_go_into_forms_and_rows_as_they_are() {
        let is_plain = |id: &str| id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(EN.iter().all(|(id, _)| is_plain(id) && id.len() <= 32));
    }

    #[test]
    fn nothing_is_asked_about_passwords() {
        for (_, text) in EN.iter().chain(JA.iter()) {
            let text = text.to_lowercase();
            assert!(
                !["password", "pin", "パスワード", "暗証"]
                    .iter()
                    .any(|word| text.split(' ').any(|w| w.contains(word))),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_switched_off_is_not_offered_and_can_still_be_asked() {
        let off = ["first-teacher".to_owned()];
        let own = [Own {
            id: "own-1".into(),
            en: "Which canteen dish do you miss?".into(),
            ja: "なつかしい社食の料理は何ですか。".into(),
        }];
        let listing = Listing { off: &off, own: &own };
        let offered = listing.offered(Language::Ja);
        assert_eq!(offered.len(), PREDEFINED);
        assert!(!offered.iter().any(|one| one.id == "first-teacher"));
        assert_eq!(
            offered.last().map(|one| one.text.as_str()),
            Some("なつかしい社食の料理は何ですか。")
        );
        let own_off = ["own-1".to_owned()];
        let without = Listing {
            off: &own_off,
            own: &own,
        };
        assert_eq!(without.offered(Language::En).len(), PREDEFINED);
        assert!(!without.offers("own-1") && without.text("own-1", Language::En).is_some());
        assert!(!listing.offers("first-teacher"));
        assert!(listing.offers("own-1"));
        assert!(listing.offers("first-film"));
        assert!(!listing.offers("own-2"));
        assert_eq!(
            listing.text("first-teacher", Language::En),
            Some("What was the name of your first teacher?")
        );
        assert_eq!(
            listing.text("own-1", Language::En),
            Some("Which canteen dish do you miss?")
        );
        assert_eq!(listing.text("own-2", Language::En), None);
    }
}
