//! The page of a code that was sent: the same in a reset and in a registration.

use super::{Portal, Visit};
use crate::identity::{AccountId, Channel, CodeId};
use crate::method::Method;
use crate::method::code::{AGAIN_AFTER, LIFE, Life, life};
use crate::moment::Moment;
use crate::ports::{Code, Fault};
use crate::screen::Awaited;

impl Portal {
    /// What is awaited from a channel to which a code was `asked` for on behalf of an account: no address is shown yet, and no
    /// other way.
    pub(super) async fn awaited(
        &self,
        visit: &Visit,
        account: &AccountId,
        (method, channel, code): (Method, &Channel, &CodeId),
        asked: Moment,
        now: Moment,
    ) -> Result<Awaited, Fault> {
        let failing = self.failing(now).await?;
        let code = self.store.code(code).await?;
        let lane = self.lane(visit, account).await?;
        let is_live = |code: &Code| matches!(life(code.asked, code.tries, code.closed, now), Life::Live { .. });
        let is_over = code.as_ref().is_some_and(|code| !is_live(code));
        Ok(Awaited {
            method,
            address: String::new(),
            digits: code.map_or(method.digits(), |code| code.digits),
            asked,
            until: asked + LIFE,
            is_over,
            again: self
                .next_send_to(visit, channel, account, now)
                .await?
                .max(asked + AGAIN_AFTER),
            other_way: None,
            hurdle: self.hurdle(account, lane, method, &failing, now).await?,
            has_other: false,
        })
    }
}
