//! What a reader would take two characters for: `P@ssw0rd`, `ＰＡＳＳＷＯＲＤ` and `password` are one word to whoever guesses.
//! Character by character, so that a position in the folded text is a position in the typed one, and without a table of
//! ours, for this goes to the browser. For comparing only: what is hashed is never folded.

/// The character in lower case and, where it is a full-width Latin one, in its plain width. `lower` is asked about what is
/// not ASCII: a browser has tables of its own for that.
pub fn plain(character: char, lower: &dyn Fn(char) -> char) -> char {
    let narrow = match character {
        // Full-width forms stand in the order of ASCII, at one distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    };
    if narrow.is_ascii() {
        narrow.to_ascii_lowercase()
    } else {
        lower(narrow)
    }
}

/// Lower case by the tables of the standard library.
pub fn lower(character: char) -> char {
    // A few capitals become two characters (İ); the first is the letter, the rest are marks.
    character.to_lowercase().next().unwrap_or(character)
}

/// The letter that a reader sees in a [`plain`] character: digits and signs are the letters they stand in for.
pub fn fold(plain: char) -> char {
    match plain {
        '0' => 'o',
        '1' | '|' => 'l',
        '!' | '¡' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' | '§' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

/// The whole text, folded.
#[cfg(test)]
pub fn folded(text: &str) -> String {
    text.chars().map(|character| fold(plain(character, &lower))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_become_the_letter_they_stand_for() {
        assert_eq!(folded("P@$$w0rd"), "password");
        assert_eq!(folded("Adm!n"), "admin");
        assert_eq!(folded("13375"), "leets");
    }

    #[test]
    fn full_width_latin_is_read_as_ascii() {
        assert_eq!(folded("Ｐａｓｓｗｏｒｄ"), "password");
        assert_eq!(folded("ｐ＠ｓｓｗ０ｒｄ"), "password");
        assert_eq!(folded("ａ\u{3000}ｂ"), "a b");
    }

    #[test]
    fn other_scripts_are_left_as_they_are() {
        assert_eq!(folded("桜さくらサクラ"), "桜さくらサクラ");
        assert_eq!(folded("Привет"), "привет");
    }

    #[test]
    fn one_character_stays_one_character() {
        assert_eq!(folded("İ"), "i");
        assert_eq!(folded("ß"), "ß");
    }

    #[test]
    fn folding_again_changes_nothing() {
        for character in char::MIN..=char::MAX {
            let plain = |character| plain(character, &lower);
            let fold = |character| fold(plain(character));
            assert_eq!(fold(fold(character)), fold(character), "{character:?}");
            assert_eq!(plain(plain(character)), plain(character), "{character:?}");
        }
    }
}
