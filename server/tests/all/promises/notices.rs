//! What owners were told of late.

use portal::limits::Factor;
use portal::method::ContactKind;
use portal::moment::seconds;
use portal::ports::{Change, Matter, Recipient, Store as _, Trust};

use super::ground::{Ground, START, message};

#[tokio::test]
async fn a_notice_of_failures_is_known_for_its_account_and_its_time_and_no_other_notice_is() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let other = ground.person("k.sato").await;
    let contact = ground
        .contact(&account, ContactKind::Mailbox, "hana@kitayama.example", Trust::Vouched)
        .await;
    let told = async |since| ground.store.told_of_failures(&account.id, since).await.unwrap();
    let to = || Recipient::Contact(contact.id.clone());
    let write = async |matter| {
        let mut notice = message(to(), matter);
        notice.account = Some(account.id.clone());
        notice.at = START;
        ground.done(vec![Change::Enqueue(notice)]).await;
    };
    write(Matter::Closed).await;
    assert!(!told(START - seconds(1)).await);
    write(Matter::AfterFailures {
        factor: Factor::Password,
        failures: 10,
    })
    .await;
    assert!(told(START - seconds(1)).await);
    assert!(!told(START).await);
    assert!(
        !ground
            .store
            .told_of_failures(&other.id, START - seconds(1))
            .await
            .unwrap()
    );
}
