//! The pages of the demonstration. Outside of it they do not exist.

mod letter;
mod mailbox;
mod people;

pub use mailbox::Mailbox;
pub use people::Demo;
