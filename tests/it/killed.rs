//! A server that is killed at any moment, while its files change: the next start goes on where it was.
//!
//! `KILLS` asks for more than the usual number of rounds.

use crate::serving::{ITEM, SITE, Serving, data, tidings};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// So many rounds by default.
const ROUNDS: u64 = 40;

/// The longest lives of servers, in milliseconds: within their start, soon after it, and over a further publication.
const START_MAX: u64 = 150;
const LIFE_MAX: u64 = 60;
const LONG_LIFE_MAX: u64 = 1_200;

/// What no answer may ever have in it.
const SECRET: &str = "EMBARGOED";

fn rounds() -> u64 {
    let asked = std::env::var("KILLS").ok();
    asked.and_then(|kills| kills.parse().ok()).unwrap_or(ROUNDS)
}

/// The next number of a simple generator (Knuth's MMIX): the same story on every run but for the machine's own pace.
fn next(seed: &AtomicU64) -> u64 {
    let step = |seed: u64| {
        seed.wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407)
    };
    let before = seed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |seed| Some(step(seed)));
    step(before.unwrap_or_else(|seed| seed)) >> 33
}

/// Authors who never rest, until they are dropped.
struct Authors {
    rest: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Authors {
    fn start(news: PathBuf, seed: u64) -> Self {
        let rest = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&rest);
        let thread = std::thread::spawn(move || {
            let seed = AtomicU64::new(seed);
            while !stop.load(Ordering::SeqCst) {
                edit(&news, &seed);
                std::thread::yield_now();
            }
        });
        Self {
            rest,
            thread: Some(thread),
        }
    }
}

impl Drop for Authors {
    fn drop(&mut self) {
        self.rest.store(true, Ordering::SeqCst);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

/// One change of one of a few files: written in one go or with pauses, renamed into place, broken, or gone and back. An
/// item that was shown is shown again in the end; what is secret is so by its last line, and stays so.
fn edit(news: &Path, seed: &AtomicU64) {
    let (which, how) = (next(seed) % 8, next(seed));
    let file = news.join(format!("item-{which}.toml"));
    let text = item(which, how);
    match how % 8 {
        0 => fs::write(&file, &text[..text.len() / 2]).unwrap(),
        1 => {
            let secret = news.join(format!("secret-{which}.toml"));
            let text = format!(
                "title = \"{SECRET} {how}\"\ndate = 2026-03-01\nbody = \"{SECRET}\"\nembargo_until = 2099-01-01T00:00:00Z\n"
            );
            write_slowly(&secret, &text, next(seed) % 40);
        }
        2..=4 => {
            let new = news.join(format!(".item-{which}.new"));
            fs::write(&new, text).unwrap();
            fs::rename(new, file).unwrap();
        }
        _ => fs::write(file, text).unwrap(),
    }
}

/// Writes a text in three pieces, with pauses of so many milliseconds; the last piece begins with its last line.
fn write_slowly(path: &Path, text: &str, pause: u64) {
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    let mut file = fs::File::create(path).unwrap();
    for piece in [&text[..end / 2], &text[end / 2..end], &text[end..]] {
        file.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(pause));
    }
}

fn item(which: u64, how: u64) -> String {
    format!(
        "title = \"Item {which}\"\ndate = 2026-03-0{}\nbody = \"Text {how}.\"\n",
        which + 1
    )
}

/// The items of a feed with the dates of their publication.
fn published(feed: &str) -> HashMap<String, i64> {
    let body = feed.split_once("\r\n\r\n").unwrap().1;
    let feed =
        feed_rs::parser::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
    let entries = feed.entries.into_iter();
    entries
        .map(|entry| (entry.id, entry.published.unwrap().timestamp()))
        .collect()
}

/// The rows of all items ever published, with their dates.
fn rows(state: &Path) -> BTreeMap<String, i64> {
    let ledger = rusqlite::Connection::open(state.join("ledger.sqlite")).unwrap();
    let mut query = ledger.prepare("SELECT id, wire FROM item").unwrap();
    let rows = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Lets a server start and kills it somewhere on the way.
fn kill_at_the_start(path: &Path, life: Duration) {
    let mut child = tidings()
        .arg("serve")
        .arg(path)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(life);
    assert_eq!(child.try_wait().unwrap(), None, "no start fails");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Lets a server serve and kills it; it shows everything that was shown before.
fn kill_at_work(path: &Path, life: Duration, shown: &mut HashMap<String, i64>) {
    let server = Serving::start(path, &[]);
    let end = Instant::now() + life;
    loop {
        let feed = server.get("/rss.xml");
        assert!(!feed.contains(SECRET), "{feed}");
        let present = published(&feed);
        for (id, at) in &*shown {
            assert_eq!(present.get(id), Some(at), "{id}: {feed}");
        }
        shown.extend(present);
        if Instant::now() >= end {
            // Dropping it is `kill -9`.
            return drop(server);
        }
    }
}

#[test]
fn a_killed_server_goes_on_where_it_was() {
    let first: Vec<(String, String)> = (0..8)
        .map(|which| (format!("news/item-{which}.toml"), item(which, 0)))
        .collect();
    let mut files: Vec<(&str, &str)> = first
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    files.extend([("site.toml", SITE), ("news/still.toml", ITEM)]);
    let folder = data(&files);
    let (path, state) = (folder.path().join("data"), folder.path().join("data.state"));
    let seed = AtomicU64::new(1);
    let mut shown: HashMap<String, i64> = HashMap::new();
    let mut known: BTreeMap<String, i64> = BTreeMap::new();
    kill_at_work(&path, Duration::ZERO, &mut shown);
    assert_eq!(shown.len(), 9);
    for round in 0..rounds() {
        let authors = Authors::start(path.join("news"), round);
        let life = |most: u64| Duration::from_millis(next(&seed) % (most + 1));
        match round % 5 {
            0 | 3 => kill_at_the_start(&path, life(START_MAX)),
            1 | 2 => kill_at_work(&path, life(LIFE_MAX), &mut shown),
            _ => kill_at_work(&path, life(LONG_LIFE_MAX), &mut shown),
        }
        drop(authors);
        let rows = rows(&state);
        for (id, at) in &known {
            assert_eq!(rows.get(id), Some(at), "the row of {id} in round {round}");
        }
        for (id, at) in &shown {
            let id = id.rsplit(':').next().unwrap();
            assert_eq!(
                rows.get(id),
                Some(at),
                "{id} was shown before it was remembered"
            );
        }
        known = rows;
    }
    let server = Serving::start(&path, &[]);
    let feed = server.get("/rss.xml");
    assert!(!feed.contains(SECRET) && shown.len() == 9, "{feed}");
    server.stop();
    let ledger = rusqlite::Connection::open(state.join("ledger.sqlite")).unwrap();
    let check = ledger.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(check.unwrap(), "ok");
}
