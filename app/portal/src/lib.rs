//! The rules of the portal, and nothing but the rules.
//!
//! People register ways to prove who they are while they can still sign in; later, when they have forgotten the
//! password, they prove it and set a new one. This crate says what may happen when. It knows no framework, no SQL, no
//! socket, no clock and no randomness: whatever depends on those is an argument.
//!
//! The default build is the vocabulary, the two flows and the password judge, and runs in the browser as well. Feature
//! `service` adds the ports to the outside world and the services that use them.
//!
//! Start with [`recovery`] and [`registration`]: each opens with the drawing of its states.

pub mod account;
pub mod audit;
pub mod identity;
pub mod limits;
pub mod method;
pub mod moment;
pub mod password;
pub mod policy;
#[cfg(feature = "service")]
pub mod ports;
pub mod presence;
pub mod recovery;
pub mod refusal;
pub mod registration;
pub mod screen;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "service")]
pub mod upkeep;
