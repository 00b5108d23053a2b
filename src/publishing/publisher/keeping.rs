//! What is kept: the ledger's rows, and the parsed index. Where nothing can be written the service goes on.

use super::Publisher;
use super::index_keeper::Work;
use super::making::MadeFeeds;
use super::unwritten::{ROWS_MAX, Unwritten, last_good};
use crate::newsroom::entry::StandsOn;
use crate::newsroom::identity::Id;
use crate::publishing::desk::Changes;
use crate::source::content_hash;
use crate::source::settings::fingerprint;
use crate::store::ledger::writing::Writing;
use crate::store::ledger::{Error, Source};
use crate::text::causes::joined;
use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// What could not be written is tried again after so long.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

impl Publisher {
    /// Writes what a change asks for to the ledger, and hands what was parsed to the index.
    pub(super) fn keep(&mut self, taken: &mut Changes, round: &MadeFeeds) {
        self.keep_sources(round);
        self.keep_moved_sources(&taken.stamps.items);
        let unwritten = &mut self.unwritten;
        unwritten.stamps.items.append(&mut taken.stamps.items);
        unwritten.stamps.groups.append(&mut taken.stamps.groups);
        unwritten.stamps.paths.append(&mut taken.stamps.paths);
        unwritten.versions.extend(round.versions.iter().cloned());
        unwritten.removed.extend(taken.removed.drain(..));
        if let Some(unconfirmed) = taken.unconfirmed.take() {
            unwritten.unconfirmed = Some(unconfirmed);
        }
        self.write();
        if let Some(keeper) = &self.keeper {
            if taken.has_new_settings {
                let fingerprint = fingerprint(self.desk.settings());
                keeper.tell(Work::Begin(fingerprint));
            }
            keeper.tell(Work::Keep(std::mem::take(&mut taken.parsed)));
        }
    }

    /// Keeps the texts of what feeds show, of what stands on its last good version, and of the settings; forgets all
    /// others.
    fn keep_sources(&mut self, round: &MadeFeeds) {
        let kept = self.desk.kept();
        let kept = kept.filter(|entry| entry.basis == StandsOn::LastGood);
        let mut wanted: BTreeSet<String> = kept.map(|entry| entry.id.to_string()).collect();
        wanted.extend(self.live.keys().map(ToString::to_string));
        let texts = &self.desk.settings().texts;
        let mut new: Vec<(String, Source)> = Vec::new();
        for (file, text) in texts {
            let name = format!("/{file}");
            let (file, hash, text) = (file.clone(), content_hash(text), text.clone());
            new.push((name.clone(), Source { file, hash, text }));
            wanted.insert(name);
        }
        let sections = self.desk.newsroom().sections().keys();
        wanted.extend(sections.map(|name| format!("/{name}/section.toml")));
        for (name, source) in &round.reading.texts {
            if wanted.contains(name) {
                new.push((name.clone(), source.clone()));
            }
        }
        for (name, source) in new {
            // The file counts, too: its name tells section, slug and language.
            let known = (source.file.clone(), source.hash);
            if self.sources.get(&name) == Some(&known) {
                continue;
            }
            self.sources.insert(name.clone(), known);
            self.unwritten.forgotten.remove(&name);
            self.unwritten.sources.insert(name, source);
        }
        let unwanted: Vec<String> = self
            .sources
            .keys()
            .filter(|name| !wanted.contains(*name))
            .cloned()
            .collect();
        for name in unwanted {
            self.sources.remove(&name);
            self.unwritten.sources.remove(&name);
            self.unwritten.forgotten.insert(name);
        }
    }

    /// Keeps the texts of items whose files have new names under these.
    fn keep_moved_sources(&mut self, changed: &BTreeSet<Id>) {
        for id in changed {
            let entry = self.desk.newsroom().get(id);
            let kept = self.sources.get_mut(id.as_str());
            let Some((entry, known)) = entry.zip(kept) else {
                continue;
            };
            if entry.basis != StandsOn::File || known.0 == *entry.file || known.1 != entry.hash {
                continue;
            }
            if let Some(mut source) = last_good(&self.ledger, &self.unwritten, id.as_str()) {
                known.0 = entry.file.to_string();
                source.file.clone_from(&known.0);
                self.unwritten.sources.insert(id.to_string(), source);
            }
        }
    }

    /// Writes the ledger, with what was measured of media files since. Where that fails the service goes on, and one
    /// warning says what is not kept; it is tried again with whatever comes next.
    pub(super) fn write(&mut self) {
        self.unwritten.media.extend(self.media.take_unsaved());
        if self.unwritten.is_empty() {
            return;
        }
        let failed_at = self.unwritten.failed_at;
        if failed_at.is_some_and(|at| at.elapsed() < WRITE_AGAIN) {
            return;
        }
        let written = self.write_all();
        let has_failed = failed_at.is_some();
        match written {
            Ok(()) => {
                if has_failed {
                    tracing::info!("the ledger is written again; nothing was lost");
                }
                self.unwritten = Unwritten::default();
            }
            Err(error) => {
                if !has_failed {
                    let error = joined(&error);
                    tracing::warn!(
                        "{error}; continuing without it; what is published until it can be written again is lost on a restart"
                    );
                }
                self.unwritten.failed_at = Some(Instant::now());
            }
        }
    }

    fn write_all(&mut self) -> Result<(), Error> {
        let unwritten = &self.unwritten;
        let ids: Vec<&Id> = unwritten.stamps.items.iter().collect();
        let (desk, ledger) = (&self.desk, &mut self.ledger);
        let groups = &desk.records().groups;
        let named = unwritten.stamps.groups.iter();
        let writing = Writing {
            groups: named
                .filter_map(|name| groups.get_key_value(name))
                .collect(),
            paths: &unwritten.stamps.paths,
            versions: unwritten.versions.iter().collect(),
            sources: unwritten.sources.iter().collect(),
            forgotten: unwritten.forgotten.iter().collect(),
            removed: unwritten.removed.iter().collect(),
            unconfirmed: unwritten.unconfirmed.as_ref(),
            media: unwritten.media.iter().collect(),
        };
        if ids.len() <= ROWS_MAX {
            return ledger.write([desk.rows(&ids)], &writing);
        }
        // The first start over many items: rows in parts, so that they are not in memory all at once. The next part is
        // gathered while one is written.
        std::thread::scope(|scope| {
            let (sender, parts) = sync_channel(1);
            scope.spawn(move || {
                let mut parts = ids.chunks(ROWS_MAX).map(|part| desk.rows(part));
                // Where the writing has ended it has failed, and says so.
                let _ended = parts.try_for_each(|part| sender.send(part));
            });
            ledger.write(parts, &writing)
        })
    }
}

impl Publisher {
    /// Writes what could not be written before, for the last time.
    pub fn write_at_last(&mut self) {
        self.unwritten.failed_at = self
            .unwritten
            .failed_at
            .and(Instant::now().checked_sub(WRITE_AGAIN));
        self.write();
    }
}
