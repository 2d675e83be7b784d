//! The screens before the first proof where nothing may be told of the account: the same for every name.

use super::Found;
use super::alike::required_alike;
use super::behind::Behind;
use crate::identity::Channel;
use crate::method::Method;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::recovery::{Decoy, Stage};
use crate::screen::{Awaited, Choice, RecoveryScreen};
use crate::service::reachable::ways;
use crate::service::{Answer, Portal, Visit};

impl Portal {
    /// The screen of a step that asks for a proof: every method that the policy allows, and nothing of what is registered.
    pub(super) async fn screen_alike(
        &self,
        visit: &Visit,
        found: &Found,
        stage: Stage,
        policy: &Policy,
        now: Moment,
    ) -> Answer<RecoveryScreen> {
        let behind = self.behind(&found.flow).await?;
        let required = required_alike(&found.walk, policy);
        let turn = u8::try_from(found.walk.proofs().len() + 1).unwrap_or(2).min(required);
        let (help, contacted) = (policy.help_desk.clone(), found.walk.has_contacted());
        let shown = unproved(found, policy);
        let lane = self.lane(visit, &behind.id).await?;
        Ok(match stage {
            Stage::Awaiting {
                method,
                channel,
                code,
                asked,
                decoy,
            } => RecoveryScreen::Code {
                turn,
                required,
                code: Awaited {
                    other_way: self
                        .ways_alike(&behind, (method, &channel), decoy, policy)
                        .into_iter()
                        .find(|other| *other != method && other.means() == method.means()),
                    has_other: shown.iter().any(|other| other.means() != method.means()),
                    ..self
                        .awaited(visit, &behind.id, (method, &channel, &code), asked, now)
                        .await?
                },
                help,
                contacted,
            },
            Stage::Answering { asked } if shown.contains(&Method::Questions) => RecoveryScreen::Questions {
                turn,
                required,
                asked: self.asked((&behind.id, behind.account.as_ref()), policy, asked, visit.language),
                hurdle: self.hurdle(&behind.id, lane, Method::Questions, &[], now).await?,
                has_other: shown.iter().any(|other| *other != Method::Questions),
                help,
                contacted,
            },
            _ => {
                let failing = self.failing(now).await?;
                let mut choices = Vec::with_capacity(shown.len());
                for method in shown {
                    choices.push(Choice {
                        method,
                        mask: String::new(),
                        ending: method.contact().map(|_| String::new()),
                        hurdle: self.hurdle(&behind.id, lane, method, &failing, now).await?,
                    });
                }
                RecoveryScreen::Choose {
                    turn,
                    required,
                    choices,
                    help,
                    contacted,
                }
            }
        })
    }

    /// The ways to where a code went, or would have gone: those that the address itself takes, whoever it belongs to.
    pub(super) fn ways_alike(
        &self,
        behind: &Behind,
        (method, channel): (Method, &Channel),
        decoy: Option<Decoy>,
        policy: &Policy,
    ) -> Vec<Method> {
        if let Some(decoy) = decoy {
            return decoy.ways;
        }
        let mut contacts = behind.contacts.iter();
        let contact =
            contacts.find(|contact| Some(contact.kind) == method.contact() && self.channel(contact) == *channel);
        contact.map(|contact| ways(contact, policy)).unwrap_or_default()
    }
}

/// The methods that can still prove something.
fn unproved(found: &Found, policy: &Policy) -> Vec<Method> {
    let is_proved = |method: &Method| {
        let mut proofs = found.walk.proofs().iter();
        proofs.any(|proof| proof.method().means() == method.means())
    };
    policy
        .shown_to_everybody()
        .filter(|method| !is_proved(method))
        .collect()
}
