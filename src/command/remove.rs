//! `tidings remove`: leaves the wish to withdraw an item in the ledger, where the server finds it.

use crate::clock::{self, Clock};
use crate::command::Error;
use crate::command::arguments::{Places, RemoveArguments};
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::parse::reader::nearest;
use crate::newsroom::record::ItemRecord;
use crate::publishing::desk::opening::Opened;
use crate::publishing::desk::{Desk, Setting};
use crate::source::settings::Overrides;
use crate::store::ledger::{FILE_NAME, Ledger, Removal};
use crate::text::legal::single_line;
use std::io::Write;

/// Leaves the wish.
///
/// # Errors
///
/// When no item was published under the id, or the ledger cannot be written.
pub fn run(arguments: &RemoveArguments) -> Result<(), Error> {
    let places = arguments.places();
    let state = places.state().map_err(Error::CurrentDirectory)?;
    let now = clock::now().timestamp();
    if !state.join(FILE_NAME).exists() {
        let message = format!(
            "there is no ledger in `{}`: nothing was published",
            state.display()
        );
        return Err(Error::NothingToRemove(message));
    }
    let mut ledger = Ledger::open(&state, now)?;
    let note = arguments.note.as_deref();
    let wish = |id: Id| Removal {
        id,
        note: note.map(|note| single_line(note).into_owned()),
        at: now,
    };
    let said = match &arguments.id {
        Some(id) if !arguments.missing => {
            let record = known(&ledger, id)?;
            if record.state != Some(State::Canceled) {
                ledger.wish_removal(&wish(record.id.clone()))?;
            }
            said_of(&record, &places)
        }
        _ => {
            let ids = missing(&ledger, &places)?;
            for id in &ids {
                ledger.wish_removal(&wish(id.clone()))?;
            }
            let names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            let names = names.join(", ");
            format!("{} items are withdrawn, {WHEN}: {names}", ids.len())
        }
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{said}").map_err(Error::Output)
}

/// When a wish is fulfilled.
const WHEN: &str = "by the running server within a second, else at the next start";

fn said_of(record: &ItemRecord, places: &Places) -> String {
    let mut said = if record.state == Some(State::Canceled) {
        format!("`{}` is withdrawn already", record.id)
    } else {
        format!("`{}` is withdrawn: {WHEN}", record.id)
    };
    let file = &record.file;
    if places.data.join(file).exists() {
        said.push_str(&format!(
            "; its file `{file}` is still there and has no effect any more"
        ));
    }
    said
}

/// The items that `on_missing = "cancel"` would withdraw, if they were fewer.
fn missing(ledger: &Ledger, places: &Places) -> Result<Vec<Id>, Error> {
    let setting = Setting {
        data: places.data.clone(),
        overrides: Overrides::default(),
        gone_after_milliseconds: 0,
    };
    let opened = Desk::open(setting, ledger, None, &Clock::system());
    let Opened { desk, .. } = opened.map_err(|(_, error)| error)?;
    let ids = desk.missing();
    if ids.is_empty() {
        let message = "no published item waits to be withdrawn for want of its file";
        return Err(Error::NothingToRemove(message.to_owned()));
    }
    Ok(ids)
}

fn known(ledger: &Ledger, text: &str) -> Result<ItemRecord, Error> {
    let found = Id::new(text).map(|id| ledger.item(&id)).transpose()?;
    if let Some(record) = found.flatten() {
        return Ok(record);
    }
    let mut ids = Vec::new();
    ledger.for_each_item(|record| ids.push(record.id))?;
    let near = nearest(text, ids.iter().map(Id::as_str));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(Error::NothingToRemove(format!(
        "no item was ever published as `{text}`{hint}"
    )))
}
