//! One URL as it is served: its version, fields and representations.

/// One URL.
pub struct Resource {}
