//! The model: whatever happens to a data directory, a publisher that runs shows what a fresh start over the same
//! directory and state shows at that instant; and some promises hold in every edition.
//!
//! `PROPTEST_CASES` asks for more than the usual number of stories, `PROPTEST_MAX_SHRINK_ITERS` for a shorter search for
//! the shortest one that fails.

mod act;
mod draft;
mod operation;
mod promise;
mod seconds;
mod snapshot;
mod world;

use crate::fixture::{NOW, publisher};
use operation::{Group, Kind, Operation, groups};
use promise::Promises;
use proptest::prelude::*;
use snapshot::{Snapshot, rows};
use std::fs;
use tempfile::TempDir;
use tidings::newsroom::identity::Id;
use tidings::publishing::desk::{Desk, Setting};
use tidings::publishing::publisher::Publisher;
use tidings::source::settings::Overrides;
use tidings::store::ledger::{Ledger, Removal};
use world::World;

/// So many stories are told by default.
const CASES: u32 = 24;

/// An instant at which every file has been left alone long enough for its stamp to be trusted.
const LATER: i64 = 2_000_000_000;

/// A change settles within so many steps.
const STEPS_MAX: usize = 20;

fn asked(name: &str) -> Option<u32> {
    std::env::var(name).ok()?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: asked("PROPTEST_CASES").unwrap_or(CASES),
        failure_persistence: None, rng_seed: crate::fixture::seed(),
        max_shrink_iters: asked("PROPTEST_MAX_SHRINK_ITERS").unwrap_or(200),
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
                    promises.see(&running.current().load(), world.now())?;
                }
                Kind::Remove => remove(&running, &world, *operation),
                Kind::RemoveMissing => remove_missing(&world),
                Kind::Slowly | Kind::AwayAndBack => {
                    running.look_for_removals();
                    running.note(world.dirty(false));
                    settle(&mut running, &world, &mut promises)?;
                    seconds::pass(*operation, &mut running, &mut world, &mut promises)?;
                    world.note_shown(&promises.published);
                }
                _ => world.act(*operation),
            }
        }
        world.advance(group.advance);
        if group.advance < 0 {
            promises.forget_dates();
        }
        running.look_for_removals();
        running.note(world.dirty(group.is_rescan));
        settle(&mut running, &world, &mut promises)?;
        check(&mut running, &mut world, &mut promises)?;
    }
    Ok(())
}

/// Confirms, as `tidings remove --missing` does, that what has lost its files is to be withdrawn.
fn remove_missing(world: &World) {
    let mut ledger = Ledger::open(&world.state(), world.now()).unwrap();
    let setting = Setting {
        data: world.data(),
        overrides: Overrides::default(),
        gone_after_milliseconds: 0,
    };
    let Ok(opened) = Desk::open(setting, &ledger, None, &world.clock()) else {
        return;
    };
    for id in opened.desk.missing() {
        let removal = Removal {
            id,
            note: None,
            at: world.now(),
        };
        ledger.wish_removal(&removal).unwrap();
    }
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
fn settle(
    running: &mut Publisher,
    world: &World,
    promises: &mut Promises,
) -> Result<(), TestCaseError> {
    for _ in 0..STEPS_MAX {
        running.step().unwrap();
        promises.see(&running.current().load(), world.now())?;
        let now = world.now();
        match running.next_step() {
            Some(at) if at <= now * 1000 => {}
            // What came within the second of a publication waits for the next, after a clock that went back by two for
            // three; and files that went for two.
            Some(at) if at <= (now + 3) * 1000 => world.advance(1),
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
