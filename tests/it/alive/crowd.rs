//! Many readers while much changes.

use super::{FEEDS, Publication, item};
use crate::witness::{Coding, Reader, Witness};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const READERS: usize = 8;

const EDITS: usize = 200;

const ITEMS: usize = 5;

/// Reads everything in turns until it is told to stop. Returns how many answers were whole, and how many said that
/// nothing changed.
fn read(mut reader: Reader, number: usize, stop: &AtomicBool) -> Result<(usize, usize), String> {
    let pages = ["/", "/news/", "/news/a/", "/news/n0/"];
    let paths: Vec<&str> = FEEDS.into_iter().chain(pages).collect();
    let (mut whole, mut unchanged) = (0, 0);
    let mut turn = number;
    while !stop.load(Ordering::Relaxed) {
        let path = paths[turn % paths.len()];
        let coding = [Coding::Identity, Coding::Gzip][turn / 3 % 2];
        for polled in [reader.read(path, coding)?, reader.poll(path, coding)?] {
            match polled {
                Some(_) => whole += 1,
                None => unchanged += 1,
            }
        }
        turn += 1;
    }
    Ok((whole, unchanged))
}

#[test]
fn every_answer_is_whole_and_of_one_edition_while_much_changes() {
    let publication = Publication::of(&[("news/n0.toml", &item("Number 0."))]);
    let (witness, stop) = (Arc::new(Witness::default()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|number| {
                let (reader, stop) = (Reader::new(&publication.server, &witness), &stop);
                scope.spawn(move || {
                    let read = read(reader, number, stop);
                    // One that fails ends the rest.
                    stop.fetch_or(read.is_err(), Ordering::Relaxed);
                    read
                })
            })
            .collect();
        for edit in 1..=EDITS {
            let file = format!("news/n{}.toml", edit % ITEMS);
            let text = item(&format!("Number {edit}."));
            if edit % 2 == 0 {
                publication.write(&file, &text);
            } else {
                publication.write("news/.new", &text);
                publication.rename("news/.new", &file);
            }
            // As a busy desk saves.
            std::thread::sleep(Duration::from_millis(40));
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        let last: Vec<String> = (EDITS - ITEMS + 1..=EDITS)
            .map(|edit| format!("Number {edit}."))
            .collect();
        let last: Vec<&str> = last.iter().map(String::as_str).collect();
        if !stop.load(Ordering::Relaxed) {
            publication.shows(&last, &[]);
        }
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            let (whole, unchanged) = reader.join().unwrap().unwrap();
            assert!(whole > 20 && unchanged > 20, "{whole}, {unchanged}");
        }
    });
    fs::remove_file(publication.path("news/.new")).unwrap_or_default();
    publication.ends_as_a_fresh_one(&["/", "/news/n0/"]);
}
