//! The data directory and its settings: whether there are any, and which.

use super::board::Board;
use super::dirty::Dirty;
use super::reading;
use super::waiting::Verdict;
use super::{Changes, Desk, LastGood, Setting};
use crate::newsroom::entry::Entry;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::SETTINGS;
use crate::page;
use crate::source::settings::{self, Memory, Settings, Unusable};
use crate::source::{DataDirectory, SITE_FILE, content_hash, scan};
use chrono::{DateTime, Utc};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Desk {
    /// Whether a folder that is named is a section now and was none, or is none and was one.
    pub(super) fn has_other_folders(&self, paths: &BTreeSet<String>) -> bool {
        let mut folders = paths.iter().filter_map(|path| path.split('/').next());
        folders.any(|folder| {
            let is_there = self.directory.path().join(folder).is_dir();
            is_there != self.settings.sections.contains_key(folder)
        })
    }

    /// Whether there is a directory, with settings. Where there is none nothing is believed of its files, and where to
    /// look is kept for later.
    pub(super) fn is_usable(
        &mut self,
        dirty: &mut Dirty,
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
        taken: &mut Changes,
    ) -> bool {
        self.is_away = !self.setting.data.exists();
        if self.is_away {
            dirty.extend(Dirty::everything());
        }
        (!dirty.everything || self.reopen())
            && (!dirty.settings || self.reload(dirty, now, last_good, taken).is_ok())
    }

    /// Opens the directory anew where its path leads elsewhere now. Returns whether there is one.
    fn reopen(&mut self) -> bool {
        if !self.is_away && !self.directory.is_elsewhere(&self.setting.data) {
            return true;
        }
        match DataDirectory::open(&self.setting.data) {
            Ok(directory) => self.directory = Arc::new(directory),
            Err(error) => {
                let problem = Problem::of_file(Severity::Error, ".", error.to_string());
                self.board.set_settings(vec![problem]);
                return false;
            }
        }
        true
    }

    /// Reads the settings again, and marks what must be parsed again under them.
    fn reload(
        &mut self,
        dirty: &mut Dirty,
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
        taken: &mut Changes,
    ) -> Result<(), Unusable> {
        let now = now.timestamp_millis();
        let (away, written) = (self.folders_away(now), self.written_settings(dirty, now));
        let before = &self.settings;
        let past = Past {
            settings: Some(before),
            away: &away,
            written: &written,
            has_published: self.has_published(),
        };
        let board = &mut self.board;
        let new = load_settings(&self.directory, &self.setting, &past, last_good, board)?;
        let has_changed = (&new.site, &new.sections) != (&before.site, &before.sections);
        if has_changed {
            let before = std::mem::replace(&mut self.settings, new);
            // Also what is not taken in as it stands: it would come out in the tree of former settings.
            let entries = self.newsroom.entries().chain(self.open.values());
            let entries: Vec<Arc<Entry>> = entries.cloned().collect();
            reading::mark(dirty, &before, &self.settings, entries.iter());
            let newsroom = self.newsroom.under(
                Arc::clone(&self.settings.site),
                Arc::clone(&self.settings.sections),
            );
            self.moved = reading::moved(dirty, &self.newsroom, &newsroom);
            self.newsroom = newsroom;
            self.stamp_settings(taken);
            taken.has_new_settings = true;
        } else {
            self.settings.texts = new.texts;
        }
        Ok(())
    }

    /// The sections in force whose folders went a moment ago.
    fn folders_away(&mut self, now: i64) -> BTreeSet<String> {
        let after = self.setting.gone_after_milliseconds;
        let mut away = BTreeSet::new();
        for name in self.settings.sections.keys() {
            let folder: Arc<str> = Arc::from(name.as_str());
            if self.directory.path().join(name.as_str()).is_dir() {
                self.waiting.is_there(&folder);
            } else if !self.waiting.is_gone(&folder, now, after) {
                away.insert(name.to_string());
            }
        }
        away
    }

    /// The files with settings to which somebody may be writing, or which went a moment ago: what is in force of them
    /// stays so.
    fn written_settings(&mut self, dirty: &Dirty, now: i64) -> BTreeSet<String> {
        let names = scan::settings_files(&self.directory);
        let known = self.settings_stamps.keys().cloned();
        let names: BTreeSet<Arc<str>> = names.into_iter().map(Arc::from).chain(known).collect();
        let after = self.setting.gone_after_milliseconds;
        let mut written = BTreeSet::new();
        for file in names {
            let Some(stamp) = self.directory.stamp(&file) else {
                // Without the site's own file there are no settings at all, and nothing else is believed.
                if *file == *SITE_FILE || self.waiting.is_gone(&file, now, after) {
                    self.settings_stamps.remove(&file);
                } else {
                    written.insert(file.to_string());
                }
                continue;
            };
            self.waiting.is_there(&file);
            let is_known = self.settings_stamps.get(&file) == Some(&stamp);
            let is_closed = !self.waiting.is_open(&file) && (is_known || dirty.is_closed(&file));
            if is_closed || self.waiting.judge(&file, stamp, now) != Verdict::Later {
                self.waiting.close(&file);
                self.settings_stamps.insert(file, stamp);
            } else {
                written.insert(file.to_string());
            }
        }
        written
    }

    fn has_published(&self) -> bool {
        let mut entries = self.newsroom.entries();
        entries.any(|entry| entry.seen.is_some()) || !self.records.absent.is_empty()
    }

    /// Stamps the group that all pages share when the settings or the templates are others than before.
    pub(super) fn stamp_settings(&mut self, taken: &mut Changes) {
        // The derived text of the settings is the same on every machine: they hold lists and sorted maps alone.
        let settings = format!(
            "{:?} {:?} {}",
            self.settings.site,
            self.settings.sections,
            page::fingerprint()
        );
        let hash = Some(content_hash(&settings));
        if self.records.group(SETTINGS).hash != hash {
            self.records.group(SETTINGS).hash = hash;
            let now = self.newsroom.now();
            taken.stamps.stamp_group(&mut self.records, SETTINGS, now);
        }
    }
}

/// What was before settings are read.
pub(super) struct Past<'a> {
    /// Those in force.
    pub(super) settings: Option<&'a Settings>,
    /// The sections whose folders went a moment ago: they are not gone yet.
    pub(super) away: &'a BTreeSet<String>,
    /// The files to which somebody may be writing: what is in force of them stays so.
    pub(super) written: &'a BTreeSet<String>,
    /// Whether items have been published under them.
    pub(super) has_published: bool,
}

/// Reads the settings, with the last good texts in memory before those of the ledger.
pub(super) fn load_settings(
    directory: &DataDirectory,
    setting: &Setting,
    past: &Past<'_>,
    last_good: &LastGood<'_>,
    board: &mut Board,
) -> Result<Settings, Unusable> {
    let mut problems = Vec::new();
    let text = |file: &str| {
        let in_force = past
            .settings
            .and_then(|settings| settings.texts.get(file).cloned());
        in_force.or_else(|| last_good(&format!("/{file}")).map(|source| source.text))
    };
    let memory = Memory {
        text: &text,
        written: past.written,
        has_published: past.has_published,
        time: Cell::new(settings::FILE_TIME),
    };
    let loaded = match scan::folders(directory) {
        Ok(mut folders) => {
            folders.extend(past.away.iter().cloned());
            settings::load(
                directory,
                &folders,
                &setting.overrides,
                &memory,
                &mut problems,
            )
        }
        Err(error) => {
            let message = format!("the data directory cannot be read: {error}");
            problems.push(Problem::of_file(Severity::Error, ".", message));
            Err(Unusable::Missing)
        }
    };
    board.set_settings(problems);
    loaded
}
