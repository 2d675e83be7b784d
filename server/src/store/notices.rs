//! What owners were told of late, so that they are not told again.

use portal::identity::AccountId;
use portal::moment::Moment;

use super::{Result, SqlStore};

impl SqlStore {
    /// Whether a notice of a success after many failures was written for the account since, sent or not.
    pub(super) async fn find_notice_of_failures(&self, account: &AccountId, since: Moment) -> Result<bool> {
        let row =
            sqlx::query("select id from outbox where what = 'after_failures' and account = $1 and at > $2 limit 1")
                .bind(account.as_str())
                .bind(since.millis())
                .fetch_optional(&self.reader)
                .await?;
        Ok(row.is_some())
    }

    /// Whether the owner of an account was written to since about why it cannot be recovered.
    pub(super) async fn find_notice_of_case(&self, account: &AccountId, since: Moment) -> Result<bool> {
        let row = sqlx::query("select id from outbox where what = 'cannot_reset' and account = $1 and at > $2 limit 1")
            .bind(account.as_str())
            .bind(since.millis())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }
}
