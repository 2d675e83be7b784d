//! The router in process: status, headers, cookies, redirects, what arrives, what is stored.

#[path = "requests/browser.rs"]
mod browser;
#[path = "requests/codes.rs"]
mod codes;
#[path = "requests/enumeration.rs"]
mod enumeration;
#[path = "requests/flow.rs"]
mod flow;
#[path = "requests/plain.rs"]
mod plain;
#[path = "requests/registration.rs"]
mod registration;
#[path = "requests/secrets.rs"]
mod secrets;
#[path = "requests/sign_in.rs"]
mod sign_in;
#[path = "requests/web.rs"]
mod web;
