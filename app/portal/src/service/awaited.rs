//! The page of a code that was sent: the same in a reset and in a registration.

use super::reachable::mask;
use super::{Portal, Visit};
use crate::method::Method;
use crate::method::code::{AGAIN_AFTER, LIFE};
use crate::moment::Moment;
use crate::ports::{Account, Contact, Fault};
use crate::screen::Awaited;

impl Portal {
    /// What is awaited from a contact to which a code was `asked` for: with the address masked, and no other way.
    pub(super) async fn awaited(
        &self,
        visit: &Visit,
        account: &Account,
        (method, contact): (Method, &Contact),
        asked: Moment,
        now: Moment,
    ) -> Result<Awaited, Fault> {
        let failing = self.store.failing(now).await?;
        Ok(Awaited {
            method,
            address: mask(contact),
            digits: u8::try_from(method.digits()).unwrap_or(8),
            asked,
            until: asked + LIFE,
            again: self.next_send_to(visit, contact, now).await?.max(asked + AGAIN_AFTER),
            other_way: None,
            hurdle: self.hurdle(account, method, &failing, now).await?,
            has_other: false,
        })
    }
}
