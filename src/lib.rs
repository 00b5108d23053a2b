//! A feed publisher for newsrooms and press offices: a data directory of news items becomes RSS 2.0, Atom 1.0 and
//! JSON Feed 1.1 documents with web pages beside them, served over HTTP with exact validators.
//!
//! ```text
//! data directory ─► source ─► newsroom ─► feed, page ─► edition ─► respond ─► server ─► readers, aggregators
//!                   reads     items,      what is said  resources, status,    sockets,  caches, partners
//!                             sections    in each       validators fields,    limits
//!                             site        format        codings    bytes
//!                                ▲                         │
//!                              store  (what must survive: ids, wire times, versions)
//! ```
//!
//! The modules stand in the order of that journey. A module uses those above it and never one below. The first six
//! take values and give values: they open no file and no socket, read no clock and write no log.
//! `docs/architecture.md` is the map.

pub mod text;

pub mod newsroom;

pub mod feed;

pub mod page;

pub mod edition;

pub mod respond;

pub mod clock;

pub mod source;

pub mod store;

pub mod making;

pub mod publishing;

pub mod server;

pub mod command;
