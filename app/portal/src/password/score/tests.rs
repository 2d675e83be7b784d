use super::super::terms::base;
use super::*;

/// Points of the whole, with the base list and these terms.
fn points(candidate: &str, own: &[&'static str]) -> u16 {
    let terms: Vec<Term<'_>> = base()
        .chain(own.iter().copied())
        .filter_map(|word| Term::new(word, Origin::Everyday))
        .collect();
    Reading::of(candidate, &terms, &fold::lower).points(usize::MAX)
}

#[test]
fn microsofts_published_examples_come_to_the_same_points() {
    let own = ["contoso", "blank"];
    assert_eq!(points("C0ntos0Blank12", &own), 4);
    assert_eq!(points("ContoS0Bl@nkf9!", &own), 5);
}

#[test]
fn each_character_that_belongs_to_nothing_is_a_point() {
    assert_eq!(points("", &[]), 0);
    assert_eq!(points("xw7kq", &[]), 5);
    assert_eq!(points("unhurried walnut", &[]), 16);
    assert_eq!(points("靴屋の猫は眠い", &[]), 7);
}

#[test]
fn a_term_is_one_point_however_it_is_disguised() {
    for disguised in [
        "password",
        "P@$$w0rd",
        "ＰＡＳＳＷＯＲＤ",
        "passsword",
        "pasword",
        "passwprd",
        "assword",
        "パスワード",
    ] {
        assert_eq!(points(disguised, &[]), 1, "{disguised}");
    }
}

#[test]
fn one_and_bang_stand_for_either_letter() {
    for disguised in ["adm1n", "adm!n", "adm|n", "admln"] {
        assert_eq!(points(disguised, &[]), 1, "{disguised}");
    }
    assert_eq!(points("qwbill", &["b111"]), 3);
}

#[test]
fn two_slips_are_too_many() {
    assert_eq!(points("pazzwordx", &["password"]), 9);
}

#[test]
fn a_character_before_or_after_a_term_is_a_point_of_its_own() {
    assert_eq!(points("xsakura", &[]), 2);
    assert_eq!(points("sakurax", &[]), 2);
}

#[test]
fn terms_of_three_and_four_letters_count_only_as_they_are() {
    assert_eq!(points("xqj", &["xqj"]), 1);
    assert_eq!(points("xqw", &["xqj"]), 3);
    assert_eq!(points("mori", &["mori"]), 1);
    assert_eq!(points("moti", &["mori"]), 4);
    assert_eq!(points("mor", &["mori"]), 3);
}

#[test]
fn the_cheapest_reading_counts_and_not_the_first() {
    // From the left "xpas" would be taken first and leave "sword" to be paid for.
    assert_eq!(points("xpassword", &["xpas"]), 2);
    assert_eq!(points("kitayamataro", &["kita", "kitayama", "taro"]), 2);
}

#[test]
fn runs_sequences_and_repetitions_are_one() {
    assert_eq!(points("aaaaaaaaaaaaaaa", &[]), 1);
    assert_eq!(points("123456789012345", &[]), 2);
    assert_eq!(points("zyxwvut", &[]), 1);
    assert_eq!(points("あいうえお", &[]), 1);
    assert_eq!(points("おえうい", &[]), 1);
    assert_eq!(points("foofoofoofoofoo", &[]), 4);
    assert_eq!(points("hogehogehogehoge", &[]), 5);
    assert_eq!(points("aaabbbcccdddeee", &[]), 5);
}

#[test]
fn a_step_of_two_inside_a_word_is_no_sequence() {
    assert_eq!(points("place", &[]), 5);
}

#[test]
fn the_pieces_of_the_reading_are_the_terms_that_made_it_cheap() {
    let terms: Vec<Term<'_>> = [("sakura", Origin::Everyday), ("mori", Origin::Name)]
        .into_iter()
        .filter_map(|(text, origin)| Term::new(text, origin))
        .collect();
    let reading = Reading::of("Sakura+M0ri111", &terms, &fold::lower);
    let pieces: Vec<Piece<'_>> = reading.pieces().collect();
    assert_eq!(
        pieces,
        [
            Piece::Pattern,
            Piece::Found(Origin::Name, "mori"),
            Piece::Found(Origin::Everyday, "sakura"),
        ]
    );
}

#[test]
fn what_sets_words_apart_goes_with_the_one_before() {
    let own = ["hana", "tanaka"];
    for (candidate, expected) in [
        ("hanatanaka1985hana", 4),
        ("hana tanaka 1985 hana", 4),
        ("hana-tanaka_1985.hana", 4),
        ("hana,tanaka/1985+hana", 4),
        ("hana　tanaka", 2),
        ("1998 2026", 2),
        ("hana ", 1),
        // No more than one, and only after a word.
        ("hana  tanaka", 3),
        (" hana", 2),
        ("x hana", 3),
        ("hana!tanaka", 3),
        ("hana:tanaka", 3),
    ] {
        assert_eq!(points(candidate, &own), expected, "{candidate}");
    }
}

#[test]
fn terms_too_short_to_mean_anything_are_ignored() {
    assert!(Term::new("", Origin::Name).is_none());
    assert!(Term::new("ab", Origin::Everyday).is_none());
}

#[test]
fn only_the_whole_of_what_stands_before_counts_as_repeated() {
    assert_eq!(points("hogehog", &[]), 7);
    assert_eq!(points("walnut-and-fern-and-moss", &[]), 24);
}

#[test]
fn a_year_is_one_point() {
    assert_eq!(points("Sakura2026!", &[]), 3);
    assert_eq!(points("xw1998", &[]), 3);
    assert_eq!(points("xw2126", &[]), 6);
    assert_eq!(points("xw19k8", &[]), 6);
}

#[test]
fn a_term_of_five_letters_is_known_again_with_a_slip_and_one_of_four_is_not() {
    let points = |text: &str, term: &str| {
        let terms = [Term::new(term, Origin::Everyday).unwrap()];
        Reading::of(text, &terms, &fold::lower).points(usize::MAX)
    };
    assert_eq!(points("tokyp", "tokyo"), 1);
    assert_eq!(points("kybe", "kobe"), 4);
}

#[test]
fn of_readings_that_come_to_the_same_the_longer_pattern_counts() {
    let terms = [
        Term::new("word", Origin::Everyday).unwrap(),
        Term::new("word2", Origin::Everyday).unwrap(),
    ];
    let reading = Reading::of("word2345", &terms, &fold::lower);
    let pieces: Vec<Piece<'_>> = reading.pieces().collect();
    assert_eq!(pieces, [Piece::Pattern, Piece::Found(Origin::Everyday, "word")]);
}

#[test]
fn a_repetition_begins_where_it_is_cheapest_and_where_it_can() {
    let term = |text| Term::new(text, Origin::Everyday).unwrap();
    // To begin a letter later costs less, for there a term has just ended.
    assert_eq!(
        Reading::of("xkwxkwx", &[term("xkwx")], &fold::lower).points(usize::MAX),
        2
    );
    // Where it costs the same, it begins as early as it can.
    let terms = [term("xkw"), term("xkwx")];
    let reading = Reading::of("xkwxkwxk", &terms, &fold::lower);
    let pieces: Vec<Piece<'_>> = reading.pieces().collect();
    assert_eq!(pieces, [Piece::Pattern, Piece::Found(Origin::Everyday, "xkw")]);
}
