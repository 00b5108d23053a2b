//! Writes the parsed index aside.

use crate::newsroom::entry::Entry;
use crate::source::stamp::FileStamp;
use crate::store::index::Index;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use super::unwritten::ROWS_MAX;

/// Writes the parsed index on a thread of its own: nothing waits for it, and nothing is lost without it.
#[derive(Debug)]
pub struct IndexKeeper {
    sender: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

/// What it is to do.
pub enum Work {
    /// Begins anew under settings with this fingerprint.
    Begin([u8; 16]),
    /// Keeps what was parsed.
    Keep(Vec<(FileStamp, Arc<Entry>)>),
}

impl IndexKeeper {
    /// Starts it.
    pub fn start(index: Index, state: Option<&Path>) -> Self {
        let (sender, work) = channel();
        let state: Option<PathBuf> = state.map(Path::to_owned);
        let thread = std::thread::spawn(move || {
            let mut index = Some(index);
            for work in work {
                let done = match work {
                    Work::Begin(fingerprint) => {
                        let reopen = |state: &PathBuf| Index::open(state, &fingerprint);
                        drop(index.take());
                        state
                            .as_ref()
                            .map(reopen)
                            .transpose()
                            .map(|opened| index = opened)
                    }
                    Work::Keep(parsed) => index.as_mut().map_or(Ok(()), |index| {
                        let mut parts = parsed.chunks(ROWS_MAX);
                        parts.try_for_each(|part| index.keep(part))
                    }),
                };
                if let Err(error) = done {
                    tracing::warn!(
                        "cannot write the parsed index: {error}; the next start parses everything"
                    );
                    return;
                }
            }
        });
        Self {
            sender: Some(sender),
            thread: Some(thread),
        }
    }

    /// Gives it something to do.
    pub fn tell(&self, work: Work) {
        // Where the thread has ended it has said why.
        let _ended = self.sender.as_ref().map(|sender| sender.send(work));
    }
}

impl Drop for IndexKeeper {
    /// What was handed over is written before the state directory is left.
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
