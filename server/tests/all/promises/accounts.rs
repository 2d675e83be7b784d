//! Accounts, passwords, sessions.

use portal::account::Role;
use portal::audit::Actor;
use portal::moment::{days, minutes};
use portal::ports::{Account, Change, Committed, Store as _};

use super::ground::{Ground, START, person, session, user};

async fn set(ground: &Ground, account: &Account, hash: &str, keep: u8) -> Account {
    let now = ground.store.account(&account.id).await.unwrap().unwrap();
    let change = Change::SetPassword {
        account: now.id,
        hash: hash.into(),
        epoch: now.epoch,
        at: START + days(1),
        keep,
    };
    ground.done(vec![change]).await;
    ground.store.account(&account.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_account_is_found_by_its_canonical_name_only() {
    let ground = Ground::new().await;
    let account = ground.person("H.Tanaka").await;
    assert_eq!(
        ground.store.account_named(&user("h.tanaka")).await.unwrap(),
        Some(account)
    );
    assert_eq!(ground.store.account_named(&user("h.tanak")).await.unwrap(), None);
}

#[tokio::test]
async fn a_name_that_only_the_database_takes_for_ours_is_nobodys() {
    let ground = Ground::new().await;
    ground.person("armin").await;
    // A column that takes more spellings for one, as another database's collation might.
    let mut raw = ground.raw().await;
    sqlx::raw_sql(
        "pragma writable_schema = on; \
         update sqlite_master set sql = replace(sql, 'name text not null', 'name text not null collate nocase') \
         where name = 'account'; \
         pragma writable_schema = reset; reindex",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    sqlx::query("update account set name = 'ARMIN'")
        .execute(&mut raw)
        .await
        .unwrap();
    drop(raw);
    let ground = ground.reopen().await;
    assert_eq!(
        ground.count("select count(*) from account where name = 'armin'").await,
        1
    );
    assert_eq!(ground.store.account_named(&user("armin")).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_password_moves_the_epoch_and_leaves_the_old_one_in_the_history() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let after = set(&ground, &account, "hash-1", 5).await;
    assert_eq!(after.hash.as_deref(), Some("hash-1"));
    assert_eq!(after.epoch, account.epoch + 1);
    assert_eq!(after.revision, account.revision + 1);
    assert_eq!(after.password_set, START + days(1));
    assert!(!after.must_change);
    assert_eq!(ground.store.history(&account.id, 5).await.unwrap(), ["hash-0"]);
}

#[tokio::test]
async fn the_history_keeps_as_many_as_the_policy_says_the_newest_first() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for n in 1..=5 {
        set(&ground, &account, &format!("hash-{n}"), 3).await;
    }
    assert_eq!(
        ground.store.history(&account.id, 24).await.unwrap(),
        ["hash-4", "hash-3", "hash-2"]
    );
    assert_eq!(ground.store.history(&account.id, 1).await.unwrap(), ["hash-4"]);
    set(&ground, &account, "hash-6", 1).await;
    assert_eq!(ground.store.history(&account.id, 24).await.unwrap(), ["hash-5"]);
    set(&ground, &account, "hash-7", 0).await;
    assert!(ground.store.history(&account.id, 24).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_first_password_has_no_history() {
    let ground = Ground::new().await;
    let mut new = person("h.tanaka");
    new.hash = None;
    ground.store.add_person(new, Actor::Console, START).await.unwrap();
    let account = ground.store.account_named(&user("h.tanaka")).await.unwrap().unwrap();
    set(&ground, &account, "hash-1", 5).await;
    assert!(ground.store.history(&account.id, 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_first_finish_stays_the_first() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    for at in [START, START + days(1)] {
        ground
            .done(vec![Change::FinishRegistration {
                account: account.id.clone(),
                at,
            }])
            .await;
    }
    assert_eq!(
        ground.store.account(&account.id).await.unwrap().unwrap().first_finish,
        Some(START)
    );
}

#[tokio::test]
async fn only_open_accounts_of_administrators_are_told() {
    let ground = Ground::new().await;
    for (name, role, disabled, expires) in [
        ("open", Role::Administrator, false, None),
        ("later", Role::Administrator, false, Some(START + days(1))),
        ("ended", Role::Administrator, false, Some(START)),
        ("closed", Role::Administrator, true, None),
        ("person", Role::Person, false, None),
    ] {
        let new = server::store::people::NewPerson {
            role,
            disabled,
            expires,
            ..person(name)
        };
        ground.store.add_person(new, Actor::Console, START).await.unwrap();
    }
    let mut names: Vec<_> = ground
        .store
        .administrators()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    names.sort();
    assert_eq!(names, ["later", "open"]);
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all_but_one() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let [a, b, c] = [session(&account), session(&account), session(&account)];
    ground
        .done([&a, &b, &c].map(|one| Change::OpenSession(one.clone())).to_vec())
        .await;
    ground
        .done(vec![
            Change::EndSession(a.token.clone()),
            Change::EndSession(a.token.clone()),
        ])
        .await;
    assert_eq!(ground.store.session(&a.token).await.unwrap(), None);
    ground
        .done(vec![Change::EndSessions {
            account: account.id.clone(),
            except: Some(b.token.clone()),
        }])
        .await;
    assert_eq!(ground.store.session(&c.token).await.unwrap(), None);
    assert_eq!(ground.store.session(&b.token).await.unwrap(), Some(b.clone()));
    // A change of password ends all of them, and opens one with the same cookie.
    let renewed = portal::ports::Session { epoch: 2, ..b };
    ground
        .done(vec![
            Change::EndSessions {
                account: account.id,
                except: None,
            },
            Change::OpenSession(renewed.clone()),
        ])
        .await;
    assert_eq!(ground.store.session(&renewed.token).await.unwrap(), Some(renewed));
}

#[tokio::test]
async fn using_a_session_never_makes_it_older() {
    let ground = Ground::new().await;
    let opened = session(&ground.person("h.tanaka").await);
    ground.done(vec![Change::OpenSession(opened.clone())]).await;
    let touch = |seen, proved| Change::TouchSession {
        token: opened.token.clone(),
        seen,
        proved,
    };
    ground.done(vec![touch(START + minutes(9), START + minutes(9))]).await;
    ground.done(vec![touch(START + minutes(10), START)]).await;
    ground.done(vec![touch(START + minutes(3), START)]).await;
    let now = ground.store.session(&opened.token).await.unwrap().unwrap();
    assert_eq!((now.seen, now.proved), (START + minutes(10), START + minutes(9)));
    ground.done(vec![Change::EndSession(opened.token.clone())]).await;
    assert_eq!(ground.commit(vec![touch(START, START)]).await, Committed::Stale);
}
