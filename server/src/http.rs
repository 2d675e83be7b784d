//! The way in: from a connection to a page, a door or a file.

pub mod accept;
pub mod address;
pub mod demo;
pub mod forms;
pub mod guard;
pub mod health;
pub mod language;
pub mod refusals;
pub mod reports;
pub mod router;
pub mod site;
pub mod visit;
