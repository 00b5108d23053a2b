//! Filled in by its room's author.
