//! However much somebody asks for at once, what is read at once is bounded.

use portal::audit::{Actor, Event};
use portal::ports::{Change, Matter, Recipient};
use server::store::LONGEST_PAGE;
use server::store::audit::Filter;

use super::audit::log;
use super::ground::{Ground, START, message, person};

const MORE: i64 = LONGEST_PAGE + 1;

#[tokio::test]
async fn no_page_of_the_log_is_longer_than_two_hundred() {
    let ground = log(MORE).await;
    let everything = [
        Filter::All,
        Filter::Event(Event::Verify),
        Filter::Support("ABCD-2345".into()),
    ];
    for filter in everything {
        for most in [900, i64::MAX] {
            let page = ground.store.list_audit(&filter, None, most).await.unwrap();
            assert_eq!(page.len(), 200, "{filter:?}");
        }
        let page = ground.store.list_audit(&filter, None, -1).await.unwrap();
        assert_eq!(page.len(), 1, "{filter:?}");
    }
}

#[tokio::test]
async fn no_page_of_people_is_longer_than_two_hundred() {
    let ground = Ground::new().await;
    for n in 0..MORE {
        // Far enough apart that none looks like another.
        let new = person(&format!("p{n:03}{n:03}"));
        ground.store.add_person(new, Actor::Console, START).await.unwrap();
    }
    let page = ground.store.people("", 900).await.unwrap();
    assert_eq!(page.len(), 200);
    let rest = ground.store.people(&page[199].name, 900).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(ground.store.people("", i64::MIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_page_of_dead_letters_is_longer_than_two_hundred() {
    let ground = Ground::new().await;
    for _ in 0..MORE {
        let letter = message(Recipient::HelpDesk, Matter::WasReset);
        ground.done(vec![Change::Enqueue(letter)]).await;
    }
    let mut raw = ground.raw().await;
    sqlx::query("update outbox set state = 'dead', settled = 1, reason = 'x'")
        .execute(&mut raw)
        .await
        .unwrap();
    let page = ground.store.dead_letters(0, 900).await.unwrap();
    assert_eq!(page.len(), 200);
    assert_eq!(ground.store.dead_letters(page[199].key, 900).await.unwrap().len(), 1);
}
