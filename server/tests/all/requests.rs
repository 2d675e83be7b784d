//! The router in process: status, headers, cookies, redirects, what arrives, what is stored.

mod bad_input;
mod browser;
mod closed;
mod codes;
mod digits;
mod enumeration;
mod flow;
mod guesses;
mod health;
mod hostile;
mod lifetime;
mod meanwhile;
mod names;
mod new_password;
mod outages;
mod plain;
mod presence;
mod refused;
mod registration;
mod repeats;
mod secrets;
mod sends;
mod shape;
mod sign_in;
mod strange_names;
mod web;
