//! Every mistake is told, and what is fine is not.

use super::*;
use crate::password::rules::Rules;
use crate::policy::Spending;

#[test]
fn warnings_say_what_they_are_about() {
    for warning in [Warning::AdministratorsLeftOut, Warning::Questions] {
        assert!(warning.to_string().starts_with("methods: "), "{warning:?}");
    }
}

#[test]
fn the_default_has_no_mistake() {
    assert_eq!(Policy::default().mistakes(), []);
}

#[test]
fn every_mistake_is_reported_at_once() {
    let policy = Policy {
        methods_required: 3,
        methods: vec![Method::Text, Method::Call],
        countries: vec!["Japan".into()],
        banned: vec!["ab ".into()],
        own_domains: vec!["@kitayama.example".into(), "kitayama".into()],
        help_desk: HelpDesk::Page("http://help.example".into()),
        password: Rules::entra(),
        spending: Spending {
            texts_a_day: 2,
            ..Spending::default()
        },
        ..Policy::default()
    };
    assert_eq!(policy.mistakes().len(), 9);
}

#[test]
fn a_password_that_may_be_the_only_factor_has_fifteen_characters() {
    let policy = |minimum, password_used_with_second_factor| Policy {
        password: Rules::new(minimum, false, 5).unwrap(),
        password_used_with_second_factor,
        ..Policy::default()
    };
    assert_eq!(policy(15, false).mistakes(), []);
    for minimum in [8, 14] {
        assert_eq!(policy(minimum, false).mistakes(), [Mistake::ShortPassword], "{minimum}");
        assert_eq!(policy(minimum, true).mistakes(), [], "{minimum}");
    }
    let told = Mistake::ShortPassword.to_string();
    assert!(
        told.contains("at least 15") && told.contains("password_used_with_second_factor"),
        "{told}"
    );
}

#[test]
fn a_banned_word_is_measured_as_it_is_used() {
    let policy = |word: &str| Policy {
        banned: vec![word.into()],
        ..Policy::default()
    };
    for (word, fits) in [("ab ", false), (" abc ", true), ("か\u{3099}か\u{3099}", false)] {
        assert_eq!(policy(word).mistakes().is_empty(), fits, "{word:?}");
    }
}

#[test]
fn a_domain_of_ones_own_may_be_written_as_people_write_it() {
    let policy = |domain: &str| Policy {
        own_domains: vec![domain.into()],
        ..Policy::default()
    };
    for domain in ["kitayama.example", " Kitayama.example ", "北山.example"] {
        assert_eq!(policy(domain).mistakes(), [], "{domain}");
    }
    for domain in [
        "",
        "@kitayama.example",
        "h.tanaka@kitayama.example",
        "*.example.com",
        "kitayama",
    ] {
        assert_eq!(policy(domain).mistakes(), [Mistake::OwnDomain(domain.into())]);
    }
}

fn canteen() -> Own {
    Own {
        id: "canteen-dish".into(),
        en: "Which dish do you miss?".into(),
        ja: "なつかしい料理は何ですか。".into(),
    }
}

#[test]
fn whoever_takes_a_question_back_hears_what_that_does_and_what_does_not() {
    let with = asking(|policy| policy.own_questions = vec![canteen()]);
    let off = Policy {
        questions_off: vec!["canteen-dish".into()],
        ..with.clone()
    };
    assert_eq!(off.warnings_after(&with), [Warning::Questions]);
    let gone = asking(|_| ()).warnings_after(&with);
    assert_eq!(gone, [Warning::Questions, Warning::QuestionGone("canteen-dish".into())]);
    assert!(gone[1].to_string().contains("name it in questions_off"));
}

fn asking(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    policy.methods.push(Method::Questions);
    change(&mut policy);
    policy
}

#[test]
fn questions_are_off_unless_somebody_wants_them_and_whoever_does_hears_what_is_said_of_them() {
    assert!(!Policy::default().asks_questions(Role::Person));
    let policy = asking(|_| ());
    assert_eq!(policy.mistakes(), []);
    assert_eq!(policy.warnings(), [Warning::Questions]);
    assert!(Warning::Questions.to_string().contains("ASVS 5.0 (6.4.2)"));
    assert!(policy.asks_questions(Role::Person) && !policy.asks_questions(Role::Administrator));
}

#[test]
fn questions_are_never_the_only_proof() {
    let alone = asking(|policy| policy.methods_required = 1);
    assert_eq!(alone.mistakes(), [Mistake::QuestionsAlone]);
    assert!(!alone.asks_questions(Role::Person));
    let only = asking(|policy| policy.methods = vec![Method::Questions]);
    assert_eq!(only.mistakes(), [Mistake::TooFewChannels]);
    let beside = asking(|policy| policy.methods = vec![Method::Email, Method::Questions]);
    assert_eq!(beside.mistakes(), []);
    assert_eq!(beside.warnings(), [Warning::AdministratorsLeftOut, Warning::Questions]);
}

#[test]
fn three_to_five_questions_are_registered_and_no_more_are_asked() {
    for (registered, asked, fits) in [(3, 3, true), (5, 5, true), (4, 5, false), (6, 3, false), (5, 2, false)] {
        let policy = asking(|policy| (policy.questions_registered, policy.questions_asked) = (registered, asked));
        assert_eq!(policy.mistakes().is_empty(), fits, "{registered} {asked}");
    }
}

#[test]
fn a_question_of_ones_own_has_an_id_and_a_text_in_every_language() {
    let own = |id: &str, en: &str, ja: &str| Own {
        id: id.into(),
        en: en.into(),
        ja: ja.into(),
    };
    let mistakes = |own: Vec<Own>| asking(|policy| policy.own_questions = own).mistakes().len();
    let fine = canteen();
    assert_eq!(mistakes(vec![fine.clone()]), 0);
    assert_eq!(mistakes(vec![fine.clone(), fine.clone()]), 1);
    for mistaken in [
        own("", "Which dish?", "何ですか。"),
        own("Canteen", "Which dish?", "何ですか。"),
        own("first-teacher", "Which dish?", "何ですか。"),
        own("dish", "Hm", "何ですか。"),
        own("dish", "Which dish?", ""),
        own("dish", &"a".repeat(201), "何ですか。"),
    ] {
        assert_eq!(mistakes(vec![mistaken.clone()]), 1, "{mistaken:?}");
    }
    let many = |most: usize| {
        (0..most)
            .map(|n| own(&format!("own-{n}"), "Which dish?", "何ですか。"))
            .collect()
    };
    assert_eq!((mistakes(many(20)), mistakes(many(21))), (0, 1));
}

#[test]
fn enough_questions_are_left() {
    let off = asking(|policy| policy.questions_off = vec!["no-such".into()]);
    assert_eq!(off.mistakes(), [Mistake::QuestionOff("no-such".into())]);
    let own = asking(|policy| {
        policy.own_questions = vec![canteen()];
        policy.questions_off = vec!["canteen-dish".into()];
    });
    assert_eq!(own.mistakes(), []);
    let left = |count| {
        asking(|policy| {
            let offered = policy.listing().offered(Language::En);
            policy.questions_off = offered.into_iter().skip(count).map(|one| one.id).collect();
        })
    };
    assert_eq!(left(usize::from(Policy::default().questions_registered)).mistakes(), []);
    assert_eq!(left(4).mistakes(), [Mistake::TooFewQuestions]);
}

#[test]
fn who_leaves_the_administrators_out_is_warned() {
    let policy = |methods: &[Method]| Policy {
        methods_required: 1,
        methods: methods.to_vec(),
        ..Policy::default()
    };
    assert_eq!(policy(&[Method::Email, Method::Call]).warnings(), []);
    for methods in [
        &[Method::Email][..],
        &[Method::Text, Method::Call],
        &[Method::Call, Method::Office],
    ] {
        assert_eq!(policy(methods).mistakes(), []);
        assert_eq!(policy(methods).warnings(), [Warning::AdministratorsLeftOut]);
    }
}

#[test]
fn days_may_be_so_many_and_no_more() {
    let reconfirm = |reconfirm_days| Policy {
        reconfirm_days,
        ..Policy::default()
    };
    assert_eq!(reconfirm(RECONFIRM_MOST).mistakes(), []);
    assert_eq!(
        reconfirm(RECONFIRM_MOST + 1).mistakes(),
        [Mistake::Days("reconfirm_days", RECONFIRM_MOST)]
    );
    let remind = |reminder_days| Policy {
        reminder_days,
        ..Policy::default()
    };
    assert_eq!(remind(REMINDER_MOST).mistakes(), []);
    assert_eq!(
        remind(REMINDER_MOST + 1).mistakes(),
        [Mistake::Days("reminder_days", REMINDER_MOST)]
    );
}

#[test]
fn a_country_is_two_capital_letters() {
    for (country, fits) in [("JP", true), ("jp", false), ("JPN", false), ("J", false), ("J1", false)] {
        let policy = Policy {
            countries: vec![country.into()],
            ..Policy::default()
        };
        assert_eq!(policy.mistakes().is_empty(), fits, "{country}");
    }
}

#[test]
fn so_many_words_may_be_banned_and_no_more() {
    let policy = |count| Policy {
        banned: (0..count).map(|n| format!("word{n}")).collect(),
        ..Policy::default()
    };
    assert_eq!(policy(OWN_MOST).mistakes(), []);
    assert_eq!(policy(OWN_MOST + 1).mistakes(), [Mistake::Banned]);
}

#[test]
fn the_help_desk_is_an_address_that_can_be_written_to_or_opened() {
    for (desk, fits) in [
        (HelpDesk::Message, true),
        (HelpDesk::Email("desk@kitayama.example".into()), true),
        (HelpDesk::Email("desk".into()), false),
        (HelpDesk::Email("desk @kitayama.example".into()), false),
        (HelpDesk::Page("https://help.kitayama.example/".into()), true),
        (HelpDesk::Page("http://help.kitayama.example/".into()), false),
        (HelpDesk::Page("https://help.kitayama.example/ x".into()), false),
    ] {
        let policy = Policy {
            help_desk: desk.clone(),
            ..Policy::default()
        };
        assert_eq!(policy.mistakes().is_empty(), fits, "{desk:?}");
    }
}
