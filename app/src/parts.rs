//! The parts that pages are put together from.

pub mod arrival;
pub mod deed;
pub mod device;
pub mod explain;
pub mod field;
pub mod forget;
pub mod help;
pub mod icon;
pub mod link;
pub mod load;
pub mod masked;
pub mod notice;
pub mod password;
pub mod served;
pub mod sheet;
pub mod steps;
pub mod waiting;
pub mod wire;
