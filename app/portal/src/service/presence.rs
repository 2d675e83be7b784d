//! The proof of presence before identification: work done by the browser while somebody types, or, without scripts, a
//! ticket that ripens.
//!
//! The token is signed and bound to the browser's cookie, so nothing is stored until it is spent. Its price grows with
//! the traffic of a network, never with the name that is typed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Answer, Portal, Visit};
use crate::moment::{Moment, minutes, seconds};
use crate::ports::{Change, Fault, Label};
use crate::presence::{TICKET_RIPENS, TOKEN_LIFE, leading_zero_bits};
use crate::refusal::Refusal;
use crate::screen::Challenge;

/// Leading zero bits asked of an unsuspicious network: 2¹⁶ digests on average, about a tenth of a second on a phone.
const BASE_BITS: u8 = 16;
/// At most eight times the base price.
const MOST_EXTRA_BITS: u8 = 3;
/// Starts a minute from one network from which on the price doubles.
const STARTS_BEFORE_STEP_UP: u32 = 60;
/// Starts a minute from one network that are refused: far above what an office behind one address does.
const STARTS_BEFORE_REFUSAL: u32 = 300;
/// Tickets (without scripts) a minute from one network.
const TICKETS: u32 = 20;
/// Networks counted at once, about 10 MB of them. Those that come when so many are there pay the highest price and are not
/// counted: nobody's count is given up for them.
const MOST_NETWORKS: usize = 100_000;

/// Starts per network in the running minute. The price and the refusal of a network hang on it and nobody's account does, so
/// it may live in memory and be lost at a restart.
#[derive(Default)]
pub(super) struct Starts(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    networks: HashMap<String, Minute>,
    /// When those whose minute was over were last forgotten.
    swept: Moment,
}

impl Counted {
    /// Whether one more network can be counted. Looks for room at most once a minute: that goes through all of them.
    fn has_room(&mut self, now: Moment) -> bool {
        if self.networks.len() >= MOST_NETWORKS && now >= self.swept + minutes(1) {
            self.swept = now;
            self.networks.retain(|_, minute| minute.began + minutes(1) > now);
        }
        self.networks.len() < MOST_NETWORKS
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Minute {
    began: Moment,
    starts: u32,
    tickets: u32,
}

impl Starts {
    fn read(&self, network: &str, now: Moment) -> Minute {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counted.networks.get(network).copied() {
            Some(minute) if minute.began + minutes(1) > now => minute,
            None if !counted.has_room(now) => Minute::crowded(now),
            _ => Minute::default(),
        }
    }

    pub(super) fn count(&self, network: &str, by_ticket: bool, now: Moment) -> Minute {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !counted.networks.contains_key(network) && !counted.has_room(now) {
            return Minute::crowded(now);
        }
        let minute = counted.networks.entry(network.to_owned()).or_default();
        if minute.began + minutes(1) <= now {
            *minute = Minute {
                began: now,
                ..Minute::default()
            };
        }
        minute.starts = minute.starts.saturating_add(1);
        minute.tickets = minute.tickets.saturating_add(u32::from(by_ticket));
        *minute
    }
}

impl Minute {
    /// That of a network for which there is no room: the highest price, and no refusal.
    const fn crowded(now: Moment) -> Self {
        Self {
            began: now,
            starts: STARTS_BEFORE_STEP_UP * MOST_EXTRA_BITS as u32,
            tickets: 0,
        }
    }

    /// More than an office behind one address does.
    pub(super) const fn is_beyond_reason(self) -> bool {
        self.starts > STARTS_BEFORE_REFUSAL
    }

    /// When it is over.
    pub(super) fn end(self) -> Moment {
        self.began + minutes(1)
    }
}

/// What the browser answers.
#[derive(Clone, Copy, Debug)]
pub struct Presence<'a> {
    /// The token it was given.
    pub token: &'a str,
    /// The number it found; empty without scripts.
    pub answer: &'a str,
}

impl Presence<'_> {
    const fn is_ticket(&self) -> bool {
        self.answer.is_empty()
    }
}

impl Portal {
    /// A challenge for the browser that holds this cookie.
    pub fn challenge(&self, visit: &Visit, holder: &str) -> Result<Challenge, Fault> {
        let now = self.now();
        let bits = self.price(visit, now);
        let token = self.sign(holder, now, bits, &self.fresh_name()?);
        Ok(Challenge {
            token,
            bits,
            ripe: now + TICKET_RIPENS,
        })
    }

    /// What a start costs this network at present, in leading zero bits.
    fn price(&self, visit: &Visit, now: Moment) -> u8 {
        let starts = self.starts.read(&visit.network, now).starts;
        let extra = (starts / STARTS_BEFORE_STEP_UP).min(u32::from(MOST_EXTRA_BITS));
        BASE_BITS + u8::try_from(extra).unwrap_or(MOST_EXTRA_BITS)
    }

    fn sign(&self, holder: &str, issued: Moment, bits: u8, salt: &str) -> String {
        let text = format!("{}.{bits}.{salt}", issued.millis());
        let mac = self
            .keys
            .digest(Label::Challenge, &[holder.as_bytes(), text.as_bytes()]);
        format!("{text}.{}", super::hex(&mac[..16]))
    }

    /// Judges an answer; what it returns has to be committed before it lets anybody through, so that a challenge is spent
    /// by exactly one.
    pub(super) fn judge_presence(&self, visit: &Visit, holder: &str, presence: Presence<'_>) -> Answer<Change> {
        let now = self.now();
        let (issued, bits) = self.read_token(holder, presence.token).ok_or(Refusal::Challenge)?;
        if now >= issued + TOKEN_LIFE || issued > now + seconds(60) {
            return Err(Refusal::Challenge.into());
        }
        // Challenges that were hoarded while they were cheap are not; one step is forgiven to whoever was typing.
        if bits + 1 < self.price(visit, now) {
            return Err(Refusal::Challenge.into());
        }
        if presence.is_ticket() {
            if now < issued + TICKET_RIPENS {
                return Err(Refusal::Unripe {
                    until: issued + TICKET_RIPENS,
                }
                .into());
            }
        } else if presence.answer.len() > 20 || leading_zero_bits(presence.token, presence.answer) < u32::from(bits) {
            return Err(Refusal::Challenge.into());
        }
        Ok(Change::SpendChallenge {
            token: self.index("challenge", presence.token),
            until: issued + TOKEN_LIFE + minutes(1),
        })
    }

    /// Counts a start whose challenge is spent.
    pub(super) fn count_start(&self, visit: &Visit, presence: Presence<'_>, now: Moment) -> Result<(), Refusal> {
        let minute = self.starts.count(&visit.network, presence.is_ticket(), now);
        if minute.is_beyond_reason() || minute.tickets > TICKETS {
            return Err(Refusal::Crowded { until: minute.end() });
        }
        Ok(())
    }

    fn read_token(&self, holder: &str, token: &str) -> Option<(Moment, u8)> {
        if token.len() > 160 {
            return None;
        }
        let mut parts = token.split('.');
        let issued = Moment::from_millis(parts.next()?.parse().ok()?);
        let bits: u8 = parts.next()?.parse().ok()?;
        let salt = parts.next()?;
        let fits = {
            use subtle::ConstantTimeEq as _;
            bool::from(self.sign(holder, issued, bits, salt).as_bytes().ct_eq(token.as_bytes()))
        };
        fits.then_some((issued, bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    #[test]
    fn a_flood_of_networks_takes_a_bounded_room_and_drives_nobody_out_of_it() {
        let starts = Starts::default();
        for _ in 0..=STARTS_BEFORE_REFUSAL {
            starts.count("the busy one", false, NOW);
        }
        for n in 0..MOST_NETWORKS + 5_000 {
            starts.count(&n.to_string(), false, NOW);
        }
        assert_eq!(starts.0.lock().unwrap().networks.len(), MOST_NETWORKS);
        assert!(starts.count("the busy one", false, NOW).is_beyond_reason());
        // Whoever comes too late pays the most, but is let in.
        for minute in [starts.read("late", NOW), starts.count("late", false, NOW)] {
            assert!(minute.starts >= STARTS_BEFORE_STEP_UP * u32::from(MOST_EXTRA_BITS) && !minute.is_beyond_reason());
        }
        // A minute later there is room again.
        let later = NOW + minutes(1);
        assert_eq!(starts.count("late", false, later).starts, 1);
        assert_eq!(starts.0.lock().unwrap().networks.len(), 1);
    }
}
