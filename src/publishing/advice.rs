//! What is not wrong, and deserves a look: `check` says it of all items, `serve` of those that are new or were touched.

mod files;
pub mod item;
pub mod site;

use crate::edition::Edition;
use crate::edition::dead::Linking;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::parse::form::Form;
use crate::newsroom::parse::respell::{Spelling, respelt};
use crate::newsroom::problem::Problem;
use crate::newsroom::site::Site;
use crate::publishing::desk::board;
use crate::publishing::publisher::Publisher;
use crate::source::DataDirectory;
use crate::source::media::{self, MediaIndex};
use arc_swap::ArcSwap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// So many items, the newest, are looked at when a server starts, and again when one is withdrawn to which they may lead.
const ITEMS_MAX: usize = 1_000;

/// So many items are named in the log after one change.
const LINES_MAX: usize = 20;

/// Looks at one item. Where its file cannot be read there is nothing to say.
pub fn of_item(
    newsroom: &Newsroom,
    directory: &DataDirectory,
    index: &MediaIndex,
    entry: &Entry,
    now: i64,
) -> Vec<Problem> {
    let Ok((item, text)) = directory.item(entry, newsroom.site(), newsroom.sections()) else {
        return Vec::new();
    };
    let paths = entry.media.iter().map(|path| &**path);
    let found = index.measure(directory, paths, now).files;
    let linking = Linking {
        newsroom,
        entry,
        item: &item,
        found: &found,
        meant: &|path| media::meant(directory, path),
    };
    let mut problems = item::of_item(&linking, &text);
    let head = |path: &str| media::head(directory, path);
    problems.extend(files::of_item(&linking, &text, &head));
    let form = Form::of(&entry.file).unwrap_or(Form::Toml);
    let spelling = Spelling::of(form, &text);
    for hint in problems
        .iter_mut()
        .filter_map(|problem| problem.hint.as_mut())
    {
        *hint = respelt(hint, spelling).into_owned();
    }
    problems
}

/// Looks at the items of a running server, on a thread of its own, and writes to the log what is new.
pub struct Adviser {
    sender: Sender<Vec<Id>>,
}

impl Adviser {
    /// Begins with the newest items.
    pub fn start(publisher: &Publisher) -> Self {
        let (sender, touched) = channel();
        let look = Look {
            editions: publisher.current(),
            folder: publisher.folder(),
            media: publisher.media(),
            told: BTreeMap::new(),
            hidden: HashSet::new(),
            site: None,
        };
        // Ends by itself when the sender is dropped; nothing waits for what it says.
        std::thread::spawn(move || look.run(&touched));
        Self { sender }
    }

    /// Has items looked at that were read, withdrawn or published.
    pub fn tell(&self, touched: &[Id]) {
        if !touched.is_empty() {
            // Where it has ended there is nobody to tell.
            let _ended = self.sender.send(touched.to_vec());
        }
    }
}

struct Look {
    editions: Arc<ArcSwap<Edition>>,
    folder: Arc<ArcSwap<DataDirectory>>,
    media: Arc<MediaIndex>,
    /// What was said last of each item, with its file.
    told: BTreeMap<Id, (Arc<str>, Vec<Problem>)>,
    /// The items of which it is known that nobody can see them: what joins them may be linked to.
    hidden: HashSet<Id>,
    /// The settings that were looked at last.
    site: Option<Arc<Site>>,
}

impl Look {
    fn run(mut self, touched: &Receiver<Vec<Id>>) {
        let edition = self.editions.load_full();
        let newsroom = &edition.newsroom;
        let ids = newsroom.entries().map(|entry| &entry.id);
        let hidden = ids.filter(|id| !is_shown(newsroom, id));
        self.hidden = hidden.cloned().collect();
        let (first, all) = (newest(newsroom), newsroom.len());
        drop(edition);
        if all > first.len() {
            tracing::info!(
                "the newest {ITEMS_MAX} items are looked through for dead links and the like; `tidings check` looks \
                 through all {all}"
            );
        }
        self.look_at_site();
        self.look_at(first);
        while let Ok(touched) = touched.recv() {
            self.look_at_site();
            let edition = self.editions.load_full();
            let newsroom = &edition.newsroom;
            let mut leads_nowhere = false;
            for id in &touched {
                if is_shown(newsroom, id) {
                    self.hidden.remove(id);
                } else {
                    leads_nowhere |= self.hidden.insert(id.clone());
                }
            }
            let mut ids: BTreeSet<Id> = touched.into_iter().collect();
            say_what_became(newsroom, &ids);
            if leads_nowhere {
                ids.extend(newest(newsroom));
            }
            self.look_at(ids);
        }
    }

    fn look_at_site(&mut self) {
        let edition = self.editions.load();
        let newsroom = &edition.newsroom;
        let site = newsroom.site();
        let known = self.site.as_ref();
        if known.is_some_and(|known| Arc::ptr_eq(known, site)) {
            return;
        }
        let (directory, now) = (self.folder.load(), newsroom.now());
        for problem in site::of_site(newsroom, &directory, &self.media, now) {
            board::log(&board::located(&directory, problem));
        }
        // Whoever gives another on the command line tries something.
        if site.written_base_url.is_none() && !site.is_preview {
            let note = site::reached_by_nobody_else(newsroom);
            note.iter().for_each(|note| tracing::info!("{note}"));
        }
        self.site = Some(Arc::clone(site));
    }

    fn look_at(&mut self, ids: BTreeSet<Id>) {
        for id in ids {
            // An item that makes us fail is one bad item.
            let looked = catch_unwind(AssertUnwindSafe(|| self.look(&id)));
            if looked.is_err() {
                tracing::error!("cannot look through the item `{id}`");
            }
        }
    }

    fn look(&mut self, id: &Id) {
        let edition = self.editions.load();
        let newsroom = &edition.newsroom;
        let Some(entry) = newsroom.get(id) else {
            self.told.remove(id);
            return;
        };
        let (directory, now) = (self.folder.load(), newsroom.now());
        let problems = of_item(newsroom, &directory, &self.media, entry, now);
        let before = self.told.remove(id);
        let before = before.filter(|(file, _)| *file == entry.file);
        let before = before.map_or_else(Vec::new, |(_, problems)| problems);
        for problem in problems.iter().filter(|problem| !is_told(problem, &before)) {
            board::log(&board::located(&directory, problem.clone()));
        }
        if problems.is_empty() && !before.is_empty() && directory.stamp(&entry.file).is_some() {
            tracing::info!("{}: what was wrong before is mended", entry.file);
        }
        if !problems.is_empty() {
            let told = (Arc::clone(&entry.file), problems);
            self.told.insert(id.clone(), told);
        }
    }
}

fn is_shown(newsroom: &Newsroom, id: &Id) -> bool {
    let entry = newsroom.get(id);
    entry.is_some_and(|entry| entry.state(newsroom.now()).has_page())
}

/// Writes to the log what became of items, so that whoever saved a file sees that it arrived.
fn say_what_became(newsroom: &Newsroom, ids: &BTreeSet<Id>) {
    let entries = ids.iter().filter_map(|id| newsroom.get(id));
    for entry in entries.take(LINES_MAX) {
        let file = &entry.file;
        match entry.state(newsroom.now()) {
            State::Visible => tracing::info!("{file}: published at {}", newsroom.path(entry)),
            State::Expired => tracing::info!("{file}: expired, its page stays"),
            State::Canceled => tracing::info!("{file}: withdrawn"),
            State::Withheld => tracing::info!("{file}: withheld"),
            State::Draft => tracing::info!("{file}: a draft"),
            State::Scheduled => {
                let at = chrono::DateTime::from_timestamp(entry.life.release(), 0);
                let at = at.unwrap_or_default();
                let at = at.with_timezone(&newsroom.site().timezone);
                tracing::info!("{file}: to come on {}", at.format("%Y-%m-%d %H:%M:%S %:z"));
            }
        }
    }
    if let Some(more) = ids.len().checked_sub(LINES_MAX).filter(|more| *more > 0) {
        tracing::info!("{more} more items were taken in");
    }
}

/// Whether the same was said before, wherever it stood in the file.
fn is_told(problem: &Problem, before: &[Problem]) -> bool {
    let mut before = before.iter();
    before.any(|told| told.message == problem.message)
}

/// The newest items, by their dates.
fn newest(newsroom: &Newsroom) -> BTreeSet<Id> {
    let mut entries: Vec<&Arc<Entry>> = newsroom.entries().collect();
    entries.sort_unstable_by_key(|entry| Reverse(entry.wire));
    let newest = entries.into_iter().take(ITEMS_MAX);
    newest.map(|entry| entry.id.clone()).collect()
}
