//! What must survive a restart: the state directory with its lock and the ledger.

pub mod directory;
pub mod index;
pub mod ledger;
mod rows;
