//! The outer ring as the outside sees it: files, sockets, requests.

mod accept;
mod any_input;
mod cli;
mod console;
mod dress;
mod gateway;
mod guard;
mod hashing;
mod house;
pub mod kannel;
mod keyring;
mod letters;
mod process;
pub mod scratch;
mod settings;
mod shipped;
pub mod smtp;
