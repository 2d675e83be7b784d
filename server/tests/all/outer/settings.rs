//! Settings as an operator writes them, and what is told about mistakes.

use std::fs;
use std::path::{Path, PathBuf};

use portal::account::Language;
use portal::moment::days;
use server::settings::{Database, Environment, GatewayMethod, LogFormat, Security, Settings};

use super::scratch::Scratch;

const LEAST: &str = "public_url = \"https://reset.example.org\"\n";

fn read_with(text: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let environment: Environment = environment
        .iter()
        .map(|(name, text)| ((*name).into(), (*text).into()))
        .collect();
    Settings::read(text, Path::new("/etc/aikagi/aikagi.toml"), &environment).map_err(|mistakes| mistakes.to_string())
}

fn read(text: &str) -> Result<Settings, String> {
    read_with(text, &[])
}

/// What is told about these lines after the least that is needed.
fn told(lines: &str) -> String {
    read(&format!("{LEAST}{lines}")).expect_err(lines)
}

fn is_file(database: &Database, expected: &str) -> bool {
    matches!(database, Database::Sqlite(place) if place == Path::new(expected))
}

#[test]
fn one_line_is_enough_and_the_rest_has_defaults() {
    let settings = read(LEAST).unwrap();
    assert_eq!(settings.public_url.origin(), "https://reset.example.org");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.data_dir, Path::new("/etc/aikagi/data"));
    assert!(is_file(&settings.database, "/etc/aikagi/data/aikagi.db"));
    assert_eq!(settings.keyring, Path::new("/etc/aikagi/keyring.toml"));
    assert_eq!(settings.time_zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(
        (
            settings.organisation.name.of(Language::Ja),
            settings.organisation.emblem.as_str()
        ),
        ("Aikagi", "A")
    );
    assert_eq!(settings.organisation.default_language, Language::En);
    assert_eq!(
        (settings.hashing.cost.memory_kib(), settings.hashing.cost.passes()),
        (19_456, 2)
    );
    assert_eq!(settings.audit.keep, days(730));
    assert_eq!(settings.log.format, LogFormat::Text);
    assert!(settings.mail.is_none() && settings.text.is_none() && settings.voice.is_none());
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let settings = read(&Settings::commented_example()).unwrap();
    assert_eq!(settings.organisation.name.of(Language::Ja), "北山大学");
}

#[test]
fn every_line_of_the_example_is_a_setting_that_exists() {
    // What is commented out is taken in: a `#` right before a key or a section. Prose has a space there.
    let whole: String = Settings::commented_example()
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
                .unwrap_or(line)
        })
        .map(|line| if line.starts_with("ca =") { "" } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    let settings = read(&whole.replace("password = \"\"", "password = \"x\"")).unwrap();
    assert_eq!(settings.mail.unwrap().port, 587);
    assert_eq!(settings.text.unwrap().method, GatewayMethod::Post);
    assert!(settings.voice.unwrap().body.is_some());
    assert!(
        is_file(&settings.database, "/etc/aikagi/data/aikagi.db"),
        "the example shows the defaults"
    );
}

#[test]
fn everything_can_be_set() {
    let settings = read(
        r#"
        public_url = "https://reset.example.org:8443"
        listen = "[::1]:9000"
        data_dir = "/var/lib/aikagi"
        database = "sqlite:///srv/aikagi.db"
        keyring = "/etc/keys/aikagi.toml"
        time_zone = "Europe/Berlin"
        trusted_proxies = ["10.0.0.0/24", "192.0.2.7", "fd00::/8"]
        organisation = { name = { ja = "北山大学" }, emblem = "北山", help.en = "03-1234-5678", default_language = "ja" }
        hashing = { memory_kib = 47104, passes = 1, permits = 3 }
        audit = { keep_days = 3650 }
        log = { format = "json", level = "debug" }
        [mail]
        host = "mail.example.org"
        security = "tls"
        user = "aikagi"
        password = "hidden"
        from = "北山大学 <no-reply@example.org>"
        help_desk = ["it@example.org", "desk@example.org"]
        [text]
        method = "GET"
        url = "http://127.0.0.1:13013/cgi-bin/sendsms?username=a&password=b&to={to}&text={text}"
        success = { status = ["202"] }
        [voice]
        url = "https://api.example.org/Calls.json"
        headers = { Content-Type = "application/x-www-form-urlencoded", Authorization = "Basic eA==" }
        body = "To={to}&Twiml=<Response><Say>{text_xml}</Say></Response>"
        success = { json = "/status", equals = "queued" }
        "#,
    )
    .unwrap();
    assert_eq!(settings.organisation.name.of(Language::En), "北山大学");
    assert_eq!(settings.organisation.emblem, "北山");
    assert_eq!(settings.organisation.help.unwrap().of(Language::Ja), "03-1234-5678");
    assert_eq!(settings.trusted_proxies.len(), 3);
    assert!(is_file(&settings.database, "/srv/aikagi.db"));
    assert_eq!(settings.hashing.permits.map(std::num::NonZeroUsize::get), Some(3));
    assert_eq!(settings.audit.keep, days(3_650));
    let mail = settings.mail.unwrap();
    assert_eq!(
        (mail.port, mail.security, mail.help_desk.len()),
        (465, Security::Tls, 2)
    );
    assert_eq!(settings.text.unwrap().origin, "http://127.0.0.1:13013");
    assert_eq!(
        settings.voice.unwrap().success.json,
        Some(("/status".into(), "queued".into()))
    );
}

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_a_way_out() {
    let text = "listen = \"8080\"\ntime_zone = \"Asia/Tokio\"\n\n[mail]\nhost = \"mail.example.org\"\nprot = 25\nfrom = 7\n\n[log]\nlevel = \"loud\"\n";
    let told = read(text).unwrap_err();
    let expected = [
        "/etc/aikagi/aikagi.toml: `public_url` is missing\n    for example: public_url = \"https://reset.example.org\"",
        "/etc/aikagi/aikagi.toml:1: `listen` is not an address with a port\n    for example: listen = \"127.0.0.1:8080\"",
        "/etc/aikagi/aikagi.toml:2: `time_zone` is not a time zone of the IANA database\n    for example: time_zone = \"Asia/Tokyo\"",
        "/etc/aikagi/aikagi.toml:6: `mail.prot` is not a setting\n    did you mean `port`?",
        "/etc/aikagi/aikagi.toml:7: `mail.from` is a text in quotes\n    for example: from = \"…\"",
        "/etc/aikagi/aikagi.toml:10: `log.level` is \"error\", \"warn\", \"info\", \"debug\" or \"trace\"",
    ];
    assert_eq!(told, expected.join("\n"));
}

#[test]
fn values_that_protect_nothing_are_refused() {
    for (lines, part) in [
        ("database = \"postgres://db/aikagi\"", "must begin with sqlite:"),
        ("database = \"sqlite::memory:\"", "is the path of a file"),
        (
            "data_dir = \"/srv/a\"\nkeyring = \"/srv/a/keyring.toml\"",
            ":3: `keyring` must not lie in data_dir",
        ),
        (
            "data_dir = \"/srv/a\"\nkeyring = \"/srv/b/../a/k/keyring.toml\"",
            "must not lie in data_dir",
        ),
        ("data_dir = \".\"", "`keyring` must not lie in data_dir"),
        (
            "database = \"sqlite:/srv/a/b/aikagi.db\"\nkeyring = \"/srv/a/b/keyring.toml\"",
            ":3: `keyring` must not lie in the folder of the database",
        ),
        (
            "organisation.name.en = \"Kita\\u200byama\"",
            "holds a line break or an invisible character",
        ),
        (
            "trusted_proxies = [\"10.0.0.0/24\",\n\"proxy\"]",
            ":3: `trusted_proxies` is a list of networks",
        ),
        ("trusted_proxies = \"10.0.0.1\"", "is a list"),
        ("hashing.memory_kib = 8192", "is weaker than OWASP's least"),
        ("hashing.passes = 1", "is weaker than OWASP's least"),
        ("hashing.permits = 0", "is a number from 1 to 1024"),
        ("hashing.permits = \"2\"", "is a number from 1 to 1024"),
        ("audit.keep_days = 29", "is a number from 30 to 3650"),
        ("audit.keep_days = 3651", "is a number from 30 to 3650"),
        ("organisation.emblem = \"ABC\"", "is longer than 2 characters"),
        ("organisation.name.en = \"Kita\\nyama\"", "holds a line break"),
        (
            "organisation.name.en = \"Kita\\u202eyama\"",
            "holds a line break or an invisible character",
        ),
        ("organisation.default_language = \"fr\"", "is \"en\" or \"ja\""),
        ("organisation = \"Kitayama\"", "is a section"),
        (
            "mail = { host = \"m.example.org\", from = \"a@example.org\", security = \"none-for-loopback-only\" }",
            "on this machine only",
        ),
        (
            "mail = { host = \"m.example.org\", from = \"nobody\" }",
            "is no mail address",
        ),
        (
            "mail = { host = \"m.example.org\", from = \"a@example.org\", user = \"a\" }",
            "has no password",
        ),
        (
            "mail = { host = \"m.example.org\", from = \"a@example.org\", ca = \"gone.pem\" }",
            "cannot be read",
        ),
        ("mail = { from = \"a@example.org\" }", "`mail.host` is missing"),
        (
            "text.body = '{\"to\":\"{to}\",\"text\":\"{text}\"}'",
            "`text.url` is missing",
        ),
        ("text.url = \"https://sms.example.org/\"", "`text.body` is missing"),
        (
            "text = { url = \"http://sms.example.org/\", body = '{\"to\":\"{to}\",\"text\":\"{text}\"}' }",
            "http is for this machine only",
        ),
        (
            "text = { url = \"https://{to}.example.org/\", body = '{\"text\":\"{text}\"}' }",
            "after the host only",
        ),
        (
            "text = { url = \"https://sms.example.org/\", body = '{\"text\":\"{text}\"}' }",
            "nowhere say {to}",
        ),
        (
            "text = { url = \"https://sms.example.org/\", body = '{\"to\":\"{to}\",\"text\":\"{txet}\"}' }",
            "did you mean {text}?",
        ),
        (
            "text = { url = \"https://sms.example.org/\", body = '{\"to\":{to},\"text\":\"{text}\"}' }",
            "is not JSON",
        ),
        (
            "text = { url = \"https://s.example.org/?t={to}&x={text}\", method = \"GET\", body = '{}' }",
            "does not go with GET",
        ),
        (
            "text = { url = \"https://s.example.org/?t={to}&x={text}\", method = \"GET\", success = { status = [\"500\"] } }",
            "statuses from 200 to 399",
        ),
        (
            "text = { url = \"https://s.example.org/?t={to}&x={text}\", method = \"GET\", success = { json = \"/a\" } }",
            "goes with equals",
        ),
        (
            "text = { url = \"https://s.example.org/?t={to}&x={text}\", method = \"GET\", headers = { Host = \"x\" } }",
            "set by itself",
        ),
    ] {
        let told = told(lines);
        assert!(told.contains(part), "{lines}\n{told}");
    }
}

#[test]
fn the_environment_takes_precedence_and_is_named_in_mistakes() {
    let text = format!("{LEAST}[mail]\nhost = \"a.example.org\"\nfrom = \"a@example.org\"\nuser = \"aikagi\"\n");
    let environment = [
        ("AIKAGI_MAIL_PASSWORD", "hidden"),
        ("AIKAGI_MAIL_HOST", "b.example.org"),
        ("AIKAGI_MAIL_PORT", "2525"),
        ("AIKAGI_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ("AIKAGI_TEXT_URL", "https://s.example.org/?t={to}&x={text}"),
        ("AIKAGI_TEXT_METHOD", "GET"),
        ("AIKAGI_TEXT_HEADERS_X_API_KEY", "hidden"),
        ("HOME", "/root"),
        ("AIKAGI_SITE", "something of somebody else's"),
    ];
    let settings = read_with(&text, &environment).unwrap();
    let mail = settings.mail.as_ref().unwrap();
    assert_eq!((mail.host.as_str(), mail.port), ("b.example.org", 2525));
    assert_eq!(mail.login.as_ref().unwrap().1.expose(), "hidden");
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(settings.text.as_ref().unwrap().headers["x-api-key"], "hidden");
    assert!(!format!("{settings:?}").contains("hidden"));

    let told = read_with(
        &text,
        &[("AIKAGI_MAIL_PASWORD", "hidden"), ("AIKAGI_MAIL_PORT", "many")],
    )
    .unwrap_err();
    assert!(
        told.contains(
            "environment variable AIKAGI_MAIL_PASWORD: is not a setting\n    did you mean AIKAGI_MAIL_PASSWORD?"
        ),
        "{told}"
    );
    assert!(
        told.contains("environment variable AIKAGI_MAIL_PORT: `mail.port` is a number"),
        "{told}"
    );
    assert!(!told.contains("hidden"), "{told}");
}

#[test]
fn no_mistake_shows_a_secret() {
    for lines in [
        "[mail]\npassword = \"hidden\n",
        "[mail]\npassword = hidden\n",
        "[mail]\npassword = \"hidden\"\npassword = \"hidden\"\n",
        "[mail]\npassword = \"hidden\"\n",
        "[mail]\npasword = \"hidden\"\n",
        "[text]\nurl = \"https://me:hidden@sms.example.org/\"\n",
        "[text]\nurl = \"http://sms.example.org/?password=hidden\"\n",
        "[text]\nheaders = { Authorization = \"hid\\u0000den hidden\" }\n",
        "public_url = \"https://me:hidden@reset.example.org\"\n",
    ] {
        let told = told(lines);
        assert!(!told.contains("hidden"), "{lines}\n{told}");
    }
}

#[test]
fn printing_settings_shows_no_secret() {
    let settings = read(&format!(
        "{LEAST}[mail]\nhost = \"m.example.org\"\nfrom = \"a@example.org\"\nuser = \"u\"\npassword = \"hidden\"\n\
         [text]\nmethod = \"GET\"\nurl = \"https://s.example.org/?key=hidden&t={{to}}&x={{text}}\"\nheaders = {{ X-Key = \"hidden\" }}\n"
    ))
    .unwrap();
    assert!(!format!("{settings:?}").contains("hidden"));
}

#[test]
fn a_file_that_is_not_there_is_told_with_what_makes_one() {
    let told = Settings::load(Path::new("/nonexistent/aikagi.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        told.starts_with("/nonexistent/aikagi.toml: cannot be read") && told.contains("aikagi init"),
        "{told}"
    );
}

#[test]
fn a_link_does_not_hide_that_the_keyring_lies_with_the_data() {
    let scratch = Scratch::new();
    let data: PathBuf = scratch.path("data");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink(&data, scratch.path("keys")).unwrap();
    fs::write(data.join("keyring.toml"), "").unwrap();
    let text = format!("{LEAST}data_dir = \"data\"\nkeyring = \"keys/keyring.toml\"\n");
    let file = scratch.path("aikagi.toml");
    fs::write(&file, text).unwrap();
    let told = Settings::load(&file).unwrap_err().to_string();
    assert!(told.contains("`keyring` must not lie in data_dir"), "{told}");
}
