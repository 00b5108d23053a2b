//! The watch over the data directory. Events are hints: they say where to look again, never what is there.

use super::DataDirectory;
use notify::event::{AccessKind, AccessMode, Event, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What the watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something at this path relative to the data directory is another.
    Changed {
        /// The path.
        path: String,
        /// What is known of whoever changed it.
        writer: Writer,
    },
    /// Anything may be another: look everywhere.
    Rescan,
    /// The directory was moved, or another has its name: this watch may be blind to what is new in it.
    Moved,
}

/// What an event tells of whoever changed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// They have written to it, and may write on.
    IsWriting,
    /// They have closed it, or put it into its place: it is whole.
    HasClosed,
    /// Nothing: a file was made or removed, or its rights are others.
    Unknown,
}

/// A watch that lasts as long as this is held.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
    /// Device and inode of the directory.
    over: (u64, u64),
}

impl Watch {
    /// Watches a data directory: `root` with all that is in it, and the folder of `named`, the path under which it is
    /// known, where a link may be switched and the directory moved.
    ///
    /// # Errors
    ///
    /// When the system cannot watch so much, or at all.
    pub fn start(
        named: &Path,
        root: &Path,
        tell: impl Fn(Notice) + Send + 'static,
    ) -> notify::Result<Self> {
        let metadata = std::fs::metadata(root)?;
        let (parent, name) = place_of(named);
        let root_path = root.to_owned();
        let named_path = parent.join(name);
        let mut written = Written::default();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let Ok(event) = event else {
                tell(Notice::Rescan);
                return;
            };
            if event.need_rescan() {
                tell(Notice::Rescan);
            }
            for (path, writer) in written.take(&event) {
                if path == named_path {
                    tell(Notice::Moved);
                } else if let Ok(inside) = path.strip_prefix(&root_path) {
                    match inside.to_str() {
                        Some("") => tell(Notice::Moved),
                        None => tell(Notice::Rescan),
                        // A mount's hidden link that all others go through.
                        Some(path) if path.starts_with("..") => tell(Notice::Rescan),
                        Some(path) => tell(Notice::Changed {
                            path: path.to_owned(),
                            writer,
                        }),
                    }
                }
            }
        })?;
        watcher.watch(root, RecursiveMode::Recursive)?;
        if let Err(error) = watcher.watch(&parent, RecursiveMode::NonRecursive) {
            // Then a switch is seen a second later, when the path is looked at.
            tracing::debug!("cannot watch `{}`: {error}", parent.display());
        }
        Ok(Self {
            _watcher: watcher,
            over: (metadata.dev(), metadata.ino()),
        })
    }

    /// Whether it is this directory that is watched.
    pub fn is_over(&self, directory: &DataDirectory) -> bool {
        directory.identity().is_some_and(|there| there == self.over)
    }
}

/// So many files are known to be open at once; of more than that each is judged by its age.
const WRITTEN_MAX: usize = 10_000;

/// The files that somebody has written to and not closed, under the names that they have now.
#[derive(Debug, Default)]
struct Written {
    open: HashSet<PathBuf>,
    /// Those that went with the last renaming, with its number: their names below what was renamed.
    moving: (Option<usize>, Vec<PathBuf>),
}

impl Written {
    /// What an event tells of which paths; nothing where it changes nothing, as our own reading does.
    fn take(&mut self, event: &Event) -> Vec<(PathBuf, Writer)> {
        let all = |writer| {
            let paths = event.paths.iter().cloned();
            paths.map(|path| (path, writer)).collect::<Vec<_>>()
        };
        match event.kind {
            EventKind::Modify(ModifyKind::Data(_)) => {
                if self.open.len() < WRITTEN_MAX {
                    self.open.extend(event.paths.iter().cloned());
                }
                all(Writer::IsWriting)
            }
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                event.paths.iter().for_each(|path| {
                    self.open.remove(path);
                });
                all(Writer::HasClosed)
            }
            EventKind::Remove(_) => {
                event.paths.iter().for_each(|path| {
                    self.open.remove(path);
                });
                all(Writer::Unknown)
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                self.leave(event);
                all(Writer::Unknown)
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                let mut told = all(Writer::HasClosed);
                told.extend(self.arrive(event));
                told
            }
            // Both names have been told by then.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => Vec::new(),
            EventKind::Create(_) | EventKind::Modify(_) => all(Writer::Unknown),
            EventKind::Access(_) | EventKind::Any | EventKind::Other => Vec::new(),
        }
    }

    /// What is open below a name goes with it.
    fn leave(&mut self, event: &Event) {
        let Some(from) = event.paths.first() else {
            return;
        };
        let below = |path: &PathBuf| path.strip_prefix(from).ok().map(Path::to_owned);
        let moving = self.open.iter().filter_map(below).collect();
        self.open.retain(|path| !path.starts_with(from));
        self.moving = (event.tracker(), moving);
    }

    /// A file that is renamed while somebody writes to it is not whole.
    fn arrive(&mut self, event: &Event) -> Vec<(PathBuf, Writer)> {
        let Some(to) = event.paths.first() else {
            return Vec::new();
        };
        if event.tracker().is_none() || self.moving.0 != event.tracker() {
            return Vec::new();
        }
        let (_, moving) = std::mem::take(&mut self.moving);
        let open = moving.iter().map(|below| {
            if below.as_os_str().is_empty() {
                to.clone()
            } else {
                to.join(below)
            }
        });
        let open: Vec<PathBuf> = open.collect();
        self.open.extend(open.iter().cloned());
        open.into_iter()
            .map(|path| (path, Writer::IsWriting))
            .collect()
    }
}

/// The folder in which a path stands, and its name there.
fn place_of(named: &Path) -> (PathBuf, PathBuf) {
    let absolute = std::path::absolute(named).unwrap_or_else(|_| named.to_owned());
    let absolute: PathBuf = absolute.components().collect();
    let parent = absolute.parent().unwrap_or(&absolute).to_owned();
    let name = absolute.file_name().map(PathBuf::from).unwrap_or_default();
    (parent, name)
}
