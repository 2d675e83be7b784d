//! All of it, or nothing.

use portal::identity::{AccountId, Channel, CodeId, ContactId};
use portal::limits::{Factor, Failures};
use portal::method::proof::Proof;
use portal::method::{ContactKind, Method};
use portal::moment::minutes;
use portal::ports::{Change, Committed, Matter, Recipient, Store as _, Trust};

use super::ground::{Ground, START, contact, entry, flow, message, session};

#[tokio::test]
async fn whatever_is_stale_takes_everything_before_it_back() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let code = ground.code(&account).await;
    let held = ground.flow(&account).await;
    let opened = session(&account);
    let proof = Proof::recorded(Method::Text, Channel::of_address("digest"), true, START);
    let failed = Failures::default().count(START);
    ground
        .done(vec![
            Change::OpenSession(opened.clone()),
            Change::AddProof(held.id.clone(), proof.clone()),
            Change::SpendChallenge {
                token: "spent".into(),
                until: START,
            },
        ])
        .await;

    let stale = [
        Change::AccountIs {
            account: account.id.clone(),
            revision: 99,
        },
        Change::AccountIs {
            account: AccountId::new("nobody"),
            revision: 1,
        },
        Change::PolicyIs(99),
        Change::OpenFlow(held.clone()),
        Change::SaveFlow(held.clone()),
        Change::AddProof(held.id.clone(), proof),
        Change::CountTry {
            code: code.id.clone(),
            seen: 4,
        },
        Change::CountTry {
            code: CodeId::new("none"),
            seen: 0,
        },
        Change::SpendCode(CodeId::new("none")),
        Change::SaveFailures {
            account: account.id.clone(),
            factor: Factor::Email,
            before: failed.clone(),
            after: Failures::default(),
        },
        Change::SpendChallenge {
            token: "spent".into(),
            until: START,
        },
        Change::SetPassword {
            account: account.id.clone(),
            hash: "new".into(),
            epoch: 99,
            at: START,
            keep: 5,
        },
        Change::Rehash {
            account: account.id.clone(),
            before: "other".into(),
            after: "new".into(),
        },
        Change::OpenSession(opened.clone()),
        Change::TouchSession {
            token: "none".into(),
            seen: START,
            proved: START,
        },
        Change::VerifyContact {
            contact: ContactId::new("none"),
            at: START,
        },
        Change::VerifyContact {
            contact: code.contact.clone(),
            at: START,
        },
        Change::RemoveContact(ContactId::new("none")),
        Change::FinishRegistration {
            account: AccountId::new("nobody"),
            at: START,
        },
    ];
    let before = ground.dump().await;
    for guard in stale {
        let said = format!("{guard:?}");
        let mut next = held.clone();
        next.version += 1;
        let fresh_flow = flow(&account);
        let changes = vec![
            Change::SaveFlow(next),
            Change::OpenFlow(fresh_flow.clone()),
            Change::OpenCode(super::ground::code(
                &fresh_flow,
                &account,
                &contact(&account, ContactKind::Email, "x@mail.example", Trust::Verified),
                Method::Email,
            )),
            Change::CloseCodes(code.flow.clone()),
            Change::DropProofs(held.id.clone()),
            Change::SaveFailures {
                account: account.id.clone(),
                factor: Factor::History,
                before: Failures::default(),
                after: failed.clone(),
            },
            Change::RecordSend {
                channel: "c".into(),
                network: "n".into(),
                account: account.id.clone(),
                lane: portal::limits::Lane::Unknown,
                method: Method::Email,
                prefix: None,
                code: portal::identity::CodeId::new("c"),
                unsent: false,
                at: START,
            },
            Change::SpendChallenge {
                token: "fresh".into(),
                until: START + minutes(6),
            },
            Change::OpenSession(session(&account)),
            Change::PutContact(contact(&account, ContactKind::Phone, "+819012345678", Trust::Verified)),
            Change::FinishRegistration {
                account: account.id.clone(),
                at: START,
            },
            Change::Enqueue(message(Recipient::HelpDesk, Matter::WasReset)),
            Change::Record(entry(Some(account.id.clone()))),
        ];
        // The guard is the last, or follows what it is about.
        let guard_on_flow = matches!(guard, Change::SaveFlow(_) | Change::AddProof(..));
        let mut all = if guard_on_flow { changes[5..].to_vec() } else { changes };
        all.push(guard);
        assert_eq!(ground.commit(all).await, Committed::Stale, "{said}");
        assert_eq!(ground.dump().await, before, "{said}");
    }
}

#[tokio::test]
async fn a_failing_change_takes_everything_before_it_back() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let told = message(Recipient::HelpDesk, Matter::WasReset);
    ground.done(vec![Change::Enqueue(told.clone())]).await;
    let before = ground.dump().await;
    // The same message twice is a mistake of ours, not something that moved on.
    let changes = vec![
        Change::OpenSession(session(&account)),
        Change::Record(entry(Some(account.id.clone()))),
        Change::Enqueue(told),
    ];
    assert!(ground.store.commit(changes).await.is_err());
    assert_eq!(ground.dump().await, before);
}
