//! The outer ring as the outside sees it: files, sockets, requests.

mod accept;
mod cli;
mod console;
mod dress;
mod gateway;
mod guard;
mod hashing;
mod house;
mod keyring;
mod letters;
mod scratch;
mod settings;
mod smtp;
