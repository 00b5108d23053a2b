//! A soak: a newsroom that edits without pause, and many readers that poll, for as long as one likes. The tests do it
//! for a minute, `tests/soak.sh` for longer.

#[path = "soak/desk.rs"]
mod desk;

use crate::serving::{Serving, copy_tree, is_as_a_fresh_one};
use crate::witness::{Coding, Reader, Witness};
use desk::{Desk, Pending};
use std::fmt::{self, Display};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const READERS: usize = 50;

/// How often each reader polls.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// It shows within this time that a file is gone.
const GONE_WITHIN: Duration = Duration::from_millis(3_500);

/// How often somebody saves a file: 20 times a second.
const EDIT_EVERY: Duration = Duration::from_millis(50);

/// What was saved is served within this, or it is lost.
const SERVED_WITHIN: Duration = Duration::from_secs(10);

/// Memory may grow by so much from the second third of the time to the last: a tenth, and so many kilobytes.
const GROWTH_KILOBYTES_MAX: u64 = 8 * 1024;

/// The sample publication's feeds, and some of its pages.
const PATHS: [&str; 14] = [
    "/rss.xml",
    "/atom.xml",
    "/feed.json",
    "/news/rss.xml",
    "/news/atom.xml",
    "/news/feed.json",
    "/documents/rss.xml",
    "/statements/atom.xml",
    "/ru/rss.xml",
    "/ru/atom.xml",
    "/ru/feed.json",
    "/",
    "/news/",
    "/ru/",
];

/// What a soak has seen.
pub(crate) struct Report {
    edits: String,
    whole: usize,
    unchanged: usize,
    /// From saving a file to the first feed that shows it, shortest first.
    latencies: Vec<Duration>,
    /// Resident memory in kilobytes, each second.
    memory: Vec<u64>,
}

/// What all take part in.
struct Soak {
    stop: AtomicBool,
    wrong: Mutex<Vec<String>>,
    pending: Mutex<Pending>,
    whole: AtomicUsize,
    unchanged: AtomicUsize,
}

/// Soaks for so many seconds.
///
/// # Errors
///
/// The first things that were wrong.
pub(crate) fn run(seconds: u64) -> Result<Report, String> {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    copy_tree(&sample, &folder.path().join("data"));
    let server = Serving::start(&folder.path().join("data"), &[]);
    let witness = Arc::new(Witness::default());
    let soak = Soak {
        stop: AtomicBool::new(false),
        wrong: Mutex::default(),
        pending: Mutex::default(),
        whole: AtomicUsize::new(0),
        unchanged: AtomicUsize::new(0),
    };
    let mut desk = Desk::new(folder.path().join("data"));
    let mut memory = Vec::new();
    std::thread::scope(|scope| {
        for number in 0..READERS {
            let (reader, soak) = (Reader::new(&server, &witness), &soak);
            scope.spawn(move || soak.end_all_on(soak.read(reader, number)));
        }
        let (watcher, watching) = (Reader::new(&server, &witness), &soak);
        scope.spawn(move || watching.end_all_on(watching.watch(watcher)));
        let start = Instant::now();
        let until = start + Duration::from_secs(seconds);
        while Instant::now() < until && !soak.has_ended() {
            desk.edit(&soak.pending);
            if start.elapsed().as_secs() >= memory.len() as u64 {
                memory.push(resident(server.process()));
            }
            std::thread::sleep(EDIT_EVERY);
        }
        let is_served = || soak.pending.lock().unwrap().is_empty() || soak.has_ended();
        for _ in 0..SERVED_WITHIN.as_millis() / EDIT_EVERY.as_millis() {
            if is_served() {
                break;
            }
            std::thread::sleep(EDIT_EVERY);
        }
        // That a file is gone is believed after two seconds, and may wait for the next.
        std::thread::sleep(GONE_WITHIN);
        soak.stop.store(true, Ordering::Relaxed);
    });
    let mut wrong = soak.wrong.into_inner().unwrap();
    wrong.extend(growth(&memory));
    if !wrong.is_empty() {
        let said = server.said();
        let end = said.lines().rev().take(20).collect::<Vec<_>>().join("\n");
        return Err(format!("{}\n{end}", wrong.join("\n")));
    }
    is_as_a_fresh_one(server, folder.path(), &PATHS);
    let mut latencies = soak.pending.into_inner().unwrap().into_latencies();
    latencies.sort_unstable();
    Ok(Report {
        edits: desk.counts(),
        whole: soak.whole.into_inner(),
        unchanged: soak.unchanged.into_inner(),
        latencies,
        memory,
    })
}

impl Soak {
    fn has_ended(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn end_all_on(&self, ended: Result<(), String>) {
        if let Err(wrong) = ended {
            self.wrong.lock().unwrap().push(wrong);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Polls everything in turns.
    fn read(&self, mut reader: Reader, number: usize) -> Result<(), String> {
        let spread = POLL_EVERY * u32::try_from(number).unwrap() / 50;
        std::thread::sleep(spread);
        let mut turn = number;
        while !self.has_ended() {
            let coding = Coding::ALL[number % Coding::ALL.len()];
            let polled = reader.poll(PATHS[turn % PATHS.len()], coding)?;
            let count = polled.map_or(&self.unchanged, |_| &self.whole);
            count.fetch_add(1, Ordering::Relaxed);
            turn += 1 + turn / PATHS.len() % 2;
            std::thread::sleep(POLL_EVERY);
        }
        Ok(())
    }

    /// Looks for what was saved, without pause.
    fn watch(&self, mut reader: Reader) -> Result<(), String> {
        while !self.has_ended() {
            if let Some(feed) = reader.poll("/rss.xml", Coding::Identity)? {
                let feed = String::from_utf8_lossy(&feed);
                self.pending.lock().unwrap().serve(&feed);
            }
            self.pending.lock().unwrap().check(SERVED_WITHIN)?;
            std::thread::sleep(Duration::from_millis(4));
        }
        Ok(())
    }
}

/// The resident memory of a process, in kilobytes.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// What is wrong with the memory over time.
fn growth(memory: &[u64]) -> Option<String> {
    let third = memory.len() / 3;
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part.get(part.len() / 2).copied().unwrap_or(0)
    };
    let (before, after) = (
        median(&memory[third..2 * third]),
        median(&memory[2 * third..]),
    );
    let is_level = after <= before + before / 10 + GROWTH_KILOBYTES_MAX;
    (!is_level).then(|| format!("memory grew from {before} KB to {after} KB: {memory:?}"))
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |percent: usize| {
            let at = self.latencies.len().saturating_sub(1) * percent / 100;
            self.latencies.get(at).copied().unwrap_or_default()
        };
        writeln!(f, "edits: {}", self.edits)?;
        writeln!(
            f,
            "answers: {} whole, {} not modified",
            self.whole, self.unchanged
        )?;
        let (count, median, last) = (self.latencies.len(), at(50), at(99));
        writeln!(
            f,
            "edit to served: {count} edits, p50 {median:?}, p99 {last:?}"
        )?;
        let step = self.memory.len().div_ceil(30).max(1);
        let series: Vec<String> = self
            .memory
            .iter()
            .step_by(step)
            .map(|kilobytes| {
                format!(
                    "{:.1}",
                    Duration::from_millis(*kilobytes).as_secs_f64() / 1.024
                )
            })
            .collect();
        writeln!(f, "resident memory, MB: {}", series.join(" "))
    }
}

#[test]
fn a_minute_of_edits_and_polls_leaves_every_answer_whole_and_memory_level() {
    let report = run(60).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(report.whole > 300, "{report}");
    assert!(report.latencies.len() > 100, "{report}");
}
