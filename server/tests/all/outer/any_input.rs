//! Whatever is typed, sent or written into a file: it is read or refused, and nothing panics. `AIKAGI_INPUTS=100` tries a
//! hundred times as many inputs: an hour of it before a release.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use app::api::cookies::Style;
use axum::http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use portal::account::{Role, UserName};
use portal::method::{Method, code, email, phone};
use portal::policy::Policy;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use server::hashing::Older;
use server::http::address::TrustedProxies;
use server::keyring::Keyring;
use server::settings::{Environment, PublicUrl, Settings};
use server::store::audit::Anchor;

use super::scratch::Scratch;

/// So many inputs each, one of which in ten is of no form at all.
fn cases(cases: u32) -> ProptestConfig {
    let times = std::env::var("AIKAGI_INPUTS").map_or(1, |times| times.parse().unwrap());
    ProptestConfig {
        cases: cases.saturating_mul(times),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What is nearly right: one of these with something put in, cut off or doubled at any place, or anything.
fn near(right: &'static [&'static str]) -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        3 => "[!-~]{0,3}",
        2 => "\\PC{0,4}",
        1 => any::<String>(),
        1 => select(vec!["\0", "\u{202e}", "\u{200d}", "ﬃ", "İ", "\r\n", "𝟘", "۵", "$", "%00", "..", "@", "-1", "4294967296"])
            .prop_map(str::to_owned),
    ];
    let bent = (select(right), any::<Index>(), any::<Index>(), letters).prop_map(|(right, at, to, put)| {
        let place = |index: Index| {
            let mut place = index.index(right.len() + 1);
            while !right.is_char_boundary(place) {
                place -= 1;
            }
            place
        };
        let (at, to) = (place(at), place(to));
        format!("{}{put}{}", &right[..at], &right[to..])
    });
    prop_oneof![9 => bent, 1 => any::<String>()]
}

fn header(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

const NUMBERS: &[&str] = &[
    "+81 90-1234-5678",
    "090 1234 5678",
    "(03) 5550-1234",
    "+1 (202) 555-0123 ext. 7",
    "tel:+81-3-1234-5678;phone-context=+86",
    "０９０１２３４５６７８",
    "+44 20 7946 0018",
    "+882 16 1234 5678",
];

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn numbers(typed in near(NUMBERS), region in near(&["JP", "US", "GB", "001"])) {
        for method in [Method::Text, Method::Call] {
            if let Ok(number) = phone::parse_any(&typed, method) {
                prop_assert!(number.e164.starts_with('+') && number.e164.is_ascii());
                phone::ways(&number.e164, &[]);
            }
            let _ = phone::parse(&typed, &region, &[], method);
        }
        let shown = phone::shown(&typed);
        phone::mask(&typed, &shown.country_code);
        phone::calling_code(&region);
        prop_assert!(!phone::is_same(&typed, "+819012345678") || typed.chars().any(char::is_numeric));
        phone::ending(&typed);
        phone::tidy(&typed);
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn addresses(typed in near(&["Hana.T+x@Mail.Example.NET", "a@xn--djro1t.example", "x@北山.example", "ｈａｎａ＠ｅｘａｍｐｌｅ．ｎｅｔ"])) {
        email::mask(&typed);
        email::domain_of(&typed);
        email::same_mailbox(&typed, "hana@example.net");
        email::lies_in(&typed, std::slice::from_ref(&typed));
        if let Ok(address) = email::parse(&typed) {
            // What was read is read again as the same.
            prop_assert_eq!(email::parse(&address), Ok(address));
        }
    }

    #[test]
    fn names(typed in near(&["h.tanaka", "H.Tanaka@Kitayama.Example", "田中はなこ", "o'brien-2", "ｈ．ｔａｎａｋａ＠北山.example"])) {
        if let Ok(name) = UserName::parse(&typed) {
            prop_assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()));
            name.skeleton();
            name.unfit_for(Role::Person);
        }
    }

    #[test]
    fn codes(typed in near(&["123456", "7719 0264", "１２３-４５６"])) {
        let tidy = code::tidy(&typed);
        prop_assert!(tidy.is_none_or(|tidy| tidy.chars().all(|digit| digit.is_ascii_digit())));
    }

    #[test]
    fn forwarded_addresses(text in near(&["203.0.113.7, 10.0.0.5", "[2001:db8::1]:443,10.0.0.5:80", "unknown, _x, 10.0.0.5"])) {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fc00::/7".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for line in text.split('\n').filter_map(header) {
            headers.append(HeaderName::from_static("x-forwarded-for"), line);
        }
        let stranger = "198.51.100.9".parse().unwrap();
        prop_assert_eq!(proxies.client(stranger, &headers).address(), stranger);
        proxies.client("10.0.0.5".parse().unwrap(), &headers);
    }

    #[test]
    fn cookies(text in near(&["aikagi-session=abc; aikagi-flow=def", "__Host-aikagi-session=abc; a=\"b;c\"; =; ;;"])) {
        let mut headers = HeaderMap::new();
        headers.extend(header(&text).map(|line| (COOKIE, line)));
        for style in [Style::Https, Style::Http] {
            let read = style.read(&headers, "session");
            prop_assert!(read.is_none_or(|value| text.contains(&value)));
        }
    }

    #[test]
    fn hosts(text in near(&["reset.example.org", "reset.example.org:443", "[::1]:8080", "https://reset.example.org", "http://localhost:8080/"])) {
        let ours = PublicUrl::parse("https://reset.example.org").unwrap();
        let is_ours = ours.answers_to(&text);
        prop_assert!(!is_ours || text.to_ascii_lowercase().starts_with("reset.example.org"));
        let _ = PublicUrl::parse(&text);
    }

    #[test]
    fn policies(text in near(&[r#"{"enabled":{"for":"everyone"},"methods_required":2,"methods":["email","text"],"banned":["x"],"password":{"minimum":15,"history":5},"own_domains":["kitayama.example"],"countries":["JP"]}"#])) {
        if let Ok(policy) = serde_json::from_str::<Policy>(&text) {
            policy.mistakes();
            policy.warnings();
        }
    }

    #[test]
    fn settings(text in near(&["public_url = \"https://reset.example.org\"\nkeyring = \"k\"\norganisation.name.en = \"K\"\n[text]\nurl = \"https://sms.example.org/{to}\"\nmethod = \"GET\"\nheaders = { A = \"b\" }\n[text.success]\nstatus = [\"200-299\"]\n"])) {
        let read = Settings::read(&text, Path::new("/aikagi.toml"), &Environment::new());
        if let Err(mistakes) = read {
            prop_assert!(!mistakes.to_string().is_empty());
        }
    }

    #[test]
    fn older_hashes(text in near(&[
        "$2b$10$k87L/MF28Q673VKh8/cPi.3C5.LjyHF/4D5A8CPpKl6zzyJJ19fA2",
        "$pbkdf2-sha256$i=600000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cr/9qLzrwoa+q/JlG4LofBWfmxPYebwadhPUmLlUTO4",
        "{SSHA}233gLLm+XotcB0EI2HCczCjWR9EBAgP/",
    ])) {
        let _ = Older::parse(&text);
    }

    #[test]
    fn anchors(text in near(&["12:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"])) {
        if let Ok(anchor) = text.parse::<Anchor>() {
            prop_assert_eq!(anchor.to_string().parse::<Anchor>().ok(), Some(anchor));
        }
    }
}

const KEYRING: &str =
    "[[key]]\nkid = \"k1\"\nmade = \"2026-11-22\"\nsecret = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\n";

#[test]
fn keyrings() {
    let scratch = Scratch::new();
    let path = scratch.path("keyring.toml");
    std::fs::write(&path, KEYRING).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    Keyring::load(&path).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(cases(10_000));
    let outcome = runner.run(&near(&[KEYRING]), |text| {
        std::fs::write(&path, text).unwrap();
        if let Err(trouble) = Keyring::load(&path) {
            // Nor is a secret told.
            prop_assert!(!trouble.to_string().contains("AAECAwQF"), "{}", trouble);
        }
        Ok(())
    });
    outcome.unwrap();
}
