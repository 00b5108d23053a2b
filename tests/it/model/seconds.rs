//! What takes some seconds: files that are written in pieces, and files that go and come back.

use super::act::pick;
use super::operation::{Kind, Operation};
use super::promise::Promises;
use super::snapshot::Snapshot;
use super::world::{Held, World};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use tidings::newsroom::entry::StandsOn;
use tidings::newsroom::lifecycle::State;
use tidings::publishing::desk::dirty::Dirty;
use tidings::publishing::publisher::Publisher;

/// Does it, second by second. All that came before has been published.
pub(crate) fn pass(
    operation: Operation,
    running: &mut Publisher,
    world: &mut World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    match operation.kind {
        Kind::Slowly => write_slowly(operation, running, world, promises),
        _ => go_and_come_back(operation, running, world, promises),
    }
}

/// A second goes by.
fn wait(
    running: &mut Publisher,
    world: &World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    world.advance(1);
    running.step().unwrap();
    promises.see(&running.current().load(), world.now())
}

/// A file is written in place, piece by piece. The watch tells of it, or nobody does: then the clock is the disk's, as
/// the age of the file is all that there is to go by.
fn write_slowly(
    Operation { which, how, .. }: Operation,
    running: &mut Publisher,
    world: &mut World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    let good = world.files.iter();
    let good = good.filter(|(_, held)| matches!(held, Held::Good(_)));
    let good: Vec<String> = good.map(|(path, _)| path.clone()).collect();
    let Some(path) = pick(&good, which) else {
        return Ok(());
    };
    let mut draft = world.draft_of(&path).unwrap().clone();
    draft.text = world.next();
    world.halves.insert(draft.text);
    let text = draft.spell(&path);
    let end = text.find(&draft.end_word()).unwrap();
    let cuts = [end * usize::from(how % 16) / 15, end];
    let is_seen = !how.is_multiple_of(3);
    for (number, cut) in cuts.into_iter().enumerate() {
        world.put_in_place(&path, &text.as_bytes()[..cut]);
        world.edited.insert(path.clone());
        if is_seen {
            running.note(world.dirty(how & 64 == 64));
            running.note_open(&path);
        } else {
            let disk = world.disk_time(&path);
            if number == 0 && disk < world.now() {
                promises.forget_dates();
            }
            if number == 0 {
                world.set(disk);
            }
            world.dirty(false);
            running.note(Dirty::everything());
        }
        let pause = if is_seen { 1 + how % 7 } else { 1 };
        for _ in 0..pause {
            wait(running, world, promises)?;
            promises.whole(&Snapshot::of(running, &promises.paths, world.now()), world)?;
            if how & 128 == 128 {
                running.note(Dirty::everything());
            }
        }
    }
    world.put_in_place(&path, text.as_bytes());
    world.files.insert(path.clone(), Held::Good(draft));
    if is_seen {
        let mut dirty = world.dirty(false);
        running.note_open(&path);
        running.step().unwrap();
        dirty.add_closed(&path);
        running.note(dirty);
        running.note_closed(&path);
    } else {
        world.dirty(false);
        running.note(Dirty::everything());
    }
    wait(running, world, promises)
}

/// Files are taken away, one or all of a folder, and put back as they were after some seconds.
fn go_and_come_back(
    Operation { which, how, .. }: Operation,
    running: &mut Publisher,
    world: &mut World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    let Some(first) = pick(&world.item_paths(), which) else {
        return Ok(());
    };
    let folder = first.rsplit_once('/').unwrap().0;
    let is_chosen =
        |path: &String| *path == first || how >= 160 && path.rsplit_once('/').unwrap().0 == folder;
    let chosen: Vec<String> = world.item_paths().into_iter().filter(is_chosen).collect();
    let shown = shown(running, &chosen);
    let aside = world.root().join("outside/aside");
    fs::create_dir_all(&aside).unwrap();
    for (number, path) in chosen.iter().enumerate() {
        fs::rename(world.data().join(path), aside.join(number.to_string())).unwrap();
        world.touch(path);
    }
    running.note(world.dirty(how & 16 == 16));
    running.step().unwrap();
    let seconds = how % 6;
    for second in 0..seconds {
        wait(running, world, promises)?;
        // Another file is saved meanwhile.
        if second == 0 && how & 32 == 32 {
            let others = world.item_paths().into_iter();
            let others: Vec<String> = others.filter(|path| !chosen.contains(path)).collect();
            world.edit_one(&others, how);
            running.note(world.dirty(false));
        }
    }
    for (number, path) in chosen.iter().enumerate() {
        fs::rename(aside.join(number.to_string()), world.data().join(path)).unwrap();
        world.touch(path);
    }
    running.note(world.dirty(how & 8 == 8));
    wait(running, world, promises)?;
    let still = self::shown(running, &chosen);
    prop_assert!(
        seconds > 1 || shown.is_subset(&still),
        "{shown:?} were away for {seconds} s, and now there are {still:?}"
    );
    Ok(())
}

/// The items of these files that can be read.
fn shown(running: &Publisher, files: &[String]) -> BTreeSet<String> {
    let edition = running.current().load_full();
    let entries = edition.newsroom.entries().filter(|entry| {
        let is_shown = entry.state(edition.now) == State::Visible && entry.life.expires.is_none();
        is_shown && entry.basis == StandsOn::File && files.contains(&entry.file.to_string())
    });
    entries.map(|entry| entry.id.to_string()).collect()
}
