//! Answers to security questions: replaced whole or not at all, counted under their keys, and kept as hashes alone.

use portal::ports::{Account, Change, Committed, KeptAnswer, Store as _};

use super::ground::{Ground, START};

fn kept(ids: &[&str], hash: &str) -> Vec<KeptAnswer> {
    let answer = |id: &&str| KeptAnswer {
        question: (*id).to_owned(),
        form: "v1".into(),
        hash: format!("{hash}$argon2id${id}"),
    };
    ids.iter().map(answer).collect()
}

fn set(account: &Account, answers: Vec<KeptAnswer>) -> Change {
    Change::SetAnswers {
        account: account.id.clone(),
        answers,
        at: START,
    }
}

async fn now(ground: &Ground, account: &Account) -> Account {
    ground.store.account(&account.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn all_of_them_are_replaced_together_and_what_was_decided_before_is_stale() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let other = ground.person("k.sato").await;
    ground.done(vec![set(&account, kept(&["b", "a", "c"], "k1"))]).await;
    ground.done(vec![set(&other, kept(&["a"], "k1"))]).await;
    let first = now(&ground, &account).await;
    assert_eq!(first.answered.as_ref().unwrap().questions, ["b", "a", "c"]);
    assert_eq!(first.answered.as_ref().unwrap().at, START);
    assert!(first.revision > account.revision);

    let is_there = |account: &Account| Change::AccountIs {
        account: account.id.clone(),
        revision: account.revision,
    };
    let late = vec![is_there(&account), set(&account, kept(&["d"], "k1"))];
    assert_eq!(ground.store.commit(late).await.unwrap(), Committed::Stale);
    assert_eq!(
        ground.store.answers(&account.id).await.unwrap(),
        kept(&["a", "b", "c"], "k1")
    );

    ground
        .done(vec![is_there(&first), set(&account, kept(&["d", "e"], "k2"))])
        .await;
    assert_eq!(
        ground.store.answers(&account.id).await.unwrap(),
        kept(&["d", "e"], "k2")
    );
    ground.done(vec![set(&account, Vec::new())]).await;
    assert_eq!(ground.store.answers(&account.id).await.unwrap(), []);
    assert_eq!(now(&ground, &account).await.answered, None);
    assert_eq!(ground.store.answers(&other.id).await.unwrap(), kept(&["a"], "k1"));
}

#[tokio::test]
async fn a_newer_hash_takes_the_place_of_the_one_it_was_made_of_and_moves_nothing_on() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    ground.done(vec![set(&account, kept(&["a", "b"], "k1"))]).await;
    let before = now(&ground, &account).await;
    let rehash = |question: &str, before: &str| Change::RehashAnswer {
        account: account.id.clone(),
        question: question.into(),
        before: before.into(),
        after: "newer".into(),
    };
    ground.done(vec![rehash("b", "k1$argon2id$b")]).await;
    let hashes = async || {
        let kept = ground.store.answers(&account.id).await.unwrap().into_iter();
        kept.map(|one| one.hash).collect::<Vec<_>>()
    };
    assert_eq!(hashes().await, ["k1$argon2id$a", "newer"]);
    assert_eq!(now(&ground, &account).await, before);
    // Its owner has answered anew meanwhile.
    let late = ground.store.commit(vec![rehash("a", "k0$argon2id$a")]).await.unwrap();
    assert_eq!(late, Committed::Stale);
    assert_eq!(hashes().await, ["k1$argon2id$a", "newer"]);
}

#[tokio::test]
async fn what_stands_under_a_key_counts_them() {
    let ground = Ground::new().await;
    let account = ground.person("h.tanaka").await;
    let hashes = async || {
        let under = ground.store.under(&["k8".into(), "k9".into()]).await.unwrap();
        (under[0].hashes, under[1].hashes)
    };
    assert_eq!(hashes().await, (0, 0));
    ground.done(vec![set(&account, kept(&["a", "b", "c"], "k8"))]).await;
    assert_eq!(hashes().await, (3, 0));
    ground.done(vec![set(&account, kept(&["a", "b", "c"], "k9"))]).await;
    assert_eq!(hashes().await, (0, 3));
}

#[tokio::test]
async fn no_answer_is_shown_by_what_is_printed() {
    let shown = format!("{:?}", kept(&["a"], "k1"));
    assert!(!shown.contains("argon2id"), "{shown}");
}
