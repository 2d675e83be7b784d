//! Passwords: what is asked of one, who says whether it will do, and what it is once it has been taken.
//!
//! ```text
//!   Rules (operator)      Terms (person, organisation, operator)      Common (list)
//!        └──────────────────────────┬───────────────────────────────────┘
//!   what was typed ── NFC ──▶ judge ──▶ Verdict ──▶ the page's seals and bars
//!                                          │
//!                            nothing broken▼(server only)
//!                                     NewPassword ──▶ hash, directory
//! ```
//!
//! The same [`judge`](judge::judge) runs in the browser while somebody types and on the server on submit, and gives the
//! same verdict for the same terms and list; the server's is the one that counts. What is judged and hashed is the
//! password as it was typed, normalised to NFC and otherwise untouched: nothing is trimmed, cut, folded or narrowed, since
//! whatever else is done here, the machine at which the person signs in will not do it.
//!
//! These rules know no clock, no randomness, no table and no network. History and the directory's own opinion are the
//! business of whoever keeps them.

pub mod common;
pub mod fold;
pub mod judge;
pub mod rules;
mod score;
mod scratch;
pub mod suggest;
pub mod terms;

#[cfg(feature = "service")]
mod chosen;

#[cfg(feature = "service")]
pub use chosen::{NewPassword, nfc};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
