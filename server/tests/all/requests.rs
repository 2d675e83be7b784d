//! The router in process: status, headers, cookies, redirects, what arrives, what is stored.

mod browser;
mod codes;
mod enumeration;
mod flow;
mod health;
mod lifetime;
mod meanwhile;
mod new_password;
mod plain;
mod refused;
mod registration;
mod repeats;
mod secrets;
mod sends;
mod sign_in;
mod web;
