//! What the press office has written: the site, its sections and items, and when each of them may be seen.

pub mod identity;
pub mod item;
pub mod problem;
pub mod site;
