//! The screen of the current step.

use crate::method::{Method, phone};
use crate::recovery::Stage;
use crate::screen::{Awaited, Choice, RecoveryScreen};
use crate::service::reachable::mask;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// The screen of the current step.
    pub async fn recovery_screen(&self, visit: &Visit, fresh_holder: &str) -> Answer<RecoveryScreen> {
        let now = self.now();
        let identify = || {
            Ok(RecoveryScreen::Identify(
                self.challenge(visit, visit.holder.as_deref().unwrap_or(fresh_holder))?,
            ))
        };
        let Some(found) = self.find_recovery(visit, now).await? else {
            return identify();
        };
        let (policy, _) = self.policy().await?;
        let help = policy.help_desk.clone();
        let contacted = found.walk.has_contacted();
        let required = found.walk.required();
        match found.walk.stage(now) {
            Stage::Stopped(case) => Ok(RecoveryScreen::Stopped { case, help, contacted }),
            Stage::Done { at } => Ok(RecoveryScreen::Done { at, required }),
            Stage::Ended => Ok(RecoveryScreen::Ended),
            stage => {
                let Some((account, contacts)) = self.subject(&found.flow).await? else {
                    return Ok(RecoveryScreen::Ended);
                };
                let reachable = self.reachable(&account, &contacts, &policy, now);
                let turn = u8::try_from(found.walk.proofs().len() + 1).unwrap_or(2).min(required);
                // Where the code can prove nothing any more, another way is chosen.
                let way = match &stage {
                    Stage::Awaiting { method, channel, .. } => reachable
                        .iter()
                        .find(|one| one.channel == *channel && one.offers(*method)),
                    _ => None,
                };
                match (stage, way) {
                    (
                        Stage::Awaiting {
                            method, channel, asked, ..
                        },
                        Some(way),
                    ) => {
                        let code = Awaited {
                            other_way: way.methods.iter().copied().find(|other| *other != method),
                            has_other: reachable
                                .iter()
                                .any(|one| one.channel != channel && !found.walk.has_proved_by(&one.channel)),
                            ..self
                                .awaited(visit, &account, (method, &way.contact), asked, now)
                                .await?
                        };
                        Ok(RecoveryScreen::Code {
                            turn,
                            required,
                            code,
                            help,
                            contacted,
                        })
                    }
                    (Stage::Setting { until }, _) => Ok(RecoveryScreen::Password {
                        user_name: account.name.clone(),
                        required,
                        judgement: self.judgement(&account, &policy),
                        until,
                        can_extend: found.walk.can_extend(),
                    }),
                    _ => {
                        let mut choices = Vec::new();
                        let failing = self.store.failing(now).await?;
                        for way in reachable.iter().filter(|one| !found.walk.has_proved_by(&one.channel)) {
                            for &method in &way.methods {
                                choices.push(Choice {
                                    method,
                                    mask: mask(&way.contact),
                                    ending: (method != Method::Email)
                                        .then(|| phone::ending(&way.contact.address).to_owned()),
                                    hurdle: self.hurdle(&account, method, &failing, now).await?,
                                });
                            }
                        }
                        Ok(RecoveryScreen::Choose {
                            turn,
                            required,
                            choices,
                            help,
                            contacted,
                        })
                    }
                }
            }
        }
    }

    /// The support code of the current flow, else of the browser.
    pub async fn support(&self, visit: &Visit, fresh_holder: &str) -> Answer<String> {
        let found = self.find_recovery(visit, self.now()).await?;
        Ok(found.map_or_else(
            || self.support_code(visit.holder.as_deref().unwrap_or(fresh_holder)),
            |found| found.flow.support,
        ))
    }
}
