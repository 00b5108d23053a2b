//! A desk that works without pause: items are written, edited, corrected, withdrawn, broken, mended and removed.

use crate::serving::now_milliseconds;
use chrono::DateTime;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The newest items are those that are worked on.
const BUSY_ITEMS: usize = 8;

/// Older ones are left as they are, so that feeds show all that is worked on, with what was withdrawn meanwhile.
const ITEMS_MAX: u64 = 16;

/// So many are withdrawn at most: notices take the place of news in feeds.
const WITHDRAWN_MAX: usize = 40;

/// So many items are there to work on before any is withdrawn or removed.
const ITEMS_MIN: usize = 4;

/// What was saved and not served yet, and how long it took for the rest.
#[derive(Default)]
pub(super) struct Pending {
    /// Versions and when they were saved, by item.
    saved: HashMap<u64, Vec<(u64, Instant)>>,
    latencies: Vec<Duration>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.saved.is_empty()
    }

    pub(super) fn into_latencies(self) -> Vec<Duration> {
        self.latencies
    }

    /// Takes out what a feed shows. An item shows all its versions up to the one in its title.
    pub(super) fn serve(&mut self, feed: &str) {
        for title in feed.split("<title>Soak item ").skip(1) {
            let mut words = title.split([' ', '<']);
            let mut number = || words.find_map(|word| word.parse::<u64>().ok());
            let (Some(item), Some(shown)) = (number(), number()) else {
                continue;
            };
            if let Some(saved) = self.saved.get_mut(&item) {
                let served = saved.extract_if(.., |(version, _)| *version <= shown);
                self.latencies.extend(served.map(|(_, at)| at.elapsed()));
                if saved.is_empty() {
                    self.saved.remove(&item);
                }
            }
        }
    }

    /// Whether nothing waits too long.
    pub(super) fn check(&self, longest: Duration) -> Result<(), String> {
        let late = self.saved.iter().find_map(|(item, saved)| {
            let late = saved.iter().find(|(_, at)| at.elapsed() > longest);
            late.map(|(version, _)| format!("item {item} version {version} is not served"))
        });
        late.map_or(Ok(()), Err)
    }
}

struct Piece {
    number: u64,
    version: u64,
    date: i64,
    corrections: Vec<i64>,
}

/// The desk.
pub(super) struct Desk {
    data: PathBuf,
    random: u64,
    pieces: VecDeque<Piece>,
    next: u64,
    counts: BTreeMap<&'static str, usize>,
}

fn written(second: i64) -> String {
    DateTime::from_timestamp(second, 0).unwrap().to_rfc3339()
}

fn now() -> i64 {
    now_milliseconds() / 1_000
}

impl Piece {
    fn file(&self) -> String {
        format!("news/soak/{}/item-{}.toml", self.number % 7, self.number)
    }

    fn text(&self, more: &str) -> String {
        let (number, version) = (self.number, self.version);
        let mut text = format!(
            "id = \"soak-{number}\"\ntitle = \"Soak item {number} version {version}\"\ndate = {}\n{more}\
             body = \"\"\"\nVersion *{version}* of item {number}, with [a link](https://example.org/{version}).\n\n{}\n\"\"\"\n",
            written(self.date),
            "Some more words of it. ".repeat(20),
        );
        for (at, minor) in self.corrections.iter().zip(1..) {
            let at = written(*at);
            let _ = write!(
                text,
                "[[corrections]]\nat = {at}\nnote = \"Correction {minor}.\"\n"
            );
        }
        text
    }
}

impl Desk {
    pub(super) fn new(data: PathBuf) -> Self {
        Self {
            data,
            random: 0x9E37_79B9_7F4A_7C15,
            pieces: VecDeque::new(),
            next: 0,
            counts: BTreeMap::new(),
        }
    }

    /// How often it did what.
    pub(super) fn counts(&self) -> String {
        let each = self.counts.iter();
        let each: Vec<String> = each
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        each.join(", ")
    }

    /// A number below `end`; the same ones in each run.
    fn random(&mut self, end: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % end as u64).unwrap()
    }

    /// Does one thing.
    pub(super) fn edit(&mut self, pending: &Mutex<Pending>) {
        let what = self.random(100);
        let what = if self.pieces.len() < ITEMS_MIN {
            0
        } else {
            what
        };
        let busy = self.pieces.len().min(BUSY_ITEMS);
        let at = self.pieces.len() - busy + self.random(busy.max(1));
        let done = match what {
            0..12 => self.begin(pending),
            12..70 => self.save(at, pending),
            70..82 => self.correct(at, pending),
            82..90 => self.shatter(at, pending),
            90..95 if self.withdrawn() < WITHDRAWN_MAX => self.withdraw(at, pending),
            _ => self.remove(at, pending),
        };
        *self.counts.entry(done).or_default() += 1;
    }

    fn withdrawn(&self) -> usize {
        self.counts.get("canceled").copied().unwrap_or(0)
    }

    fn begin(&mut self, pending: &Mutex<Pending>) -> &'static str {
        self.pieces.push_back(Piece {
            number: self.next,
            version: 0,
            date: now(),
            corrections: Vec::new(),
        });
        self.next += 1;
        let next = self.next;
        self.pieces.retain(|piece| piece.number + ITEMS_MAX >= next);
        self.save(self.pieces.len() - 1, pending);
        "new"
    }

    fn save(&mut self, at: usize, pending: &Mutex<Pending>) -> &'static str {
        self.pieces[at].version += 1;
        let (number, version) = (self.pieces[at].number, self.pieces[at].version);
        self.write(at, &self.pieces[at].text(""));
        let mut pending = pending.lock().unwrap();
        let saved = pending.saved.entry(number).or_default();
        saved.push((version, Instant::now()));
        "edited"
    }

    fn correct(&mut self, at: usize, pending: &Mutex<Pending>) -> &'static str {
        self.pieces[at].corrections.push(now());
        self.save(at, pending);
        "corrected"
    }

    /// Breaks a file; a later edit mends it.
    fn shatter(&mut self, at: usize, pending: &Mutex<Pending>) -> &'static str {
        self.forget(at, pending);
        let text = self.pieces[at].text("titel = \"twice\"\n");
        self.write(at, &text);
        "broken"
    }

    fn withdraw(&mut self, at: usize, pending: &Mutex<Pending>) -> &'static str {
        self.forget(at, pending);
        let text = self.pieces[at].text("status = \"canceled\"\nstatus_note = \"A mistake.\"\n");
        self.write(at, &text);
        self.pieces.remove(at);
        "canceled"
    }

    fn remove(&mut self, at: usize, pending: &Mutex<Pending>) -> &'static str {
        self.forget(at, pending);
        fs::remove_file(self.data.join(self.pieces[at].file())).unwrap();
        self.pieces.remove(at);
        "removed"
    }

    /// What is about to go need not be served any more.
    fn forget(&self, at: usize, pending: &Mutex<Pending>) {
        let number = self.pieces[at].number;
        pending.lock().unwrap().saved.remove(&number);
    }

    /// Writes a file in place or by a rename.
    fn write(&self, at: usize, text: &str) {
        let file = self.data.join(self.pieces[at].file());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        if self.pieces[at].version.is_multiple_of(2) {
            fs::write(file, text).unwrap();
        } else {
            let new = file.with_extension("toml~");
            fs::write(&new, text).unwrap();
            fs::rename(new, file).unwrap();
        }
    }
}
