//! What may go wrong under a server at any moment: it is killed, the power goes, its database is held by another, its disk
//! is full, its clock jumps. Afterwards somebody who was not there looks at the database, at what was delivered and at what
//! people were told, and judges whether the promises were kept.

mod clock;
mod evidence;
mod judge;
mod kills;
mod person;
mod power;
mod sink;
mod storage;
mod victim;
