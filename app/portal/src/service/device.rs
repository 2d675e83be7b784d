//! Browsers that their owners have said are theirs: one opaque cookie, which several accounts may know.
//!
//! Being known opens nothing. It only says in which lane somebody's tries are counted.

use super::{Answer, Portal, Visit, hex};
use crate::identity::AccountId;
use crate::limits::Lane;
use crate::moment::Moment;
use crate::ports::{Change, Fault, Label};

/// What somebody says of the browser they prove themselves in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// Nothing: it stays what it is.
    #[default]
    Unsaid,
    /// "This is my device."
    Own,
}

impl Device {
    /// As the box of a form says it, which is sent where it is ticked.
    pub const fn said(ticked: &str) -> Self {
        if ticked.is_empty() { Self::Unsaid } else { Self::Own }
    }
}

impl Portal {
    /// The lane in which a browser tries for an account, or for a name that nobody has.
    pub(super) async fn lane(&self, visit: &Visit, account: &AccountId) -> Result<Lane, Fault> {
        let Some(device) = &visit.device else {
            return Ok(Lane::Unknown);
        };
        let is_known = self.store.knows_device(&self.token_digest(device), account).await?;
        Ok(if is_known { Lane::Known } else { Lane::Unknown })
    }

    /// What the starts of a browser that some account knows are counted under: the account, which may have many cookies.
    pub(super) async fn known_device(&self, visit: &Visit) -> Result<Option<String>, Fault> {
        let Some(device) = &visit.device else { return Ok(None) };
        let owner = self.store.device_owner(&self.token_digest(device)).await?;
        Ok(owner.map(|account| format!("devices of {}", account.as_str())))
    }

    /// The browser gets a cookie that the account knows. Always a fresh one, under which the browser's other accounts know
    /// it from here on: a copy of the one before is worth nothing any more.
    pub(super) fn become_known(&self, visit: &Visit, token: &str, account: &AccountId, now: Moment) -> Change {
        Change::KnowDevice {
            token: self.token_digest(token),
            before: visit.device.as_deref().map(|before| self.token_digest(before)),
            account: account.clone(),
            at: now,
        }
    }

    /// After a password was proved: a browser that is said to be its owner's becomes known, one that was known before stays
    /// so for another [`crate::limits::DEVICE_LIFE`]. The cookie to set, and what to commit.
    pub(super) async fn after_proof(
        &self,
        visit: &Visit,
        device: Device,
        account: &AccountId,
        now: Moment,
    ) -> Answer<(Option<String>, Vec<Change>)> {
        if device == Device::Own {
            let token = self.fresh_token()?;
            let known = self.become_known(visit, &token, account, now);
            return Ok((Some(token), vec![known]));
        }
        if self.lane(visit, account).await? == Lane::Unknown {
            return Ok((None, Vec::new()));
        }
        let before = visit.device.clone().unwrap_or_default();
        let seen = Change::TouchDevice {
            token: self.token_digest(&before),
            at: now,
        };
        Ok((Some(before), vec![seen]))
    }

    /// After a change of the password, which no browser is known after: the one it is made in is again, where it was.
    pub(super) async fn after_change(
        &self,
        visit: &Visit,
        account: &AccountId,
        now: Moment,
    ) -> Answer<(Option<String>, Vec<Change>)> {
        let was_known = self.lane(visit, account).await? == Lane::Known;
        let device = if was_known { Device::Own } else { Device::Unsaid };
        let (token, known) = self.after_proof(visit, device, account, now).await?;
        let mut changes = vec![Change::ForgetDevices(account.clone())];
        changes.extend(known);
        Ok((token, changes))
    }

    /// The cookie that a browser gets by a form. Derived from the form's key, so that the same form sent again hears it
    /// again.
    pub(super) fn device_of_form(&self, key: &str) -> String {
        hex(&self.keys.digest(Label::Token, &[b"device", key.as_bytes()]))
    }
}
