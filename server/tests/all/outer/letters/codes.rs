//! What a code is sent with, and what a digest names.

use super::*;

const PURPOSES: [Purpose; 3] = [Purpose::Recovery, Purpose::Registration, Purpose::Proving];

#[test]
fn a_text_ends_with_the_line_that_binds_it_to_the_site_and_fits_two_segments() {
    for (language, purpose) in Language::ALL
        .into_iter()
        .flat_map(|one| PURPOSES.map(|purpose| (one, purpose)))
    {
        let code = code(Method::Text, purpose);
        let parcel = sender().code(draft(language), &code, "482193", "+81".into()).unwrap();
        assert!(parcel.text().ends_with("\n\n@reset.kitayama.example #482193"));
        // Two segments of 67 UCS-2 characters (3GPP TS 23.040).
        assert!(parcel.text().chars().count() <= 134, "{}", parcel.text());
    }
}

#[test]
fn no_subject_holds_a_code() {
    let Parcel::Mail { subject, text, .. } = sender()
        .code(
            draft(Language::En),
            &code(Method::Email, Purpose::Recovery),
            "77190264",
            "x@y.example".into(),
        )
        .unwrap()
    else {
        panic!("a mail")
    };
    assert!(!subject.contains("7719"));
    assert!(text.contains("\n\n7719 0264\n\n"));
    assert!(text.contains("203.0.113.0") && text.contains("05:09"));
}

#[test]
fn a_call_says_every_digit_by_itself_and_all_of_them_twice() {
    for (language, slowly) in [(Language::En, "3, 0, 8. 5, 5, 2"), (Language::Ja, "3、0、8。5、5、2")] {
        for purpose in PURPOSES {
            let code = code(Method::Call, purpose);
            let parcel = sender().code(draft(language), &code, "308552", "+81".into()).unwrap();
            assert_eq!(parcel.text().matches(slowly).count(), 2, "{}", parcel.text());
            assert!(!parcel.text().contains("308"), "{}", parcel.text());
        }
    }
}

#[test]
fn whoever_gets_a_code_is_asked_to_tell_it_to_nobody() {
    for (language, advice) in [
        (Language::En, "Never tell it to anyone"),
        (Language::Ja, "誰にも教えないでください"),
    ] {
        for (purpose, method) in PURPOSES
            .into_iter()
            .flat_map(|purpose| Method::SENDING.map(|method| (purpose, method)))
        {
            let code = code(method, purpose);
            let parcel = sender().code(draft(language), &code, "482193", "x".into()).unwrap();
            assert!(parcel.text().contains(advice), "{}", parcel.text());
        }
    }
}

#[test]
fn each_purpose_of_a_code_is_told_in_words_of_its_own() {
    for (language, method) in Language::ALL
        .into_iter()
        .flat_map(|one| [Method::Email, Method::Text].map(|method| (one, method)))
    {
        let told = PURPOSES.map(|purpose| {
            let code = code(method, purpose);
            sender()
                .code(draft(language), &code, "482193", "x".into())
                .unwrap()
                .text()
                .to_owned()
        });
        assert!(
            told[0] != told[1] && told[1] != told[2] && told[0] != told[2],
            "{told:?}"
        );
    }
    let proving = code(Method::Email, Purpose::Proving);
    let mail = sender()
        .code(draft(Language::En), &proving, "77190264", "x@y.example".into())
        .unwrap();
    let text = mail.text();
    assert!(
        text.contains("wants to change the verification methods of qqxjz"),
        "{text}"
    );
    assert!(
        text.contains("somebody knows your password") && !text.contains("registering"),
        "{text}"
    );
}

#[test]
fn a_digest_names_the_first_and_counts_the_others() {
    let call = CallForHelp {
        name: "k.sato\r\nhttps://evil.example".into(),
        case: "stuck".into(),
        support: "ABCD-2345".into(),
    };
    let matter = Matter::HelpDigest {
        since: Moment::from_millis(1_780_517_049_000),
        count: 9,
        first: vec![call.clone(), call],
    };
    for language in Language::ALL {
        let to = "desk@kitayama.example".to_owned();
        let parcel = sender()
            .notice(draft(language), &matter, ContactKind::Mailbox, to)
            .unwrap();
        let Parcel::Mail { subject, text, .. } = &parcel else {
            panic!("a mail")
        };
        assert!(subject.contains('9') && text.contains("05:04"), "{subject} {text}");
        let named = text.lines().filter(|line| line.starts_with("k.sato"));
        assert_eq!(named.filter(|line| line.contains("ABCD-2345")).count(), 2, "{text}");
        assert!(text.lines().any(|line| line.contains('7')), "{text}");
    }
}
