//! The model: whatever happens to a data directory, a publisher that runs shows what a fresh start over the same
//! directory and state shows at that instant; and some promises hold in every edition.
//!
//! `PROPTEST_CASES` asks for more than the usual number of stories.

mod act;
mod draft;
mod operation;
mod promise;
mod snapshot;
mod world;

use crate::fixture::{NOW, publisher};
use operation::{Group, Kind, Operation, groups};
use promise::Promises;
use proptest::prelude::*;
use snapshot::{Snapshot, rows};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;
use tidings::command::publisher::Publisher;
use tidings::newsroom::identity::Id;
use tidings::store::ledger::{Ledger, Removal};
use world::World;

/// So many stories are told by default.
const CASES: u32 = 24;

/// An instant at which every file has been left alone long enough for its stamp to be trusted.
const LATER: i64 = 2_000_000_000;

/// A change settles within so many steps.
const STEPS_MAX: usize = 20;

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None, rng_seed: crate::fixture::seed(),
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_running_publisher_shows_what_a_fresh_start_shows(
        story in groups(), is_settled: bool, is_linked: bool
    ) {
        let now = if is_settled { LATER } else { NOW };
        tell(&story, World::new(now, is_linked))?;
    }
}

fn tell(story: &[Group], mut world: World) -> Result<(), TestCaseError> {
    let state = world.state();
    let mut running = publisher(&world.data(), Some(&state), world.clock());
    let mut promises = Promises::default();
    world.dirty(false);
    check(&mut running, &mut world, &mut promises)?;
    for group in story {
        for operation in &group.operations {
            match operation.kind {
                Kind::Restart => {
                    drop(running);
                    running = publisher(&world.data(), Some(&state), world.clock());
                    // A start has looked at everything.
                    world.dirty(false);
                }
                Kind::Remove => remove(&running, &world, *operation),
                Kind::Away => away(&mut running, &mut world, *operation)?,
                Kind::SlowWrite => write_slowly(&mut running, &mut world, *operation)?,
                _ => world.act(*operation),
            }
        }
        world.advance(group.advance);
        if group.advance < 0 {
            promises.forget_dates();
        }
        running.look_for_removals();
        running.note(world.dirty(group.is_rescan));
        settle(&mut running, &world)?;
        check(&mut running, &mut world, &mut promises)?;
    }
    Ok(())
}

/// Lets files be away for a moment, in which nothing else is certain: nothing becomes of it.
fn away(
    running: &mut Publisher,
    world: &mut World,
    operation: Operation,
) -> Result<(), TestCaseError> {
    running.note(world.dirty(false));
    settle(running, world)?;
    let states = |running: &Publisher| -> Vec<(Id, String)> {
        let edition = running.current().load_full();
        let entries = edition.newsroom.entries();
        let states = entries.map(|entry| (entry.id.clone(), format!("{:?}", entry.life.status)));
        states.collect()
    };
    let before = states(running);
    let files = world.put_away(operation.which, operation.how);
    running.note(world.dirty(operation.how >= 128));
    running.step().unwrap();
    world.advance(i64::from(operation.how % 2));
    running.step().unwrap();
    world.put_back(&files);
    running.note(world.dirty(false));
    running.step().unwrap();
    prop_assert_eq!(states(running), before, "{:?} were away", files);
    Ok(())
}

/// Writes into a file with a pause, in which nothing of the new text is published.
fn write_slowly(
    running: &mut Publisher,
    world: &mut World,
    operation: Operation,
) -> Result<(), TestCaseError> {
    let Some((path, draft)) = world.next_text(operation.which, operation.how) else {
        return Ok(());
    };
    running.note(world.dirty(false));
    settle(running, world)?;
    let text = draft.spell(&path);
    let cut = text.floor_char_boundary(text.len() * usize::from(operation.which) / 256);
    let at = world.data().join(&path);
    fs::write(&at, &text[..cut]).unwrap();
    running.note_open(&path);
    for _ in 0..operation.how % 3 {
        running.note(world.dirty(operation.how.is_multiple_of(2)));
        running.step().unwrap();
        world.advance(3);
    }
    running.step().unwrap();
    let shown = Snapshot::of(running, &BTreeSet::new(), world.now());
    for (at, body) in &shown.bodies {
        for word in [draft.title_word(), draft.text_word()] {
            prop_assert!(!body.contains(&word), "{} is half written, in {}", path, at);
        }
    }
    fs::write(&at, &text).unwrap();
    running.note_closed(&path);
    world.write(&path, draft);
    Ok(())
}

/// Leaves the wish to remove an item, as another process does.
fn remove(running: &Publisher, world: &World, operation: Operation) {
    let mut ids: Vec<Id> = Vec::new();
    let mut ledger = Ledger::open(&world.state(), world.now()).unwrap();
    ledger.for_each_item(|record| ids.push(record.id)).unwrap();
    let newsroom = &running.current().load().newsroom;
    let id = ids.get(usize::from(operation.which) % ids.len().max(1));
    if let Some(id) = id.filter(|id| operation.how >= 64 || newsroom.get(id).is_none()) {
        let removal = Removal {
            id: id.clone(),
            note: operation
                .how
                .is_multiple_of(2)
                .then(|| "Removed.".to_owned()),
            at: world.now(),
        };
        ledger.wish_removal(&removal).unwrap();
    }
}

/// Lets a publisher do all that is due.
fn settle(running: &mut Publisher, world: &World) -> Result<(), TestCaseError> {
    for _ in 0..STEPS_MAX {
        running.step().unwrap();
        let now = world.now();
        match running.next_step() {
            Some(at) if at <= now * 1000 => {}
            // What came within the second of a publication waits for the next, and files that went for two.
            Some(at) if at <= (now + 2) * 1000 => world.advance(1),
            _ => return Ok(()),
        }
    }
    Err(TestCaseError::fail("the publisher does not come to rest"))
}

fn check(
    running: &mut Publisher,
    world: &mut World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    let now = world.now();
    let edition = running.current().load_full();
    promises.paths.extend(
        edition
            .newsroom
            .entries()
            .map(|entry| edition.newsroom.path(entry)),
    );
    promises
        .paths
        .extend((0..3).map(|n| format!("/media/{n}.png")));
    let ours = Snapshot::of(running, &promises.paths, now);
    let copy = copy_of_state(world);
    let kept = rows(copy.path());
    let mut fresh = publisher(&world.data(), Some(copy.path()), world.clock());
    let theirs = Snapshot::of(&mut fresh, &promises.paths, now);
    drop(fresh);
    if let Some(difference) = ours.difference(&theirs) {
        return Err(TestCaseError::fail(format!(
            "a fresh start differs: {difference}"
        )));
    }
    let after = rows(copy.path());
    let (lost, new) = (&kept - &after, &after - &kept);
    prop_assert!(
        lost.is_empty() && new.is_empty(),
        "a fresh start takes {lost:#?} and writes {new:#?}"
    );
    promises.check(&edition, &ours, world)
}

/// A copy of the state directory as a crash at this moment would leave it, without the parsed index.
fn copy_of_state(world: &World) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
        let from = world.state().join(name);
        if from.exists() {
            fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    copy
}
