//! Everything that the store can be told, and what it is asked of accounts.

use super::*;

pub async fn changes(ground: &Ground, account: &Account) {
    let id = &account.id;
    let mail = contact(account, ContactKind::Email, "h@mail.example", Trust::Verified);
    let phone = contact(account, ContactKind::Phone, "+819012345678", Trust::Pending);
    let (kept, ended) = (flow(account), flow(account));
    let asked = code(&kept, account, &mail, Method::Email);
    let (opened, failed) = (session(account), Failures::default().count(START));
    let save = |before: &Failures, after: &Failures| Change::SaveFailures {
        account: id.clone(),
        factor: Factor::Email,
        before: before.clone(),
        after: after.clone(),
    };
    let none = Failures::default();
    let told = message(Recipient::Contact(mail.id.clone()), Matter::WasReset);
    let wanted = Matter::HelpWanted {
        name: "h.tanaka".into(),
        case: "stuck".into(),
        support: "ABCD-2345".into(),
    };
    let other = message(Recipient::Contact(ContactId::new("x")), Matter::WasReset);
    ground
        .done(vec![
            Change::AccountIs {
                account: id.clone(),
                revision: account.revision,
            },
            Change::PolicyIs(1),
            Change::OpenFlow(kept.clone()),
            Change::OpenFlow(ended.clone()),
            Change::PutContact(mail.clone()),
            Change::PutContact(phone.clone()),
            Change::OpenCode(asked.clone()),
            Change::Enqueue(carrying(&asked)),
            Change::Enqueue(told),
            Change::Enqueue(other),
            Change::HoldBack(message(Recipient::HelpDesk, wanted)),
            Change::CallsAtMost {
                account: Some(id.clone()),
                since: START,
                most: 0,
            },
            Change::CallsAtMost {
                account: None,
                since: START,
                most: 0,
            },
            Change::CountTry {
                code: asked.id.clone(),
                seen: 0,
            },
            Change::AddProof(
                kept.id.clone(),
                Proof::recorded(Method::Email, Proved::of_address("digest"), true, START),
            ),
            save(&none, &none),
            save(&none, &failed),
            save(&failed, &failed.count(START)),
            save(&failed.count(START), &none),
            Change::RecordSend {
                channel: "c".into(),
                network: "n".into(),
                account: id.clone(),
                lane: Lane::Unknown,
                method: Method::Email,
                prefix: None,
                code: portal::identity::CodeId::new("c"),
                unsent: false,
                at: START,
            },
            Change::SendsBelow {
                of: Spent::By(Method::Email),
                since: START,
                most: 9,
            },
            Change::SendsBelow {
                of: Spent::To("p".into(), Lane::Known),
                since: START,
                most: 9,
            },
            Change::AnswerSend(portal::identity::CodeId::new("c")),
            Change::CountGuess { day: 1, chance: 1 },
            Change::RaiseAlarm {
                name: "names".into(),
                at: START,
                since: START,
            },
            Change::KnowDevice {
                token: "d".into(),
                before: Some("e".into()),
                account: id.clone(),
                at: START,
            },
            Change::TouchDevice {
                token: "d".into(),
                at: START,
            },
            Change::ForgetDevices(id.clone()),
            Change::SendsAre {
                channel: "c".into(),
                since: START - hours(1),
                seen: 1,
            },
            Change::SendsForAre {
                account: id.clone(),
                since: START - hours(1),
                seen: 1,
            },
            Change::SpendChallenge {
                token: "t".into(),
                until: START,
            },
            Change::OpenSession(opened.clone()),
            Change::TouchSession {
                token: opened.token.clone(),
                seen: START,
                proved: START,
            },
            Change::VerifyContact {
                contact: phone.id.clone(),
                at: START,
            },
            Change::PutOff(opened.token.clone()),
            Change::SetAnswers {
                account: id.clone(),
                answers: vec![portal::ports::KeptAnswer {
                    question: "first-film".into(),
                    form: "v1".into(),
                    hash: "hash".into(),
                }],
                at: START,
            },
            Change::RehashAnswer {
                account: id.clone(),
                question: "first-film".into(),
                before: "hash".into(),
                after: "newer".into(),
            },
            Change::SaveUpkeep(id.clone(), Upkeep::default().invited(START)),
            Change::FinishRegistration {
                account: id.clone(),
                at: START,
            },
            Change::Rehash {
                account: id.clone(),
                before: "hash-0".into(),
                after: "hash-1".into(),
            },
            Change::Record(entry(Some(id.clone()))),
        ])
        .await;
    let outgoing = ground
        .store
        .lease_due(START, "worker", Channel::Mail, 10)
        .await
        .unwrap();
    assert_eq!(outgoing.len(), 3);
    ground.store.prolong(&outgoing[0], START).await.unwrap();
    ground.store.code_for_sending(&asked.id).await.unwrap();
    ground.store.contact_for_sending(&mail.id).await.unwrap();
    for failed in [&outgoing[0], &outgoing[2]] {
        ground
            .store
            .postpone(failed, START + seconds(1), Obstacle::Channel, "busy")
            .await
            .unwrap();
    }
    ground.store.failing(START).await.unwrap();
    ground.store.failing(START + minutes(1)).await.unwrap();
    ground
        .store
        .lease_due(START + minutes(1), "worker", Channel::Mail, 1)
        .await
        .unwrap();
    ground.store.hurry(Channel::Mail, START).await.unwrap();
    ground.store.backlog().await.unwrap();
    ground.store.held_back(START, 5).await.unwrap();
    ground.store.delivered(&outgoing[0].message.id, START).await.unwrap();
    ground.store.give_back("worker", Channel::Mail, START).await.unwrap();
    ground.store.bury(&outgoing[1], "refused").await.unwrap();
    ground.store.discard(&outgoing[1], "nothing").await.unwrap();
    ground.store.dead_letters(0, 10).await.unwrap();
    ground
        .done(vec![
            Change::TellHeldBack { until: START, seen: 1 },
            Change::SpendCode(asked.id),
            Change::CloseCodes(kept.id.clone()),
            Change::DropProofs(kept.id.clone()),
            Change::SetPassword {
                account: id.clone(),
                hash: "hash-2".into(),
                epoch: 1,
                at: START,
                keep: 1,
            },
            Change::EndFlows {
                account: id.clone(),
                except: Some(kept.id.clone()),
            },
            Change::EndSession(opened.token),
            Change::EndSessions {
                account: id.clone(),
                except: None,
            },
            Change::DropPending {
                account: id.clone(),
                kind: ContactKind::Email,
            },
            Change::RemoveContact(mail.id),
            Change::SaveFlow(portal::ports::Flow { version: 2, ..kept }),
        ])
        .await;
}

pub async fn questions(ground: &Ground, account: &Account) {
    let store = &ground.store;
    store.account_named(&user("h.tanaka")).await.unwrap();
    store.account(&account.id).await.unwrap();
    store.administrators().await.unwrap();
    store.contacts(&account.id).await.unwrap();
    store.answers(&account.id).await.unwrap();
    store.history(&account.id, 5).await.unwrap();
    store.flow(FlowKind::Recovery, "none").await.unwrap();
    let none = portal::identity::FlowId::new("none");
    store.proofs(&none).await.unwrap();
    store.code(&portal::identity::CodeId::new("none")).await.unwrap();
    store.live_codes(&account.id, &none, START).await.unwrap();
    store.failures(&account.id, Factor::Email).await.unwrap();
    store.sends("c", "n", START - hours(1)).await.unwrap();
    store.sends_to_prefix("p", START).await.unwrap();
    store.spent(Method::Text, START).await.unwrap();
    store.guessed(1).await.unwrap();
    store.unknown_names(START, 9).await.unwrap();
    store.names_given(START).await.unwrap();
    store.knows_device("d", &account.id).await.unwrap();
    store.device_owner("d").await.unwrap();
    store.count_devices(&account.id).await.unwrap();
    store.sends_for(&account.id, START).await.unwrap();
    store.calls_for_help(&account.id, START).await.unwrap();
    store.unfinished(START).await.unwrap();
    store.told_of_failures(&account.id, START).await.unwrap();
    store.told_of_case(&account.id, START).await.unwrap();
    store.session("none").await.unwrap();
    store.upkeep(&account.id).await.unwrap();
    store.to_remind(START).await.unwrap();
}
