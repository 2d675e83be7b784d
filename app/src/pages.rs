//! One page = one step = one address = one file.

pub mod change;
pub mod demo;
pub mod home;
pub mod missing;
pub mod not_me;
pub mod register;
pub mod reset;
pub mod sign_in;
