//! The life of an item, as every reader meets it (docs/lifecycle.md).

mod absence;
mod identity;
mod memory;
mod release;
mod withdrawal;
mod written;

/// An item file: `more` are further keys before the body.
fn item(title: &str, date: &str, more: &str) -> String {
    format!("title = \"{title}\"\ndate = {date}\n{more}body = \"Words of {title}.\"\n")
}
