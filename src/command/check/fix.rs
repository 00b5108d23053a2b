//! `check --fix`: writes the ids that items have, and do not say, into their files.

use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::parse::fix;
use crate::newsroom::parse::form::Form;
use crate::source::{DataDirectory, content_hash};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

/// Writes missing ids. Returns what was done, a line a file.
pub fn write_ids(directory: &DataDirectory, newsroom: &Newsroom) -> Vec<String> {
    let mut entries: Vec<_> = newsroom
        .entries()
        .filter(|entry| !entry.has_own_id && entry.basis == StandsOn::File)
        .collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    let written = entries
        .into_iter()
        .map(|entry| match write_id(directory, entry) {
            Ok(true) => format!("`{}`: wrote `id = \"{}\"`", entry.file, entry.id),
            Ok(false) => format!(
                "`{}`: nothing was written; write `id = \"{}\"` by hand",
                entry.file, entry.id
            ),
            Err(error) => format!("`{}`: cannot be written: {error}", entry.file),
        });
    written.collect()
}

/// Writes the id of an item into its file; false where that is not possible without changing anything else.
fn write_id(directory: &DataDirectory, entry: &Entry) -> io::Result<bool> {
    let text = directory.read(&entry.file).map_err(io::Error::other)?;
    let form = Form::of(&entry.file).filter(|_| content_hash(&text) == entry.hash);
    let Some(fixed) = form.and_then(|form| fix::with_id(form, &text, &entry.id)) else {
        return Ok(false);
    };
    // Links are followed: the file that they lead to is the one that is written.
    let path = fs::canonicalize(directory.path().join(&*entry.file))?;
    replace(&path, &fixed)?;
    Ok(true)
}

/// Puts another text in a file's place at once, so that a reader sees the old or the new one and a power cut loses
/// neither. Owner and permissions stay.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // A hidden name: no item, and nothing that the watch looks at. Nobody can have put a link there before.
    let mut temporary = tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    let file = temporary.as_file();
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (metadata.uid(), metadata.gid()) {
        fchown(file, Some(metadata.uid()), Some(metadata.gid()))?;
    }
    file.set_permissions(metadata.permissions())?;
    file.sync_all()?;
    temporary.persist(path)?;
    Ok(())
}
