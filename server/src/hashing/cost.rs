//! How slow a hash is.

use std::fmt;

use argon2::Params;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The settings that OWASP holds for equally strong, memory in KiB and passes (Password Storage Cheat Sheet). Anything
/// at or above one of them will do.
const ENOUGH: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];
/// A hash with more memory than this, in KiB, is a mistake, or an attempt to use up the machine's.
const MOST_MEMORY_KIB: u32 = 1_048_576;
/// And one with more passes is too slow for anybody to wait for.
const MOST_PASSES: u32 = 64;

/// Memory and passes of Argon2id; always one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

/// A cost that protects too little, or that nobody could bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooWeak {
    /// Below every setting that OWASP holds for enough.
    BelowOwasp,
    /// Above 1 GiB or 64 passes.
    BeyondReason,
}

impl fmt::Display for TooWeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BelowOwasp => "is weaker than OWASP's least: 19456 KiB with 2 passes",
            Self::BeyondReason => "is more than 1 GiB or more than 64 passes",
        })
    }
}

impl std::error::Error for TooWeak {}

impl Default for Cost {
    /// 19 MiB and two passes, OWASP's first choice; about 20 ms on a server's processor.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
        }
    }
}

impl Cost {
    /// A cost that is strong enough.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, TooWeak> {
        if memory_kib > MOST_MEMORY_KIB || passes > MOST_PASSES {
            return Err(TooWeak::BeyondReason);
        }
        if !ENOUGH
            .iter()
            .any(|(least, rounds)| memory_kib >= *least && passes >= *rounds)
        {
            return Err(TooWeak::BelowOwasp);
        }
        Ok(Self { memory_kib, passes })
    }

    /// Memory of one hash, in KiB.
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over it.
    pub const fn passes(self) -> u32 {
        self.passes
    }

    pub(super) fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, 1, None).expect("both are far inside Argon2's own limits")
    }

    pub(super) fn is_that_of(self, params: &Params) -> bool {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (self.memory_kib, self.passes, 1)
    }

    /// What a hash of these parameters leaves of the work that one of this cost is, in memory times passes; none where it
    /// leaves nothing.
    pub(super) fn rest_after(self, params: &Params) -> Option<Params> {
        let work = |memory: u32, passes: u32| u64::from(memory) * u64::from(passes);
        let done = work(params.m_cost(), params.t_cost());
        let short = work(self.memory_kib, self.passes).checked_sub(done)?;
        // With as many passes it needs less memory than a whole hash, so the permit for one covers it.
        let memory = u32::try_from(short / u64::from(self.passes)).ok()?;
        Params::new(memory, self.passes, 1, None).ok()
    }

    /// Whether a stored hash can be computed without harm.
    pub(super) fn is_bearable(params: &Params) -> bool {
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= 4
    }

    /// A PHC string of this cost whose hash is all zeros: to find its password would be to break Argon2.
    pub(super) fn hash_of_nobody(self) -> String {
        let salt = STANDARD_NO_PAD.encode(b"nobody's account");
        let hash = STANDARD_NO_PAD.encode([0; 32]);
        format!(
            "$argon2id$v=19$m={},t={},p=1${salt}${hash}",
            self.memory_kib, self.passes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_a_lower_cost_and_its_rest_are_as_much_work_as_one_of_this_cost() {
        let work = |params: &Params| u64::from(params.m_cost()) * u64::from(params.t_cost());
        let costs = ENOUGH.map(|(memory, passes)| Cost::new(memory, passes).unwrap());
        let raised = Cost::new(65_536, 3).unwrap();
        for cost in costs {
            let rest = raised.rest_after(&cost.params()).unwrap();
            let missing = work(&raised.params()) - work(&cost.params()) - work(&rest);
            assert!(missing < 3 && rest.m_cost() <= raised.memory_kib, "{cost:?}: {missing}");
        }
        assert!(raised.rest_after(&raised.params()).is_none());
        assert!(Cost::default().rest_after(&raised.params()).is_none());
    }

    #[test]
    fn the_hash_of_nobody_is_as_much_work_as_any_other() {
        for (memory, passes) in ENOUGH {
            let cost = Cost::new(memory, passes).unwrap();
            let hash = cost.hash_of_nobody();
            let hash = argon2::password_hash::phc::PasswordHash::new(&hash).unwrap();
            assert_eq!(hash.algorithm, argon2::ARGON2ID_IDENT);
            assert!(cost.is_that_of(&Params::try_from(&hash).unwrap()), "{cost:?}");
            let lengths = (hash.salt.unwrap().len(), hash.hash.unwrap().len());
            assert_eq!(lengths, (16, 32));
        }
    }

    #[test]
    fn a_cost_below_every_setting_of_owasp_is_refused() {
        for (memory, passes) in ENOUGH {
            assert!(Cost::new(memory, passes).is_ok());
            assert!(Cost::new(memory, passes + 1).is_ok());
            assert_eq!(
                Cost::new(memory - 1, passes),
                Err(TooWeak::BelowOwasp),
                "{memory} KiB, {passes}"
            );
            assert_eq!(
                Cost::new(memory, passes - 1),
                Err(TooWeak::BelowOwasp),
                "{memory} KiB, {passes}"
            );
        }
        assert_eq!(Cost::new(1_048_577, 2), Err(TooWeak::BeyondReason));
        assert_eq!(Cost::new(19_456, 65), Err(TooWeak::BeyondReason));
    }
}
