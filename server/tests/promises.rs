//! What the store promises, whichever database is behind it: one winner among many at once, nothing half done, nothing
//! in clear that must not be, and an audit log in which every change is found.

#[path = "promises/accounts.rs"]
mod accounts;
#[path = "promises/audit.rs"]
mod audit;
#[path = "promises/contacts.rs"]
mod contacts;
#[path = "promises/flows.rs"]
mod flows;
#[path = "promises/ground.rs"]
mod ground;
#[path = "promises/interruption.rs"]
mod interruption;
#[path = "promises/limits.rs"]
mod limits;
#[path = "promises/opening.rs"]
mod opening;
#[path = "promises/outbox.rs"]
mod outbox;
#[path = "promises/people.rs"]
mod people;
#[path = "promises/plans.rs"]
mod plans;
#[path = "promises/purge.rs"]
mod purge;
#[path = "promises/rollback.rs"]
mod rollback;
#[path = "promises/secrecy.rs"]
mod secrecy;
#[path = "promises/tampering.rs"]
mod tampering;
#[path = "promises/winners.rs"]
mod winners;
