//! The state directory of a server and its ledger: opened as they are, or the start is refused. To go on without what is
//! remembered would be to send what was withdrawn.

use crate::clock::{self, Clock};
use crate::command::Error;
use crate::publishing;
use crate::publishing::desk::Setting;
use crate::publishing::publisher::{Publisher, Store};
use crate::store::directory::{self, StateDirectory};
use crate::store::ledger::{self, FILE_NAME, Ledger, new};
use crate::text::causes::joined;
use std::path::Path;

/// Holds the state directory and opens its ledger. Where there is none and nothing can be written, it lives in memory.
///
/// # Errors
///
/// When another server holds the directory, or the ledger is there and cannot be used. One that is damaged is kept aside,
/// and a new one begun.
pub fn open(state: &Path) -> Result<(Option<StateDirectory>, Ledger), Error> {
    let now = clock::now().timestamp();
    let held = match StateDirectory::hold(state) {
        Ok(held) => held,
        Err(error @ directory::Error::Unwritable { .. }) if may_be_there(state) => {
            return Err(error.into());
        }
        Err(error @ directory::Error::Unwritable { .. }) => {
            let error = joined(&error);
            tracing::warn!(
                "{error}; ids and versions are kept in memory and lost at the next stop"
            );
            return Ok((None, Ledger::in_memory(now)?));
        }
        Err(error @ directory::Error::InUse { .. }) => return Err(error.into()),
    };
    let ledger = match Ledger::open(held.path(), now) {
        Err(error) if error.is_damage() => begin_anew(held.path(), &error, now)?,
        other => other?,
    };
    Ok((Some(held), ledger))
}

/// Whether there is a ledger, as far as can be seen.
fn may_be_there(state: &Path) -> bool {
    let found = state.join(FILE_NAME).try_exists();
    // A directory that cannot be looked into may hold one.
    found.unwrap_or(true)
}

/// Starts the publisher. A ledger that turns out to be damaged when it is read is kept aside, too.
///
/// # Errors
///
/// When the data or the ledger cannot be read.
pub fn start(
    setting: &Setting,
    held: Option<&StateDirectory>,
    ledger: Ledger,
) -> Result<Publisher, Error> {
    let state = held.map(|held| held.path().to_owned());
    let start = |ledger| {
        let state = state.clone();
        Publisher::start(setting.clone(), Store { ledger, state }, Clock::system())
    };
    match (start(ledger), &state) {
        (Err(publishing::Error::Ledger(error)), Some(state)) if error.is_damage() => {
            Ok(start(begin_anew(state, &error, clock::now().timestamp())?)?)
        }
        (started, _) => Ok(started?),
    }
}

fn begin_anew(state: &Path, error: &ledger::Error, now: i64) -> Result<Ledger, Error> {
    let (aside, saved) = new::begin_anew(state, now)?;
    tracing::error!(
        "{}; it is kept as `{}` and a new ledger is begun, with what could be read of it: {} withdrawn items and {} \
         removals",
        joined(error),
        aside.display(),
        saved.withdrawn.len(),
        saved.removals.len(),
    );
    Ok(Ledger::open(state, now)?)
}
