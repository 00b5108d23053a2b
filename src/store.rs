//! A room.
