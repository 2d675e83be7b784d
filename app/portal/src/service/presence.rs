//! The proof of presence before identification: work done by the browser while somebody types, or, without scripts, a
//! ticket that ripens.
//!
//! The token is signed and bound to the browser's cookie, so nothing is stored until it is spent. Its price grows with
//! the traffic of a network, never with the name that is typed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Answer, Portal, Visit};
use crate::limits::population::ELEVATED_BITS;
use crate::moment::{Moment, minutes, seconds};
use crate::ports::{Change, Fault, Label};
use crate::presence::{TICKET_RIPENS, TOKEN_LIFE, leading_zero_bits};
use crate::refusal::Refusal;
use crate::screen::Challenge;

/// Leading zero bits asked of an unsuspicious network: 2¹⁶ digests on average, about a tenth of a second on a phone.
/// Ours: the work may cost half a second there.
const BASE_BITS: u8 = 16;
/// At most eight times the base price. Ours.
const MOST_EXTRA_BITS: u8 = 3;
/// Starts a minute from one network (an IPv4 address, an IPv6 /64) from which on the price doubles, unless the operator says
/// otherwise of it. Ours, as all that follow.
pub const STARTS_BEFORE_STEP_UP: u32 = 60;
/// So many times as many are refused: 300 a minute, far above what an office behind one address does.
const REFUSAL: u32 = 5;
/// The network around it (an IPv4 /24, an IPv6 /48) may start so many times as much before the price doubles for all in it.
/// Those are never refused: somebody else may be among them.
const AROUND: u32 = 4;
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

    /// More than an office behind one address does, of which one expects so many starts a minute.
    pub(super) const fn is_beyond_reason(self, expected: u32) -> bool {
        self.starts > expected.saturating_mul(REFUSAL)
    }

    /// How often the price has doubled for somebody of whom one expects so many starts a minute.
    fn doublings(self, expected: u32) -> u8 {
        let doublings = self.starts / expected.max(1);
        u8::try_from(doublings).map_or(MOST_EXTRA_BITS, |doublings| doublings.min(MOST_EXTRA_BITS))
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
    pub async fn challenge(&self, visit: &Visit, holder: &str) -> Result<Challenge, Fault> {
        let now = self.now();
        let bits = self.price(visit, now).await?;
        let token = self.sign(holder, now, bits, &self.fresh_name()?);
        Ok(Challenge {
            token,
            bits,
            ripe: now + TICKET_RIPENS,
        })
    }

    /// What a start costs at present, in leading zero bits. A browser that some account knows pays for the starts of such
    /// browsers alone, whatever goes on around it.
    async fn price(&self, visit: &Visit, now: Moment) -> Result<u8, Fault> {
        if let Some(device) = self.known_device(visit).await? {
            return Ok(BASE_BITS + self.starts.read(&device, now).doublings(STARTS_BEFORE_STEP_UP));
        }
        let expected = visit.expected();
        let here = self.starts.read(&visit.network, now).doublings(expected);
        let around = self
            .starts
            .read(&visit.coarse, now)
            .doublings(expected.saturating_mul(AROUND));
        let crowd = if self.is_elevated(now).await? { ELEVATED_BITS } else { 0 };
        Ok(BASE_BITS + here.max(around) + crowd)
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
    pub(super) async fn judge_presence(&self, visit: &Visit, holder: &str, presence: Presence<'_>) -> Answer<Change> {
        let now = self.now();
        let (issued, bits) = self.read_token(holder, presence.token).ok_or(Refusal::Challenge)?;
        if now >= issued + TOKEN_LIFE || issued > now + seconds(60) {
            return Err(Refusal::Challenge.into());
        }
        // Challenges that were hoarded while they were cheap are not; one step is forgiven to whoever was typing.
        if bits + 1 < self.price(visit, now).await? {
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
    pub(super) async fn count_start(&self, visit: &Visit, presence: Presence<'_>, now: Moment) -> Answer<()> {
        let by_ticket = presence.is_ticket();
        let (minute, expected) = if let Some(device) = self.known_device(visit).await? {
            (self.starts.count(&device, by_ticket, now), STARTS_BEFORE_STEP_UP)
        } else {
            // Tickets cost nothing, so the network around has not many of them either.
            let around = self.starts.count(&visit.coarse, by_ticket, now);
            if by_ticket && around.tickets > TICKETS * AROUND {
                return Err(Refusal::Crowded { until: around.end() }.into());
            }
            (self.starts.count(&visit.network, by_ticket, now), visit.expected())
        };
        if minute.is_beyond_reason(expected) || minute.tickets > TICKETS {
            return Err(Refusal::Crowded { until: minute.end() }.into());
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
    fn of_a_network_nobody_decided_on_the_price_doubles_from_sixty_starts_a_minute_and_from_three_hundred_one_is_refused()
     {
        let (starts, expected) = (Starts::default(), Visit::default().expected());
        let mut minute = Minute::default();
        for n in 1..=300_u32 {
            minute = starts.count("203.0.113.7/32", false, NOW);
            assert_eq!(u32::from(minute.doublings(expected)), (n / 60).min(3), "{n}");
            assert!(!minute.is_beyond_reason(expected), "{n}");
        }
        let end = NOW + seconds(59);
        let beyond = starts.count("203.0.113.7/32", false, end);
        assert!(beyond.is_beyond_reason(expected) && minute.end() == NOW + minutes(1));
        assert!(!starts.count("203.0.113.8/32", false, end).is_beyond_reason(expected));
        let later = starts.count("203.0.113.7/32", false, NOW + minutes(1));
        assert_eq!(
            (later.doublings(expected), later.is_beyond_reason(expected)),
            (0, false)
        );
    }

    /// Bytes of the counts of a million networks: what is there and what the map has set aside.
    #[test]
    fn a_million_networks_take_less_than_two_hundred_mebibytes() {
        let starts = Starts::default();
        for n in 0..1_000_000_u32 {
            starts.count(&format!("2001:db8:{:x}:{:x}::/64", n >> 16, n & 0xffff), false, NOW);
        }
        let counted = starts.0.lock().unwrap();
        let names: usize = counted.networks.keys().map(String::capacity).sum();
        // One byte of control for each place (hashbrown).
        let places = counted.networks.capacity() * 8 / 7 * (size_of::<(String, Minute)>() + 1);
        assert!(names + places < 200 * 1_024 * 1_024 / 10, "{names} {places}");
    }

    #[test]
    fn a_flood_of_networks_takes_a_bounded_room_and_drives_nobody_out_of_it() {
        let starts = Starts::default();
        for _ in 0..=STARTS_BEFORE_STEP_UP * REFUSAL {
            starts.count("the busy one", false, NOW);
        }
        for n in 0..MOST_NETWORKS + 5_000 {
            starts.count(&n.to_string(), false, NOW);
        }
        assert_eq!(starts.0.lock().unwrap().networks.len(), MOST_NETWORKS);
        assert!(
            starts
                .count("the busy one", false, NOW)
                .is_beyond_reason(STARTS_BEFORE_STEP_UP)
        );
        // Whoever comes too late pays the most, but is let in.
        for minute in [starts.read("late", NOW), starts.count("late", false, NOW)] {
            assert!(
                minute.starts >= STARTS_BEFORE_STEP_UP * u32::from(MOST_EXTRA_BITS)
                    && !minute.is_beyond_reason(STARTS_BEFORE_STEP_UP)
            );
        }
        // A minute later there is room again.
        let later = NOW + minutes(1);
        assert_eq!(starts.count("late", false, later).starts, 1);
        assert_eq!(starts.0.lock().unwrap().networks.len(), 1);
    }
}
