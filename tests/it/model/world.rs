//! The world of the model: a data directory, its authors, and a clock that they set.

use super::draft::{Draft, FAR, LANGUAGES, Site};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};
use tempfile::TempDir;
use tidings::clock::Clock;
use tidings::publishing::desk::dirty::Dirty;

/// What stands under a name.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    /// An item.
    Good(Draft),
    /// What was an item, and what its wreck says of a withdrawal in plain words.
    Broken { was: Draft, is_withdrawn: bool },
    /// A link to another file of the directory, or out of it.
    Link,
}

/// The world.
pub(crate) struct World {
    folder: TempDir,
    clock: Arc<AtomicI64>,
    /// Whether the data directory is known by a link.
    pub(super) is_linked: bool,
    pub(super) files: BTreeMap<String, Held>,
    /// Files that went, as they were.
    pub(super) gone: BTreeMap<String, Draft>,
    pub(super) folders: BTreeSet<String>,
    pub(super) site: Site,
    pub(super) serial: u32,
    /// Where the watch saw something.
    pub(super) touched: BTreeSet<String>,
    pub(super) must_rescan: bool,
    /// Words that were once to be read by everybody.
    pub(super) shown: HashSet<String>,
    /// Files whose names changed and whose text did not, from where to where.
    pub(super) renamed: Vec<(String, String)>,
    /// Files whose text is another than at the last look.
    pub(super) edited: BTreeSet<String>,
    /// Folders that were moved out of the directory: their names there, and what was in them.
    pub(super) folders_away: Vec<Away>,
    /// Dates and embargoes as they were before they slipped.
    pub(super) slipped: BTreeMap<String, (i64, Option<i64>)>,
    /// The texts of which there was half a file, and was never to be a whole one.
    pub(super) halves: BTreeSet<u32>,
    writes: u64,
}

/// A folder that is out of the directory for a time.
pub(super) struct Away {
    pub(super) name: String,
    pub(super) at: PathBuf,
    pub(super) files: BTreeMap<String, Held>,
    pub(super) folders: BTreeSet<String>,
}

impl World {
    /// A small publication at an instant.
    pub(crate) fn new(now: i64, is_linked: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            clock: Arc::new(AtomicI64::new(now)),
            is_linked,
            files: BTreeMap::new(),
            gone: BTreeMap::new(),
            folders: BTreeSet::new(),
            site: Site {
                title: 0,
                languages: LANGUAGES[0].to_vec(),
                tags: "",
                zone: "Europe/Moscow",
                base_url: "https://press.example.org",
                logo: None,
                feeds: String::new(),
            },
            serial: 0,
            touched: BTreeSet::new(),
            must_rescan: false,
            shown: HashSet::new(),
            renamed: Vec::new(),
            edited: BTreeSet::new(),
            folders_away: Vec::new(),
            slipped: BTreeMap::new(),
            halves: BTreeSet::new(),
            writes: 0,
            folder,
        };
        let first = world.root().join("v0");
        if is_linked {
            fs::create_dir(&first).unwrap();
            std::os::unix::fs::symlink("v0", world.data()).unwrap();
        } else {
            fs::create_dir(world.data()).unwrap();
        }
        fs::create_dir(world.root().join("outside")).unwrap();
        world.put("site.toml", world.site.spell().as_bytes());
        for name in ["news", "events"] {
            world.make_folder(name);
        }
        for path in ["news/a.toml", "news/b.md", "events/c.json"] {
            let draft = world.draft(0);
            world.write(path, draft);
        }
        world
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root().join("state")
    }

    /// The clock of all who live here.
    pub(crate) fn clock(&self) -> Clock {
        crate::fixture::turned(&self.clock)
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The number of something new.
    pub(super) fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// A new item in one of several ways.
    pub(super) fn draft(&mut self, how: u8) -> Draft {
        let now = self.now();
        let (title, text) = (self.next(), self.next());
        let day = 86_400;
        Draft {
            id: (how & 1 == 1).then(|| format!("own-{title}")),
            title,
            text,
            date: now - i64::from(how >> 4) * 5 * day - 2 * day,
            is_day: how & 2 == 2,
            status: (how % 32 == 8).then_some("draft"),
            embargo: (how % 16 == 4).then_some(now + 3 * 3_600),
            image: (how & 12 == 12).then_some(how % 3),
            tag: (how & 6 == 6).then_some("water"),
            ..Draft::default()
        }
    }

    /// Writes bytes under a name, as a new file that takes the old one's place. No two files have one time of writing,
    /// so that the model does not depend on the grain of the system's clock.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) {
        let at = self.data().join(path);
        self.take_away(&at);
        self.put_in_place(path, bytes);
    }

    /// The same, into the file that is there.
    pub(super) fn put_in_place(&mut self, path: &str, bytes: &[u8]) {
        let at = self.data().join(path);
        fs::write(&at, bytes).unwrap();
        self.writes += 1;
        let time = UNIX_EPOCH + Duration::new(1_600_000_000 + self.writes, 0);
        let file = fs::File::options().write(true).open(&at).unwrap();
        file.set_modified(time).unwrap();
        self.touch(path);
    }

    /// Sets the clock.
    pub(crate) fn set(&self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    /// The second in which the disk wrote a file last.
    pub(crate) fn disk_time(&self, path: &str) -> i64 {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(self.data().join(path)).unwrap().ctime()
    }

    /// Removes whatever stands at a place.
    pub(super) fn take_away(&self, at: &Path) {
        let Ok(metadata) = at.symlink_metadata() else {
            return;
        };
        if metadata.is_dir() {
            fs::remove_dir_all(at).unwrap();
        } else {
            fs::remove_file(at).unwrap();
        }
    }

    pub(super) fn touch(&mut self, path: &str) {
        self.touched.insert(path.to_owned());
    }

    /// Writes an item.
    pub(super) fn write(&mut self, path: &str, draft: Draft) {
        let text = draft.spell(path);
        self.put(path, text.as_bytes());
        self.gone.remove(path);
        self.renamed.retain(|(_, to)| to != path);
        self.edited.insert(path.to_owned());
        self.files.insert(path.to_owned(), Held::Good(draft));
    }

    /// Puts something that is no item in the place of one.
    pub(super) fn wreck(&mut self, path: &str, was: Draft, bytes: &[u8], is_withdrawn: bool) {
        self.put(path, bytes);
        self.renamed.retain(|(_, to)| to != path);
        self.edited.insert(path.to_owned());
        self.files
            .insert(path.to_owned(), Held::Broken { was, is_withdrawn });
    }

    pub(super) fn make_folder(&mut self, name: &str) {
        fs::create_dir_all(self.data().join(name)).unwrap();
        self.folders.insert(name.to_owned());
        self.touch(name);
    }

    /// What the watch has to say since the last call.
    pub(crate) fn dirty(&mut self, is_rescan: bool) -> Dirty {
        let touched = std::mem::take(&mut self.touched);
        if std::mem::take(&mut self.must_rescan) || is_rescan {
            return Dirty::everything();
        }
        let mut dirty = Dirty::default();
        for path in &touched {
            dirty.add(path);
        }
        dirty
    }

    /// What a file says, if it is a whole item.
    pub(crate) fn draft_of(&self, path: &str) -> Option<&Draft> {
        match self.files.get(path)? {
            Held::Good(draft) => Some(draft),
            Held::Broken { .. } | Held::Link => None,
        }
    }

    /// Whether nobody may see what a file holds. What is published stays so when its date slips ahead.
    fn is_hidden(&self, path: &str, draft: &Draft, published: &BTreeSet<String>) -> bool {
        let slipped = Draft {
            date: 0,
            ..draft.clone()
        };
        let is_published = published.contains(path);
        let said = if is_published { &slipped } else { draft };
        said.is_hidden(self.now())
    }

    /// The words that nobody may read now. Words that were once to be read may be known; the others are secret.
    /// `published` are the files of the items that stay published.
    pub(crate) fn secrets(&self, published: &BTreeSet<String>) -> Vec<String> {
        let hidden = self.files.iter().filter_map(|(path, held)| match held {
            Held::Good(draft) if self.is_hidden(path, draft, published) => Some(draft),
            Held::Good(_) | Held::Broken { .. } | Held::Link => None,
        });
        let words = hidden.flat_map(|draft| [draft.title_word(), draft.text_word()]);
        words.filter(|word| !self.shown.contains(word)).collect()
    }

    /// The pictures that are named by files of which nobody may see anything.
    pub(crate) fn hidden_pictures(&self, published: &BTreeSet<String>) -> BTreeSet<u8> {
        let mut hidden = BTreeSet::new();
        for (path, held) in &self.files {
            match held {
                Held::Good(draft) if self.is_hidden(path, draft, published) => {
                    hidden.extend(draft.pictures());
                }
                Held::Broken {
                    is_withdrawn: true, ..
                } => hidden.extend(self.pictures_in(path)),
                Held::Good(_) | Held::Broken { .. } | Held::Link => {}
            }
        }
        hidden
    }

    fn pictures_in(&self, path: &str) -> impl Iterator<Item = u8> {
        let text = fs::read_to_string(self.data().join(path)).unwrap_or_default();
        (0..3).filter(move |n| text.contains(&format!("{n}.png")))
    }

    /// The words of the items that are not held back, without one file's.
    pub(crate) fn open_words<'w>(&'w self, but: &'w str) -> impl Iterator<Item = [String; 2]> + 'w {
        let held_back = self.held_back_files();
        let others = self.files.keys().filter(move |path| **path != *but);
        let open = others.filter(move |path| !held_back.contains(path.as_str()));
        open.filter_map(|path| self.words_of(path))
    }

    /// The files whose items nobody may see now, by what the files say of their status.
    pub(crate) fn held_back_files(&self) -> BTreeSet<&str> {
        let is_held_back = |held: &Held| match held {
            Held::Good(draft) => draft.is_held_back(),
            Held::Broken { is_withdrawn, .. } => *is_withdrawn,
            Held::Link => false,
        };
        let all = self.files.iter();
        let held_back = all.filter(|(_, held)| is_held_back(held));
        held_back.map(|(path, _)| path.as_str()).collect()
    }

    /// Takes note of what is to be read now. `published` are the files of the items that stay published.
    pub(crate) fn note_shown(&mut self, published: &BTreeSet<String>) {
        let mut words = Vec::new();
        for (path, held) in &self.files {
            if let Held::Good(draft) = held
                && !self.is_hidden(path, draft, published)
            {
                words.extend([draft.title_word(), draft.text_word()]);
            }
        }
        self.shown.extend(words);
    }

    /// An instant that never comes.
    pub(super) fn never(&self) -> i64 {
        FAR
    }

    /// The renamings since the last call.
    pub(crate) fn take_renamed(&mut self) -> Vec<(String, String)> {
        self.edited.clear();
        std::mem::take(&mut self.renamed)
    }

    /// Whether there is a file.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The words of the item of a file, as the file has them now.
    pub(crate) fn words_of(&self, path: &str) -> Option<[String; 2]> {
        let draft = self.draft_of(path)?;
        Some([draft.title_word(), draft.text_word()])
    }
}
