//! The outer ring as the outside sees it: files, sockets, requests.

#[path = "outer/accept.rs"]
mod accept;
#[path = "outer/dress.rs"]
mod dress;
#[path = "outer/gateway.rs"]
mod gateway;
#[path = "outer/guard.rs"]
mod guard;
#[path = "outer/hashing.rs"]
mod hashing;
#[path = "outer/house.rs"]
mod house;
#[path = "outer/keyring.rs"]
mod keyring;
#[path = "outer/scratch.rs"]
mod scratch;
#[path = "outer/settings.rs"]
mod settings;
#[path = "outer/smtp.rs"]
mod smtp;
