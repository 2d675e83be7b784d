//! Countries whose numbers are dialled: their names, and a number as it would be dialled there.

use portal::method::phone::tidy;

use crate::words::{Word, Words};

/// The name of a country, by its ISO 3166-1 code; the code itself where the words have none.
pub(super) fn country(words: Words, code: &str) -> String {
    let word = match code {
        "AE" => Word::CountryAe,
        "AR" => Word::CountryAr,
        "AT" => Word::CountryAt,
        "AU" => Word::CountryAu,
        "BD" => Word::CountryBd,
        "BE" => Word::CountryBe,
        "BR" => Word::CountryBr,
        "CA" => Word::CountryCa,
        "CH" => Word::CountryCh,
        "CN" => Word::CountryCn,
        "CZ" => Word::CountryCz,
        "DE" => Word::CountryDe,
        "DK" => Word::CountryDk,
        "EG" => Word::CountryEg,
        "ES" => Word::CountryEs,
        "FI" => Word::CountryFi,
        "FR" => Word::CountryFr,
        "GB" => Word::CountryGb,
        "GR" => Word::CountryGr,
        "HK" => Word::CountryHk,
        "HU" => Word::CountryHu,
        "ID" => Word::CountryId,
        "IE" => Word::CountryIe,
        "IL" => Word::CountryIl,
        "IN" => Word::CountryIn,
        "IT" => Word::CountryIt,
        "JP" => Word::CountryJp,
        "KH" => Word::CountryKh,
        "KR" => Word::CountryKr,
        "LK" => Word::CountryLk,
        "MM" => Word::CountryMm,
        "MX" => Word::CountryMx,
        "MY" => Word::CountryMy,
        "NL" => Word::CountryNl,
        "NO" => Word::CountryNo,
        "NP" => Word::CountryNp,
        "NZ" => Word::CountryNz,
        "PH" => Word::CountryPh,
        "PK" => Word::CountryPk,
        "PL" => Word::CountryPl,
        "PT" => Word::CountryPt,
        "SA" => Word::CountrySa,
        "SE" => Word::CountrySe,
        "SG" => Word::CountrySg,
        "TH" => Word::CountryTh,
        "TR" => Word::CountryTr,
        "TW" => Word::CountryTw,
        "UA" => Word::CountryUa,
        "US" => Word::CountryUs,
        "VN" => Word::CountryVn,
        "ZA" => Word::CountryZa,
        _ => return code.to_owned(),
    };
    words.say(word).to_owned()
}

/// Fewest national digits for which a number is shown: fewer are still being typed.
const FEWEST: usize = 5;

/// How a number will be dialled, as far as it can be told without the numbering plans; only the server knows those.
/// None while too little is typed, or where it is no number.
pub(super) fn dialled(code: &str, calling: &str, typed: &str) -> Option<String> {
    let typed = tidy(typed);
    let is_digits = |text: &str| text.len() >= FEWEST && text.chars().all(|c| c.is_ascii_digit());
    if let Some(whole) = typed.strip_prefix('+') {
        return is_digits(whole).then(|| format!("+{whole}"));
    }
    let national = match code {
        // Here the leading 0 is part of the number.
        "IT" | "SM" | "VA" | "CI" | "CG" => typed.as_str(),
        // Here the digits before the area code are others.
        "HU" => typed.strip_prefix("06").unwrap_or(&typed),
        "RU" | "KZ" if typed.len() == 11 => typed.strip_prefix('8').unwrap_or(&typed),
        "US" | "CA" if typed.len() == 11 => typed.strip_prefix('1').unwrap_or(&typed),
        _ => typed.strip_prefix('0').unwrap_or(&typed),
    };
    // Two zeros lead abroad: which country that is, the server finds out.
    (is_digits(national) && !typed.starts_with("00")).then(|| format!("+{calling}{national}"))
}

#[cfg(test)]
mod tests {
    use super::dialled;

    #[test]
    fn the_leading_zero_goes_and_the_country_comes() {
        for typed in [
            "090 5550 1289",
            "０９０－５５５０－１２８９",
            "90-5550-1289",
            "+81 90 5550 1289",
        ] {
            assert_eq!(dialled("JP", "81", typed).as_deref(), Some("+819055501289"), "{typed}");
        }
    }

    #[test]
    fn where_the_zero_belongs_to_the_number_it_stays() {
        assert_eq!(dialled("IT", "39", "06 1234 5678").as_deref(), Some("+390612345678"));
        assert_eq!(dialled("HU", "36", "06 20 123 4567").as_deref(), Some("+36201234567"));
        assert_eq!(dialled("US", "1", "1 202 555 0143").as_deref(), Some("+12025550143"));
    }

    #[test]
    fn nothing_is_shown_for_what_is_no_number() {
        for typed in ["", "090", "ninety", "010 44 20 x", "0044 20 7946 0000"] {
            assert_eq!(dialled("JP", "81", typed), None, "{typed}");
        }
    }
}
