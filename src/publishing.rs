//! From a changed file, or an instant that has come, to what readers get.
//!
//! ```text
//! watch, clock, requests, signals
//!        │ wake
//!        ▼
//!  alive ──► publisher ──► desk ────────────────► newsroom      what there is: files joined with the ledger
//!  (loop)        │          directory, waiting,    (all items)
//!                │          reading, joining
//!                ▼
//!             reading ──► making ──► keeping ──► edition, swapped whole
//!             (items)     (feeds)    (ledger)         │
//!                                                     ├──► adviser: what deserves a look, to the log
//!                                                     └──► coder: further codings of what is new
//! ```
//!
//! One thread does all of this, so that nothing is decided twice. Large files are read aside; what only makes an answer
//! smaller, or tells authors more, has threads of its own.

pub mod advice;
pub mod desk;
pub mod publish_loop;
pub mod publisher;

/// Why nothing can be published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory cannot be read.
    #[error(transparent)]
    Source(#[from] crate::source::Error),
    /// `site.toml` cannot be used; the problems have been reported.
    #[error("`site.toml` cannot be used; nothing is served")]
    Site,
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] crate::store::ledger::Error),
    /// A page cannot be written.
    #[error("cannot write a page")]
    Page(#[from] askama::Error),
}
