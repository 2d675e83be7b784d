//! The screen of the current step.

use super::Found;
use crate::method::{Method, phone};
use crate::moment::Moment;
use crate::recovery::Stage;
use crate::screen::{Awaited, Choice, RecoveryScreen, Step};
use crate::service::reachable::mask;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// Where the reset stands: enough to lead there. What else the step needs is looked at by its page.
    pub async fn recovery_step(&self, visit: &Visit) -> Answer<Step> {
        let now = self.now();
        let found = self.find_recovery(visit, now).await?;
        Ok(found.map_or(Step::Identify, |found| Step::from(&found.walk.stage(now))))
    }

    /// The first screen, whether a reset is under way or not, with the support code of that reset, else of the browser.
    pub async fn identify_screen(&self, visit: &Visit, holder: &str) -> Answer<(RecoveryScreen, String)> {
        let challenge = self.challenge(visit, holder).await?;
        let found = self.find_recovery(visit, self.now()).await?;
        let support = found.map_or_else(|| self.support_code(holder), |found| found.flow.support);
        Ok((RecoveryScreen::Identify(challenge), support))
    }

    /// The screen of the current step, with its support code. `holder` is the browser's cookie, drawn just now where it has
    /// brought none.
    pub async fn recovery_screen(&self, visit: &Visit, holder: &str) -> Answer<(RecoveryScreen, String)> {
        let now = self.now();
        let Some(found) = self.find_recovery(visit, now).await? else {
            let challenge = self.challenge(visit, holder).await?;
            return Ok((RecoveryScreen::Identify(challenge), self.support_code(holder)));
        };
        let support = found.flow.support.clone();
        Ok((self.screen_of(visit, found, now).await?, support))
    }

    async fn screen_of(&self, visit: &Visit, found: Found, now: Moment) -> Answer<RecoveryScreen> {
        let (policy, _) = self.policy().await?;
        let help = policy.help_desk.clone();
        let contacted = found.walk.has_contacted();
        let required = found.walk.required();
        match found.walk.stage(now) {
            Stage::Stopped(case) => Ok(RecoveryScreen::Stopped { case, help, contacted }),
            Stage::Done { at, ending } => Ok(RecoveryScreen::Done { at, ending }),
            Stage::Ended => Ok(RecoveryScreen::Ended),
            stage @ (Stage::Choosing | Stage::Awaiting { .. } | Stage::Answering { .. }) if policy.is_uniform() => {
                self.screen_alike(visit, &found, stage, &policy, now).await
            }
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
                        .find(|one| one.channel == *channel && one.offers(*method))
                        .and_then(|way| way.contact().map(|contact| (way, contact))),
                    _ => None,
                };
                match (stage, way) {
                    (
                        Stage::Awaiting {
                            method,
                            channel,
                            code,
                            asked,
                            ..
                        },
                        Some((way, contact)),
                    ) => {
                        let code = Awaited {
                            address: mask(contact),
                            other_way: way.methods.iter().copied().find(|other| *other != method),
                            has_other: reachable
                                .iter()
                                .any(|one| one.channel != channel && !found.walk.has_proved_by(&one.channel)),
                            ..self
                                .awaited(visit, &account.id, (method, &channel, &code), asked, now)
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
                    (Stage::Answering { asked }, _) if reachable.iter().any(|one| one.offers(Method::Questions)) => {
                        let lane = self.lane(visit, &account.id).await?;
                        Ok(RecoveryScreen::Questions {
                            turn,
                            required,
                            asked: self.asked((&account.id, Some(&account)), &policy, asked, visit.language),
                            hurdle: self.hurdle(&account.id, lane, Method::Questions, &[], now).await?,
                            has_other: reachable
                                .iter()
                                .any(|one| !one.offers(Method::Questions) && !found.walk.has_proved_by(&one.channel)),
                            help,
                            contacted,
                        })
                    }
                    (Stage::Offering { until }, _) => Ok(RecoveryScreen::Unlock { required, until }),
                    (Stage::Setting { until, was_offered }, _) => Ok(RecoveryScreen::Password {
                        user_name: account.name.clone(),
                        required,
                        judgement: self.judgement(&account, &policy),
                        until,
                        can_extend: found.walk.can_extend(),
                        was_offered,
                    }),
                    _ => {
                        let mut choices = Vec::new();
                        let failing = self.failing(now).await?;
                        let lane = self.lane(visit, &account.id).await?;
                        for way in reachable.iter().filter(|one| !found.walk.has_proved_by(&one.channel)) {
                            for &method in &way.methods {
                                choices.push(Choice {
                                    method,
                                    mask: way.contact().map(mask).unwrap_or_default(),
                                    ending: way
                                        .contact()
                                        .filter(|contact| contact.kind.is_phone())
                                        .map(|contact| phone::ending(&contact.address).to_owned()),
                                    hurdle: self.hurdle(&account.id, lane, method, &failing, now).await?,
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
}
