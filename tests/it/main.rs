//! The integration tests: one crate, a module a feature.

mod layers;
