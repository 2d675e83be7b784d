//! Answers to security questions: their hashes, and which questions they answer.

use portal::identity::AccountId;
use portal::moment::Moment;
use portal::ports::{Answered, Committed, KeptAnswer};
use sqlx::AnyConnection;

use super::row::text;
use super::{Result, SqlStore, met_one};

impl SqlStore {
    pub(super) async fn list_answers(&self, account: &AccountId) -> Result<Vec<KeptAnswer>> {
        let rows = sqlx::query("select question, form, hash from answer where account = $1 order by question")
            .bind(account.as_str())
            .fetch_all(&self.reader)
            .await?;
        let read = |row| {
            Ok(KeptAnswer {
                question: text(row, "question")?,
                form: text(row, "form")?,
                hash: text(row, "hash")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

/// These answers in place of those that there were. The account moves on: what was decided on the others is stale.
pub(super) async fn set(
    conn: &mut AnyConnection,
    account: &AccountId,
    answers: &[KeptAnswer],
    at: Moment,
) -> Result<Committed> {
    sqlx::query("delete from answer where account = $1")
        .bind(account.as_str())
        .execute(&mut *conn)
        .await?;
    for answer in answers {
        sqlx::query("insert into answer (account, question, form, hash) values ($1, $2, $3, $4)")
            .bind(account.as_str())
            .bind(&answer.question)
            .bind(&answer.form)
            .bind(&answer.hash)
            .execute(&mut *conn)
            .await?;
    }
    let answered = Answered {
        questions: answers.iter().map(|answer| answer.question.clone()).collect(),
        at,
    };
    let answered = (!answers.is_empty())
        .then(|| serde_json::to_string(&answered))
        .transpose()?;
    let result = sqlx::query("update account set answered = $2, revision = revision + 1 where id = $1")
        .bind(account.as_str())
        .bind(answered)
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}

/// The same answer under a newer hash. The account stays where it is: what was decided on the other one still holds.
pub(super) async fn rehash(
    conn: &mut AnyConnection,
    account: &AccountId,
    question: &str,
    before: &str,
    after: &str,
) -> Result<Committed> {
    let result = sqlx::query("update answer set hash = $4 where account = $1 and question = $2 and hash = $3")
        .bind(account.as_str())
        .bind(question)
        .bind(before)
        .bind(after)
        .execute(conn)
        .await?;
    Ok(met_one(&result))
}
