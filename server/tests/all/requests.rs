//! The router in process: status, headers, cookies, redirects, what arrives, what is stored.

mod browser;
mod codes;
mod enumeration;
mod flow;
mod plain;
mod registration;
mod secrets;
mod sign_in;
mod web;
