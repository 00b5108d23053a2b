//! From a changed file, or an instant that has come, to what readers get.
//!
//! ```text
//! watch, clock, requests, signals
//!        │ wake
//!        ▼
//! publish_loop ──► publisher ──► desk ───────────────────► newsroom    what there is: files joined with the ledger
//!                     │          directory, waiting,        (all items)
//!                     │          reading, joining
//!                     ▼
//!                  reading ──► making ──► keeping ──► edition, swapped whole
//!                  (items)     (feeds)    (ledger)       │
//!                                                        └──► News, to all who follow: the adviser, the coder
//! ```
//!
//! One thread does all of this, so that nothing is decided twice. Large files are read aside. The adviser writes to the log
//! what deserves a look, the coder makes further content codings; each has a thread of its own.

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
