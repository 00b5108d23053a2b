//! The walk through the data directory: which files are there, and what each of them is for.

use super::stamp::FileStamp;
use super::{DataDirectory, MEDIA_FOLDER, SECTION_FILE, SITE_FILE, THEME_FILE};
use crate::newsroom::parse::form::Form;
use crate::newsroom::problem::{Problem, Severity};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// How deep folders are searched.
const DEPTH_MAX: usize = 32;

/// What is in the data directory or a part of it, by path relative to the whole.
#[derive(Debug, Default)]
pub struct Listing {
    /// The item files with their stamps, sorted by path, but for those that are known.
    pub items: Vec<(Arc<str>, FileStamp)>,
    /// How many are known.
    pub known: usize,
    /// The folders that cannot be read: what is in them is not known.
    pub unreadable: Vec<String>,
    /// The links, and where each leads; `None` for one that leads out of the directory, or nowhere.
    pub links: BTreeMap<String, Option<PathBuf>>,
    /// What was passed over and should not go unsaid.
    pub problems: Vec<Problem>,
}

/// What a path in the data directory is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'p> {
    /// `site.toml`, `theme.css`, a `section.toml`, or a section's folder itself.
    Settings,
    /// A file of the media folder: its path below that; empty for the folder itself.
    Media(&'p str),
    /// An item file, or a folder of such.
    Items,
    /// Nobody's business.
    Nothing,
}

/// What a path relative to the data directory is for, by its name alone.
pub fn purpose(path: &str) -> Purpose<'_> {
    if path.split('/').any(is_ignored) {
        return Purpose::Nothing;
    }
    match path.split_once('/') {
        None if path == MEDIA_FOLDER => Purpose::Media(""),
        None => Purpose::Settings,
        Some((MEDIA_FOLDER, rest)) => Purpose::Media(rest),
        Some((_, SECTION_FILE)) => Purpose::Settings,
        Some(_) => Purpose::Items,
    }
}

/// Whether a path is that of an item file or of one with settings, by its name alone.
pub fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match purpose(path) {
        Purpose::Settings => matches!(name, SITE_FILE | THEME_FILE | SECTION_FILE),
        Purpose::Items => Form::of(name).is_some(),
        Purpose::Media(_) | Purpose::Nothing => false,
    }
}

/// The folders directly under the data directory, `media` aside: the sections.
///
/// # Errors
///
/// When the directory cannot be listed.
pub fn folders(directory: &DataDirectory) -> io::Result<BTreeSet<String>> {
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(directory.path())? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_folder = || is_inside(directory, &entry.path()) && entry.path().is_dir();
        if !is_ignored(&name) && name != MEDIA_FOLDER && is_folder() {
            folders.insert(name);
        }
    }
    Ok(folders)
}

/// The files that may hold settings: the site's own, and one a section.
pub fn settings_files(directory: &DataDirectory) -> Vec<String> {
    let folders = folders(directory).unwrap_or_default();
    let of_section = folders.iter().map(|name| format!("{name}/{SECTION_FILE}"));
    let of_site = [SITE_FILE, THEME_FILE].map(str::to_owned);
    let all = of_site.into_iter().chain(of_section);
    all.filter(|file| directory.stamp(file).is_some()).collect()
}

/// Tells whether a file with such a stamp is known already.
pub type IsKnown<'a> = dyn Fn(&str, &FileStamp) -> bool + Sync + 'a;

/// Lists the item files at and below a path; all of them for the empty path, on all cores. Those that are known are
/// counted and not named: most looks find nothing new among very many. What is not there is an empty listing.
pub fn scan(directory: &DataDirectory, below: &str, is_known: &IsKnown<'_>) -> Listing {
    let mut listing = if below.is_empty() {
        scan_all(directory, is_known)
    } else {
        scan_below(directory, below, DEPTH_MAX, is_known)
    };
    listing.items.sort_by(|a, b| a.0.cmp(&b.0));
    listing
}

/// The sections side by side, and what lies beside them.
fn scan_all(directory: &DataDirectory, is_known: &IsKnown<'_>) -> Listing {
    let mut listing = scan_below(directory, "", 1, is_known);
    let folders: Vec<String> = folders(directory).unwrap_or_default().into_iter().collect();
    let scanned: Vec<Listing> = folders
        .par_iter()
        .map(|folder| scan_below(directory, folder, DEPTH_MAX, is_known))
        .collect();
    for part in scanned {
        listing.items.extend(part.items);
        listing.known += part.known;
        listing.unreadable.extend(part.unreadable);
        listing.links.extend(part.links);
        listing.problems.extend(part.problems);
    }
    listing
}

fn scan_below(
    directory: &DataDirectory,
    below: &str,
    depth_max: usize,
    is_known: &IsKnown<'_>,
) -> Listing {
    let mut listing = Listing::default();
    let start = directory.path().join(below);
    if !below.is_empty() && !is_inside(directory, &start) {
        if start.symlink_metadata().is_ok() {
            listing.lead_out(below.to_owned());
        }
        return listing;
    }
    let depth = below.split('/').filter(|part| !part.is_empty()).count();
    let walk = WalkDir::new(&start)
        .max_depth(depth_max.saturating_sub(depth))
        .follow_links(true);
    let mut outside = Vec::new();
    let entries = walk.into_iter().filter_entry(|entry| {
        let name = relative(directory, entry.path());
        if name.is_empty() {
            return true;
        }
        if matches!(purpose(&name), Purpose::Nothing | Purpose::Media(_)) {
            return false;
        }
        // A link that leads out of the directory is not followed; reading beneath the handle refuses it in any case.
        let inside = !entry.path_is_symlink() || is_inside(directory, entry.path());
        if !inside {
            outside.push(name);
        }
        inside
    });
    for entry in entries {
        match entry {
            Ok(entry) => listing.take(directory, &entry, is_known),
            Err(error) => listing.fail(directory, &error),
        }
    }
    outside.into_iter().for_each(|name| listing.lead_out(name));
    listing
}

impl Listing {
    fn take(&mut self, directory: &DataDirectory, entry: &DirEntry, is_known: &IsKnown<'_>) {
        let name = relative(directory, entry.path());
        if entry.path_is_symlink() {
            let target = std::fs::canonicalize(entry.path()).ok();
            self.links.insert(name.clone(), target);
        }
        if entry.file_type().is_dir() || name.is_empty() {
            return;
        }
        let error = |message: &str, hint: &str| {
            Problem::of_file(Severity::Error, name.as_str(), message).hint(hint)
        };
        if entry.path().to_str().is_none() {
            let hint = "rename it; letters of any script are welcome";
            self.problems
                .push(error("the name of this file is not UTF-8", hint));
            return;
        }
        if !entry.file_type().is_file() {
            let hint = "remove it; pipes, sockets and devices are not read";
            self.problems
                .push(error("this is neither a file nor a folder", hint));
            return;
        }
        let file_name = name.rsplit('/').next().unwrap_or(&name);
        let depth = name.split('/').count();
        let is_setting = match depth {
            1 => matches!(file_name, SITE_FILE | THEME_FILE),
            2 => file_name == SECTION_FILE,
            _ => false,
        };
        if is_setting {
            return;
        }
        if file_name == SECTION_FILE {
            let hint = "folders below a section only group files; remove this file";
            let message = "a `section.toml` counts only directly in its section's folder";
            self.problems.push(error(message, hint));
        } else if Form::of(file_name).is_some() {
            match entry.metadata() {
                Ok(metadata) => {
                    let stamp = FileStamp::of_listed(&metadata);
                    if is_known(&name, &stamp) {
                        self.known += 1;
                    } else {
                        self.items.push((name.as_str().into(), stamp));
                    }
                }
                Err(error) => self.fail(directory, &error),
            }
        } else {
            self.problems.push(passed_over(&name));
        }
    }

    fn lead_out(&mut self, name: String) {
        let message = "this link leads out of the data directory, or nowhere";
        let problem = Problem::of_file(Severity::Error, name.as_str(), message);
        self.problems.push(problem.hint("copy the file here"));
        self.links.insert(name, None);
    }

    /// A file that went between the listing and the look is not there; anything else is reported.
    fn fail(&mut self, directory: &DataDirectory, error: &walkdir::Error) {
        let name = relative(directory, error.path().unwrap_or(directory.path()));
        let kind = error.io_error().map(io::Error::kind);
        if kind == Some(io::ErrorKind::NotFound) {
            let is_link = error.path().is_some_and(Path::is_symlink);
            if is_link && !matches!(purpose(&name), Purpose::Nothing | Purpose::Media(_)) {
                self.lead_out(name);
            }
            return;
        }
        let why = error.io_error().map_or_else(
            || "a link leads back to a folder above it".to_owned(),
            ToString::to_string,
        );
        if kind.is_some() {
            self.unreadable.push(name.clone());
        }
        let message = format!("cannot be read: {why}");
        self.problems
            .push(Problem::of_file(Severity::Error, name, message));
    }
}

/// Whether a file lies at or below a path; everything lies below the empty one.
pub fn is_below(file: &str, path: &str) -> bool {
    path.is_empty()
        || file
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a path leads, links followed, to something within the data directory.
fn is_inside(directory: &DataDirectory, path: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|target| target.starts_with(directory.path()))
}

fn relative(directory: &DataDirectory, path: &Path) -> String {
    let path = path.strip_prefix(directory.path()).unwrap_or(path);
    path.to_string_lossy().into_owned()
}

/// Names that are passed over without a word: hidden and private ones, editors' backups, read-me files.
fn is_ignored(name: &str) -> bool {
    is_hidden(name) || name.starts_with("README")
}

/// Whether a file or folder name says that it is nobody's business.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_']) || name.ends_with('~')
}

/// What is said of a file among the items that is none.
fn passed_over(name: &str) -> Problem {
    let small = name
        .rsplit_once('.')
        .map(|(stem, ending)| format!("{stem}.{}", ending.to_lowercase()));
    if let Some(small) = small.filter(|small| small != name && Form::of(small).is_some()) {
        let message = "this file was passed over: its ending has capital letters";
        let file = small.rsplit('/').next().unwrap_or_default();
        let hint = format!("call it `{file}`");
        return Problem::of_file(Severity::Warning, name, message).hint(hint);
    }
    let message = "this is no item file and was passed over";
    let hint = "items end in `.toml`, `.json` or `.md`; pictures and documents go to `media/`";
    Problem::of_file(Severity::Hint, name, message).hint(hint)
}
