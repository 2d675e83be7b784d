//! The memory that Argon2 fills, kept for the next hash. Given back each time, an allocator spreads such large blocks over
//! the heaps of all threads, and what stays resident is many times what the permits allow.

use std::sync::{Mutex, PoisonError};

use argon2::{Argon2, Block, Params};

/// Memory of hashes that are over. Whoever computes holds a permit, so there are never more of them than permits.
#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Computes Argon2id into `out`.
    ///
    /// # Errors
    /// Where the parameters, the salt or the length of `out` are outside Argon2's own limits.
    pub(super) fn hash(&self, params: Params, input: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), argon2::Error> {
        let count = params.block_count();
        let mut blocks = self.lock().pop().unwrap_or_default();
        if blocks.len() < count {
            // Exactly as many: growing by doubling would hold twice the memory.
            blocks = vec![Block::default(); count];
        }
        let outcome = Argon2::from(params).hash_password_into_with_memory(input, salt, out, &mut blocks[..count]);
        self.lock().push(blocks);
        outcome
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(memory: &Memory, kib: u32, input: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        let params = Params::new(kib, 2, 1, None).unwrap();
        memory.hash(params, input, b"0123456789abcdef", &mut out).unwrap();
        out
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash() {
        let used = Memory::default();
        for (kib, input) in [(64, "first"), (32, "second"), (128, "third"), (64, "first")] {
            let fresh = of(&Memory::default(), kib, input.as_bytes());
            assert_eq!(of(&used, kib, input.as_bytes()), fresh, "{kib} KiB");
            assert_eq!(used.lock().len(), 1);
        }
    }

    #[test]
    fn it_is_what_argon2_computes_with_memory_of_its_own() {
        let mut expected = [0; 32];
        Argon2::from(Params::new(64, 2, 1, None).unwrap())
            .hash_password_into(b"input", b"0123456789abcdef", &mut expected)
            .unwrap();
        assert_eq!(of(&Memory::default(), 64, b"input"), expected);
    }
}
