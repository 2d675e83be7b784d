//! The outside world of Aikagi: sockets, the clock, secrets, disk, and the command line.

pub mod assemble;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod courier;
pub mod delivery;
pub mod demo;
pub mod hashing;
pub mod housekeeping;
pub mod http;
mod invisible;
pub mod keyring;
pub mod metrics;
pub mod point;
pub mod random;
pub mod settings;
pub mod store;
