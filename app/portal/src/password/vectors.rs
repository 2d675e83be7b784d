//! What the judge must say, in words only, so that a test in the browser can include this file and hold its build to the
//! same table. The candidates are judged with [`ORGANISATION`], [`NAMES`] and [`OWN`] as terms and [`COMMON`] as list.

/// One candidate and its verdict.
pub struct Vector {
    /// As typed, not yet normalised.
    pub candidate: &'static str,
    /// Minimum length, and whether character classes are required.
    pub rules: (u8, bool),
    /// `Broken::name` of every broken rule, in order.
    pub broken: &'static [&'static str],
    /// Points of the first hundred characters.
    pub score: u16,
    /// The strength, as its `Debug` writes it.
    pub strength: &'static str,
}

pub const ORGANISATION: &[&str] = &["Contoso"];
pub const NAMES: &[&str] = &["kitayama", "Kitayama Taro"];
pub const OWN: &[&str] = &["blank", "aikagi"];
pub const COMMON: &str = "correct horse battery staple\ntrustno1trustno1\n";

const fn v(
    candidate: &'static str,
    rules: (u8, bool),
    broken: &'static [&'static str],
    score: u16,
    strength: &'static str,
) -> Vector {
    Vector {
        candidate,
        rules,
        broken,
        score,
        strength,
    }
}

pub const TABLE: &[Vector] = &[
    v("", (15, false), &["too_short"], 0, "Weak"),
    v("xq7", (15, false), &["too_short"], 3, "Weak"),
    v("walnut ceremony", (15, false), &[], 15, "Strong"),
    v("walnut ceremon", (15, false), &["too_short"], 14, "Fair"),
    v("ContoS0Bl@nkf9!", (8, true), &[], 5, "Weak"),
    v("C0ntos0Blank12", (8, true), &["guessable", "name_inside"], 4, "Weak"),
    v("K1tayama7!", (8, true), &["name_inside"], 3, "Weak"),
    v("Password-Kitayama", (8, true), &["guessable", "name_inside"], 2, "Weak"),
    v("P@$$w0rd!", (8, true), &["guessable"], 2, "Weak"),
    v("ＰＡＳＳＷＯＲＤ１２３", (8, false), &["guessable"], 2, "Weak"),
    v("passsword1", (8, false), &["guessable"], 2, "Weak"),
    v("パスワード2026", (8, false), &["guessable"], 2, "Weak"),
    v("pasuwa-do-dayo!", (15, false), &[], 6, "Weak"),
    v("aaaaaaaaaaaaaaa", (15, false), &["guessable"], 1, "Weak"),
    v("123456789012345", (15, false), &["guessable"], 2, "Weak"),
    v("あいうえおかきくけこさしすせそ", (15, false), &["guessable"], 2, "Weak"),
    v("xyxyxyxyxyxyxyxy", (15, false), &["guessable"], 3, "Weak"),
    v("hogehogehogehoge", (15, false), &[], 5, "Weak"),
    v("1qaz2wsx3edc4rfv", (15, false), &["guessable"], 3, "Weak"),
    v("qwertyuiopasdfgh", (15, false), &["guessable"], 2, "Weak"),
    v("Contoso2026!", (8, true), &["guessable", "name_inside"], 3, "Weak"),
    v("Sakura2026!", (8, true), &["guessable"], 3, "Weak"),
    v("sakurafujisan2026", (15, false), &["guessable"], 3, "Weak"),
    v(
        "taro kitayama 1985 taro",
        (15, false),
        &["guessable", "name_inside"],
        4,
        "Weak",
    ),
    v("my password is a walnut ceremony", (15, false), &[], 24, "VeryStrong"),
    v("kitayama walks under quiet ferns", (15, false), &[], 24, "VeryStrong"),
    v("Correct Horse Battery Staple", (15, false), &["common"], 28, "Weak"),
    v("correct horse battery staples", (15, false), &[], 29, "VeryStrong"),
    v("TRUSTNO1TRUSTNO1", (15, false), &["guessable", "common"], 2, "Weak"),
    v("Cafe\u{301} noir um Mitternacht", (15, false), &[], 24, "VeryStrong"),
    v("Café noir um Mitternacht", (15, false), &[], 24, "VeryStrong"),
    v("古い鞄の中で眠る青い猫と月の話", (15, false), &[], 15, "Strong"),
    v("か\u{3099}ぎの束を川に落とした夜", (8, false), &[], 12, "Strong"),
    v("walnut\0ceremony", (15, false), &["control"], 15, "Fair"),
    v("walnut\tceremony ok", (15, false), &["control"], 18, "Fair"),
    v("walnut ceremony", (8, true), &["classes"], 15, "Fair"),
    v("Walnut ceremony", (8, true), &[], 15, "Strong"),
    v("Wn4!tkuz", (8, true), &[], 8, "Fair"),
    v("Wn4!tkuzp&ej", (8, true), &[], 12, "Strong"),
    v("aikag1aikag1aikagi", (15, false), &["guessable"], 2, "Weak"),
    v("𠮷𠮷野家で𠮷日に𠮷報を待つ人々", (15, false), &[], 15, "Strong"),
    v("İstanbul'da bir akşam", (15, false), &[], 21, "VeryStrong"),
];
