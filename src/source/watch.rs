//! The watch over the data directory. Events are hints: they say where to look again, never what is there.

use notify::event::{AccessKind, AccessMode, Event, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};

/// What the watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something at this path relative to the data directory is another; somebody may still be writing there.
    Changed {
        /// The path.
        path: String,
        /// Whether more is to be expected: the file was written to and not closed.
        is_open: bool,
    },
    /// Anything may be another: look everywhere.
    Rescan,
    /// The directory was moved, or another has its name: this watch may be blind to what is new in it.
    Moved,
}

/// A watch that lasts as long as this is held.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
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
        let (parent, name) = place_of(named);
        let root_path = root.to_owned();
        let named_path = parent.join(name);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let Ok(event) = event else {
                tell(Notice::Rescan);
                return;
            };
            if event.need_rescan() {
                tell(Notice::Rescan);
            }
            let Some(is_open) = opens(event.kind) else {
                return;
            };
            for path in &event.paths {
                if *path == named_path {
                    tell(Notice::Moved);
                } else if let Ok(inside) = path.strip_prefix(&root_path) {
                    match inside.to_str() {
                        Some("") => tell(Notice::Moved),
                        None => tell(Notice::Rescan),
                        // A mount's hidden link that all others go through.
                        Some(path) if path.starts_with("..") => tell(Notice::Rescan),
                        Some(path) => tell(Notice::Changed {
                            path: path.to_owned(),
                            is_open,
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
        Ok(Self { _watcher: watcher })
    }
}

/// Whether an event leaves a file open for writing; `None` for events that change nothing, as our own reading is.
fn opens(kind: EventKind) -> Option<bool> {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => Some(false),
        EventKind::Modify(ModifyKind::Data(_)) => Some(true),
        EventKind::Modify(_) => Some(false),
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(false),
        EventKind::Access(_) | EventKind::Any | EventKind::Other => None,
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
