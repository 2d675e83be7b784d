//! Flows, their cookies, their codes, and what ends them.

use portal::identity::Channel;
use portal::method::proof::Proof;
use portal::method::{ContactKind, Method};
use portal::moment::{days, minutes, seconds};
use portal::ports::{Change, Committed, Flow, FlowKind, Matter, Recipient, Replay, Store as _, Trust, Unfinished};
use server::courier::Channel as Courier;

use super::ground::{Ground, START, carrying, code, flow, message};

async fn held(ground: &Ground, holder: &str) -> Option<Flow> {
    ground.store.flow(FlowKind::Recovery, holder).await.unwrap()
}

#[tokio::test]
async fn a_flow_comes_back_by_its_cookie_and_by_the_one_before() {
    let ground = Ground::new().await;
    let mut kept = ground.flow(&ground.person("h.tanaka").await).await;
    assert_eq!(held(&ground, &kept.holder).await, Some(kept.clone()));
    kept.version = 2;
    kept.holder_before = Some(std::mem::replace(&mut kept.holder, "rotated".into()));
    kept.replay = Some(Replay {
        key: "key".into(),
        content: "content".into(),
        at: START,
    });
    kept.body = "{\"stage\":1}".into();
    kept.ends = START + minutes(20);
    ground.done(vec![Change::SaveFlow(kept.clone())]).await;
    assert_eq!(held(&ground, "rotated").await, Some(kept.clone()));
    assert_eq!(
        held(&ground, kept.holder_before.as_deref().unwrap()).await,
        Some(kept.clone())
    );
    assert_eq!(
        ground.store.flow(FlowKind::Registration, "rotated").await.unwrap(),
        None
    );
    assert_eq!(held(&ground, "another").await, None);
}

#[tokio::test]
async fn of_several_flows_that_left_one_cookie_the_last_is_found() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let mut last = None;
    for age in [9, 1, 5] {
        let mut one = flow(&account);
        one.holder_before = Some("lost".into());
        one.opened = START - minutes(age);
        ground.done(vec![Change::OpenFlow(one.clone())]).await;
        if age == 1 {
            last = Some(one);
        }
    }
    assert_eq!(held(&ground, "lost").await, last);
}

#[tokio::test]
async fn a_flow_may_be_about_nobody() {
    let ground = Ground::new().await;
    let mut about_nobody = flow(&ground.person("h.tanaka").await);
    about_nobody.account = None;
    ground.done(vec![Change::OpenFlow(about_nobody.clone())]).await;
    assert_eq!(held(&ground, &about_nobody.holder).await, Some(about_nobody));
}

#[tokio::test]
async fn another_code_kills_every_earlier_one_of_the_flow_and_its_message() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let phone = ground
        .contact(&account, ContactKind::Phone, "+819012345678", Trust::Verified)
        .await;
    let first = ground.code(&account).await;
    let one = ground
        .store
        .flow(FlowKind::Recovery, &format!("holder-{}", first.flow.as_str()))
        .await
        .unwrap()
        .unwrap();
    ground.done(vec![Change::Enqueue(carrying(&first))]).await;
    let second = code(&one, &account, &phone, Method::Text);
    ground
        .done(vec![
            Change::OpenCode(second.clone()),
            Change::Enqueue(carrying(&second)),
        ])
        .await;
    assert!(ground.store.code(&first.id).await.unwrap().unwrap().closed);
    assert_eq!(ground.store.code(&second.id).await.unwrap(), Some(second.clone()));
    assert_eq!(
        ground.commit(vec![Change::SpendCode(first.id.clone())]).await,
        Committed::Stale
    );
    assert_eq!(
        ground
            .commit(vec![Change::CountTry {
                code: first.id.clone(),
                seen: 0
            }])
            .await,
        Committed::Stale
    );
    assert_eq!(ground.store.code_for_sending(&first.id).await.unwrap(), None);
    let due = ground
        .store
        .lease_due(START, "worker", Courier::Text, 10)
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].message, carrying_again(&due[0].message, &second));
}

fn carrying_again(sent: &portal::ports::Message, code: &portal::ports::Code) -> portal::ports::Message {
    portal::ports::Message {
        id: sent.id.clone(),
        ..carrying(code)
    }
}

#[tokio::test]
async fn a_used_code_is_dead() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    ground
        .done(vec![
            Change::CountTry {
                code: code.id.clone(),
                seen: 0,
            },
            Change::SpendCode(code.id.clone()),
        ])
        .await;
    for again in [
        Change::CountTry {
            code: code.id.clone(),
            seen: 1,
        },
        Change::SpendCode(code.id.clone()),
    ] {
        assert_eq!(ground.commit(vec![again]).await, Committed::Stale);
    }
    assert_eq!(ground.store.code_for_sending(&code.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_code_to_a_contact_that_is_gone_is_not_sent() {
    let ground = Ground::new().await;
    let code = ground.code(&ground.person("h.tanaka").await).await;
    assert_eq!(
        ground.store.code_for_sending(&code.id).await.unwrap(),
        Some(code.clone())
    );
    ground.done(vec![Change::RemoveContact(code.contact.clone())]).await;
    assert_eq!(ground.store.code_for_sending(&code.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_password_ends_every_other_recovery_with_its_codes_proofs_and_messages() {
    let ground = Ground::new().await;
    let (account, other) = (ground.person("h.tanaka").await, ground.person("k.sato").await);
    let (mine, ended, foreign) = (
        ground.code(&account).await,
        ground.code(&account).await,
        ground.code(&other).await,
    );
    let proof = Proof::recorded(Method::Text, Channel::of_address("digest"), true, START);
    let notice = message(Recipient::Contact(ended.contact.clone()), Matter::Closed);
    let mut registration = flow(&account);
    registration.kind = FlowKind::Registration;
    let mut changes: Vec<Change> = [&mine, &ended, &foreign]
        .iter()
        .map(|code| Change::AddProof(code.flow.clone(), proof.clone()))
        .collect();
    changes.extend([&mine, &ended, &foreign].map(|code| Change::Enqueue(carrying(code))));
    changes.extend([Change::Enqueue(notice.clone()), Change::OpenFlow(registration.clone())]);
    ground.done(changes).await;

    let before = held(&ground, &format!("holder-{}", ended.flow.as_str())).await.unwrap();
    ground
        .done(vec![Change::EndFlows {
            account: account.id.clone(),
            except: Some(mine.flow.clone()),
        }])
        .await;

    assert_eq!(held(&ground, &before.holder).await, None);
    assert!(held(&ground, &format!("over:{}", ended.flow.as_str())).await.is_some());
    assert!(ground.store.code(&ended.id).await.unwrap().unwrap().closed);
    assert!(ground.store.proofs(&ended.flow).await.unwrap().is_empty());
    for kept in [&mine, &foreign] {
        assert!(held(&ground, &format!("holder-{}", kept.flow.as_str())).await.is_some());
        assert!(!ground.store.code(&kept.id).await.unwrap().unwrap().closed);
        assert_eq!(ground.store.proofs(&kept.flow).await.unwrap(), vec![proof.clone()]);
    }
    assert!(
        ground
            .store
            .flow(FlowKind::Registration, &registration.holder)
            .await
            .unwrap()
            .is_some()
    );
    let waiting = ground
        .store
        .lease_due(START, "worker", Courier::Mail, 10)
        .await
        .unwrap();
    let codes: Vec<_> = waiting
        .iter()
        .filter(|one| matches!(&one.message.matter, Matter::Code { code } if *code == ended.id))
        .collect();
    assert!(codes.is_empty());
    assert_eq!(waiting.len(), 3);

    // A request that read the flow before it ended cannot write it back to life.
    let revived = Flow {
        version: before.version + 1,
        ..before
    };
    assert_eq!(ground.commit(vec![Change::SaveFlow(revived)]).await, Committed::Stale);
}

#[tokio::test]
async fn only_live_codes_of_other_flows_hold_a_place() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let (a, b, c) = (
        ground.code(&account).await,
        ground.code(&account).await,
        ground.code(&account).await,
    );
    let live = async |since| {
        let live = ground.store.live_codes(&account.id, &a.flow, since).await.unwrap();
        live.into_iter().map(|(at, _)| at).collect::<Vec<_>>()
    };
    assert_eq!(live(START - seconds(1)).await, [START, START]);
    assert_eq!(live(START).await, []);
    ground.done(vec![Change::SpendCode(b.id)]).await;
    assert_eq!(live(START - seconds(1)).await, [START]);
    ground.done(vec![Change::CloseCodes(c.flow)]).await;
    assert_eq!(live(START - seconds(1)).await, []);
}

#[tokio::test]
async fn a_reset_that_ran_out_after_a_proof_is_unfinished_until_its_proofs_are_dropped() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let (proved, set, unproved) = (
        ground.flow(&account).await,
        ground.flow(&account).await,
        ground.flow(&account).await,
    );
    let proof = |flow: &Flow, channel: &str| {
        let proof = Proof::recorded(Method::Text, Channel::of_address(channel), true, START);
        Change::AddProof(flow.id.clone(), proof)
    };
    ground
        .done(vec![proof(&proved, "a"), proof(&proved, "b"), proof(&set, "a")])
        .await;
    ground.done(vec![Change::DropProofs(set.id.clone())]).await;
    let unfinished = async |now| ground.store.unfinished(now).await.unwrap();
    assert!(unfinished(unproved.ends).await.is_empty());
    let over = proved.ends + seconds(1);
    let left = |was_told| Unfinished {
        flow: proved.id.clone(),
        account: account.id.clone(),
        support: proved.support.clone(),
        was_told,
    };
    assert_eq!(unfinished(over).await, [left(false)]);
    let to = Recipient::Contact(portal::identity::ContactId::new("any"));
    let mut told = message(to, Matter::Unfinished);
    told.account = Some(account.id.clone());
    told.at = over;
    ground.done(vec![Change::Enqueue(told)]).await;
    assert_eq!(unfinished(over + seconds(1)).await, [left(true)]);
    assert_eq!(unfinished(over + days(1)).await, [left(false)]);
    ground.done(vec![Change::DropProofs(proved.id)]).await;
    assert!(unfinished(over).await.is_empty());
}
