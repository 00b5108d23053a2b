//! The integration tests: one crate, a module a feature.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alive;
mod commands;
mod desk;
mod digest;
mod discovery;
mod documents;
mod fixture;
mod full;
mod golden;
mod http;
mod killed;
mod labels;
mod layers;
mod ledger;
mod lifecycle;
mod media;
mod model;
mod pages;
mod paging;
mod preview;
mod problems;
mod ranges;
mod records;
mod redirects;
mod relations;
mod rendered;
mod resaved;
mod restarts;
mod secrecy;
mod serving;
mod soak;
mod sockets;
mod story;
mod versions;
mod witness;
