//! What messages say, whatever they are about and whoever reads them.

mod codes;

use portal::account::Language;
use portal::identity::{AccountId, CodeId, ContactId, FlowId};
use portal::limits::Factor;
use portal::method::code::Purpose;
use portal::method::{ContactKind, Method};
use portal::moment::Moment;
use portal::ports::{Alarm, CallForHelp, Code, Matter};
use portal::recovery::Case;
use server::compose::{Draft, Sender};
use server::courier::Parcel;
use server::settings::{Environment, Settings};

const HELP: &str = "03-5550-1234";
/// A name that stands nowhere else in a message.
const NAME: &str = "qqxjz";
/// What makes the link of "this was not me".
const TOKEN: &str = "a-1-m-0123";
const NETWORK: &str = "203.0.113.0/24";

fn sender() -> Sender {
    Sender {
        organisation: "北山製作所".into(),
        help: HELP.into(),
        host: "reset.kitayama.example".into(),
        origin: "https://reset.kitayama.example".into(),
        offset_minutes: 540,
    }
}

/// 2026-06-04, 05:04 in Tokyo.
fn draft(language: Language) -> Draft<'static> {
    Draft {
        language,
        name: NAME,
        at: Moment::from_millis(1_780_517_049_000),
        network: NETWORK,
        not_me: Some(TOKEN),
    }
}

fn code(method: Method, purpose: Purpose) -> Code {
    Code {
        id: CodeId::new("c"),
        flow: FlowId::new("f"),
        account: AccountId::new("a"),
        purpose,
        method,
        digits: method.digits(),
        lane: portal::limits::Lane::Unknown,
        contact: ContactId::new("k"),
        channel: String::new(),
        nonce: String::new(),
        asked: Moment::from_millis(1_780_517_049_000),
        tries: 0,
        closed: false,
    }
}

/// Every notice there is.
fn notices() -> Vec<Matter> {
    let mut matters = vec![
        Matter::WasReset,
        Matter::WasUnlocked,
        Matter::WasChanged,
        Matter::Unfinished,
        Matter::Invitation { is_reminder: false },
        Matter::Invitation { is_reminder: true },
        Matter::AfterFailures {
            factor: Factor::Password,
            failures: 10,
        },
        Matter::Closed,
        Matter::Frozen {
            until: Moment::from_millis(1_780_776_249_000),
        },
        Matter::Disowned {
            name: NAME.into(),
            until: Moment::from_millis(1_780_776_249_000),
        },
        Matter::AdministratorReset { name: NAME.into() },
        Matter::HelpDigest {
            since: Moment::from_millis(1_780_517_049_000),
            count: 3,
            first: vec![CallForHelp {
                name: NAME.into(),
                case: "stuck".into(),
                support: "ABCD-2345".into(),
            }],
        },
    ];
    for kind in [ContactKind::Mailbox, ContactKind::Email, ContactKind::Phone] {
        matters.push(Matter::MethodAdded { kind: kind.into() });
        matters.push(Matter::MethodRemoved { kind: kind.into() });
    }
    for case in [Case::ManagedElsewhere, Case::NotEnabled, Case::NotVerified] {
        matters.push(Matter::CannotReset { case });
    }
    for case in ["not_enabled", "not_verified", "stuck"] {
        matters.push(Matter::HelpWanted {
            name: NAME.into(),
            case: case.into(),
            support: "ABCD-2345".into(),
        });
    }
    matters
}

/// Whether it goes to the help desk; whoever adds a matter is led here by the compiler, and to the list above.
const fn is_for_the_desk(matter: &Matter) -> bool {
    match matter {
        Matter::HelpWanted { .. } | Matter::HelpDigest { .. } | Matter::Alarm { .. } => true,
        Matter::Code { .. }
        | Matter::Nothing
        | Matter::Unsent { .. }
        | Matter::CannotReset { .. }
        | Matter::WasReset
        | Matter::WasUnlocked
        | Matter::WasChanged
        | Matter::MethodAdded { .. }
        | Matter::MethodRemoved { .. }
        | Matter::Unfinished
        | Matter::Invitation { .. }
        | Matter::AfterFailures { .. }
        | Matter::Closed
        | Matter::Frozen { .. }
        | Matter::Disowned { .. }
        | Matter::AdministratorReset { .. } => false,
    }
}

fn assert_tells_all(parcel: &Parcel, language: Language, about: &str) {
    let Parcel::Mail { subject, text, .. } = parcel else {
        panic!("{about}: no mail");
    };
    let (day, footer) = match language {
        Language::En => ("4 June 2026 05:04", "\n-- \n北山製作所\n03-5550-1234"),
        Language::Ja => ("2026 年 6 月 4 日 05:04", "\n-- \n北山製作所\n03-5550-1234"),
    };
    assert!(!subject.is_empty(), "{about}");
    assert!(text.contains(NAME), "{about}: whose account\n{text}");
    assert!(text.contains(day), "{about}: when\n{text}");
    assert!(text.contains(NETWORK), "{about}: from where\n{text}");
    assert!(text.ends_with(footer), "{about}: who speaks, and whom to tell\n{text}");
    assert!(!text.contains('{') && !text.contains('}'), "{about}: a gap\n{text}");
}

#[test]
fn every_mail_says_whose_when_from_where_and_whom_to_tell() {
    for language in Language::ALL {
        for matter in notices() {
            let about = format!("{matter:?} in {language:?}");
            let mail = sender().notice(draft(language), &matter, ContactKind::Mailbox, "x@y.example".into());
            let mail = mail.unwrap();
            assert_tells_all(&mail, language, &about);
            // Who is told about the own account is told what to do, too.
            let is_about_another = is_for_the_desk(&matter) || matches!(matter, Matter::Disowned { .. });
            let times = if is_about_another { 1 } else { 2 };
            assert_eq!(mail.text().matches(HELP).count(), times, "{about}\n{}", mail.text());
        }
        for purpose in [Purpose::Recovery, Purpose::Registration, Purpose::Proving] {
            let code = code(Method::Email, purpose);
            let mail = sender()
                .code(draft(language), &code, "77190264", "x@y.example".into())
                .unwrap();
            assert_tells_all(&mail, language, &format!("{purpose:?} in {language:?}"));
            // A stranger whose address was mistyped must not be able to stop anything.
            let link = format!("\nhttps://reset.kitayama.example/not-me/link/{TOKEN}\n");
            assert_eq!(
                mail.text().contains(&link),
                purpose != Purpose::Registration,
                "{}",
                mail.text()
            );
        }
    }
}

#[test]
fn texts_and_calls_carry_nothing_that_a_person_could_have_chosen() {
    for language in Language::ALL {
        // The help desk has mailboxes only.
        for matter in notices().iter().filter(|matter| !is_for_the_desk(matter)) {
            let text = sender()
                .notice(draft(language), matter, ContactKind::Phone, "+81".into())
                .unwrap();
            assert!(matches!(text, Parcel::Text { .. }), "{matter:?}");
            assert!(!text.text().contains(NAME), "{matter:?}: {}", text.text());
            assert!(text.text().contains(HELP), "{matter:?}: {}", text.text());
            assert!(!text.text().contains(TOKEN), "{matter:?}: {}", text.text());
            // Two segments of 67 UCS-2 characters (3GPP TS 23.040).
            assert!(text.text().chars().count() <= 134, "{matter:?}: {}", text.text());
        }
        for (method, purpose) in [
            (Method::Text, Purpose::Recovery),
            (Method::Text, Purpose::Registration),
            (Method::Text, Purpose::Proving),
            (Method::Call, Purpose::Recovery),
            (Method::Call, Purpose::Registration),
            (Method::Call, Purpose::Proving),
        ] {
            let parcel = sender()
                .code(draft(language), &code(method, purpose), "482193", "+81".into())
                .unwrap();
            assert!(!parcel.text().contains(NAME), "{}", parcel.text());
        }
    }
}

#[test]
fn what_administrators_are_alarmed_by_is_told_whole_by_mail_and_shortly_by_text() {
    let alarms = [
        Alarm::Guessing,
        Alarm::Spending { method: Method::Text },
        Alarm::Unanswered { method: Method::Call },
        Alarm::Names,
    ];
    for (language, alarm) in Language::ALL
        .into_iter()
        .flat_map(|one| alarms.map(|alarm| (one, alarm)))
    {
        let tell = |kind| {
            sender()
                .notice(draft(language), &Matter::Alarm { alarm }, kind, "x".into())
                .unwrap()
        };
        let mail = tell(ContactKind::Mailbox);
        assert!(
            mail.text().contains(NETWORK) && !mail.text().contains('{'),
            "{}",
            mail.text()
        );
        // Nobody has to be told that it was not them.
        assert_eq!(mail.text().matches(HELP).count(), 1, "{}", mail.text());
        let text = tell(ContactKind::Phone);
        assert!(text.text().chars().count() <= 134, "{}", text.text());
    }
}

#[test]
fn what_is_no_notice_is_put_into_no_words() {
    let code = CodeId::new("c");
    let unsent = Matter::Unsent { code: code.clone() };
    for matter in [Matter::Nothing, unsent, Matter::Code { code }] {
        let parcel = sender().notice(draft(Language::En), &matter, ContactKind::Mailbox, "x@y.example".into());
        assert!(parcel.is_none(), "{matter:?}");
    }
}

#[test]
fn there_is_always_somebody_to_turn_to() {
    let told = |more: &str, language| {
        let text = format!(
            "public_url = \"https://reset.example.org\"\nkeyring = \"k\"\norganisation.name.en = \"Kitayama\"\n{more}"
        );
        let settings = Settings::read(&text, std::path::Path::new("aikagi.toml"), &Environment::default());
        settings.unwrap().whom_to_tell(language)
    };
    let mail = "[mail]\nhost = \"mail.example.org\"\nfrom = \"no-reply@example.org\"\n";
    let desk = format!("{mail}help_desk = [\"it@example.org\", \"boss@example.org\"]\n");
    let line = format!("organisation.help.en = \"Room 5\"\norganisation.help.ja = \"5 号室\"\n{desk}");
    for language in Language::ALL {
        assert_eq!(told("", language), "https://reset.example.org");
        assert_eq!(told(mail, language), "https://reset.example.org");
        assert_eq!(told(&desk, language), "it@example.org");
    }
    assert_eq!(told(&line, Language::En), "Room 5");
    assert_eq!(told(&line, Language::Ja), "5 号室");
}
