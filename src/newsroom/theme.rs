//! The publication's own looks.

use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How the paths of all themes begin, below the base URL.
pub const PATH: &str = "/assets/theme.";

/// A stylesheet of the publication's own, which follows ours on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    text: Arc<str>,
    mark: Arc<str>,
}

impl Theme {
    /// The largest stylesheet, in bytes: every visitor waits for it before the page is shown.
    pub const BYTES_MAX: usize = 256 * 1024;

    /// A theme of a text.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            mark: mark_of(text).into(),
        }
    }

    /// The stylesheet.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The path of its URL below the base URL, with a hash of its text.
    pub fn path(&self) -> String {
        format!("{PATH}{}.css", self.mark)
    }
}

/// The first four bytes of a text's hash as eight hexadecimal digits.
pub fn mark_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bytes = digest.iter().take(4);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
