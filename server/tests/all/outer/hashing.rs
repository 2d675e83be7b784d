//! Hashing as the services use it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use portal::ports::{HashTrouble, Hashing as _, Password};
use server::hashing::{Argon2Pool, Cost, Older};
use server::keyring::Keyring;
use server::random::SystemRandom;

fn pool(permits: usize) -> Arc<Argon2Pool> {
    let keyring = Keyring::ephemeral(&SystemRandom).unwrap();
    Arc::new(Argon2Pool::new(
        Arc::new(keyring),
        Arc::new(SystemRandom),
        Cost::default(),
        NonZeroUsize::new(permits),
    ))
}

#[tokio::test]
async fn the_right_password_fits_and_no_other() {
    let pool = pool(2);
    let right = Password::typed("correct horse battery staple");
    let stored = pool.hash(&right).await.unwrap();
    assert!(stored.starts_with("memory$$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    // 16 bytes of salt and 32 of hash, in base64.
    let lengths: Vec<usize> = stored.rsplit('$').take(2).map(str::len).collect();
    assert_eq!(lengths, [43, 22], "{stored}");
    assert!(pool.verify(&right, Some(&stored)).await.unwrap());
    assert!(
        !pool
            .verify(&Password::typed("correct horse battery stapler"), Some(&stored))
            .await
            .unwrap()
    );
    assert!(!pool.verify(&Password::typed(""), Some(&stored)).await.unwrap());
}

#[tokio::test]
async fn one_password_is_never_stored_the_same_way_twice() {
    let pool = pool(2);
    let password = Password::typed("correct horse battery staple");
    assert_ne!(pool.hash(&password).await.unwrap(), pool.hash(&password).await.unwrap());
}

#[tokio::test]
async fn long_passwords_count_to_their_last_character() {
    let pool = pool(2);
    let long = "長".repeat(256);
    let stored = pool.hash(&Password::typed(&long)).await.unwrap();
    assert!(pool.verify(&Password::typed(&long), Some(&stored)).await.unwrap());
    let almost = format!("{}短", "長".repeat(255));
    assert!(!pool.verify(&Password::typed(&almost), Some(&stored)).await.unwrap());
}

#[tokio::test]
async fn the_database_alone_is_not_enough_to_check_a_password() {
    let (ours, theirs) = (pool(2), pool(2));
    let password = Password::typed("correct horse battery staple");
    let stored = ours.hash(&password).await.unwrap();
    assert!(!theirs.verify(&password, Some(&stored)).await.unwrap());
}

#[tokio::test]
async fn without_an_account_the_same_work_is_done_and_nothing_fits() {
    let pool = pool(2);
    let password = Password::typed("correct horse battery staple");
    let stored = pool.hash(&password).await.unwrap();
    let before = pool.computed();
    assert!(!pool.verify(&password, None).await.unwrap());
    assert_eq!(pool.computed() - before, 1);
    assert!(pool.verify(&password, Some(&stored)).await.unwrap());
    assert_eq!(pool.computed() - before, 2);
}

#[tokio::test]
async fn a_stored_hash_that_is_none_of_ours_is_a_fault_and_no_match() {
    let pool = pool(2);
    let password = Password::typed("correct horse battery staple");
    let stored = pool.hash(&password).await.unwrap();
    for broken in [
        "",
        "memory$",
        &stored.replace("memory$", "gone$"),
        &stored.replace("m=19456", "m=4194304"),
        &stored.replace("argon2id", "argon2i"),
        &stored[..stored.len() - 44],
    ] {
        let before = pool.computed();
        assert!(
            matches!(pool.verify(&password, Some(broken)).await, Err(HashTrouble::Fault(_))),
            "{broken}"
        );
        assert_eq!(pool.computed(), before, "{broken}");
    }
}

#[tokio::test]
async fn another_cost_asks_for_a_new_hash() {
    let pool = pool(2);
    let stored = pool
        .hash(&Password::typed("correct horse battery staple"))
        .await
        .unwrap();
    assert!(!pool.needs_rehash(&stored));
    assert!(pool.needs_rehash(&stored.replace("t=2", "t=3")));
    assert!(pool.needs_rehash(&stored.replace("memory$", "k0$")));
    assert!(pool.needs_rehash("nonsense"));
}

#[tokio::test]
async fn a_full_queue_is_told_at_once_and_the_others_are_served() {
    let pool = pool(1);
    let password = Password::typed("correct horse battery staple");
    let ask = |_| {
        let (pool, password) = (Arc::clone(&pool), password.clone());
        tokio::spawn(async move { pool.verify(&password, None).await })
    };
    let asked: Vec<_> = (0..100).map(ask).collect();
    let mut busy = 0;
    for answer in asked {
        match answer.await.unwrap() {
            Ok(fits) => assert!(!fits),
            Err(HashTrouble::Busy) => busy += 1,
            Err(HashTrouble::Fault(fault)) => panic!("{fault}"),
        }
    }
    // One runs and 64 wait; the rest is refused, and so is who waited for two seconds.
    assert!(busy >= 35, "{busy}");
    assert_eq!(pool.refused(), busy);
    assert_eq!(pool.waiting(), 0);
    assert_eq!(pool.computed(), 100 - busy);
}

#[tokio::test(start_paused = true)]
async fn where_older_hashes_are_every_comparison_takes_as_long() {
    let pool = pool(2);
    let password = Password::typed("harbour lantern 7130");
    let ours = pool.hash(&password).await.unwrap();
    // Threads take no time of this clock: what passes is what is waited beside the work.
    let waited = async |stored: Option<&str>| {
        let began = tokio::time::Instant::now();
        pool.verify(&password, stored).await.unwrap();
        began.elapsed()
    };
    assert_eq!(waited(None).await, Duration::ZERO);
    let older = "$2b$10$k87L/MF28Q673VKh8/cPi.3C5.LjyHF/4D5A8CPpKl6zzyJJ19fA2";
    let older = pool.adopt(&Older::parse(older).unwrap()).await.unwrap();
    pool.learn_from(&older).await.unwrap();
    for stored in [None, Some(ours.as_str())] {
        // Half of what the older one adds, on whatever machine.
        assert!(waited(stored).await > Duration::from_millis(15), "{stored:?}");
    }
    assert_eq!((pool.free(), pool.waiting()), (2, 0));
}

#[tokio::test]
async fn however_many_strangers_ask_whoever_has_proved_something_is_served() {
    for permits in [1, 2, 4] {
        let pool = pool(permits);
        let password = Password::typed("correct horse battery staple");
        let strangers: Vec<_> = (0..200)
            .map(|_| {
                let (pool, password) = (Arc::clone(&pool), password.clone());
                tokio::spawn(async move { pool.verify(&password, None).await })
            })
            .collect();
        while pool.waiting() < 64 {
            tokio::task::yield_now().await;
        }
        for _ in 0..10 {
            assert!(pool.hash_proved(&password).await.is_ok(), "{permits} permits");
            assert!(!pool.verify_proved(&password, None).await.unwrap(), "{permits} permits");
        }
        let mut busy = 0;
        for answer in strangers {
            busy += usize::from(matches!(answer.await.unwrap(), Err(HashTrouble::Busy)));
        }
        assert!(busy >= 100, "{busy} of 200 strangers were told that it is busy");
    }
}

#[tokio::test]
async fn an_asker_who_leaves_does_not_free_the_memory_that_is_in_use() {
    let pool = pool(1);
    let password = Password::typed("correct horse battery staple");
    let asked = pool.verify(&password, None);
    drop(tokio::time::timeout(Duration::from_micros(1), asked).await);
    assert_eq!(pool.free(), 0, "the thread still runs, and its permit is free");
    assert!(!pool.verify(&password, None).await.unwrap());
    assert_eq!((pool.free(), pool.waiting()), (1, 0));
}
