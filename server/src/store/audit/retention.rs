//! Retention: the only way on which rows leave the log. Only the oldest go, without a gap, and they leave an anchor to
//! which the rest is linked.

use portal::audit::{Actor, Event};
use portal::moment::Moment;
use sqlx::AnyConnection;

use super::entry_by;
use super::seal::{Anchor, Kind};
use crate::store::foundation::Foundation;
use crate::store::row::{bytes, moment, number};
use crate::store::turns::Turn;
use crate::store::{BATCH, Result, SqlStore};

impl SqlStore {
    /// Removes the oldest rows up to the first that is not older than `before`; how many. Each batch is one transaction
    /// with its anchor and its own entry.
    pub async fn retain_audit(&self, before: Moment, by: Actor, now: Moment) -> Result<u64> {
        let mut removed = 0;
        loop {
            let mut tx = self.begin().await?;
            self.await_turn(&mut tx, &[Turn::Chain]).await?;
            let rows = sqlx::query("select seq, at, link from audit where seq > 0 order by seq limit $1")
                .bind(BATCH)
                .fetch_all(&mut *tx)
                .await?;
            let mut last = None;
            for row in &rows {
                if moment(row, "at")? >= before {
                    break;
                }
                last = Some(Anchor {
                    seq: number(row, "seq")?,
                    link: bytes(row, "link")?,
                });
            }
            let Some(last) = last else { return Ok(removed) };
            last.write(&mut tx, self.keys.as_ref(), Kind::Retention, now).await?;
            let gone = self.remove_up_to(&mut tx, last.seq).await?;
            let detail = format!("{} {}", last.seq, hex::encode(&last.link));
            let entry = entry_by(by.clone(), None, Event::Retention, detail, now);
            self.record(&mut tx, &entry).await?;
            tx.commit().await?;
            removed += gone;
            if gone < BATCH.unsigned_abs() {
                return Ok(removed);
            }
        }
    }

    /// Removes the rows up to a place for which an anchor of retention stands there; how many. On a server the role that
    /// serves may not do that itself.
    async fn remove_up_to(&self, conn: &mut AnyConnection, last: i64) -> Result<u64> {
        if matches!(self.foundation, Foundation::Server(_)) {
            let row = sqlx::query("select retain_audit($1) as gone")
                .bind(last)
                .fetch_one(conn)
                .await?;
            return Ok(number(&row, "gone")?.unsigned_abs());
        }
        sqlx::query("update audit_retention set upto = $1 where id = 1")
            .bind(last)
            .execute(&mut *conn)
            .await?;
        let result = sqlx::query("delete from audit where seq <= $1")
            .bind(last)
            .execute(&mut *conn)
            .await?;
        sqlx::query("delete from audit_anchor where kind in ('head', 'retention') and seq < $1")
            .bind(last)
            .execute(&mut *conn)
            .await?;
        sqlx::query("update audit_retention set upto = 0 where id = 1")
            .execute(conn)
            .await?;
        Ok(result.rows_affected())
    }
}
