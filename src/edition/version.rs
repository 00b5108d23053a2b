//! Versions: the entity tag of some bytes, and when they became what they are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How much of the digest the tag keeps: 20 characters of base64url.
const TAG_BYTES: usize = 15;

/// The present version of a resource (docs/http.md, “Versions”).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    tag: String,
    last_modified: Option<i64>,
}

impl Version {
    /// The version of some bytes. `last_modified` is in seconds since 1970, `None` where it must not be told.
    pub fn of(bytes: &[u8], last_modified: Option<i64>) -> Self {
        Self::known(Self::tag_of(bytes), last_modified)
    }

    /// The version of bytes whose tag is known. The tag has letters, digits, `-` and `_` alone.
    pub fn known(tag: String, last_modified: Option<i64>) -> Self {
        Self { tag, last_modified }
    }

    /// The opaque tag of some bytes: the beginning of their SHA-256 in base64url.
    pub fn tag_of(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..TAG_BYTES])
    }

    /// The opaque tag, without quotes and without `W/`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// When this version was published, in seconds since 1970.
    pub fn last_modified(&self) -> Option<i64> {
        self.last_modified
    }
}
