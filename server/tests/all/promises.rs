//! What the store promises, whichever database is behind it: one winner among many at once, nothing half done, nothing
//! in clear that must not be, and an audit log in which every change is found.

mod accounts;
mod answers;
mod audit;
mod contacts;
mod delivery;
mod devices;
mod flows;
mod freeze;
mod ground;
mod held_back;
mod housekeeping;
mod interruption;
mod limits;
mod metrics;
mod moved_clock;
mod notices;
mod opening;
mod outbox;
mod pages;
mod people;
mod plans;
mod purge;
mod reserve;
mod rollback;
mod rotation;
mod secrecy;
mod several;
mod tampering;
mod unclean;
mod winners;
