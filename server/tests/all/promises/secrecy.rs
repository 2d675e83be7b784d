//! What a copy of the database tells: no address, no code, no password.

use portal::method::{ContactKind, Method};
use portal::ports::{Change, Keys as _, Label, Matter, Recipient, Trust};
use server::store::people::NewPerson;

use crate::cluster;

use super::ground::{Ground, START, carrying, code, entry, message, person};

#[tokio::test]
async fn the_files_hold_no_address_and_no_code_in_clear() {
    let ground = Ground::new().await;
    let markers = [
        "kanariya.mail@marker.example",
        "+819055501234",
        "kanariya.box@corp.example",
        "+81355509876",
    ];
    let new = NewPerson {
        mailbox: Some(markers[2].into()),
        vouched: vec![(ContactKind::Phone, markers[3].into())],
        ..person("h.tanaka")
    };
    ground
        .store
        .add_person(new, portal::audit::Actor::Console, START)
        .await
        .unwrap();
    let account = {
        use portal::ports::Store as _;
        ground
            .store
            .account_named(&super::ground::user("h.tanaka"))
            .await
            .unwrap()
            .unwrap()
    };
    let mail = ground
        .contact(&account, ContactKind::Email, markers[0], Trust::Verified)
        .await;
    let phone = ground
        .contact(&account, ContactKind::Phone, markers[1], Trust::Pending)
        .await;
    let flow = ground.flow(&account).await;
    let asked = code(&flow, &account, &mail, Method::Email);
    let digest = ground
        .keys
        .digest(Label::Code, &[asked.id.as_str().as_bytes(), asked.nonce.as_bytes()]);
    let digits = portal::method::code::digits_of(&digest, 8);
    ground
        .done(vec![
            Change::OpenCode(asked.clone()),
            Change::Enqueue(carrying(&asked)),
            Change::Enqueue(message(
                Recipient::Contact(phone.id.clone()),
                Matter::MethodAdded {
                    kind: ContactKind::Phone.into(),
                },
            )),
            Change::Record(entry(Some(account.id.clone()))),
            Change::RemoveContact(mail.id.clone()),
        ])
        .await;

    let mut searched = 0;
    let search = |bytes: &[u8], place: &str| {
        for marker in markers.iter().chain([&digits.as_str()]) {
            // The address as it is, and the part before the @ or after the country.
            let bare = marker.trim_start_matches("+81").split('@').next().unwrap();
            for needle in [*marker, bare] {
                let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
                assert!(!found, "{needle} stands in {place}");
            }
        }
    };
    for file in std::fs::read_dir(ground.folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        searched += bytes.len();
        search(&bytes, &path.display().to_string());
    }
    assert!(searched > 50_000 || cluster::is_server(), "the files were searched");
    search(ground.dump().await.as_bytes(), "the dump");
}

#[tokio::test]
async fn sealing_the_same_address_twice_gives_nothing_to_compare() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for _ in 0..2 {
        ground
            .contact(&account, ContactKind::Email, "same@mail.example", Trust::Vouched)
            .await;
    }
    assert_eq!(ground.count("select count(distinct address) from contact").await, 2);
}
