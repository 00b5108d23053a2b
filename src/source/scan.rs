//! The walk through the data directory: which files are there, and what each of them is for.

use super::{DataDirectory, MEDIA_FOLDER, SECTION_FILE, SITE_FILE};
use crate::newsroom::parse::Form;
use crate::newsroom::problem::{Problem, Severity};
use std::collections::BTreeSet;
use walkdir::{DirEntry, WalkDir};

/// How deep folders are searched.
const DEPTH_MAX: usize = 32;

/// What is in the data directory, by path relative to it.
#[derive(Debug, Default)]
pub struct Listing {
    /// The folders directly under it, `media` aside: the sections.
    pub sections: BTreeSet<String>,
    /// The item files, sorted.
    pub items: Vec<String>,
    /// What was passed over and should not go unsaid.
    pub problems: Vec<Problem>,
}

/// Lists the files of the data directory.
pub fn scan(directory: &DataDirectory) -> Listing {
    let mut listing = Listing::default();
    let root = directory.path();
    let walk = WalkDir::new(root)
        .min_depth(1)
        .max_depth(DEPTH_MAX)
        .follow_links(true)
        .sort_by_file_name();
    // A link that leads out of the directory is not followed; reading beneath the handle refuses it in any case.
    let is_inside = |entry: &DirEntry| {
        !entry.path_is_symlink()
            || std::fs::canonicalize(entry.path()).is_ok_and(|target| target.starts_with(root))
    };
    let mut outside = Vec::new();
    let entries = walk.into_iter().filter_entry(|entry| {
        if is_ignored(entry) || is_media(entry) {
            return false;
        }
        let inside = is_inside(entry);
        if !inside {
            outside.push(entry.path().to_owned());
        }
        inside
    });
    let mut found = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => found.push(entry),
            Err(error) => listing.problems.push(unreadable(directory, &error)),
        }
    }
    for entry in found {
        let Some(name) = entry
            .path()
            .strip_prefix(root)
            .ok()
            .and_then(|path| path.to_str())
        else {
            let name = entry
                .path()
                .strip_prefix(root)
                .unwrap_or(entry.path())
                .to_string_lossy()
                .into_owned();
            listing.problems.push(Problem::of_file(
                Severity::Error,
                name,
                "the name of this file is not UTF-8",
            ));
            continue;
        };
        listing.take(name, &entry);
    }
    for path in outside {
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned();
        let problem = Problem::of_file(
            Severity::Error,
            name,
            "this link leads out of the data directory, or nowhere",
        );
        listing.problems.push(problem.hint("copy the file here"));
    }
    listing
}

impl Listing {
    fn take(&mut self, name: &str, entry: &DirEntry) {
        if entry.file_type().is_dir() {
            if entry.depth() == 1 {
                self.sections.insert(name.to_owned());
            }
            return;
        }
        if !entry.file_type().is_file() {
            let problem =
                Problem::of_file(Severity::Error, name, "this is neither a file nor a folder");
            self.problems
                .push(problem.hint("remove it; pipes, sockets and devices are not read"));
            return;
        }
        let file_name = name.rsplit('/').next().unwrap_or(name);
        let is_settings = (entry.depth() == 1 && name == SITE_FILE)
            || (entry.depth() == 2 && file_name == SECTION_FILE);
        if is_settings {
            return;
        }
        if file_name == SECTION_FILE {
            let problem = Problem::of_file(
                Severity::Error,
                name,
                "a `section.toml` counts only directly in its section's folder",
            );
            self.problems
                .push(problem.hint("folders below a section only group files; remove this file"));
        } else if Form::of(file_name).is_some() {
            self.items.push(name.to_owned());
        } else {
            let problem = Problem::of_file(
                Severity::Hint,
                name,
                "this is no item file and was passed over",
            );
            self.problems.push(problem.hint(
                "items end in `.toml`, `.json` or `.md`; pictures and documents go to `media/`",
            ));
        }
    }
}

/// Names that are passed over without a word: hidden and private ones, editors' backups, read-me files.
fn is_ignored(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    is_hidden(&name) || name.starts_with("README")
}

/// Whether a file or folder name says that it is nobody's business.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_']) || name.ends_with('~')
}

fn is_media(entry: &DirEntry) -> bool {
    entry.depth() == 1 && entry.file_name() == MEDIA_FOLDER
}

fn unreadable(directory: &DataDirectory, error: &walkdir::Error) -> Problem {
    let path = error.path().unwrap_or(directory.path());
    let name = path
        .strip_prefix(directory.path())
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned();
    let why = error.io_error().map_or_else(
        || "a link leads back to a folder above it".to_owned(),
        ToString::to_string,
    );
    Problem::of_file(Severity::Error, name, format!("cannot be read: {why}"))
}
