//! `tidings remove`: leaves the wish to withdraw an item in the ledger, where the server finds it.

use crate::command::Error;
use crate::command::arguments::RemoveArguments;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::parse::reader::nearest;
use crate::newsroom::record::ItemRecord;
use crate::server::clock;
use crate::store::ledger::{Ledger, Removal};
use crate::text::legal::single_line;
use std::io::Write;

/// Leaves the wish.
///
/// # Errors
///
/// When no item was published under the id, or the ledger cannot be written.
pub fn run(arguments: &RemoveArguments) -> Result<(), Error> {
    let state = arguments.places.state().map_err(Error::CurrentDirectory)?;
    let now = clock::now().timestamp();
    if Ledger::peek(&state)?.is_none() {
        let message = format!(
            "there is no ledger in `{}`: nothing was published",
            state.display()
        );
        return Err(Error::NothingToRemove(message));
    }
    let mut ledger = Ledger::open(&state, now)?;
    let record = known(&ledger, &arguments.id)?;
    let note = arguments
        .note
        .as_deref()
        .map(|note| single_line(note).into_owned());
    let file = &record.file;
    let mut said = if record.state == Some(State::Canceled) {
        format!("`{}` is withdrawn already", record.id)
    } else {
        ledger.wish_removal(&Removal {
            id: record.id.clone(),
            note,
            at: now,
        })?;
        format!(
            "`{}` is withdrawn: by the running server within a second, else at the next start",
            record.id
        )
    };
    if arguments.places.data.join(file).exists() {
        said.push_str(&format!(
            "; its file `{file}` is still there and has no effect any more"
        ));
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{said}").map_err(Error::Output)
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
