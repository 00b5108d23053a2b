//! Where to look: what the watch, the clock, requests and signals have named since the last look.

use crate::source::scan::{self, Purpose};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dirty {
    /// Everywhere, by the files' stamps.
    pub everything: bool,
    /// At `site.toml`, the sections and their settings.
    pub settings: bool,
    /// At and below these paths.
    pub items: BTreeSet<String>,
    /// At these files of the media folder; the empty path stands for all.
    pub media: BTreeSet<String>,
    /// At what leads to these, which are nothing themselves.
    pub(super) hidden: BTreeSet<String>,
    /// At these files, whatever their stamps say.
    pub(super) parse: BTreeSet<Arc<str>>,
    /// The files and folders that somebody has closed or put into their places: what is there is whole.
    closed: BTreeSet<String>,
}

impl Dirty {
    /// Everything.
    pub fn everything() -> Self {
        Self {
            everything: true,
            settings: true,
            media: BTreeSet::from([String::new()]),
            ..Self::default()
        }
    }

    /// Takes a path up.
    pub fn add(&mut self, path: &str) {
        match scan::purpose(path) {
            Purpose::Nothing => {
                self.hidden.insert(path.to_owned());
            }
            Purpose::Media(file) => {
                self.media.insert(file.to_owned());
            }
            Purpose::Items => {
                self.items.insert(path.to_owned());
            }
            Purpose::Settings => {
                self.settings = true;
                // A section's folder brings its items along.
                self.items.insert(path.to_owned());
            }
        }
    }

    /// Takes up a path of which the watch has seen that it was closed, or put into its place.
    pub fn add_closed(&mut self, path: &str) {
        self.add(path);
        self.closed.insert(path.to_owned());
    }

    /// Takes up that somebody writes to a file that was closed before.
    pub fn reopen(&mut self, path: &str) {
        self.closed.remove(path);
    }

    /// Whether somebody has closed a file, or put it or a folder above it into its place.
    pub(super) fn is_closed(&self, file: &str) -> bool {
        let mut folders = file.match_indices('/').map(|(at, _)| &file[..at]);
        self.closed.contains(file) || folders.any(|folder| self.closed.contains(folder))
    }

    /// Takes up what another says.
    pub fn extend(&mut self, other: Self) {
        self.everything |= other.everything;
        self.settings |= other.settings;
        self.items.extend(other.items);
        self.media.extend(other.media);
        self.hidden.extend(other.hidden);
        self.parse.extend(other.parse);
        self.closed.extend(other.closed);
    }

    /// Drops the look at everything, and keeps what is named.
    pub fn only_named(&mut self) {
        self.everything = false;
        self.settings = false;
        self.media.remove("");
    }

    /// Whether there is nowhere to look.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
