//! Every test of the server that looks at it from outside, in one program: linking it once is most of the cost.

mod cluster;
mod faults;
mod outer;
mod promises;
mod requests;
mod wire;
